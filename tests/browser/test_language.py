"""The language of the browser, and the switch that overrides it."""

import json

import pytest
from playwright.sync_api import expect

from tests.support.browser import SECONDS, open_list, settle

PHONE = {"width": 390, "height": 844}
NAMES = {
    "English": ["Data", "Mask", "Train", "Predict", "Compare", "Runs", "Home"],
    "中文": ["数据", "掩码", "训练", "预测", "对比", "运行记录", "首页"],
}


@pytest.fixture
def open_page(chromium, address):
    """Open the page of a new visitor whose browser is Chinese."""
    contexts = []

    def open_page(viewport=None):
        contexts.append(chromium.new_context(base_url=address, locale="zh-CN", viewport=viewport))
        contexts[-1].set_default_timeout(SECONDS * 1000)
        return contexts[-1].new_page()

    yield open_page
    for context in contexts:
        context.close()


def expect_language(page, language: str) -> None:
    marked = page.locator("[data-testid=stSidebar] [aria-checked=true]")
    expect(marked).to_have_text([language], use_inner_text=False)


def expect_tags(page, names: list[str]) -> None:
    """Expect these choices in the only list with several."""
    expect(page.get_by_test_id("stMultiSelect").locator("[data-tag]")).to_have_text(names)


def test_the_uploader_has_the_words_of_the_language(open_page):
    """Streamlit's own are English, and have no number format."""
    page = open_page()
    page.goto("/Data")
    uploader = page.get_by_test_id("stFileUploader").first
    button = uploader.get_by_role("button", name="上传", exact=True)
    expect(button).to_be_visible()
    assert button.bounding_box()["width"] > 60
    limit = uploader.locator("[data-testid=stFileUploaderDropzoneInstructions] > div").first
    content = limit.evaluate("element => getComputedStyle(element, '::after').content")
    assert content == '"每个文件最多200 MB"'


def test_the_switch_keeps_choices_and_is_remembered(open_page):
    """The menu of a desktop stays open."""
    page = open_page()
    page.goto("/Train")
    expect(page.get_by_role("heading", name="训练").first).to_be_visible()
    expect(page).to_have_title("训练 · Unpadded")
    expect_language(page, "中文")
    open_list(page, "对各步的池化")
    page.get_by_role("option", name="均值").click()
    expect_tags(page, ["最后一步", "均值"])

    page.get_by_text("English", exact=True).click()
    expect(page.get_by_role("heading", name="Train").first).to_be_visible()
    expect_tags(page, ["last step", "mean"])
    menu = page.get_by_test_id("stSidebar")
    menu.get_by_role("link", name="Mask", exact=True).click()
    expect(page).to_have_title("Mask · Unpadded")
    settle(page)
    expect_language(page, "English")
    expect(menu).to_have_attribute("data-collapsed", "false")
    page.goto("/Runs")
    expect(page.get_by_role("heading", name="Runs")).to_be_visible()
    expect(page).to_have_title("Runs · Unpadded")


def test_on_every_page_the_language_is_marked_and_a_phone_shows_its_name(open_page):
    """The menu of a phone closes when a page is chosen."""
    page = open_page(PHONE)
    menu = page.get_by_test_id("stSidebar")
    bar = page.get_by_test_id("stHeader")
    page.goto("/")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    for language in ("中文", "English"):
        page.get_by_test_id("stExpandSidebarButton").click()
        page.get_by_text(language, exact=True).click()
        for name in NAMES[language]:
            if menu.get_attribute("data-collapsed") == "true":
                page.get_by_test_id("stExpandSidebarButton").click()
            menu.get_by_role("link", name=name, exact=True).click()
            expect(page).to_have_title(f"{name} · Unpadded")
            expect(page.get_by_role("heading", level=1)).to_be_visible()
            settle(page)
            expect_language(page, language)
            expect(menu).to_have_attribute("data-collapsed", "true")
            shown = bar.evaluate("bar => getComputedStyle(bar, '::after').content")
            assert json.loads(shown) == name
