"""Every page is accessible and shows names from a file as text.

Pages are visited at 200 % in light colours, then on a phone in dark ones, and in Chinese in both,
with a file whose names are long and contain HTML and Markdown.
"""

import re
from collections import defaultdict

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.support.browser import PLOT, ZOOMED, listen_for_violations, settle
from tests.support.tour import make_table, walk

ZOOMED |= {"device_scale_factor": 2}
PHONE = {"width": 390, "height": 800}
# How the pages are visited again: language and colours, and the width of the window
AGAIN = {
    "dark phone": {"color_scheme": "dark", "viewport": PHONE},
    "light phone in Chinese": {"color_scheme": "light", "viewport": PHONE, "locale": "zh-CN"},
    "dark in Chinese": {"color_scheme": "dark", "locale": "zh-CN"},
}

ADDRESS = "evil.example"
ITALIC = "<i>evil</i>"
COLUMNS = [
    f"{ITALIC} id",
    "*evil* time",
    f"{ITALIC} [evil](http://{ADDRESS})",
    f"%{{x}} $evil^2$ :red[evil] www.{ADDRESS} " + "and_a_name_without_an_end_" * 3,
    f"![evil](http://{ADDRESS}/p.png)",
]
IDS = f'{ITALIC} <a href="javascript:alert(1)">evil</a> {{}}'
CLASSES = [
    f"{ITALIC} <img src=http://{ADDRESS}/i onerror=alert(1)>",
    f"*evil* http://{ADDRESS}",
    "<script>alert('evil')</script>",
]
FILE = f"<i>evil *evil* [evil](www.{ADDRESS}) <img src=x onerror=alert(1)>.csv"

# Violations of Streamlit (1.67) that neither its configuration nor a style sheet can fix: rule →
# selector of the affected parts.
EXCEPTIONS = {
    # The Chinese name of Streamlit's button is in the style sheet. Browsers count it as the name
    # (test_language.py finds the button by it); axe does not.
    "button-name": "[data-testid=stFileUploaderDropzone] button",
    # The label of a disabled choice is grey. WCAG 1.4.3 allows that; axe does not see that it
    # belongs to the disabled buttons below it.
    "color-contrast": ".stButtonGroup:has(button:disabled) [data-testid=stWidgetLabel]",
}
# Elements beyond the right edge of the window, except in parts that scroll
FIND_OVERFLOW = """() => {
    const scrolls = e => /auto|scroll|hidden|clip/.test(getComputedStyle(e).overflowX);
    const held = e => e && e.dataset?.testid !== 'stMain'
        && e !== document.body && (scrolls(e) || held(e.parentElement));
    return [...document.querySelectorAll('[data-testid=stMain] *, [data-testid=stPopoverBody] *')]
        .filter(e => e.checkVisibility() && e.getBoundingClientRect().width)
        .filter(e => e.getBoundingClientRect().right > innerWidth + 1 && !held(e.parentElement))
        .concat(document.documentElement.scrollWidth > innerWidth ? document.body : [])
        .map(e => e.outerHTML.slice(0, 200));
}"""
# Labels for screen readers that contain Markdown, which is read out character by character. The
# visitor's own names may contain some.
MARKDOWN_LABELS = r"""() => [...document.querySelectorAll('[aria-label]')].map(e => e.ariaLabel)
    .filter(label => /\*\*|\\|:[a-z-]+\[|:material/.test(label.replaceAll(':red[', '')))"""
# The app itself has no italics, formula or red word, and no link or image with that address
FIND_ELEMENTS_OF_NAMES = """() => [...document.querySelectorAll(
        'i, em, script, tspan[style*=italic], .katex, span[style*=color], a, img')]
    .filter(e => e.matches('a, img')
        ? ['href', 'src', 'xlink:href'].map(a => e.getAttribute(a) ?? '')
            .some(to => /evil.example|javascript/.test(to) && !to.startsWith('#'))
        : e.matches('span') ? e.textContent === 'evil' : e.textContent.includes('evil'))
    .map(e => e.outerHTML.slice(0, 300))"""


