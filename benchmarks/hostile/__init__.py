"""Hostile files, uploaded to the real server one by one: ``python -m benchmarks hostile``.

Meanwhile another visitor opens one page after the other. For each file, the result must be a short
message (or the sequences) within ``MAX_SECONDS``, the memory of the server's process must stay
below ``MAX_SERVER_MB``, and the other visitor's pages must stay fast.
"""

from __future__ import annotations

import itertools
import tempfile
import threading
import time
from pathlib import Path

import psutil

from benchmarks.hostile.files import FILES
from tests.support.app_server import AppServer
from tests.support.streamlit_client import Visitor

MAX_SECONDS = 15.0  # from the upload to the message
MAX_SERVER_MB = 500.0  # of the server's process, without the bytes of open uploads
SESSION_SECONDS = 130.0  # Streamlit keeps the session of a visitor who has left
MAX_CHARACTERS = 450  # of a message with its remedy
MAX_PAGE_SECONDS = 2.0  # of the other visitor's slowest page; without a file it takes 0.1 to 0.6
WATCH_SECONDS = 0.02
PAGES = ("Home", "Data", "Mask", "Train")


def run(runs: int) -> dict[str, object]:
    """Upload every file once; ``runs`` is for interleaved benchmarks."""
    rows, uploaded = {}, []
    with (
        tempfile.TemporaryDirectory() as folder,
        AppServer(Path(folder), UNPADDED_WORKERS="1") as server,
        Visitor(server.address) as other,
    ):
        other.open("/")
        for name, make in FILES.items():
            rows[name] = _upload(server, other, make(), uploaded)
            print(f"{name}: {rows[name]}", flush=True)
    return {
        "files": rows,
        "not as it must be": [name for name, row in rows.items() if not row["reached"]],
        "reached": all(row["reached"] for row in rows.values()),
    }


def _upload(
    server: AppServer, other: Visitor, content: bytes, uploaded: list[tuple[float, float]]
) -> dict[str, object]:
    """Upload a file as a new visitor, and measure the effects.

    Args:
        server: The server.
        other: Another visitor, who opens pages meanwhile.
        content: The file.
        uploaded: Time and MB of each file so far; this one is appended.
    """
    done = threading.Event()
    memory = {"server": 0.0, "child": 0.0}
    pages: list[float] = []

    def watch_memory() -> None:
        while not done.wait(WATCH_SECONDS):
            for kind, process in _list_processes(server):
                memory[kind] = max(memory[kind], process.memory_info().rss / 1e6)

    def open_pages() -> None:
        for page in itertools.cycle(PAGES):
            if done.is_set():
                return
            pages.append(other.page_link(page))

    with Visitor(server.address) as visitor:
        visitor.open("/Data")
        threads = [threading.Thread(target=each) for each in (watch_memory, open_pages)]
        for thread in threads:
            thread.start()
        began = time.perf_counter()
        visitor.upload("upload", "file", content)
        seconds = time.perf_counter() - began
        time.sleep(0.3)
        done.set()
        for thread in threads:
            thread.join()
        message = max(visitor.errors, key=len, default="read")
    uploaded.append((time.monotonic(), len(content) / 1e6))
    open_mb = sum(mb for when, mb in uploaded if time.monotonic() - when < SESSION_SECONDS)
    server_mb = memory["server"] - open_mb
    return {
        "MB": round(len(content) / 1e6, 3),
        "seconds": round(seconds, 1),
        "peak MB of the process that reads": round(memory["child"]),
        "peak MB of the server": round(memory["server"]),
        "of them open uploads": round(open_mb),
        "somebody else's slowest page, seconds": round(max(pages), 2),
        "said": message,
        "reached": seconds < MAX_SECONDS
        and server_mb < MAX_SERVER_MB
        and len(message) <= MAX_CHARACTERS
        and "Traceback" not in message
        and max(pages) < MAX_PAGE_SECONDS,
    }


def _list_processes(server: AppServer) -> list[tuple[str, psutil.Process]]:
    """Return the server's process and the processes that read files, with their kinds."""
    try:
        own = psutil.Process(server.process.pid)
        children = own.children()
        return [
            ("server", own),
            *(("child", each) for each in children if "runs.reading.child" in each.cmdline()),
        ]
    except psutil.Error:  # one of them has just ended
        return []
