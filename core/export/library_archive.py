"""The library itself as an importable archive, which a saved model carries."""

from __future__ import annotations

import functools
import io
import zipfile
from collections.abc import Iterator
from importlib import resources
from importlib.resources.abc import Traversable

ARCHIVE = "unpadded.zip"
PACKAGE = "unpadded"  # its name in the archive, whatever it is called here
SUFFIXES = (".py", ".txt", ".jinja", ".typed")
DATE = (1980, 1, 1, 0, 0, 0)  # equal sources give equal bytes


@functools.cache
def build_library_archive() -> bytes:
    """Return a ZIP of the library's sources, as the package ``unpadded``."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in _list_sources(resources.files(__package__.split(".")[0]), PACKAGE):
            info = zipfile.ZipInfo(name, DATE)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, content)
    return buffer.getvalue()


def read_template(name: str) -> str:
    """Return the text of a file, or of a template of a file, that saved models hold."""
    return resources.files(__package__).joinpath("templates", name).read_text(encoding="utf-8")


def _list_sources(folder: Traversable, path: str) -> Iterator[tuple[str, bytes]]:
    """List the names and contents of all source files, in the order of their names."""
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        name = f"{path}/{entry.name}"
        if entry.is_dir():
            if entry.name != "__pycache__":
                yield from _list_sources(entry, name)
        elif entry.name.endswith(SUFFIXES):
            yield name, entry.read_bytes()
