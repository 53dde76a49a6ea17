"""The pictures of the README and of this folder, made from the running app:

    python -m docs.screenshots

Needs requirements-dev.txt and Chromium.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

from tests.support.app_server import AppServer
from tests.support.browser import PLOT
from tests.support.chromium import ARGUMENTS, executable

HERE = Path(__file__).parent
WIDTH = 1280
SECONDS = 60


def shoot(page: Page, name: str, height: int) -> None:
    """The first so many pixels of a page, its menu folded away."""
    page.set_viewport_size({"width": WIDTH, "height": height})
    page.mouse.move(0, 0)
    page.wait_for_timeout(1500)  # what fades in has faded in
    page.screenshot(path=HERE / f"{name}.png")
    page.set_viewport_size({"width": WIDTH, "height": 900})


def home(page: Page) -> None:
    page.goto("/")
    expect(page.locator(".slider-group")).to_be_visible()
    page.get_by_role("button", name="Train the network").click()
    expect(page.get_by_role("button", name="Padding never counts")).to_be_visible()
    shoot(page, "home", 1240)


def mask(page: Page) -> None:
    page.goto("/Mask?data=example")
    expect(page.locator(PLOT)).to_have_count(2)
    shoot(page, "mask", 770)


def xray(page: Page) -> None:
    page.goto("/Predict")
    expect(page.get_by_text(re.compile("The mask skips"))).to_be_visible()
    box = page.locator(PLOT).last
    expect(box).to_be_visible()
    page.set_viewport_size({"width": WIDTH, "height": 2400})
    page.wait_for_timeout(1500)
    box.screenshot(path=HERE / "xray.png")
    page.set_viewport_size({"width": WIDTH, "height": 900})


def train(page: Page) -> None:
    page.goto("/Data?data=japanese_vowels")
    expect(page.locator(PLOT)).to_have_count(3)
    page.goto("/Train")
    page.get_by_role("button", name="Start training").click()
    expect(page.get_by_text(re.compile("epochs in"))).to_be_visible()
    expect(page.get_by_text("Confusion matrix", exact=True)).to_be_visible()
    shoot(page, "train", 2380)


def compare(page: Page) -> None:
    page.goto("/Compare")
    page.get_by_role("button", name="Compare", exact=True).click()
    expect(page.get_by_text("difference from “").first).to_be_visible(timeout=300_000)
    shoot(page, "compare", 1180)


PICTURES: tuple[Callable[[Page], None], ...] = (home, mask, xray, train, compare)


def main() -> None:
    with (
        tempfile.TemporaryDirectory() as data,
        AppServer(Path(data)) as server,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=executable(), args=[*ARGUMENTS])
        context = browser.new_context(
            viewport={"width": WIDTH, "height": 900},
            color_scheme="light",
            locale="en-GB",
            base_url=server.address,
        )
        page = context.new_page()
        expect.set_options(timeout=SECONDS * 1000)
        for picture in PICTURES:
            picture(page)
        browser.close()


if __name__ == "__main__":
    main()
