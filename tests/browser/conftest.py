"""The app as a visitor has it: started as the README says, in real Chromium."""

import pytest

from tests.support.app_server import AppServer
from tests.support.browser import LOOKS, ROOT, SECONDS, listen_for_violations
from tests.support.chromium import ARGUMENTS, executable

SCREENSHOTS = ROOT / "screenshots"  # ignored by git


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
