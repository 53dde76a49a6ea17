"""Journeys of a new visitor, from the first screen to a prediction."""

import csv
import re

import pytest
from playwright.sync_api import expect

from tests.support.browser import (
    DRAWING_MS,
    PLOT,
    choose_family,
    count_drawn_epochs,
    find_download_button,
    go_to,
    only_in,
    poll,
    settle,
)
from tests.support.streamlit_client import Visitor

PAGES = ["", "Data", "Mask", "Train", "Predict", "Compare"]


def fits_horizontally(page) -> bool:
    return page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@only_in("dark phone")
def test_a_new_visitor_trains_the_example_and_predicts_other_sequences(page):
    page.goto("/")
    expect(page.locator(PLOT).nth(2)).to_be_visible()
    cells = page.locator(PLOT).nth(1).locator("text")
    assert {"9", "4", "8"} <= set(cells.all_text_contents())  # values are in the cells

    page.get_by_role("button", name="Train the network").click()
    seen = []  # it takes less than a second, so there may be a single observation
    for _ in poll(page):
        if page.get_by_text(re.compile("100 epochs in")).count():
            break
        seen.append(count_drawn_epochs(page))
    seen = [epochs for epochs in seen if epochs is not None]
    assert seen == sorted(seen)
    for _ in poll(page):  # the text may appear shortly before the end of the curve
        if count_drawn_epochs(page) == 100:
            break

    value = page.get_by_test_id("stMetricValue")
    expect(value).to_have_text(re.compile(r"^[12]\.\d\d$"))
    for_one_and_a_half = value.text_content()
    box = page.get_by_role("textbox", name="Sequences to predict")
    box.fill("[9, 9, 9]")
    box.press("Enter")
    expect(page.get_by_test_id("stMetricLabel")).to_have_text("Prediction for [9, 9, 9]")
    assert value.text_content() != for_one_and_a_half

    page.get_by_role("button", name="Padding never counts").click()
    expect(page.get_by_text("a step that never happened")).to_be_visible()
    expect(page.get_by_text("Measured on all 3 sequences (up to 5 steps)")).to_be_visible()
    expect(page.get_by_test_id("stPopoverBody").get_by_test_id("stTable")).to_be_visible()
    assert fits_horizontally(page)


def get_cursors(page) -> list[float]:
    """Return the positions of the lines that mark a step in the X-ray."""
    return page.evaluate(
        """() => [...document.querySelectorAll('.js-plotly-plot')]
            .find(plot => plot.layout?.sliders?.length).layout.shapes.map(shape => shape.x0)"""
    )


@only_in("light desktop")
def test_an_xray_shows_the_constant_state_and_can_be_stepped_through_and_downloaded(page, tmp_path):
    sent = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(frame)))
    page.goto("/Predict")
    page.get_by_role("tab", name="Type").click()
    page.get_by_text("Inspect", exact=True).click()
    expect(page.get_by_text("The mask skips 14 steps of padding")).to_be_visible()
    rail = page.locator(".slider-rail-touch-rect")
    expect(rail).to_be_visible()
    assert get_cursors(page) == [15, 15]
    before = len(sent)
    rail.click()  # in its middle
    page.wait_for_function(
        """() => [...document.querySelectorAll('.js-plotly-plot')]
            .some(plot => plot.layout?.shapes?.[0]?.x0 === 8)"""
    )
    assert get_cursors(page) == [8, 8]
    expect(page.get_by_text("time step 8")).to_be_visible()
    assert len(sent) == before > 0  # without a request to the server
    page.get_by_role("radio", name="masked", exact=True).click(force=True)
    page.wait_for_function(
        """() => [...document.querySelectorAll('.js-plotly-plot')]
            .some(plot => plot.layout?.shapes?.length === 1)"""
    )
    with page.expect_download() as download:
        page.get_by_role("button", name="Download as HTML").click()
    taken = tmp_path / "xray.html"
    download.value.save_as(taken)
    with page.expect_download() as download:
        page.locator("[data-title^='Download plot']").first.click()
    assert re.fullmatch(
        r"Three-sequences-[\d-]{10}-inspect\.png", download.value.suggested_filename
    )
    alone = page.context.new_page()  # as a file, without the app
    alone.goto(taken.as_uri())
    expect(alone.locator(".slider-rail-touch-rect")).to_be_visible()
    alone.close()


@pytest.fixture
def visitor(address):
    with Visitor(address) as visitor:
        yield visitor


