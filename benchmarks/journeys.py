"""Journeys from a file to an exported model, in Chromium: ``python -m benchmarks journeys``.

A new visitor comes with engine data, an archive in the ``.ts`` format, a workbook, a link from
somebody else, or nothing, on a desktop and on a phone, and leaves with the ZIP of a trained model.
Counted are clicks and taps, with choosing files as one; nothing is typed. With ``--data`` the
engines are those of ``cmapss/train_FD001.txt``; otherwise they are drawn. Pictures of each step are
written beside the report.
"""

from __future__ import annotations

import io
import re
import tempfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from tests.support.app_server import ROOT, AppServer
from tests.support.chromium import ARGUMENTS, executable

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

MAX_CLICKS = 8
TRAINING_MS = 600_000
LOOKS: dict[str, dict[str, object]] = {
    "desktop": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "light"},
    "phone": {
        "viewport": {"width": 390, "height": 844},
        "color_scheme": "dark",
        "has_touch": True,
        "is_mobile": True,
    },
}
VOWELS = ROOT / "samples" / "japanese_vowels.csv"
LINK = "/Train?data=japanese_vowels&family=recurrent&layers=BiGRU-32&pooling=mean&epochs=20"
SENSORS, SETTINGS = 21, 3
RNG_SEED = 0


class Walk:
    """A visitor's way through the app: its clicks are counted, its steps are pictured."""

    def __init__(self, page: Page, pictures: Path | None, name: str) -> None:
        self.page, self.clicks = page, 0
        self._pictures, self._name, self._count = pictures, name, 0

    def click(self, what: Locator) -> None:
        """Click, as a person does: what is out of sight is scrolled to."""
        what.first.scroll_into_view_if_needed()
        what.first.click()
        self.clicks += 1

    def choose_files(self, files: dict[str, bytes]) -> None:
        """Choose files in the dialog of the uploader, counted as one click."""
        self.page.locator("input[type=file]").first.set_input_files(
            [
                {"name": name, "mimeType": "application/octet-stream", "buffer": content}
                for name, content in files.items()
            ]
        )
        self.clicks += 1

    def show(self) -> None:
        """Picture the page as it is now, from its beginning."""
        self._count += 1
        self.page.wait_for_timeout(1000)  # what fades in has faded in
        if self._pictures is not None:
            self._pictures.mkdir(parents=True, exist_ok=True)
            path = self._pictures / f"{self._name}-{self._count}.png"
            self.page.screenshot(path=path)


def run(data: Path | None, pictures: Path) -> dict[str, object]:
    """Walk all journeys in both looks."""
    from playwright.sync_api import sync_playwright

    report: dict[str, object] = {}
    with (
        tempfile.TemporaryDirectory() as folder,
        AppServer(Path(folder), log=Path(folder) / "log") as server,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=executable(), args=[*ARGUMENTS])
        for name in JOURNEYS:
            for look in LOOKS:
                report[f"{name}, {look}"] = walk(
                    browser, server.address, name, look, data, pictures
                )
        browser.close()
    return report


def walk(
    browser: Browser,
    address: str,
    name: str,
    look: str,
    data: Path | None = None,
    pictures: Path | None = None,
) -> dict[str, object]:
    """Walk one journey as a new visitor; returns its clicks, seconds and files."""
    context = browser.new_context(base_url=address, locale="en-GB", **LOOKS[look])
    page = context.new_page()
    page.set_default_timeout(60_000)
    began, journey = time.monotonic(), Walk(page, pictures, f"{name}-{look}")
    JOURNEYS[name](journey, data)
    content = _export(journey)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = archive.namelist()
    context.close()
    return {
        "clicks": journey.clicks,
        "at most": MAX_CLICKS,
        "seconds": round(time.monotonic() - began),
        "reached": journey.clicks <= MAX_CLICKS and "model.keras" in names,
    }


def _open_engines(journey: Walk, data: Path | None) -> None:
    path = None if data is None else data / "cmapss" / "train_FD001.txt"
    content = draw_engines() if path is None else path.read_bytes()
    _upload(journey, {"train_FD001.txt": content})
    journey.click(journey.page.get_by_role("button", name="Predict the remaining steps"))
    _find(journey.page, "Ready to train")
    journey.show()
    _go_to_training(journey)


def _open_archive(journey: Walk, data: Path | None) -> None:
    _upload(journey, write_ts())
    _go_to_training(journey)


