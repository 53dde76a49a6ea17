"""Time from the click on "Train the network" to the first point of the loss curve, in Chromium."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from statistics import median

from tests.support.app_server import AppServer
from tests.support.chromium import ARGUMENTS, FIRST_POINT, executable

MAX_SECONDS = 1.5
READING_SECONDS = 2  # minimum that a new visitor reads before the click


def run(runs: int) -> dict[str, object]:
    """Measure ``runs`` times, each on a new server with warm workers.

    A server that has trained the example once reuses the result.
    """
    if executable() is None:
        return {"skipped": "no Chromium on this machine"}
    from playwright.sync_api import sync_playwright

    seconds = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), args=[*ARGUMENTS])
        for _ in range(runs):
            with tempfile.TemporaryDirectory() as folder:
                seconds.append(_measure_click(browser, Path(folder)))
        browser.close()
    return {
        "seconds, median": round(median(seconds), 2),
        "rounds": [round(each, 2) for each in seconds],
        "at most": MAX_SECONDS,
        "reached": median(seconds) <= MAX_SECONDS,
    }


def _measure_click(browser, folder: Path) -> float:
    with AppServer(folder, log=folder / "log", UNPADDED_WORKERS="2") as server:
        server.wait_for_warm_workers(2)
        page = browser.new_context(base_url=server.address).new_page()
        page.goto("/")
        page.locator(".js-plotly-plot").nth(2).wait_for()
        time.sleep(READING_SECONDS)
        began = time.perf_counter()
        page.get_by_role("button", name="Train the network").click()
        page.wait_for_function(FIRST_POINT, polling=20)
        seconds = time.perf_counter() - began
        page.context.close()
        return seconds
