"""The hostile files by name; each is created when it is needed."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import pyarrow as pa
import pyarrow.parquet

Make = Callable[[], bytes]
FILES: dict[str, Make] = {}


def register(name: str) -> Callable[[Make], Make]:
    """Register the decorated function as the maker of a file."""

    def add(make: Make) -> Make:
        FILES[name] = make
        return make

    return add


def write_parquet(table: pa.Table, **options: object) -> bytes:
    """Return a table as a Parquet file."""
    out = io.BytesIO()
    pyarrow.parquet.write_table(table, out, **options)
    return out.getvalue()


def write_zip(members: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return files, with their names, as a ZIP."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()
