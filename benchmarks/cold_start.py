"""Time from a cold start of the server to the first result: ``python -m benchmarks start``.

In Chromium, *Start training* is pressed for recipes that no worker has compiled. Each round starts
the app twice with an empty data folder. The first time, it opens Home as soon as the server
responds, opens Train and presses the button as soon as it is enabled; when the workers are idle, it
presses the button for other recipes. The second time, it opens Train directly, so that the button
is pressed as early as possible.
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
MAX_COLD_SECONDS, MAX_WARM_SECONDS = (
    10.0,
    3.0,
)  # from the press to the first point
IDLE_SHARE, IDLE_SECONDS = 0.25, 3.0  # of one core; a warm server uses 0.08
WAIT_MS = 120_000

# Neither is the recipe of the example, which the button on Home trains.
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
    """Run the rounds, each on new servers; ``runs`` is for interleaved benchmarks."""
    if executable() is None:
        return {"skipped": "no Chromium on this machine"}
    from playwright.sync_api import sync_playwright

    rounds = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), args=[*ARGUMENTS])
        for _ in range(ROUNDS):
            with tempfile.TemporaryDirectory() as folder:
                rounds.append(_run_round(browser, Path(folder)))
            with tempfile.TemporaryDirectory() as folder:
                rounds[-1]["earliest press"] = _measure_earliest_press(browser, Path(folder))
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


def _run_round(browser, folder: Path) -> dict[str, object]:
    """Measure a cold start by way of Home, and presses with idle workers."""
    cpu_percent, load = psutil.cpu_percent(2), os.getloadavg()[0]
    data, log = folder / "data", folder / "log"
    server = AppServer(data, log=log)
    began, began_at = time.perf_counter(), time.time()
    server.start()
    try:
        responds = time.perf_counter() - began
        with _open_page(browser, server) as page:
            page.goto("/")
            page.locator(".js-plotly-plot").nth(2).wait_for()
            home = time.perf_counter() - began
            cold = _press_start(page, COLD, data, began_at)
        _wait_until_idle(server)
        idle = time.perf_counter() - began
        warm = {}
        for name, recipe in WARM.items():
            with _open_page(browser, server) as page:
                warm[name] = _press_start(page, recipe, data, began_at)
    finally:
        server.stop()
    return {
        "processor use before, %": cpu_percent,
        "load average before": round(
            load, 2
        ),  # over a minute, which includes the end of the last round
        "server answers": round(responds, 2),
        "Home stands": round(home, 2),
        "cold press": cold,
        "workers": _list_events(log, began_at),
        "nothing left to do": round(idle, 1),
        "warm presses": warm,
    }


def _measure_earliest_press(browser, folder: Path) -> dict[str, float]:
    """Measure a cold start that opens Train directly."""
    server = AppServer(folder / "data", log=folder / "log")
    began_at = time.time()
    server.start()
    try:
        with _open_page(browser, server) as page:
            return _press_start(page, COLD, folder / "data", began_at)
    finally:
        server.stop()


@contextlib.contextmanager
def _open_page(browser, server: AppServer):
    """Open a page as a new visitor, so that it shows no loss curve of an earlier run."""
    context = browser.new_context(base_url=server.address)
    context.set_default_timeout(WAIT_MS)
    yield context.new_page()
    context.close()


def _press_start(page, recipe: dict[str, str], data: Path, began_at: float) -> dict[str, float]:
    """Start a training on Train, and measure.

    Args:
        page: Page of the browser.
        recipe: Query parameters of the link.
        data: Data folder of the server.
        began_at: Time of the start of the server.

    Returns:
        Seconds from the press of the button, except "pressed", which is from the start of the
        server.
    """
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
    """Wait until the processes of the app have been idle for a while."""
    idle_since = None
    while idle_since is None or time.perf_counter() - idle_since < IDLE_SECONDS:
        family = {process.pid: process for process in server.family()}
        before = {pid: _get_cpu_seconds(process) for pid, process in family.items()}
        time.sleep(0.5)
        used = sum(_get_cpu_seconds(process) - before[pid] for pid, process in family.items())
        if used > IDLE_SHARE * 0.5 or not _has_worker(family.values()):
            idle_since = None
        else:
            idle_since = idle_since or time.perf_counter()


def _get_cpu_seconds(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return times.user + times.system


def _has_worker(family) -> bool:
    return len(list(family)) > 2  # the first two are the server and the scheduler


def _list_events(log: Path, began_at: float) -> list[str]:
    """Return the events of the server and the workers, in seconds from the server's start."""
    from datetime import datetime

    lines = []
    for line in log.read_text(errors="replace").splitlines():
        if line.startswith("{"):
            entry = json.loads(line)
            if entry["event"].startswith(("server", "worker")):
                seconds = datetime.fromisoformat(entry["time"]).timestamp() - began_at
                lines.append(f"{seconds:.1f} s: {entry['event']} ({entry['process']})")
    return lines