def test_without_a_mask_the_badge_states_the_effect_of_padding(visitor):
    visitor.open("/Mask")
    visitor.choose("Mask", "no mask")
    assert any("Padding counts as data" in text for text in visitor.texts())
    visitor.page_link("Train with this mask")
    visitor.click("Start training")
    visitor.wait_for("Its amount, side and value change the predictions")
    labels = [block.proto.popover.label for block in visitor.find_all("popover")]
    assert any(re.search(r"changes predictions by up to \d", label) for label in labels)
    assert visitor.find_all("table")
    assert visitor.errors == []


def test_recipes_are_compared_and_the_table_is_downloaded(visitor):
    visitor.open("/Compare")
    visitor.type("Seeds", 1)
    assert any("2 runs" in text for text in visitor.texts())
    visitor.click("Compare")
    visitor.wait_for("say nothing about new data")
    assert len(visitor.find_all("plotly_chart")) == 2
    rows = csv.DictReader(visitor.download("Download as CSV").decode().splitlines())
    assert [row["recipe"] for row in rows] == ["by lengths", "no mask"]


@only_in("light desktop")
def test_own_data_from_upload_to_downloaded_predictions(page, tmp_path):
    page.goto("/Data")
    page.locator("input[type=file]").first.set_input_files("samples/japanese_vowels.csv")
    expect(page.get_by_role("heading", name="japanese_vowels.csv")).to_be_visible()
    expect(page.get_by_text("Target: speaker · Time: t")).to_be_visible()
    page.get_by_text("How it was read: one row per step").click()
    expect(page.get_by_text("increases within it: long layout")).to_be_visible()
    expect(page.get_by_test_id("stMetricValue").first).to_have_text("640")
    expect(page.locator(PLOT)).to_have_count(3)
    page.get_by_role("button", name="Change").click()
    page.get_by_role("button", name="Use these columns").click()
    expect(page.get_by_text("You chose: Columns as chosen")).to_be_visible()
    expect(page.get_by_text("370 test")).to_be_visible()

    page.get_by_role("link", name="View padding and mask").click()
    expect(page.get_by_role("heading", name="Padding and mask")).to_be_visible()
    expect(page.get_by_test_id("stMetricValue").first).to_have_text("640 × 29 × 12")
    rows = page.get_by_role("textbox", name="Sequences", exact=True)
    rows.fill("300-310, 5")
    rows.press("Enter")
    expect(page.get_by_text("Shown: 12 of 640 sequences")).to_be_visible()
    page.get_by_role("radio", name="at the end").click(force=True)
    page.get_by_role("radio", name="by value").click(force=True)
    expect(page.get_by_text("No real step equals the mask value")).to_be_visible()
    page.get_by_role("radio", name="by lengths").click(force=True)
    expect(page.locator(PLOT)).to_have_count(2)

    page.get_by_role("link", name="Train with this mask").click()
    choose_family(page, "Recurrent network")
    for label, value in (("Epochs", "5000"), ("Patience, in epochs", "")):  # long enough to stop
        field = page.get_by_label(label, exact=True)
        field.fill(value)
        field.press("Enter")
    expect(page.get_by_text("35% of the steps are skipped")).to_be_visible()
    page.get_by_role("button", name="Start training").click()
    expect(page.get_by_text(re.compile(r"Epoch [\d,]+ of 5,000 .* sequences/s"))).to_be_visible()
    expect(page.locator(PLOT)).to_have_count(2)  # loss and accuracy
    seen = set()
    for _ in poll(page):  # the curve falls while we watch
        seen.add(count_drawn_epochs(page))
        if len(seen - {None}) == 3:
            break
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_text(re.compile(r"epochs in"))).to_be_visible(timeout=10_000)
    expect(page.get_by_text(re.compile("^Stopped"))).to_be_visible()
    expect(page.get_by_text("Accuracy · 370 test sequences", exact=True)).to_be_visible()

    page.get_by_role("link", name="Predict with this model").click()
    expect(page.get_by_label("Sequence", exact=True)).to_be_visible()  # with the largest error
    page.get_by_role("tab", name="Upload").click()
    new = tmp_path / "new.csv"
    with open("samples/japanese_vowels.csv", encoding="utf-8") as whole:
        new.write_text("".join(whole.readlines()[:400]))
    page.locator("input[type=file]").last.set_input_files(new)
    button = find_download_button(page, "Download (CSV)")
    expect(button).to_be_visible()
    with page.expect_download() as download:
        button.click()
    with open(download.value.path(), encoding="utf-8") as file:
        predicted = list(csv.DictReader(file))
    assert len(predicted) > 10
    chances = [float(predicted[0][f"p({speaker})"]) for speaker in range(1, 10)]
    assert sum(chances) == pytest.approx(1, abs=1e-4)
    assert predicted[0]["prediction"] == str(chances.index(max(chances)) + 1)


