"""Bring the catalogues up to date: ``python -m ui.locales``, after any change of words on screen.

New messages are added to every language, obsolete ones taken out, and what has no translation yet
is printed; write it into the .po file and run this again. The .mo files, which the app reads, are
kept beside them, so that nothing has to be built where it runs. Needs Babel.
"""

from __future__ import annotations

import ast
import io
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

FOLDER = Path(__file__).parent
ROOT = FOLDER.parents[1]
SOURCES = ("pages", "ui", "runs", "core")
# Whose first argument is a message, beside ``ngettext`` with two. Babel's own search is not used:
# before Python 3.12 it finds none inside of an f-string, and of "a" if … else "b" it makes one.
MARKS = ("_", "N_", "Note", "DataError", "MissingValue", "RecipeError", "StoreError")
Message = str | tuple[str, str]


def files() -> list[Path]:
    """Those whose words may come on screen."""
    found = [path for name in SOURCES for path in sorted((ROOT / name).rglob("*.py"))]
    return [ROOT / "app.py", *found]


def messages(tree: ast.Module) -> Iterator[Message]:
    """The messages of a file, of ``ngettext`` in pairs."""
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
    for call in sorted(calls, key=lambda call: (call.lineno, call.col_offset)):
        name = getattr(call.func, "id", "")
        if name == "ngettext":
            yield tuple(argument.value for argument in call.args[:2])
        elif name in MARKS and call.args:
            yield from _literals(call.args[0])


def _literals(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.IfExp):
        yield from (*_literals(node.body), *_literals(node.orelse))
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value


def template() -> Catalog:
    """Every message there is, in the order of the files."""
    catalogue = Catalog(project="Unpadded", charset="utf-8")
    for path in files():
        for message in messages(ast.parse(path.read_text(encoding="utf-8"))):
            catalogue.add(message, locations=[(path.relative_to(ROOT).as_posix(), 1)])
    return catalogue


def read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=path.parts[-3])


def compiled(catalogue: Catalog) -> bytes:
    """As the app reads it."""
    made = io.BytesIO()
    write_mo(made, catalogue)
    return made.getvalue()


def catalogues() -> list[Path]:
    """One a language."""
    return sorted(FOLDER.glob("*/LC_MESSAGES/unpadded.po"))


def untranslated(catalogue: Catalog) -> list[str]:
    """The messages that have no translation."""
    return [
        str(message.id) for message in catalogue if message.id and not any(message.string or ())
    ]


def main() -> int:
    """1 where a translation is missing."""
    there, missing = template(), 0
    for path in catalogues():
        catalogue = read(path)
        # A guess is no translation, and a date would make every run a change.
        catalogue.update(there, no_fuzzy_matching=True, update_creation_date=False)
        with path.open("wb") as file:
            write_po(file, catalogue, width=100, ignore_obsolete=True, include_lineno=False)
        path.with_suffix(".mo").write_bytes(compiled(catalogue))
        left = untranslated(catalogue)
        print(f"{path.relative_to(ROOT)}: {len(catalogue)} messages, {len(left)} not translated")
        for message in left:
            print(f"  {message}")
        missing += len(left)
    return missing > 0


if __name__ == "__main__":
    sys.exit(main())
