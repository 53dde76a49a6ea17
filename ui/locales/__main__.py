"""Update the catalogues: ``python -m ui.locales``, after any change of texts on screen.

New messages are added to every language, obsolete ones are removed, and messages without a
translation are printed; write it into the .po file and run this again. The .mo files, which the app
reads, are stored beside them, so that no build is needed where the app runs. Needs Babel.

``python -m ui.locales --style`` prints what the style guide forbids in English, by file.
"""

from __future__ import annotations

import ast
import io
import re
import sys
from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from pathlib import Path

from babel.messages import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from ui.locales.style import find_mistakes

FOLDER = Path(__file__).parent
ROOT = FOLDER.parents[1]
SOURCES = ("pages", "ui", "runs", "core")
# Functions whose first argument is a message, besides ``ngettext`` with two. Babel's extractor is
# not used: before Python 3.12 it finds no message inside an f-string, and it joins the texts of
# "a" if … else "b".
MARKERS = (
    "_",
    "N_",
    "Note",
    "DataError",
    "MissingValue",
    "ModelFileError",
    "QuotaError",
    "RecipeError",
    "ServiceError",
    "StoreError",
)
Message = str | tuple[str, str]
HAN = r"[\u4e00-\u9fff]"
BLANK = re.compile(rf"(?<={HAN}) +(?={HAN}|\{{)|(?<=\}}) +(?={HAN})")


def list_files() -> list[Path]:
    """List the files whose texts may appear on screen."""
    paths = [path for name in SOURCES for path in sorted((ROOT / name).rglob("*.py"))]
    return [ROOT / "app.py", *paths]


def extract_messages(tree: ast.Module) -> Iterator[Message]:
    """Extract the messages of a file, those of ``ngettext`` as pairs."""
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
    for call in sorted(calls, key=lambda call: (call.lineno, call.col_offset)):
        name = getattr(call.func, "id", "")
        if name == "ngettext":
            singular, plural = (next(_extract_literals(argument)) for argument in call.args[:2])
            yield singular, plural
        elif name in MARKERS and call.args:
            yield from _extract_literals(call.args[0])


def _extract_literals(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.IfExp):
        yield from (*_extract_literals(node.body), *_extract_literals(node.orelse))
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value


def list_mistakes() -> Iterator[tuple[str, str, str]]:
    """List what the style guide forbids: file, message and mistake."""
    for path in list_files():
        name = path.relative_to(ROOT).as_posix()
        for message in extract_messages(ast.parse(path.read_text(encoding="utf-8"))):
            for form in [message] if isinstance(message, str) else message:
                yield from ((name, form, mistake) for mistake in find_mistakes(form))


def build_template() -> Catalog:
    """Build a catalogue of all messages, in the order of the files."""
    catalogue = Catalog(project="Unpadded", charset="utf-8")
    for path in list_files():
        for message in extract_messages(ast.parse(path.read_text(encoding="utf-8"))):
            catalogue.add(message, locations=[(path.relative_to(ROOT).as_posix(), 1)])
    return catalogue


def read(path: Path) -> Catalog:
    """Read a .po file."""
    with path.open("rb") as file:
        return read_po(file, locale=path.parts[-3])


def compile_catalogue(catalogue: Catalog) -> bytes:
    """Compile a catalogue to the bytes of a .mo file, which the app reads."""
    buffer = io.BytesIO()
    write_mo(buffer, catalogue)
    return buffer.getvalue()


def list_catalogues() -> list[Path]:
    """List the .po files, one per language."""
    return sorted(FOLDER.glob("*/LC_MESSAGES/unpadded.po"))


def tidy(text: str) -> str:
    """Remove blanks between Chinese characters, also where a placeholder may be filled with some.

    >>> tidy("在 {name} 上 训练 LSTM")
    '在{name}上训练 LSTM'
    """
    return BLANK.sub("", text)


def list_untranslated(catalogue: Catalog) -> list[str]:
    """List the messages without a translation."""
    return [
        str(message.id) for message in catalogue if message.id and not any(message.string or ())
    ]


def print_mistakes() -> int:
    """Print what the style guide forbids. Returns the exit status: 1 if there is a mistake."""
    mistakes = list(list_mistakes())
    for name, group in groupby(mistakes, itemgetter(0)):
        print(name)
        for _name, message, mistake in group:
            print(f"  {message}\n    {mistake}")
    print(f"{len(mistakes)} mistakes")
    return len(mistakes) > 0


def update() -> int:
    """Update all catalogues. Returns the exit status: 1 if a translation is missing."""
    template, missing = build_template(), 0
    for path in list_catalogues():
        catalogue = read(path)
        # A fuzzy match is not a translation, and a date would change the file on every run.
        catalogue.update(template, no_fuzzy_matching=True, update_creation_date=False)
        for entry in catalogue:
            if entry.id and (forms := entry.string):
                entry.string = tidy(forms) if isinstance(forms, str) else (*map(tidy, forms),)
        with path.open("wb") as file:
            write_po(file, catalogue, width=100, ignore_obsolete=True, include_lineno=False)
        path.with_suffix(".mo").write_bytes(compile_catalogue(catalogue))
        messages = list_untranslated(catalogue)
        name = path.relative_to(ROOT)
        print(f"{name}: {len(catalogue)} messages, {len(messages)} not translated")
        for message in messages:
            print(f"  {message}")
        missing += len(messages)
    return missing > 0


if __name__ == "__main__":
    sys.exit(print_mistakes() if "--style" in sys.argv else update())
