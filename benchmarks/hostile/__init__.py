"""``python -m benchmarks hostile``: files that are made to hurt, one after the other, uploaded to
the real server, while another visitor goes from page to page.

What must be true of each: one short sentence (or sequences that were read), soon; the server's own
process stays small; and nobody else notices.
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

SECONDS = 15.0  # from the upload to the sentence
SERVER_MB = 500.0  # of the page's process, beside the bytes of open uploads
SESSION_SECONDS = 130.0  # for which Streamlit waits for a visitor who has left to come back
CHARACTERS = 450  # of a sentence and its remedy
PAGE_SECONDS = 2.0  # the slowest page of somebody else; the same without a file takes 0.1 to 0.6
WATCH_SECONDS = 0.02
PAGES = ("Home", "Data", "Mask", "Train")


def run(runs: int) -> dict[str, object]:
    rows, uploaded = {}, []
    with (
        tempfile.TemporaryDirectory() as folder,
        AppServer(Path(folder), UNPADDED_WORKERS="1") as server,
        Visitor(server.address) as beside,
    ):
        beside.open("/")
        for name, make in FILES.items():
            rows[name] = _upload(server, beside, make(), uploaded)
            print(f"{name}: {rows[name]}", flush=True)
    return {
        "files": rows,
        "not as it must be": [name for name, row in rows.items() if not row["reached"]],
        "reached": all(row["reached"] for row in rows.values()),
    }


def _upload(
    server: AppServer, beside: Visitor, content: bytes, uploaded: list[tuple[float, float]]
) -> dict[str, object]:
    """Upload a file as a new visitor, and measure. uploaded: time and MB of each file so far."""
    done = threading.Event()
    memory = {"server": 0.0, "child": 0.0}
    pages: list[float] = []

    def watch() -> None:
        while not done.wait(WATCH_SECONDS):
            for kind, process in _processes(server):
                memory[kind] = max(memory[kind], process.memory_info().rss / 1e6)

    def look_around() -> None:
        for page in itertools.cycle(PAGES):
            if done.is_set():
                return
            pages.append(beside.page_link(page))

    with Visitor(server.address) as visitor:
        visitor.open("/Data")
        threads = [threading.Thread(target=each) for each in (watch, look_around)]
        for thread in threads:
            thread.start()
        began = time.perf_counter()
        visitor.upload("upload", "file", content)
        seconds = time.perf_counter() - began
        time.sleep(0.3)
        done.set()
        for thread in threads:
            thread.join()
        said = max(visitor.errors, key=len, default="read")
    uploaded.append((time.monotonic(), len(content) / 1e6))
    open_mb = sum(mb for at, mb in uploaded if time.monotonic() - at < SESSION_SECONDS)
    beyond = memory["server"] - open_mb
    return {
        "MB": round(len(content) / 1e6, 3),
        "seconds": round(seconds, 1),
        "peak MB of the process that reads": round(memory["child"]),
        "peak MB of the server": round(memory["server"]),
        "of them open uploads": round(open_mb),
        "somebody else's slowest page, seconds": round(max(pages), 2),
        "said": said,
        "reached": seconds < SECONDS
        and beyond < SERVER_MB
        and len(said) <= CHARACTERS
        and "Traceback" not in said
        and max(pages) < PAGE_SECONDS,
    }


def _processes(server: AppServer) -> list[tuple[str, psutil.Process]]:
    try:
        own = psutil.Process(server.process.pid)
        children = own.children()
        return [
            ("server", own),
            *(("child", each) for each in children if "runs.reading.child" in each.cmdline()),
        ]
    except psutil.Error:  # one of them ended in this moment
        return []
