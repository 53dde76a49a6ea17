"""Links, opened by a visitor without any data."""

import re

import pytest
from playwright.sync_api import expect

from tests.support.browser import PLOT, go_to, only_in
from tests.support.streamlit_client import Visitor

NO_DATA_SET = "This data set is not available to you."
NO_RUN = "This run is not available to you."
FOREIGN = "0123456789ab"  # begins no digest of theirs
INVENTED = "AAAAAAAAAAAAAAAAAAAAAA"


@pytest.fixture
def visitor(address):
    with Visitor(address) as visitor:
        yield visitor


@pytest.mark.parametrize(
    ("link", "sentence"),
    [
        *((f"/{name}?data={FOREIGN}&epochs=7", NO_DATA_SET) for name in ("Data", "Mask", "Train")),
        ("/Compare?data=not_a_data_set", NO_DATA_SET),
        *((f"/{name}?run={INVENTED}", NO_RUN) for name in ("Train", "Predict", "Runs")),
    ],
)
def test_unavailable_data_and_runs_are_reported_and_nothing_else_is_opened(visitor, link, sentence):
    visitor.open(link)
    for _ in range(2):
        visitor.look(0.5)
        assert visitor.find_all("title")
        assert sentence in visitor.texts()
        assert f"/{visitor.path}?{visitor.query_string}" == link
        for kind in ("plotly_chart", "dataframe", "number_input"):
            assert visitor.find_all(kind) == []
        visitor.refresh()
    [way_out] = visitor.tab.screen.main.get("page_link")
    visitor.page_link(way_out.label)
    assert sentence not in visitor.texts()
    assert visitor.path in ("Data", "Runs")
    assert visitor.query_string in ("", "v=3&data=example")
    assert visitor.errors == []


def get_link(page) -> str:
    """Return the link that the page offers."""
    page.get_by_role("button", name="Link to these settings").click()
    code = page.get_by_test_id("stPopoverBody").get_by_test_id("stCode")
    expect(code).to_contain_text("?v=3&")
    link = code.inner_text().strip()
    page.keyboard.press("Escape")
    return link


@only_in("light desktop")
def test_a_link_to_settings_names_all_of_them_including_suggested_ones(page, visitor):
    page.goto("/Train?data=japanese_vowels")
    expect(page.get_by_label("Epochs", exact=True)).to_have_value("60")
    link = get_link(page)
    assert "data=japanese_vowels" in link
    assert "&layers=BiLSTM-64-0.3" in link
    assert "&epochs=60&" in link

    link = link.removeprefix(visitor.address)
    visitor.open(link.replace("epochs=60", "epochs=61"))
    assert visitor.value("Epochs") == 61
    visitor.type("Epochs", 62)
    assert visitor.query["epochs"] == "62"
    visitor.close()
    visitor.open(link)  # also back to what is suggested
    assert visitor.value("Epochs") == 60
    assert visitor.query["epochs"] == "60"


@only_in("light desktop")
def test_a_link_without_a_version_names_what_differs_from_the_suggestion(page):
    page.goto("/Mask?data=japanese_vowels&mask=none")  # as the README of the first version has it
    expect(page.get_by_text("Padding counts as data")).to_be_visible()
    expect(page).to_have_url(re.compile(r"v=3&data=japanese_vowels&.*&mask=none&.*&epochs=60&"))


def test_ignored_parts_of_a_link_are_reported(visitor):
    visitor.open("/Train?data=example&epochs=many&layers=LSTM-0&batch_size=2")
    reported = " ".join(visitor.texts())
    assert "epochs: “many” is not possible here. Using 100." in reported
    assert "layers: “LSTM-0” is not possible here." in reported
    assert visitor.value("Batch size, in sequences") == 2
    visitor.type("Batch size, in sequences", 3)
    assert "is not possible here" not in " ".join(visitor.texts())


@only_in("dark phone")
def test_deleted_data_is_not_replaced_by_other_data(page):
    page.goto("/Data")
    expect(page.locator(PLOT)).to_have_count(3)
    file = {
        "name": "mine.csv",
        "mimeType": "text/csv",
        "buffer": b"sequence,target\n[1],2\n[2],3\n",
    }
    page.locator("input[type=file]").set_input_files(file)
    expect(page.get_by_role("heading", name="mine.csv")).to_be_visible()
    go_to(page, "Mask")
    expect(page).to_have_url(re.compile(r"data=[0-9a-f]{12}"))
    link = page.url
    go_to(page, "Data")
    page.get_by_role("tab", name="Your data").click()
    page.get_by_role("button", name="Delete all my data").click()
    page.get_by_role("button", name="Delete everything").click()
    expect(page.get_by_role("heading", name="Three sequences")).to_be_visible()
    page.goto(link)
    expect(page.get_by_text(NO_DATA_SET)).to_be_visible()
    assert page.url == link
