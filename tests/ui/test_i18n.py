import numpy as np
import pytest

from core import DataError
from core.errors import Note
from core.reading.new_data import format_steps
from ui import i18n
from ui.i18n import (
    escape_markdown,
    format_duration,
    format_estimate,
    format_size,
    match_locale,
    ngettext,
    shorten,
    strip_markdown,
    translate,
)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain name 7", "plain name 7"),
        ("**bold**", r"\*\*bold\*\*"),
        ("[a](http://x)", "\\[a\\]\\(http\\:\u2060//x\\)"),
        ("www.evil.example", "www\u2060.evil.example"),
        ("a@b.example", "a\u2060@b.example"),
        ("@home", "@home"),
        ("<script>", r"\<script\>"),
        (":material/home:", r"\:material/home\:"),
        ("two\nlines", "two lines"),
        ("$x$ `c` ~s~", r"\$x\$ \`c\` \~s\~"),
    ],
)
def test_text_from_visitors_is_shown_literally(text, shown):
    assert escape_markdown(text) == shown


@pytest.mark.parametrize(
    ("text", "read_out"),
    [
        ("Walks.ts, part 2", "Walks.ts, part 2"),
        ("**a** [b](http://c)", "a b http //c"),
        ("www.evil.example", "www\u2060.evil.example"),
    ],
)
def test_a_label_that_is_only_read_out_has_no_markdown(text, read_out):
    assert strip_markdown(text) == read_out


@pytest.mark.parametrize("kind", [DataError, Note])
def test_a_message_shows_its_values_as_text(kind):
    message = kind("{found!r} in {column}, row {row}", found="*x*", column="a_b", row=3)
    assert translate(message) == r"“\*x\*” in a\_b, row 3"


def test_a_nested_message_is_translated_too():
    error = DataError("{file}: {what}", file="a_b", what=Note("{found!r} is missing", found="*"))
    assert translate(error) == r"a\_b: “\*” is missing"


@pytest.mark.parametrize(
    ("locale", "spoken_in"),
    [
        *((locale, "zh_CN") for locale in ("zh", "zh-CN", "zh-Hans", "zh-SG", "zh-TW", "zh_HK")),
        *((locale, "en") for locale in ("en-GB", "de", "zha", "", None)),
    ],
)
def test_the_language_follows_the_browsers_locale(locale, spoken_in):
    assert match_locale(locale) == spoken_in


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        *((0.004, "4 ms"), (0.84, "0.8 s"), (9.97, "10 s"), (12, "12 s"), (59.7, "1 min")),
        *((185, "3 min 5 s"), (180, "3 min"), (3599.7, "1 h"), (7800, "2 h 10 min")),
        *((7199, "2 h"), (3_600_000, "1,000 h")),
    ],
)
def test_durations_have_a_suitable_unit(seconds, words):
    assert format_duration(seconds) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        *((0.4, "under 1 min"), (59.9, "under 1 min"), (61, "about 1 min"), (170, "about 3 min")),
        *(
            (3599, "about 60 min"),
            (3600, "about 1 h"),
            (5400, "about 1.5 h"),
            (72000, "about 20 h"),
        ),
    ],
)
def test_estimates_are_rounded_for_people(seconds, words):
    assert format_estimate(seconds) == words


@pytest.mark.parametrize(
    ("size", "words"),
    [
        *((15_800, "16 kB"), (999_700, "1.0 MB"), (12_400_000, "12.4 MB")),
        *((99_960_000, "100 MB"), (1_200_000_000, "1,200 MB")),
    ],
)
def test_sizes_have_a_suitable_unit(size, words):
    assert format_size(size) == words


@pytest.mark.parametrize(
    ("steps", "text"),
    [
        ([[1.5], [2.0]], "[1.5, 2]"),
        ([[1.0, 0.1], [2.0, -3.0]], "[[1, 0.1], [2, -3]]"),
        ([[10.0]], "[10]"),
    ],
)
def test_a_sequence_is_formatted_as_typed_text(steps, text):
    assert format_steps(np.array(steps, np.float32)) == text


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (1, "1 step of 3"),
        (0, "0 steps of 3"),
        (12345, "12,345 steps of 3"),
        (1.0, "1 step of 3"),
        (1.5, "1.5 steps of 3"),
    ],
)
def test_one_is_singular(number, words):
    assert ngettext("{n} step of {all}", "{n} steps of {all}", number, all=3) == words


def test_a_long_text_is_truncated():
    assert shorten("x" * 60) == "x" * 60
    assert shorten("x" * 61) == "x" * 30 + "…" + "x" * 29


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ["CSV; HTML", "It ends.", "Charts (HTML)"]),
        ("zh_CN", ["CSV；HTML", "It ends。", "Charts（HTML）"]),
    ],
)
def test_joined_texts_have_the_punctuation_of_the_language(language, words, monkeypatch):
    monkeypatch.setattr(i18n, "get_language", lambda: language)
    joined = i18n.join_clauses(["CSV", "HTML"])
    assert [joined, i18n.end_sentence("It ends"), i18n.add_brackets("Charts", "HTML")] == words
