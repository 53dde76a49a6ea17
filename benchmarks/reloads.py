"""Reloads and clicks around the end of a run, in Chromium: ``python -m benchmarks reloads``.

Checks that the live parts of the page keep updating and that the form keeps its values. Each try
trains for a second or two, with the form open, and disturbs the page Train at a different moment,
from four seconds before the end of the run to two seconds after it:

- *reload* reloads the page in a slow browser with an empty cache, so that the parts of the page
  arrive later than the server sends them;
- *click* repeatedly changes a setting and changes it back while other visitors keep the server
  busy, so that fragment reruns of the previous page run reach the server just after a page run has
  ended.

A *stall* is a page that does not show the ended run and its padding check in time. A *reset* is a
form or a URL that differs from the chosen settings, or a form that has folded.
"""

from __future__ import annotations

import contextlib
import json
import re
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import numpy as np

from tests.support.app_server import AppServer
from tests.support.chromium import ARGUMENTS, executable
from tests.support.streamlit_client import Visitor

# Seconds from the end of the run; the slow browser loads the page in 2 s
MOMENTS = np.linspace(-4.0, 2.0, num=50).tolist()
WAIT_MS = 60_000
STALL_MS = 20_000  # a page that updates shows the result within 3 s
MAX_WAITS = 4  # as long on a server so busy that no other page shows the result either
SLOWDOWN, LATENCY_MS = 4, 100  # of the browser in which the page is reloaded
OTHER_VISITORS = 3  # visitors who keep the server busy
CLICKS = 6  # even, so that the setting is unchanged in the end

# Neither the suggested values nor the smallest value of any field.
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
    "Layers": "2",
    "Epochs": "40",
    "Batch size, in sequences": "24",
    "Learning rate": "0.004",
    "Patience, in epochs": "",
    "Seed": "7",
}


ANYWAY, CHANGE = "Train anyway", "Change"


@dataclass
class Outcome:
    """Result of the tries.

    Attributes:
        tries: Number of tries.
        stalls: Description of each stall.
        resets: Description of each reset.
    """

    tries: int = 0
    stalls: list[str] = field(default_factory=list)
    resets: list[str] = field(default_factory=list)

    def build_report(self) -> dict[str, object]:
        """Build the report."""
        return {
            "tries": self.tries,
            "stalls": len(self.stalls),
            "resets": len(self.resets),
            "what went wrong": self.stalls + self.resets,
            "reached": not self.stalls and not self.resets,
        }


def run(runs: int) -> dict[str, object]:
    """Run 50 reloads and 50 clicks; ``runs`` is for interleaved benchmarks."""
    if executable() is None:
        return {"skipped": "no Chromium on this machine"}
    from playwright.sync_api import sync_playwright

    with (
        tempfile.TemporaryDirectory() as folder,
        AppServer(Path(folder), log=Path(folder) / "log") as server,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=executable(), args=[*ARGUMENTS])
        page = browser.new_context(base_url=server.address).new_page()
        slow_down(page)
        reloads = train_and_disturb(page, MOMENTS, reload)
        page.context.close()
        print(json.dumps({"reloads": reloads.build_report()}, indent=1), flush=True)
        page = browser.new_context(base_url=server.address).new_page()
        with busy_server(server.address):
            clicks = train_and_disturb(page, MOMENTS, click)
        browser.close()
    return {"reloads": reloads.build_report(), "clicks": clicks.build_report()}


