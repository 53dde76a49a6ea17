"""Runs survive refreshes, closed tabs and days, and are visible to the right visitors only."""

import re

import pytest
from playwright.sync_api import expect

from tests.support.browser import count_drawn_epochs, go_to, only_in, poll
from tests.support.streamlit_client import Visitor

TARGETS = "sequence,target\n" + "".join(f'"[{i}, {i % 7}]",{i}.5\n' for i in range(400))


@pytest.fixture
def visitor(address):
    with Visitor(address) as visitor:
        yield visitor


def start_training(visitor: Visitor, epochs: int) -> None:
    """Paste data and start training on it."""
    visitor.open("/Data")
    visitor.type("paste-text", TARGETS)
    visitor.click("Read")
    visitor.page_link("Train")
    visitor.type("Epochs", epochs)
    visitor.type("Patience, in epochs", None)
    visitor.click("Start training")


@only_in("light desktop")
def test_a_run_survives_refreshes_closed_tabs_and_days(page):
    page.goto("/Data")
    page.get_by_role("tab", name="Paste text").click()
    page.get_by_role("textbox", name="One sequence per line, or CSV text").fill(TARGETS)
    page.get_by_role("button", name="Read").click()
    expect(page.get_by_role("heading", name="Pasted text")).to_be_visible()
    go_to(page, "Train")
    for label, value in (("Epochs", "10000"), ("Patience, in epochs", "")):
        field = page.get_by_label(label, exact=True)
        field.fill(value)
        field.press("Enter")
    page.get_by_role("button", name="Start training").click()
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
    expect(tab.get_by_text("10,000 epochs")).to_be_visible()
    tab.get_by_role("button", name="Stop").click()
    expect(tab.get_by_text(re.compile("epochs in"))).to_be_visible(timeout=10_000)
    tab.close()


def test_a_copied_url_shows_the_run_and_never_the_workspace(visitor, address):
    start_training(visitor, 10_000)
    visitor.wait_for(lambda seen: "run" in seen.query)
    with Visitor(address) as elsewhere:
        elsewhere.open(f"/Train?{visitor.query_string}")  # of Train: the owner's own page
        assert "belongs to somebody else" in " ".join(elsewhere.texts())
        assert (elsewhere.path, elsewhere.query) == ("Runs", {"run": visitor.query["run"]})
        assert elsewhere.find_all("button") == []  # such as Stop
        assert elsewhere.find_all("popover") == []  # such as Share, Delete and Rename
        elsewhere.open("/Data")
        assert "Three sequences" in " ".join(elsewhere.texts())
        elsewhere.open("/Runs")
        assert "No runs yet" in " ".join(elsewhere.texts())
    visitor.open(f"/Runs?run={visitor.query['run']}")
    assert len(visitor.find_all("popover")) == 3
    visitor.wait_for(lambda seen: "Stop" in {b.label for b in seen.find_all("button")})
    visitor.click("Stop")
    visitor.wait_for(lambda seen: "Stop" not in {b.label for b in seen.find_all("button")})


def test_runs_are_listed_and_everything_is_deleted_on_request(visitor):
    start_training(visitor, 5)
    visitor.wait_for("5 epochs in")
    visitor.click("Change")
    visitor.type("Epochs", 9)
    visitor.click("Train again")
    visitor.wait_for("9 epochs in")
    visitor.page_link("Runs")
    links = [link.proto.label for link in visitor.find_all("page_link")]
    assert len([label for label in links if "Pasted text" in label]) == 2

    visitor.page_link("Data")
    visitor.click("Delete all my data")
    visitor.click("Delete everything")
    assert "Three sequences" in " ".join(visitor.texts())
    visitor.page_link("Runs")
    assert "No runs yet" in " ".join(visitor.texts())
    visitor.refresh()
    assert "No runs yet" in " ".join(visitor.texts())