@only_in("light desktop")
def test_every_page_opens_by_its_link_with_content(page):
    """tests/browser/test_every_page.py opens them on a phone."""
    for name in PAGES:
        page.context.clear_cookies()  # a new visitor
        page.goto(f"/{name}")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        if name not in ("Train", "Predict", "Compare"):
            expect(page.locator(PLOT).first).to_be_visible()
        if name == "Predict":
            expect(page.locator(PLOT).first).to_be_visible()  # once the example is trained
        if name == "Compare":
            expect(page.get_by_text("10 runs")).to_be_visible()
        expect(page.get_by_test_id("stException")).to_have_count(0)
        assert fits_horizontally(page), name


BROKEN = "patient,visit,ward,pulse,outcome\n" + "".join(
    f"p{i},{t},{'ABC'[(i + t) % 3]},{'oops' if (i, t) == (3, 0) else 60 + i + t},{i % 2}\n"
    for i in range(12)
    for t in range(2 + i % 4)
)


def test_a_broken_file_is_fixed_in_the_page_and_trained_on(visitor):
    visitor.open("/Data")
    assert len(visitor.find_all("plotly_chart")) == 3
    visitor.upload("A file of sequences", "visits.csv", BROKEN.encode())
    assert "the first with “oops” in row 11, column pulse" in " ".join(visitor.texts())
    visitor.click("Change")
    visitor.choose("Missing values", "fill with the training mean")
    visitor.click("Use these columns")
    texts = " ".join(visitor.texts())
    assert "You chose: Columns as chosen" in texts
    assert "visits.csv" in texts
    assert "42 rows in the file, all used." in texts
    visitor.page_link("Train")
    visitor.type("Epochs", 5)
    visitor.click("Start training")
    visitor.wait_for("5 epochs in")
    visitor.page_link("Predict")
    visitor.open_tab("Type")
    assert visitor.value("Sequences").startswith("ward,pulse")
    visitor.wait_for(lambda seen: seen.dataframes())


def edit_cell(page, right: int, text: str) -> None:
    """Edit the cell in the editor's first row, ``right`` columns right of its number.

    The cells are drawn on a canvas, behind the element that scrolls it.
    """
    # A refused table gets a new editor, drawn after the message: typing at once would reach the
    # old one.
    settle(page)
    page.wait_for_timeout(DRAWING_MS)
    page.locator(".dvn-scroller").first.click(position={"x": 60, "y": 52})
    for _ in range(right):
        page.wait_for_timeout(150)  # the editor drops faster key presses while it draws
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    cell = page.locator(".gdg-input")
    cell.fill(text)
    cell.press("Enter")
    expect(cell).to_have_count(0)
    page.wait_for_timeout(DRAWING_MS)
    settle(page)


@only_in("dark phone")
def test_a_cell_is_corrected_in_the_page_and_the_data_is_trained_on(page):
    page.goto("/Data")
    expect(page.get_by_text(re.compile("Up to 200 MB and [0-9,]+ steps"))).to_be_visible()
    expect(page.locator(PLOT)).to_have_count(3)
    page.get_by_text("What should my file look like?").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="three_long.csv").click()
    good = download.value.path().read_text()
    bad = good.replace("b,1,5,4", "b,1,five,4")
    file = {"name": "mine.csv", "mimeType": "text/csv", "buffer": bad.encode()}
    page.locator("input[type=file]").set_input_files(file)
    expect(page.get_by_role("heading", name="mine.csv")).to_be_visible()
    expect(page.get_by_text("the first with “five” in row 4, column value")).to_be_visible()

    edit = page.get_by_text("Edit “mine.csv” here")
    for text in ("5..", "5"):  # the row with a warning stands first
        edit.click()
        edit_cell(page, 3, text)
        page.get_by_role("button", name="Read the edited table").click()
        warning = page.get_by_text("Cells that are not numbers count as missing")
        if text == "5..":
            expect(page.get_by_text("the first with “5..” in row 4, column value")).to_be_visible()
        else:
            expect(warning).to_have_count(0)
    page.get_by_text("How it was read").click()
    expect(page.get_by_text("8 rows in the file, all used.")).to_be_visible()

    edit.click()
    edit_cell(page, 3, "1.5")
    page.get_by_role("button", name="Read the edited table").click()
    go_to(page, "Train")
    page.get_by_label("Epochs", exact=True).fill("5")
    page.get_by_label("Epochs", exact=True).press("Enter")
    page.get_by_role("button", name="Start training").click()
    expect(page.get_by_text(re.compile("5 epochs in"))).to_be_visible()
    go_to(page, "Predict")
    page.get_by_role("tab", name="Type").click()
    expect(page.get_by_role("textbox", name="Sequences")).to_have_value("[1.5]")
