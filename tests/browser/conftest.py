"""The app as a visitor has it: started as the README says, in real Chromium."""

from pathlib import Path

import pytest

from tests.support.app_server import AppServer
from tests.support.chromium import ARGUMENTS, executable

ROOT = Path(__file__).parents[2]
SCREENSHOTS = ROOT / "screenshots"  # ignored by git
SECONDS = 60


@pytest.fixture(scope="package")
def address(tmp_path_factory):
    with AppServer(tmp_path_factory.mktemp("data")) as server:
        yield server.address


@pytest.fixture(scope="package")  # its event loop would conflict with those of other tests
def chromium():
    if executable() is None:
        pytest.skip("no Chromium on this machine (Debian: apt-get install chromium)")
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=SECONDS * 1000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), args=[*ARGUMENTS])
        yield browser
        browser.close()


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


@pytest.fixture(params=LOOKS.values(), ids=LOOKS)
def page(request, chromium, address):
    """A new visitor's page; logged errors and policy violations fail the test."""
    scheme, width = request.param
    context = chromium.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, base_url=address
    )
    page = context.new_page()
    page.set_default_timeout(SECONDS * 1000)
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    listen_for_violations(page, errors)
    yield page
    SCREENSHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"{request.node.name}.png", full_page=True)
    context.close()
    assert errors == []
