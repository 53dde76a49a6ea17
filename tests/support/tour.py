"""A visit to every page with all its content, shared by tests because it takes long."""

import csv
import io
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.support.browser import PLOT, choose_family, go_to, settle

EPOCHS = "5"


def make_table(columns: list[str], ids: str, classes: list[str]) -> bytes:
    """Make a long CSV of 24 sequences; ``ids`` has {} for their number."""
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow(columns)
    for i in range(24):
        for t in range(3 + i % 4):
            features = [1 + (i + k * t) % 5 for k in range(len(columns) - 3)]
            rows.writerow([ids.format(i), t, *features, classes[i % len(classes)]])
    return text.getvalue().encode()


def walk(page: Page, name: str, content: bytes, look: Callable[[str], None]) -> list[str]:
    """Visit all pages.

    Args:
        page: The browser's page.
        name: Name of the file to upload.
        content: Content of the file.
        look: Called with the name of the view whenever one has been drawn.

    Returns:
        URLs under which the same visitor finds the content again.
    """

    def show(view: str) -> None:
        settle(page)
        look(view)

    page.goto("/")
    page.get_by_role("button", name="Train the network").click()
    badge = page.get_by_role("button", name="Padding never counts")
    expect(badge).to_be_visible()
    show("Home")
    badge.click()
    expect(page.get_by_test_id("stPopoverBody").get_by_test_id("stTable")).to_be_visible()
    show("the badge")
    page.keyboard.press("Escape")

    go_to(page, "Data")
    expect(page.locator(PLOT)).to_have_count(3)
    file = {"name": name, "mimeType": "text/csv", "buffer": content}
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_text("How it was read").click()
    expect(page.get_by_text("all used")).to_be_visible()
    page.get_by_role("button", name="Change").click()
    expect(page.get_by_role("button", name="Use these columns")).to_be_visible()
    expect(page.locator(PLOT)).to_have_count(3)
    show("Data")
    page.get_by_role("tab", name="Your data").click()
    expect(page.get_by_role("button", name="Delete all my data")).to_be_visible()
    show("Data, what is kept")

    go_to(page, "Train")
    choose_family(page, "Recurrent network")
    epochs = page.get_by_label("Epochs", exact=True)
    epochs.fill(EPOCHS)
    epochs.press("Enter")
    page.get_by_role("button", name="Start training").click()
    expect(page.get_by_text(f"{EPOCHS} epochs in")).to_be_visible()
    expect(page.get_by_text("Confusion matrix", exact=True)).to_be_visible()
    page.get_by_text("Accuracy after part of the sequence").click()
    expect(page.locator(PLOT)).to_have_count(5)
    run = page.url.replace("/Train?", "/Runs?")
    show("Train")

    go_to(page, "Mask")
    expect(page.locator(PLOT)).to_have_count(2)
    page.get_by_text("Inspect", exact=True).click()
    expect(page.locator(PLOT)).to_have_count(3)
    show("Mask")

    go_to(page, "Predict")
    expect(page.get_by_label("Sequence", exact=True)).to_be_visible()
    expect(page.locator(PLOT)).to_have_count(2)  # probabilities, and the view of the states
    page.get_by_text("Values per step").click()
    expect(page.get_by_test_id("stDataFrame")).to_be_visible()
    show("Predict")
    page.get_by_role("tab", name="Upload").click()
    page.locator("input[type=file]").last.set_input_files(file)
    expect(page.get_by_text("with known targets")).to_be_visible()
    show("Predict, of a file")
    page.get_by_role("tab", name="From my data").click()  # found again on the phone
    expect(page.get_by_label("Sequence", exact=True)).to_be_visible()

    go_to(page, "Compare")
    seeds = page.get_by_role("spinbutton", name="Seeds")
    seeds.fill("1")
    seeds.press("Enter")
    expect(page.get_by_text("2 runs")).to_be_visible()
    settle(page)
    page.get_by_role("button", name="Compare", exact=True).click()
    expect(page.locator(PLOT)).to_have_count(2)
    show("Compare")

    go_to(page, "Runs")
    page.get_by_text("comparison of 2 runs").click()
    expect(page.get_by_role("link", name="seed 0", exact=True)).to_have_count(2)
    page.get_by_test_id("stCheckbox").first.click()  # the runs of the comparison
    expect(page.get_by_role("button", name="Delete 2 runs")).to_be_visible()
    expect(page.locator(PLOT)).to_have_count(1)
    show("Runs")
    page.goto(run)
    expect(page.get_by_role("button", name="Share")).to_be_visible()
    expect(page.get_by_text("Confusion matrix", exact=True)).to_be_visible()
    show("a run")
    return ["/Data", "/Mask", "/Train", "/Predict", "/Compare", "/Runs", run]
