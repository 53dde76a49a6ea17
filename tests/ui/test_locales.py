"""The catalogues: no word on screen is missing in any language."""

import ast
import gettext
import io
import re
import string
from collections.abc import Iterator

import pytest

from ui.locales.__main__ import MARKS, ROOT, catalogues, compiled, files, read, template

PATHS = pytest.mark.parametrize("path", catalogues(), ids=lambda path: path.parts[-3])
# What Streamlit shows of a call: these arguments, and the first, or all of them, of these elements.
NAMED = {"label", "help", "placeholder", "alt", "page_title", "delta_description"}
FIRST = {
    *("title", "header", "subheader", "markdown", "caption", "write", "text"),
    *("info", "warning", "error", "success", "toast", "spinner", "dialog"),
    *("button", "download_button", "form_submit_button", "link_button", "checkbox", "toggle"),
    *("selectbox", "multiselect", "segmented_control", "pills", "radio", "slider"),
    *("number_input", "text_input", "text_area", "file_uploader", "expander", "popover", "tabs"),
}
ALL = {"metric", "progress"}
# What comes from a message, or a table of them, that was made elsewhere.
HANDED_ON = {"template", "error.template", "row.error[0]", "reason", "_words_for(error)"}
HANDED_ON |= {"part", "role"}
NO_WORD = re.compile(r":material/\w+:|:\w+\[|\bUnpadded\b|·")
OURS = ("app.py", "pages/", "ui/")


@PATHS
def test_a_catalogue_has_exactly_the_messages_of_the_code(path):
    """Bring it up to date with ``python -m ui.locales``."""
    there, kept = ({m.id for m in each if m.id} for each in (template(), read(path)))
    assert there - kept == set()
    assert kept - there == set()


@PATHS
def test_every_message_is_translated(path):
    kept = read(path)
    assert [m.id for m in kept if m.id and not all(texts(m.string))] == []
    assert [m.id for m in kept if m.fuzzy] == []


@PATHS
def test_translations_keep_the_placeholders_and_the_marks_of_markdown(path):
    for message in (m for m in read(path) if m.id):
        english = texts(message.id)[-1]  # of a plural, which names its number
        for translated in texts(message.string):
            assert placeholders(translated) == placeholders(english), message.id
            for mark in ("**", "`", "](", "“none”"):
                assert translated.count(mark) == english.count(mark), message.id


@PATHS
def test_what_the_app_reads_is_what_the_catalogue_says(path):
    """Bring it up to date with ``python -m ui.locales``."""
    with path.with_suffix(".mo").open("rb") as file:
        kept = gettext.GNUTranslations(file)._catalog
    made = gettext.GNUTranslations(io.BytesIO(compiled(read(path))))._catalog
    del kept[""], made[""]  # which name the version of Babel
    assert kept == made


def test_no_word_on_screen_is_unmarked():
    assert [found for path in files() for found in unmarked(path)] == []


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
def test_an_unmarked_word_would_be_found(code, words):
    assert list(words_of(ast.parse(code))) == words


def test_every_template_of_an_error_or_a_note_can_be_found():
    """It stands there as text, or in a constant that is marked by N_."""
    trees = {path: ast.parse(path.read_text(encoding="utf-8")) for path in files()}
    nodes = [(path, node) for path, tree in trees.items() for node in ast.walk(tree)]
    marked = {
        target.id
        for _path, node in nodes
        if isinstance(node, ast.Assign) and called(node.value) == "N_"
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    unknown = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path, node in nodes
        if called(node) in MARKS[2:] and not set(made_of(node.args[0])) <= marked | HANDED_ON
    ]
    assert unknown == []


def made_of(template: ast.expr) -> Iterator[str]:
    """What a template is taken from, unless it stands there itself."""
    if isinstance(template, ast.IfExp):
        yield from (*made_of(template.body), *made_of(template.orelse))
    elif not isinstance(template, ast.Constant):
        yield ast.unparse(template)


def texts(message) -> tuple[str, ...]:
    return (message,) if isinstance(message, str) else tuple(message or ("",))


def placeholders(text: str) -> set[tuple]:
    """(name, conversion, format) of each, once: another language may name one twice."""
    return {parts[1:] for parts in string.Formatter().parse(text) if parts[1] is not None}


def called(node: ast.AST) -> str:
    return getattr(node.func, "id", "") if isinstance(node, ast.Call) else ""


def unmarked(path) -> Iterator[str]:
    name = path.relative_to(ROOT).as_posix()
    if name.startswith(OURS):
        for word in words_of(ast.parse(path.read_text(encoding="utf-8"))):
            yield f"{name}: {word}"


def words_of(tree: ast.AST) -> Iterator[str]:
    """The words that a file gives to Streamlit as they stand."""
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        element = getattr(call.func, "attr", "")
        shown = [each.value for each in call.keywords if each.arg in NAMED]
        shown += call.args if element in ALL else call.args[: element in FIRST]
        for argument in shown:
            yield from literals(argument)


def literals(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        if re.search(r"[^\W\d_]{2}", NO_WORD.sub("", node.value)):
            yield node.value
    elif isinstance(node, ast.Call):  # what it makes of its arguments is its own matter
        if isinstance(node.func, ast.Attribute):
            yield from literals(node.func.value)
    elif isinstance(node, ast.IfExp):
        yield from (*literals(node.body), *literals(node.orelse))
    elif not isinstance(node, ast.Subscript | ast.Lambda | ast.Compare):
        for child in ast.iter_child_nodes(node):
            yield from literals(child)