def find_broken_rules(page) -> list[str]:
    """List serious violations found by axe, each with its element."""
    violations = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [
        f"{violation['id']}: {node['html'][:300]} {node['failureSummary']}"
        for violation in violations
        if violation["impact"] in ("serious", "critical")
        for node in violation["nodes"]
        if not _is_excepted(page, violation["id"], node["target"])
    ]


def _is_excepted(page, rule: str, target: list[str]) -> bool:
    selector = EXCEPTIONS.get(rule)
    inside = "(e, where) => e.closest(where) !== null"
    return selector is not None and page.locator(target[0]).first.evaluate(inside, selector)


class Findings:
    """Findings by problem and page."""

    def __init__(self) -> None:
        self.rules: dict[str, list[str]] = defaultdict(list)
        self.labels: dict[str, list[str]] = defaultdict(list)
        self.beyond: dict[str, list[str]] = defaultdict(list)
        self.made_of_names: dict[str, list[str]] = defaultdict(list)
        self.dialogs: list[str] = []
        self.requested: set[str] = set()  # addresses
        self.texts = ""  # on all pages
        self.hovers: set[str] = set()
        self.violations: list[str] = []

    def listen(self, page) -> None:
        page.on("dialog", lambda dialog: (self.dialogs.append(dialog.message), dialog.dismiss()))
        page.on("request", lambda request: self.requested.add(request.url))
        listen_for_violations(page, self.violations)

    def look(self, page, view: str) -> None:
        self.rules[view] += find_broken_rules(page)
        self.labels[view] += page.evaluate(MARKDOWN_LABELS)
        self.beyond[view] += page.evaluate(FIND_OVERFLOW)
        self.made_of_names[view] += page.evaluate(FIND_ELEMENTS_OF_NAMES)
        self.texts += page.evaluate("document.body.innerText")

    def hover(self, page, view: str) -> None:
        """Hover over two places in each figure."""
        for plot in page.locator(f"{PLOT}:visible").all():
            plot.scroll_into_view_if_needed()
            box = plot.bounding_box()
            for share in (0.4, 0.85):
                page.mouse.move(box["x"] + share * box["width"], box["y"] + share * box["height"])
                page.wait_for_timeout(50)
                self.hovers.update(page.locator(".hoverlayer").all_text_contents())
                self.made_of_names[view] += page.evaluate(FIND_ELEMENTS_OF_NAMES)


@pytest.fixture(scope="module")
def seen(chromium, address) -> Findings:
    seen = Findings()
    context = chromium.new_context(base_url=address, **ZOOMED)
    page = context.new_page()
    seen.listen(page)

    def look(view: str) -> None:
        seen.look(page, view)
        seen.hover(page, view)

    addresses = walk(page, FILE, make_table(COLUMNS, IDS, CLASSES), look)
    visitor = context.storage_state()
    context.close()
    for name, look_again in AGAIN.items():
        context = chromium.new_context(base_url=address, **look_again, storage_state=visitor)
        page = context.new_page()
        seen.listen(page)
        for address_ in addresses:
            page.goto(address_)
            expect(page.get_by_role("heading", level=1)).to_be_visible()
            expect(page.locator(f"{PLOT}, .st-key-run-list").first).to_be_visible()
            settle(page)
            seen.look(page, f"{address_}, {name}")
        context.close()
    return seen


def drop_empty(findings: dict[str, list[str]]) -> dict[str, list[str]]:
    return {view: problems for view, problems in findings.items() if problems}


def test_no_page_has_a_serious_accessibility_violation(seen):
    assert drop_empty(seen.rules) == {}


def test_no_label_for_screen_readers_contains_markdown(seen):
    assert drop_empty(seen.labels) == {}


def test_nothing_overflows_horizontally(seen):
    assert drop_empty(seen.beyond) == {}


def test_names_from_a_file_are_shown_literally_also_on_hover(seen, address):
    assert drop_empty(seen.made_of_names) == {}
    assert seen.dialogs == []
    assert [url for url in seen.requested if not re.match(f"{address}|data:|blob:", url)] == []
    texts = seen.texts.replace("\u2060", "")
    assert FILE in texts
    assert COLUMNS[2] in texts
    assert any(name in texts for name in CLASSES)  # the predicted one
    assert any(ITALIC in text for text in seen.hovers)


def test_no_page_violates_the_content_security_policy(seen):
    assert seen.violations == []
