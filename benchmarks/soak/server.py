"""The server that many visitors use at once."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.support.app_server import AppServer


@contextlib.contextmanager
def start_server() -> Iterator[AppServer]:
    """Start a server with two workers, a log and no earlier runs."""
    with (
        tempfile.TemporaryDirectory() as folder,
        AppServer(Path(folder), log=Path(folder) / "log", UNPADDED_WORKERS="2") as server,
    ):
        yield server
