"""Reloads and clicks around the end of a run, in Chromium: do the live parts of the page go on, and
is the form what it was?

Each try trains for a second or two, and disturbs Train at another moment, from four seconds before
the run's end to two after it:

- *reload* reloads the page in a slow browser that has nothing in its cache, so that the parts of
  the page arrive later than the server draws them;
- *click* changes a setting and takes it back, again and again, while other visitors keep the server
  busy, so that repetitions of the page before reach the server as a run of it has just ended.

A *stall* is a page that does not show the ended run and its padding check in time; a *reset* is a
form or an address that is not as it was chosen.
"""

from __future__ import annotations

import contextlib
import json
import re
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

from tests.support.app_server import AppServer
from tests.support.chromium import ARGUMENTS, executable
from tests.support.streamlit_client import Visitor

TRIES = 50
AROUND = (-4.0, 2.0)  # seconds from the run's end; a slow browser takes 2 s to load the page
WAIT_MS = 60_000
STALL_MS = 20_000  # a page that lives shows it within 3 s
SLOWDOWN, LATENCY_MS = 4, 100  # of the browser that reloads
OTHERS = 3  # visitors who keep the server busy
CLICKS = 6  # even, so that the setting is what it was

# Not the suggested ones, nor any field's smallest value.
CHOSEN = {
    "data": "japanese_vowels",
    "layers": "LSTM-24,LSTM-12-0.1",
    "epochs": "40",
    "learning_rate": "0.004",
    "batch_size": "24",
    "patience": "none",
    "seed": "7",
    "standardize": "no",
}
SHOWN = {
    "Recurrent layers": "2",
    "Epochs": "40",
    "Batch size, in sequences": "24",
    "Learning rate": "0.004",
    "Patience, in epochs": "0",
    "Seed": "7",
}


ANYWAY = "Train anyway"


@dataclass
class Outcome:
    """Stalls and resets, and the number of tries."""

    tries: int = 0
    stalls: list[str] = field(default_factory=list)
    resets: list[str] = field(default_factory=list)

    def report(self) -> dict[str, object]:
        return {
            "tries": self.tries,
            "stalls": len(self.stalls),
            "resets": len(self.resets),
            "what went wrong": self.stalls + self.resets,
            "reached": not self.stalls and not self.resets,
        }


def run(runs: int) -> dict[str, object]:
    """50 reloads and 50 clicks; ``runs`` is for benchmarks that interleave."""
    if executable() is None:
        return {"skipped": "no Chromium on this machine"}
    from playwright.sync_api import sync_playwright

    with (
        tempfile.TemporaryDirectory() as folder,
        AppServer(Path(folder), log=Path(folder) / "log") as server,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=executable(), args=[*ARGUMENTS])
        slow = browser.new_context(base_url=server.address).new_page()
        slow_down(slow)
        reloads = train_and_disturb(slow, TRIES, reload)
        slow.context.close()
        print(json.dumps({"reloads": reloads.report()}, indent=1), flush=True)
        page = browser.new_context(base_url=server.address).new_page()
        with busy_server(server.address):
            clicks = train_and_disturb(page, TRIES, click)
        browser.close()
    return {"reloads": reloads.report(), "clicks": clicks.report()}


def slow_down(page) -> None:
    """Have the page's browser compute more slowly, and fetch everything each time."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWDOWN})
    devtools.send("Network.enable")
    devtools.send("Network.setCacheDisabled", {"cacheDisabled": True})
    conditions = {"offline": False, "downloadThroughput": -1, "uploadThroughput": -1}
    devtools.send("Network.emulateNetworkConditions", conditions | {"latency": LATENCY_MS})


@contextlib.contextmanager
def busy_server(address: str) -> Iterator[None]:
    """Visitors who look at one page after another, until the block ends."""
    over = threading.Event()

    def look() -> None:
        with Visitor(address) as visitor:
            while not over.is_set():
                for page in ("/Mask", "/Data", "/Runs", "/Train"):
                    visitor.open(page)

    threads = [threading.Thread(target=look) for _ in range(OTHERS)]
    for thread in threads:
        thread.start()
    yield
    over.set()
    for thread in threads:
        thread.join()


def reload(page) -> None:
    page.reload(wait_until="commit")


def click(page) -> None:
    for _ in range(CLICKS):
        page.get_by_test_id("stCheckbox").filter(has_text="Standardize").first.click()
        page.wait_for_timeout(150)


def train_and_disturb(page, tries: int, disturb: Callable) -> Outcome:
    """Train ``tries`` times, and disturb the page around each run's end."""
    outcome = Outcome()
    page.set_default_timeout(WAIT_MS)
    page.goto(f"/Train?{urlencode(CHOSEN)}")
    seconds = _train(page)
    for number in range(tries):
        offset = AROUND[0] + number / max(tries - 1, 1) * (AROUND[1] - AROUND[0])
        _press(page)
        time.sleep(max(seconds + offset, 0.2))
        disturb(page)
        outcome.tries += 1
        what = f"{disturb.__name__} {offset:+.2f} s from the end"
        if not _is_alive(page):
            outcome.stalls.append(what)
            page.reload()
        different = _differences(page)
        if different:
            outcome.resets.append(f"{what}: {different}")
            page.goto("about:blank")
            page.goto(f"/Train?{urlencode(CHOSEN)}")
    return outcome


def _press(page) -> None:
    """Start the training, and wait until the page shows it. What was trained before has its result
    at once, and is trained anyway."""
    page.locator(".st-key-start button:enabled").click()
    stop, anyway = page.locator(".st-key-train-stop"), page.get_by_role("button", name=ANYWAY)
    stop.or_(anyway).first.wait_for()
    if not stop.is_visible():
        anyway.click()
        stop.wait_for()


def _train(page) -> float:
    """Seconds that a run takes, once its network is compiled."""
    for _ in range(2):
        _press(page)
        began = time.perf_counter()
        page.get_by_text("40 epochs in").wait_for()
        seconds = time.perf_counter() - began
    return seconds


def _is_alive(page) -> bool:
    """Wait for what follows the run; False if it does not come by itself."""
    from playwright.sync_api import TimeoutError

    try:
        page.get_by_text("40 epochs in").wait_for(timeout=STALL_MS)
        badge = page.get_by_role("button", name=re.compile("Padding never counts"))
        badge.wait_for(timeout=STALL_MS)
        page.locator(".st-key-start button:enabled").wait_for(timeout=STALL_MS)
    except TimeoutError:
        return False
    return True


def _differences(page) -> dict[str, str]:
    """Fields of the form and of the address that are not as chosen."""
    page.wait_for_timeout(1000)  # a reset may come with the second run
    found = {name: page.get_by_label(name, exact=True).input_value() for name in SHOWN}
    wrong = {name: text for name, text in found.items() if text != SHOWN[name]}
    address = {name: texts[0] for name, texts in parse_qs(urlsplit(page.url).query).items()}
    return wrong | {
        f"{name}=": address.get(name, "")
        for name, text in CHOSEN.items()
        if address.get(name) != text
    }
