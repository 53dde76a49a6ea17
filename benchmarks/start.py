"""From nothing to a first result, in Chromium: a cold start of the server, and presses of *Start
training* with recipes that no worker has compiled.

Each round starts the app twice with an empty data folder. The first time it opens Home as soon as
the server answers, goes to Train and presses the button as soon as it can be pressed; later, when
the workers have nothing left to do, it presses it for other recipes. The second time it goes
straight to Train, so that the press comes as early as it can.
"""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
import tempfile
import time
from pathlib import Path
from statistics import median
from urllib.parse import urlencode

import psutil

from tests.support.app_server import AppServer
from tests.support.chromium import ARGUMENTS, FIRST_POINT, executable

ROUNDS = 3
MAX_COLD_SECONDS, MAX_WARM_SECONDS = 10.0, 3.0  # from the press to the first point of the curve
IDLE_SHARE, IDLE_SECONDS = 0.25, 3.0  # of one core; a warm server takes 0.08
WAIT_MS = 120_000

# Neither is the example's own, which Home's button trains.
COLD = {"data": "example", "layers": "GRU-48", "epochs": "200"}
WARM = {
    "another stack on the example": {
        "data": "example",
        "layers": "LSTM-40,GRU-24",
        "epochs": "200",
    },
    "the vowels, as suggested": {"data": "japanese_vowels"},
    "real zeros, BiLSTM": {"data": "real_zeros", "layers": "BiLSTM-48", "epochs": "200"},
}


def run(runs: int) -> dict[str, object]:
    """Each round on another server; ``runs`` is for benchmarks that interleave."""
    if executable() is None:
        return {"skipped": "no Chromium on this machine"}
    from playwright.sync_api import sync_playwright

    rounds = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), args=[*ARGUMENTS])
        for _ in range(ROUNDS):
            with tempfile.TemporaryDirectory() as folder:
                rounds.append(_round(browser, Path(folder)))
            with tempfile.TemporaryDirectory() as folder:
                rounds[-1]["earliest press"] = _earliest(browser, Path(folder))
                print(json.dumps(rounds[-1], indent=1), flush=True)
        browser.close()
    cold = median(
        each[press]["first point"] for each in rounds for press in ("cold press", "earliest press")
    )
    warm = median(
        press["first point"] for each in rounds for press in each["warm presses"].values()
    )
    return {
        "rounds": rounds,
        "Home stands, median": median(each["Home stands"] for each in rounds),
        "cold press": {
            "first point, median": cold,
            "at most": MAX_COLD_SECONDS,
            "reached": cold <= MAX_COLD_SECONDS,
        },
        "warm press": {
            "first point, median": warm,
            "at most": MAX_WARM_SECONDS,
            "reached": warm <= MAX_WARM_SECONDS,
        },
    }


def _round(browser, folder: Path) -> dict[str, object]:
    use, load = psutil.cpu_percent(2), os.getloadavg()[0]
    data, log = folder / "data", folder / "log"
    server = AppServer(data, log=log)
    began, began_at = time.perf_counter(), time.time()
    server.start()
    try:
        answers = time.perf_counter() - began
        with _visitor(browser, server) as page:
            page.goto("/")
            page.locator(".js-plotly-plot").nth(2).wait_for()
            home = time.perf_counter() - began
            cold = _press(page, COLD, data, began_at)
        _wait_until_idle(server)
        ready = time.perf_counter() - began
        warm = {}
        for name, recipe in WARM.items():
            with _visitor(browser, server) as page:
                warm[name] = _press(page, recipe, data, began_at)
    finally:
        server.stop()
    return {
        "processor use before, %": use,
        "load average before": round(load, 2),  # of a minute, in which the last round ended
        "server answers": round(answers, 2),
        "Home stands": round(home, 2),
        "cold press": cold,
        "workers": _events(log, began_at),
        "nothing left to do": round(ready, 1),
        "warm presses": warm,
    }


def _earliest(browser, folder: Path) -> dict[str, float]:
    server = AppServer(folder / "data", log=folder / "log")
    began_at = time.time()
    server.start()
    try:
        with _visitor(browser, server) as page:
            return _press(page, COLD, folder / "data", began_at)
    finally:
        server.stop()


@contextlib.contextmanager
def _visitor(browser, server: AppServer):
    """Somebody new, so that no curve of an earlier run is on the page."""
    context = browser.new_context(base_url=server.address)
    context.set_default_timeout(WAIT_MS)
    yield context.new_page()
    context.close()


def _press(page, recipe: dict[str, str], data: Path, began_at: float) -> dict[str, float]:
    """Seconds from the press, but "pressed", which is from the start of the server."""
    page.goto(f"/Train?{urlencode(recipe)}")
    button = page.locator(".st-key-start button:enabled")
    button.wait_for()
    pressed, pressed_at = time.perf_counter(), time.time()
    button.click()
    page.wait_for_function(FIRST_POINT, polling=20)
    first = time.perf_counter() - pressed
    page.get_by_text("epochs in").wait_for()
    ended = time.perf_counter() - pressed
    with sqlite3.connect(f"file:{data / 'unpadded.sqlite3'}?mode=ro", uri=True) as store:
        query = "select created, started from runs where created > ? order by created desc"
        created, started = store.execute(query, [pressed_at - 1]).fetchone()
    return {
        "pressed": round(pressed_at - began_at, 2),
        "queued": round(created - pressed_at, 2),
        "taken up by a worker": round(started - pressed_at, 2),
        "first point": round(first, 2),
        "ended": round(ended, 2),
    }


def _wait_until_idle(server: AppServer) -> None:
    """Until nothing of the app computes for a while."""
    idle_since = None
    while idle_since is None or time.perf_counter() - idle_since < IDLE_SECONDS:
        family = {process.pid: process for process in server.family()}
        before = {pid: _cpu(process) for pid, process in family.items()}
        time.sleep(0.5)
        used = sum(_cpu(process) - before[pid] for pid, process in family.items())
        if used > IDLE_SHARE * 0.5 or not _has_worker(family.values()):
            idle_since = None
        else:
            idle_since = idle_since or time.perf_counter()


def _cpu(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return times.user + times.system


def _has_worker(family) -> bool:
    return len(list(family)) > 2  # the server and the scheduler's process come first


def _events(log: Path, began_at: float) -> list[str]:
    """Log lines of the server and the workers, with seconds from the start of the server."""
    from datetime import datetime

    lines = []
    for line in log.read_text(errors="replace").splitlines():
        if line.startswith("{"):
            said = json.loads(line)
            if said["event"].startswith(("server", "worker")):
                at = datetime.fromisoformat(said["time"]).timestamp() - began_at
                lines.append(f"{at:.1f} s: {said['event']} ({said['process']})")
    return lines
