"""The language of the browser, and the switch that overrules it."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import SECONDS


@pytest.fixture
def page(chromium, address):
    context = chromium.new_context(base_url=address, locale="zh-CN")
    page = context.new_page()
    page.set_default_timeout(SECONDS * 1000)
    yield page
    context.close()


def test_the_switch_keeps_what_was_chosen_and_is_remembered(page):
    page.goto("/Train")
    expect(page.get_by_role("heading", name="训练").first).to_be_visible()
    expect(page).to_have_title("训练 · Unpadded")
    pooling = page.get_by_role("combobox", name="对各步的池化")
    pooling.click()
    page.get_by_role("option", name="均值").click()
    expect(pooling).to_have_value("均值")

    page.get_by_text("English", exact=True).click()
    expect(page.get_by_role("heading", name="Train").first).to_be_visible()
    expect(page.get_by_role("combobox", name="Pooling over steps")).to_have_value("mean")
    page.goto("/Runs")
    expect(page.get_by_role("heading", name="Runs")).to_be_visible()
    expect(page).to_have_title("Runs · Unpadded")
