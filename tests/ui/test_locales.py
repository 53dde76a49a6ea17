"""The catalogues are complete: no text on screen is untranslated in any language."""

import ast
import io
import re
import string
from collections.abc import Iterator

import pytest
from babel.messages import Catalog
from babel.messages.mofile import read_mo

from tests.support.catalogues import list_forms
from ui.locales.__main__ import (
    HAN,
    MARKERS,
    ROOT,
    build_template,
    compile_catalogue,
    list_catalogues,
    list_files,
    list_mistakes,
    read,
)
from ui.locales.style import find_mistakes

PATHS = pytest.mark.parametrize("path", list_catalogues(), ids=lambda path: path.parts[-3])
# Arguments that Streamlit shows: these keywords, and the first or all arguments of these elements.
TEXT_KEYWORDS = {"label", "help", "placeholder", "alt", "page_title", "delta_description"}
FIRST_ARGUMENT = {
    *("title", "header", "subheader", "markdown", "caption", "write", "text"),
    *("info", "warning", "error", "success", "toast", "spinner", "dialog"),
    *("button", "download_button", "form_submit_button", "link_button", "checkbox", "toggle"),
    *("selectbox", "multiselect", "segmented_control", "pills", "radio", "slider"),
    *("number_input", "text_input", "text_area", "file_uploader", "expander", "popover", "tabs"),
}
ALL_ARGUMENTS = {"metric", "progress"}
# Expressions that forward a message, or a table of messages, from elsewhere.
FORWARDED = {"template", "error.template", "row.error[0]", "reason", "_select_message(error)"}
FORWARDED |= {"part", "role", "FAMILIES[best]", "FAMILIES[name]"}
NO_TEXT = re.compile(r":material/\w+:|:\w+\[|\bUnpadded\b|·")
APP_PATHS = ("app.py", "pages/", "ui/")


@PATHS
def test_a_catalogue_has_exactly_the_messages_of_the_code(path):
    """Run ``python -m ui.locales`` to update the catalogues."""
    expected, stored = ({m.id for m in each if m.id} for each in (build_template(), read(path)))
    assert expected - stored == set()
    assert stored - expected == set()


@PATHS
def test_every_message_is_translated(path):
    messages = read(path)
    assert [m.id for m in messages if m.id and not all(list_forms(m.string))] == []
    assert [m.id for m in messages if m.fuzzy] == []


@PATHS
def test_translations_keep_placeholders_and_markdown(path):
    for message in (m for m in read(path) if m.id):
        english = list_forms(message.id)[-1]  # of a plural, which names its number
        for translated in list_forms(message.string):
            assert list_placeholders(translated) == list_placeholders(english), message.id
            for mark in ("**", "`", "](", "“none”"):
                assert translated.count(mark) == english.count(mark), message.id


def test_chinese_has_full_width_punctuation():
    """Except in literals, such as the shape (n, steps) of an array."""
    [path] = [each for each in list_catalogues() if "zh_CN" in each.parts]
    shape = re.compile(r"\([^()]*,[^()]*\)")
    half_width = re.compile(rf"{HAN}[;:!?]|{HAN}[,.](?!\w)|{HAN} ?\(")
    texts = [text for m in read(path) if m.id for text in list_forms(m.string)]
    assert [text for text in texts if half_width.search(shape.sub("", text))] == []


@PATHS
def test_the_compiled_catalogue_is_up_to_date(path):
    """Run ``python -m ui.locales`` to update the catalogues."""
    with path.with_suffix(".mo").open("rb") as file:
        stored = read_mo(file)
    compiled = read_mo(io.BytesIO(compile_catalogue(read(path))))
    assert get_strings(stored) == get_strings(compiled)


def get_strings(catalogue: Catalog) -> dict:
    """Without the header, which names the version of Babel."""
    return {
        list_forms(message.id): list_forms(message.string) for message in catalogue if message.id
    }


