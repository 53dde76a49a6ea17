import numpy as np
import pytest

from core import DataError
from core.errors import Note
from core.reading.new_data import format_steps
from ui.i18n import (
    escape_markdown,
    format_duration,
    match_locale,
    ngettext,
    shorten,
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
    [(0.84, "0.8 s"), (12, "12 s"), (185, "3 min 5 s"), (3600, "1 h 0 min"), (7800, "2 h 10 min")],
)
def test_durations_have_a_suitable_unit(seconds, words):
    assert format_duration(seconds) == words


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
    ("number", "words"), [(1, "1 step of 3"), (0, "0 steps of 3"), (12345, "12,345 steps of 3")]
)
def test_one_is_singular(number, words):
    assert ngettext("{n} step of {all}", "{n} steps of {all}", number, all=3) == words


def test_a_long_text_is_truncated():
    assert shorten("x" * 60) == "x" * 60
    assert shorten("x" * 61) == "x" * 59 + "…"