def _open_workbook(journey: Walk, data: Path | None) -> None:
    workbook = io.BytesIO()
    pd.read_csv(VOWELS).to_excel(workbook, index=False)
    _upload(journey, {"vowels.xlsx": workbook.getvalue()})
    _go_to_training(journey)


def _open_link(journey: Walk, data: Path | None) -> None:
    """Open the address that another visitor's page has, with their settings."""
    page = journey.page
    page.goto(LINK)
    page.get_by_role("button", name="Start training").wait_for()
    link = page.url
    page.context.clear_cookies()  # from here on, somebody else
    page.goto(link)
    _start_training(journey)


def _train_example(journey: Walk, data: Path | None) -> None:
    page = journey.page
    page.goto("/")
    button = page.get_by_role("button", name="Train the network")
    button.wait_for()
    journey.show()
    journey.click(button)
    _find(page, re.compile("100 epochs in"))
    link = page.get_by_role("link", name="Result and export")
    link.wait_for()
    journey.show()
    journey.click(link)


JOURNEYS: dict[str, Callable[[Walk, Path | None], None]] = {
    "engines": _open_engines,
    "archive": _open_archive,
    "workbook": _open_workbook,
    "link": _open_link,
    "example": _train_example,
}


def _upload(journey: Walk, files: dict[str, bytes]) -> None:
    page = journey.page
    page.goto("/Data")
    page.get_by_role("tab", name="Upload a file").wait_for()
    page.locator(".js-plotly-plot").nth(2).wait_for()
    journey.choose_files(files)
    first = next(iter(files)).split("_")[0]  # parts of a split come in any order
    page.get_by_role("heading", name=re.compile(first)).wait_for()
    journey.show()


def _go_to_training(journey: Walk) -> None:
    journey.click(
        journey.page.get_by_test_id("stMain").get_by_role("link", name=re.compile("^Train"))
    )
    _start_training(journey)


def _start_training(journey: Walk) -> None:
    start = journey.page.get_by_role("button", name="Start training")
    start.wait_for()
    journey.show()
    journey.click(start)
    journey.show()


def _export(journey: Walk) -> bytes:
    page = journey.page
    export = page.get_by_text("Export", exact=True)
    export.wait_for(timeout=TRAINING_MS)
    page.get_by_role("button", name=re.compile("Padding|padding")).first.wait_for()
    journey.show()
    journey.click(export)
    button = page.get_by_role("button", name="Model (ZIP)")
    button.wait_for(timeout=TRAINING_MS)
    journey.show()
    with page.expect_download() as download:
        journey.click(button)
    return download.value.path().read_bytes()


def _find(page: Page, text: str | re.Pattern[str]) -> None:
    page.get_by_text(text).first.wait_for()


def draw_engines(units: int = 30) -> bytes:
    """Draw engines that wear out, as text without column names: unit, cycle, settings, sensors."""
    rng = np.random.default_rng(RNG_SEED)
    slopes = rng.normal(0, 1, SENSORS)
    lines = []
    for unit in range(1, units + 1):
        cycles = int(rng.integers(60, 150))
        wear = np.linspace(0, 1, cycles)[:, None] ** 3
        sensors = 500 + 5 * wear * slopes + rng.normal(0, 0.5, (cycles, SENSORS))
        settings = rng.normal(0, 0.002, (cycles, SETTINGS))
        for cycle, values in enumerate(np.hstack([settings, sensors]), start=1):
            lines.append(f"{unit} {cycle} " + " ".join(f"{value:.4f}" for value in values))
    return ("\n".join(lines) + "\n").encode()


def write_ts() -> dict[str, bytes]:
    """Write the Japanese vowels as two files in the ``.ts`` format."""
    table = pd.read_csv(VOWELS)
    id_, time_, split, target = "utterance", "t", "split", "speaker"
    features = [name for name in table.columns if name not in (id_, time_, split, target)]
    labels = " ".join(map(str, sorted(table[target].unique())))
    header = (
        "@problemName JapaneseVowels\n@timeStamps false\n@missing false\n@univariate false\n"
        f"@dimensions {len(features)}\n@equalLength false\n@classLabel true {labels}\n@data\n"
    )
    files = {}
    for part, rows in table.groupby(split):
        lines = []
        for _, sequence in rows.groupby(id_, sort=False):
            values = [",".join(map(str, sequence[name])) for name in features]
            lines.append(":".join([*values, str(sequence[target].iloc[0])]))
        name = f"JapaneseVowels_{str(part).upper()}.ts"
        files[name] = (header + "\n".join(lines) + "\n").encode()
    return files
