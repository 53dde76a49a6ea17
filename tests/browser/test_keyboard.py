"""The whole app works by keyboard."""

import re

import pytest
from playwright.sync_api import expect

from tests.support.browser import PLOT, ZOOMED

# Name of the focused element; lines above and below it are icons
FOCUSED_NAMES = """() => document.activeElement.matches('body, main') ? []
    : (document.activeElement.ariaLabel || document.activeElement.innerText).split('\\n')"""
# Box of the focused element, or of what is drawn for an invisible one
FOCUSED_BOX = """() => {
    let e = document.activeElement;
    while (e.getBoundingClientRect().width < 8) e = e.parentElement;
    const { left, top, right, bottom } = e.getBoundingClientRect();
    const x = Math.max(left - 4, 0), y = Math.max(top - 4, 0);
    return { x, y, width: Math.min(right + 4, innerWidth) - x,
             height: Math.min(bottom + 4, innerHeight) - y };
}"""


def is_marked(page) -> bool:
    """Check that the focus is visible: without it, the element looks different."""
    focused = page.evaluate_handle("document.activeElement")
    for _ in range(5):
        box = page.evaluate(FOCUSED_BOX)
        if min(box["width"], box["height"]) <= 0:  # the page is still scrolling to it
            page.wait_for_timeout(200)
            continue
        focused_image = page.screenshot(clip=box, animations="disabled")
        focused.evaluate("element => element.blur()")
        plain_image = page.screenshot(clip=box, animations="disabled")
        focused.evaluate("element => element.focus({ preventScroll: true })")
        if focused_image != plain_image:
            return True
        # A table is drawn on a canvas, with a delay; and a part that was drawn meanwhile takes the
        # focus of a script as one of the mouse, which has no mark.
        page.wait_for_timeout(200)
        page.keyboard.press("Shift+Tab")
        page.keyboard.press("Tab")
        focused = page.evaluate_handle("document.activeElement")
    return False


def tab_to(page, name: str, check: bool = False) -> None:
    """Press Tab until the element with this name has the focus.

    Args:
        page: The browser's page.
        name: Name of the element.
        check: Check that the focus is visible at each stop.
    """
    passed = []
    while name not in (names := page.evaluate(FOCUSED_NAMES)):
        assert passed.count(names) < 9, passed
        passed.append(names)
        page.keyboard.press("Tab")
        if check and page.evaluate("document.activeElement !== document.body"):
            assert is_marked(page), page.evaluate(FOCUSED_NAMES)


@pytest.fixture
def zoomed(chromium, address):
    """A page at 200 %."""
    context = chromium.new_context(base_url=address, **ZOOMED)
    context.set_default_timeout(60_000)
    yield context.new_page()
    context.close()


def test_training_predicting_and_stopping_work_by_keyboard(zoomed):
    page = zoomed
    press = page.keyboard.press
    page.goto("/")
    expect(page.locator(PLOT).nth(2)).to_be_visible()
    tab_to(page, "Train the network", check=True)
    press("Enter")
    badge = page.get_by_role("button", name="Padding never counts")
    expect(badge).to_be_visible()
    tab_to(page, "Padding never counts", check=True)
    press("Space")
    proof = page.get_by_test_id("stPopoverBody")
    expect(proof.get_by_test_id("stTable")).to_be_visible()
    tab_to(page, "Help")  # at its end
    body = "document.querySelector('[data-testid=stPopoverBody]')"
    page.wait_for_function(f"() => {body}.scrollTop > 0")  # it is higher than the window
    press("Home")
    page.wait_for_function(f"() => {body}.scrollTop === 0")
    press("Escape")
    expect(proof).to_have_count(0)
    tab_to(page, "Sequences to predict")
    press("Control+a")
    page.keyboard.type("[9, 9, 9]")
    press("Enter")
    expect(page.get_by_test_id("stMetricLabel")).to_have_text("Prediction for [9, 9, 9]")

    tab_to(page, "Expand sidebar")
    press("Enter")
    tab_to(page, "Train")
    press("Enter")  # the menu closes by itself
    expect(page.get_by_label("Epochs", exact=True)).to_be_visible()  # its parts are still loaded
    tab_to(page, "Epochs")
    press("Control+a")
    page.keyboard.type("10000")
    press("Enter")
    tab_to(page, "Start training")
    press("Space")
    expect(page.get_by_role("button", name="Stop")).to_be_visible()
    tab_to(page, "Stop")
    press("Enter")
    # On a slow machine before the first epoch has ended
    stopped = page.get_by_text(re.compile("Stopped|Cancelled before the first update"))
    expect(stopped).to_be_visible(timeout=10_000)