def test_no_text_on_screen_is_unmarked():
    assert [message for path in list_files() for message in find_unmarked(path)] == []


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ('st.title("Hello")', ["Hello"]),
        ('place.button(_("Go"), help="Starts it")', ["Starts it"]),
        ('st.metric(_("Loss"), f"{loss} nats")', [" nats"]),
        ('st.caption(f"**{_(name)}**: {n} rows")', [" rows"]),
        ('st.info("a" if x else _("b") + " and so on")', [" and so on"]),
        ('st.tabs([_("One"), "Two"])', ["Two"]),
        ('st.markdown(f":small[**{plain(name)}**] :material/home:")', []),
        ('st.error(_("Row {row}").format(row=row))', []),
    ],
)
def test_unmarked_text_is_detected(code, words):
    assert list(extract_unmarked(ast.parse(code))) == words


@pytest.mark.slow
def test_every_template_of_an_error_or_note_is_extractable():
    """A template is a literal, or a constant that is marked by N_."""
    trees = {path: ast.parse(path.read_text(encoding="utf-8")) for path in list_files()}
    nodes = [(path, node) for path, tree in trees.items() for node in ast.walk(tree)]
    marked = {
        target.id
        for _path, node in nodes
        if isinstance(node, ast.Assign) and get_call_name(node.value) == "N_"
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    unknown = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path, node in nodes
        if get_call_name(node) in MARKERS[2:]
        and not set(unparse_template(node.args[0])) <= marked | FORWARDED
    ]
    assert unknown == []


def unparse_template(template: ast.expr) -> Iterator[str]:
    """Unparse the expressions of a template that is not a literal."""
    if isinstance(template, ast.IfExp):
        yield from (*unparse_template(template.body), *unparse_template(template.orelse))
    elif not isinstance(template, ast.Constant):
        yield ast.unparse(template)


def list_placeholders(text: str) -> set[tuple]:
    """List (name, conversion, format) of each placeholder, once: a translation may repeat one."""
    return {parts[1:] for parts in string.Formatter().parse(text) if parts[1] is not None}


def get_call_name(node: ast.AST) -> str:
    return getattr(node.func, "id", "") if isinstance(node, ast.Call) else ""


def find_unmarked(path) -> Iterator[str]:
    name = path.relative_to(ROOT).as_posix()
    if name.startswith(APP_PATHS):
        for word in extract_unmarked(ast.parse(path.read_text(encoding="utf-8"))):
            yield f"{name}: {word}"


def extract_unmarked(tree: ast.AST) -> Iterator[str]:
    """Extract the unmarked texts that a file passes to Streamlit."""
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        element = getattr(call.func, "attr", "")
        arguments = [each.value for each in call.keywords if each.arg in TEXT_KEYWORDS]
        arguments += (
            call.args if element in ALL_ARGUMENTS else call.args[: element in FIRST_ARGUMENT]
        )
        for argument in arguments:
            yield from extract_literals(argument)


def extract_literals(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        if re.search(r"[^\W\d_]{2}", NO_TEXT.sub("", node.value)):
            yield node.value
    elif isinstance(node, ast.Call):  # what it makes of its arguments is its own matter
        if isinstance(node.func, ast.Attribute):
            yield from extract_literals(node.func.value)
    elif isinstance(node, ast.IfExp):
        yield from (*extract_literals(node.body), *extract_literals(node.orelse))
    elif not isinstance(node, ast.Subscript | ast.Lambda | ast.Compare):
        for child in ast.iter_child_nodes(node):
            yield from extract_literals(child)


def test_texts_on_screen_follow_the_style_guide():
    """Run ``python -m ui.locales --style``."""
    assert list(list_mistakes()) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The training goes on.", "goes on"),
        ("Give one target a sequence.", "target a sequence"),
        ("`{name}` is taken for the target.", "taken for"),
        ("{found!r} is no number.", "is no"),
        ("The answers of the network", "answers"),
        ("It has {figure} {value}.", ""),
        ("{share} % of the steps", "space before %"),
        (" ".join(["word"] * 21), "21 words"),
        ("One. " + " ".join(["word"] * 20) + "!", ""),
        ("There is no column {found!r}. It is no longer used.", ""),
        ("A standard deviation of 1 per step, 95% of a row", ""),
        ("Write " + "[[1], [2, 5], [3, 9, 9, 4, 8]] " * 3, ""),
    ],
)
def test_mistakes_of_style_are_detected(text, words):
    found = list(find_mistakes(text))
    assert all(words in mistake for mistake in found)
    assert bool(found) == bool(words)
