"""Runs survive refreshes, closed tabs and days, and are visible to the right visitors only."""

import re

import pytest
from playwright.sync_api import expect

from tests.support.browser import count_drawn_epochs, go_to, only_in, poll


def type_in(page, label: str, value: str) -> None:
    field = page.get_by_label(label, exact=True)
    field.fill(value)
    field.press("Enter")


def start_training(page, text: str, epochs: str) -> None:
    """Paste data and start training on it."""
    page.goto("/Data")
    page.get_by_role("tab", name="Paste text").click()
    page.get_by_role("textbox", name="Sequences, one a line").fill(text)
    page.get_by_role("button", name="Read").click()
    expect(page.get_by_role("heading", name="Pasted text")).to_be_visible()
    go_to(page, "Train")
    type_in(page, "Epochs", epochs)
    type_in(page, "Patience, in epochs", "0")
    page.get_by_role("button", name="Start training").click()


TARGETS = "sequence,target\n" + "".join(f'"[{i}, {i % 7}]",{i}.5\n' for i in range(400))


@pytest.fixture
def elsewhere(chromium, address):
    """Another visitor's browser."""
    context = chromium.new_context(base_url=address)
    context.set_default_timeout(60_000)
    yield context.new_page()
    context.close()


@only_in("light desktop")
def test_a_run_survives_refreshes_closed_tabs_and_days(page):
    start_training(page, TARGETS, "10000")
    expect(page).to_have_url(re.compile(r"run=[\w-]{22}"))
    for _ in poll(page):
        if before := count_drawn_epochs(page):
            break
    page.reload()
    expect(page.get_by_role("button", name="Stop")).to_be_visible()
    for _ in poll(page):
        if (count_drawn_epochs(page) or 0) > before:
            break

    page.goto("about:blank")  # the tab is closed; the next day:
    tab = page.context.new_page()
    tab.goto("/Train")
    expect(tab.get_by_label("Epochs", exact=True)).to_have_value("10000")
    tab.get_by_role("button", name="Stop").click()
    expect(tab.get_by_text(re.compile("epochs in"))).to_be_visible(timeout=10_000)
    tab.close()


@only_in("dark phone")
def test_a_copied_url_shows_the_run_and_never_the_workspace(page, elsewhere):
    start_training(page, TARGETS, "10000")
    expect(page).to_have_url(re.compile("run="))
    elsewhere.goto(page.url)  # of Train: the owner's own page
    expect(elsewhere.get_by_text("belongs to somebody else")).to_be_visible()
    expect(elsewhere).to_have_url(re.compile(r"/Runs\?run="))
    for name in ("Stop", "Share", "Delete", "Rename"):
        expect(elsewhere.get_by_role("button", name=name)).to_have_count(0)
    go_to(elsewhere, "Data")
    expect(elsewhere.get_by_role("heading", name="Three sequences")).to_be_visible()
    go_to(elsewhere, "Runs")
    expect(elsewhere.get_by_text("No runs yet")).to_be_visible()
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_text(re.compile("epochs in"))).to_be_visible(timeout=10_000)


@only_in("light desktop")
def test_runs_are_compared_and_everything_is_deleted_on_request(page):
    start_training(page, TARGETS, "5")
    expect(page.get_by_text("5 epochs in")).to_be_visible()
    type_in(page, "Epochs", "9")
    page.get_by_role("button", name="Train again", exact=True).click()
    expect(page.get_by_text("9 epochs in")).to_be_visible()
    go_to(page, "Runs")
    table = page.get_by_test_id("stDataFrame").first
    expect(table).to_be_visible()
    page.wait_for_timeout(1000)  # the table is drawn on a canvas, which fires no event
    box = table.bounding_box()
    for row in range(2):
        page.mouse.click(box["x"] + 18, box["y"] + 38 + 35 * row + 17)
        expect(page.get_by_role("button", name=re.compile("Delete"))).to_contain_text(str(row + 1))
    expect(page.locator(".js-plotly-plot")).to_have_count(1)

    go_to(page, "Data")
    page.get_by_role("tab", name="Your data").click()
    page.get_by_role("button", name="Delete all my data").click()
    page.get_by_role("button", name="Delete everything").click()
    expect(page.get_by_role("heading", name="Three sequences")).to_be_visible()
    go_to(page, "Runs")
    expect(page.get_by_text("No runs yet")).to_be_visible()
    page.reload()
    expect(page.get_by_text("No runs yet")).to_be_visible()
