"""Who does not see the app as most do, or has no mouse, can use all of it."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.test_journeys import PLOT
from tests.browser.tour import table, walk

# Of Streamlit (1.67), where neither its configuration nor a style sheet reaches: rule → parts of
# the page it is broken in.
EXCEPTIONS = {
    # The label of a choice that cannot be made just then is grey. WCAG 1.4.3 allows that; axe does
    # not see that it belongs to the disabled buttons below it.
    "color-contrast": ".stButtonGroup:has(button:disabled) [data-testid=stWidgetLabel]",
}
LOOKS = {
    "zoomed to 200 %": {"color_scheme": "light", "device_scale_factor": 2}
    | {"viewport": {"width": 640, "height": 450}},
    "dark phone": {"color_scheme": "dark", "viewport": {"width": 390, "height": 800}},
}
# What of the page stands beyond the window's right edge, and not in a part that scrolls by itself
BEYOND = """() => {
    const scrolls = e => /auto|scroll|hidden|clip/.test(getComputedStyle(e).overflowX);
    const held = e => e && e.dataset?.testid !== 'stMain'
        && e !== document.body && (scrolls(e) || held(e.parentElement));
    return [...document.querySelectorAll('[data-testid=stMain] *, [data-testid=stPopoverBody] *')]
        .filter(e => e.checkVisibility() && e.getBoundingClientRect().width)
        .filter(e => e.getBoundingClientRect().right > innerWidth + 1 && !held(e.parentElement))
        .map(e => e.outerHTML.slice(0, 200));
}"""
# Markdown is for eyes: a label for screen readers that holds some is read out sign by sign
MARKED_UP = r"""() => [...document.querySelectorAll('[aria-label]')]
    .map(e => e.ariaLabel).filter(label => /\*\*|\\|:[a-z-]+\[|:material/.test(label))"""


@pytest.fixture
def visit(chromium, address):
    """Opens a new visitor's page with the look of this name."""
    contexts = []

    def new(look: str):
        contexts.append(chromium.new_context(base_url=address, **LOOKS[look]))
        contexts[-1].set_default_timeout(60_000)
        return contexts[-1].new_page()

    yield new
    for context in contexts:
        context.close()


def serious(page) -> list[str]:
    """What axe finds, each with the element it is about."""
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [
        f"{violation['id']}: {node['html'][:300]} {node['failureSummary']}"
        for violation in found
        if violation["impact"] in ("serious", "critical")
        for node in violation["nodes"]
        if not is_excepted(page, violation["id"], node["target"])
    ]


def is_excepted(page, rule: str, target: list[str]) -> bool:
    where = EXCEPTIONS.get(rule)
    inside = "(e, where) => e.closest(where) !== null"
    return where is not None and page.locator(target[0]).first.evaluate(inside, where)


@pytest.mark.parametrize("look", LOOKS)
def test_no_page_breaks_a_rule_sticks_out_or_has_labels_that_cannot_be_said(visit, look):
    page = visit(look)
    wrong = {}

    def check(what: str) -> None:
        found = serious(page) + page.evaluate(MARKED_UP) + page.evaluate(BEYOND)
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            found.append("the page scrolls sideways")
        if found:
            wrong[what] = found

    columns = ["patient", "visit", "pulse", "a_long_name_of_a_feature_" * 3, "outcome"]
    content = table(columns, "patient_{}", ["well", "not_so_well", "ill"])
    walk(page, "the_visits_of_all_patients_in_the_northern_ward.csv", content, check)
    assert wrong == {}


# Its name; lines above and below it are icons
FOCUSED = """() => document.activeElement.matches('body, main') ? []
    : (document.activeElement.ariaLabel || document.activeElement.innerText).split('\\n')"""
# Where the element with the keyboard stands, or what is drawn for one that is not
PLACE = """() => {
    let e = document.activeElement;
    while (e.getBoundingClientRect().width < 8) e = e.parentElement;
    const { left, top, right, bottom } = e.getBoundingClientRect();
    const x = Math.max(left - 4, 0), y = Math.max(top - 4, 0);
    return { x, y, width: Math.min(right + 4, innerWidth) - x,
             height: Math.min(bottom + 4, innerHeight) - y };
}"""


def is_marked(page) -> bool:
    """Whether one sees where the keyboard is: without it, the place looks otherwise."""
    place, focused = page.evaluate(PLACE), page.evaluate_handle("document.activeElement")
    marked = page.screenshot(clip=place, animations="disabled")
    focused.evaluate("element => element.blur()")
    bare = page.screenshot(clip=place, animations="disabled")
    focused.evaluate("element => element.focus({ preventScroll: true })")
    return marked != bare


def tab_to(page, name: str, look: bool = False) -> None:
    """Press Tab until the keyboard is at what has this name; look whether each stop is marked."""
    passed = []
    while name not in (here := page.evaluate(FOCUSED)):
        assert passed.count(here) < 9, passed
        passed.append(here)
        page.keyboard.press("Tab")
        if look and page.evaluate("document.activeElement !== document.body"):
            assert is_marked(page), page.evaluate(FOCUSED)


def test_with_the_keyboard_alone_one_trains_asks_changes_and_stops(visit):
    page = visit("zoomed to 200 %")
    press = page.keyboard.press
    page.goto("/")
    expect(page.locator(PLOT)).to_have_count(3)
    tab_to(page, "Train the network", look=True)
    press("Enter")
    badge = page.get_by_role("button", name="Padding never counts")
    expect(badge).to_be_visible()
    tab_to(page, "Padding never counts", look=True)
    press("Space")
    proof = page.get_by_test_id("stPopoverBody")
    expect(proof.get_by_test_id("stTable")).to_be_visible()
    tab_to(page, "Help")  # at its end
    body = "document.querySelector('[data-testid=stPopoverBody]')"
    page.wait_for_function(f"{body}.scrollTop > 0")  # it is higher than the window
    press("Home")
    page.wait_for_function(f"{body}.scrollTop === 0")
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
    press("Enter")
    tab_to(page, "Collapse sidebar")
    press("Enter")
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
    expect(page.get_by_text("Stopped")).to_be_visible(timeout=10_000)