def slow_down(page) -> None:
    """Slow down the page's browser and disable its cache."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWDOWN})
    devtools.send("Network.enable")
    devtools.send("Network.setCacheDisabled", {"cacheDisabled": True})
    conditions = {"offline": False, "downloadThroughput": -1, "uploadThroughput": -1}
    devtools.send("Network.emulateNetworkConditions", conditions | {"latency": LATENCY_MS})


@contextlib.contextmanager
def busy_server(address: str) -> Iterator[None]:
    """Keep a server busy with visitors who open one page after the other until the block ends."""
    done = threading.Event()

    def open_pages() -> None:
        with Visitor(address) as visitor:
            while not done.is_set():
                for page in ("/Mask", "/Data", "/Runs", "/Train"):
                    visitor.open(page)

    threads = [threading.Thread(target=open_pages) for _ in range(OTHER_VISITORS)]
    for thread in threads:
        thread.start()
    yield
    done.set()
    for thread in threads:
        thread.join()


def reload(page) -> None:
    """Reload the page."""
    page.reload(wait_until="commit")


def click(page) -> None:
    """Change a setting and change it back, several times."""
    for _ in range(CLICKS):
        page.get_by_test_id("stCheckbox").filter(has_text="Standardize").first.click()
        page.wait_for_timeout(150)


def train_and_disturb(page, moments: Sequence[float], disturb: Callable) -> Outcome:
    """Train once per moment, and disturb the page at that moment of the run.

    Args:
        page: Page of the browser.
        moments: Seconds from the end of the run, negative before it.
        disturb: ``reload`` or ``click``.
    """
    outcome = Outcome()
    page.set_default_timeout(WAIT_MS)
    page.goto(f"/Train?{urlencode(CHOSEN)}")
    seconds = _measure_run(page)
    for moment in moments:
        began = _start_training(page)
        time.sleep(max(began + seconds + moment - time.perf_counter(), 0.2))
        disturb(page)
        outcome.tries += 1
        description = f"{disturb.__name__} {moment:+.2f} s from the end"
        if not _is_alive(page):
            outcome.stalls.append(description)
            page.reload()
        differences = _find_differences(page)
        if differences:
            outcome.resets.append(f"{description}: {differences}")
            page.goto("about:blank")
            page.goto(f"/Train?{urlencode(CHOSEN)}")
    return outcome


def _start_training(page) -> float:
    """Start the training, and show its form again, which a training folds.

    For a training that was run before, the page shows the result immediately; it is run again.

    Returns:
        ``time.perf_counter()`` at which the page showed the training.
    """
    _show_form(page)
    page.locator(".st-key-start button:enabled").click()
    stop, train_anyway = page.locator(".st-key-train-stop"), page.get_by_role("button", name=ANYWAY)
    stop.or_(train_anyway).first.wait_for()
    if not stop.is_visible():
        train_anyway.click()
        stop.wait_for()
    began = time.perf_counter()
    _show_form(page)
    return began


def _show_form(page) -> None:
    """Show the form of the settings if it is folded."""
    start = page.locator(".st-key-start button")
    change = _find_change_button(page)
    start.or_(change).first.wait_for()
    if change.is_visible():
        change.click()
        start.wait_for()


def _find_change_button(page):
    """Find the button that shows the form; its class also finds a hidden copy."""
    return page.get_by_role("button", name=CHANGE, exact=True)


def _measure_run(page) -> float:
    """Measure the seconds of a run after its network has been compiled."""
    for _ in range(2):
        began = _start_training(page)
        page.get_by_text("40 epochs in").wait_for()
        seconds = time.perf_counter() - began
    return seconds


def _is_alive(page) -> bool:
    """Wait for the result of the run; return False if only another page shows it."""
    for _ in range(MAX_WAITS):
        if _shows_result(page, STALL_MS):
            return True
        other = page.context.new_page()
        other.goto(page.url)
        is_known = _shows_result(other, STALL_MS)
        other.close()
        if is_known:
            return False
    return False


def _shows_result(page, milliseconds: float) -> bool:
    from playwright.sync_api import TimeoutError

    try:
        page.get_by_text("40 epochs in").wait_for(timeout=milliseconds)
        badge = page.get_by_role("button", name=re.compile("Padding never counts"))
        badge.wait_for(timeout=milliseconds)
        start = page.locator(".st-key-start button:enabled")
        start.or_(_find_change_button(page)).first.wait_for(timeout=milliseconds)
    except TimeoutError:
        return False
    return True


def _find_differences(page) -> dict[str, str]:
    """Return the fields of the form and of the URL that differ from the chosen settings.

    The form was open before the page was disturbed, and has to be open still.
    """
    page.wait_for_timeout(1000)  # the second page run may reset a field
    if not page.locator(".st-key-start button").is_visible():
        return {"form": "folded"}
    shown = {name: page.get_by_label(name, exact=True).input_value() for name in SHOWN}
    different = {name: text for name, text in shown.items() if text != SHOWN[name]}
    query = {name: texts[0] for name, texts in parse_qs(urlsplit(page.url).query).items()}
    return different | {
        f"{name}=": query.get(name, "") for name, text in CHOSEN.items() if query.get(name) != text
    }
