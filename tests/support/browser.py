"""Tools of tests in Chromium: looks, waiting, and what a visitor clicks on."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

ROOT = Path(__file__).parents[2]
SECONDS = 60
LOOKS = {"light desktop": ("light", 1280), "dark phone": ("dark", 390)}


def only_in(look: str) -> pytest.MarkDecorator:
    """Run a long journey in one look, over pages that other tests see in both."""
    return pytest.mark.parametrize("page", [LOOKS[look]], ids=[look], indirect=True)


def listen_for_violations(page, violations: list[str]) -> None:
    """Record violations of the server's Content-Security-Policy, which the browser logs."""

    def tell(message) -> None:
        if "Content Security Policy" in message.text or "violates" in message.text:
            violations.append(message.text)

    page.on("console", tell)


PLOT = ".js-plotly-plot"


def count_drawn_epochs(page) -> int | None:
    """Count the epochs in the first loss curve on the page; None if there is none at the moment.

    Streamlit (1.67, its issue 8782) draws a figure whose data changed as a new one.
    """
    return page.evaluate(
        """() => {
            const plots = [...document.querySelectorAll('.js-plotly-plot')];
            const curve = plots.find(p => p.layout?.yaxis?.title?.text?.startsWith('loss'));
            if (!curve?.calcdata || curve.calcdata.length < curve.data.length) return null;
            return (curve.calcdata[0] ?? []).filter(point => Number.isFinite(point.y)).length;
        }"""
    )


def poll(page):
    """Poll for at most a minute."""
    for _ in range(1200):
        yield
        page.wait_for_timeout(50)
    raise AssertionError("the page does not change")


def find_download_button(page, name: str):
    """Find a button of the page; a table's toolbar has one of the same name."""
    return page.get_by_test_id("stDownloadButton").get_by_role("button", name=name)


def choose_family(page, name: str) -> None:
    """Choose a family on Train, by its name without its expected time."""
    page.get_by_role("radio", name=re.compile(f"^{name}")).click(force=True)
    settle(page)


def go_to(page, name: str) -> None:
    """Follow a link in the menu, which is collapsed on a phone."""
    if page.viewport_size["width"] < 768:
        page.get_by_test_id("stExpandSidebarButton").click()
    page.get_by_role("link", name=name, exact=True).first.click()


DRAWING_MS = 1_000  # milliseconds; no person is faster


def settle(page) -> None:
    """Wait until the page is drawn.

    Until then elements that fade in have another contrast, and a part that appears may close a
    list that was opened.
    """
    expect(page.locator("[data-test-script-state=notRunning]")).to_have_count(1)
    expect(page.locator("[data-stale=true]")).to_have_count(0)
    page.wait_for_timeout(300)


def open_list(page, name: str):
    """Open the list of a select box, which closes when the page is scrolled.

    A click scrolls to the box, and the browser tells of it only afterwards.
    """
    box = page.get_by_role("combobox", name=name)
    box.scroll_into_view_if_needed()
    settle(page)
    box.click()


ZOOMED = {"color_scheme": "light", "viewport": {"width": 640, "height": 450}}
