"""Loading time of the Runs page for a visitor with a long history."""

from __future__ import annotations

import re
import tempfile
import time
from pathlib import Path
from statistics import median

import numpy as np

from benchmarks.soak.kills import make_data
from core import Recipe
from core.data.serialization import pack
from core.engine.progress import Progress
from runs.store import Content, Result, Store
from runs.types import RunState
from tests.support.app_server import AppServer
from tests.support.chromium import ARGUMENTS, executable
from tests.support.streamlit_client import Visitor
from tests.support.streamlit_client.elements import get_label
from ui.http.visitor_cookie import NAME, generate_secret, get_browser_id, sign

EPOCHS = 100
ENTRIES = 20  # per page of Runs
ROUNDS = 5
MAX_SECONDS = 1.0


def many_runs(count: int, rounds: int = ROUNDS) -> dict[str, object]:
    """Store ``count`` finished runs of one visitor, and open the Runs page.

    It is opened over the browser's protocol and in Chromium, ``rounds`` times after the first.
    """
    secret = generate_secret()
    with tempfile.TemporaryDirectory() as folder:
        store = Store(f"sqlite:///{Path(folder) / 'unpadded.sqlite3'}")
        _fill(store, get_browser_id(secret), count)
        cookie = sign(secret, store.cookies.read_key())
        store.close()
        with AppServer(Path(folder)) as server:
            with Visitor(server.address, {NAME: cookie}) as visitor:
                visitor.open("/")
                responded = [_open_runs_page(visitor, count) for _ in range(rounds + 1)][1:]
            drawn = _measure_in_chromium(server.address, cookie, rounds)
    return {
        "runs": count,
        "seconds until the server has answered": round(median(responded), 3),
        "seconds until the list is drawn in Chromium": drawn and round(median(drawn), 3),
        "seconds at most": MAX_SECONDS,
        "reached": max(median(responded), median(drawn or [0])) < MAX_SECONDS,
    }


def _fill(store: Store, owner: str, count: int) -> None:
    """Store finished runs."""
    store.visitors.record_visit(owner, lasting=False)
    content = Content.from_bytes(pack(make_data(0)))
    rng = np.random.default_rng(0)
    for number in range(count):
        recipe = Recipe(epochs=EPOCHS, seed=number)
        run = store.runs.create(owner, f"run {number}", recipe, content, {}, 1.0)
        claim = store.attempts.claim(run, "tcp://127.0.0.1:1")
        losses = np.sort(rng.lognormal(size=EPOCHS))[::-1].tolist()
        result = Result(
            state=RunState.FINISHED,
            model=rng.bytes(20_000),
            checkpoint=rng.bytes(20_000),
            history={"loss": losses, "val_loss": losses, "seconds": [0.1] * EPOCHS},
            progress=Progress(EPOCHS, EPOCHS, 0, 13, 200, {}, 10.0),
            metrics={"validation": {"mse": losses[-1], "rmse": losses[-1] ** 0.5}},
            notes=(),
            best_epoch=EPOCHS,
            computed={"layers": ["fused"], "groups": 2},
        )
        store.attempts.end(run, claim.attempt, result)
        content = content.digest if isinstance(content, Content) else content


def _open_runs_page(visitor: Visitor, count: int) -> float:
    """Open Runs and return to Home; return the seconds until the server has responded."""
    seconds = visitor.page_link("Runs")
    entries = [each for each in visitor.find_all("page_link") if "\n\n" in get_label(each)]
    if len(entries) != min(count, ENTRIES):
        raise RuntimeError("not all runs of the first page are listed")
    visitor.page_link("Home")
    return seconds


def _measure_in_chromium(address: str, cookie: str, rounds: int) -> list[float]:
    """Measure the seconds from the click on Runs until its list is drawn; [] without Chromium."""
    if executable() is None:
        return []
    from playwright.sync_api import sync_playwright

    seconds = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), args=[*ARGUMENTS])
        context = browser.new_context(base_url=address, viewport={"width": 1280, "height": 900})
        context.add_cookies([{"name": NAME, "value": cookie, "url": address}])
        page = context.new_page()
        for number in range(rounds + 1):
            page.goto("/")
            page.locator(".js-plotly-plot").nth(2).wait_for()
            began = time.perf_counter()
            page.get_by_role("link", name="Runs", exact=True).click()
            page.get_by_role("link", name=re.compile(r"^run \d+")).nth(ENTRIES - 1).wait_for()
            if number:  # the first page load fetches the JavaScript
                seconds.append(time.perf_counter() - began)
        browser.close()
    return seconds
