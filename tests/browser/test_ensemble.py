"""The journey of an ensemble: a link, another member, the curves, a prediction, the export."""

import re

import pytest
from playwright.sync_api import expect

from tests.support.browser import PLOT, go_to, only_in

pytestmark = pytest.mark.slow  # it trains in a browser


@only_in("light desktop")
def test_an_ensemble_is_trained_used_and_exported_as_one_model(page):
    page.goto("/Train?v=2&data=example&epochs=3&members=2")
    seeds = page.get_by_label("Members: LSTM(100) → LSTM(20)")
    expect(seeds).to_have_value("2")
    convolutions = page.get_by_label("Members: 10,000 random convolutions")
    convolutions.fill("1")
    convolutions.press("Enter")
    expect(page).to_have_url(re.compile("members=same%3Bsame%3Bfamily%3Arandom_convolution"))
    page.get_by_role("button", name="Start training").click()
    expect(page.get_by_text(re.compile("7 epochs in"))).to_be_visible()
    lines = page.locator(PLOT).first.locator(".scatterlayer .trace")
    expect(lines).to_have_count(3)  # each member has a curve of its own
    expect(page.get_by_role("button", name="Padding never counts")).to_be_visible()

    page.get_by_text("Export", exact=True).click()
    expect(page.get_by_text(re.compile("same predictions as this app"))).to_be_visible()
    go_to(page, "Predict")
    expect(page.locator(PLOT).first).to_be_visible()  # of the sequence with the largest error
    page.get_by_role("tab", name="Type").click()
    expect(page.get_by_role("textbox", name="Sequences")).to_have_value("[1.5]")
    page.get_by_text("Inspect", exact=True).click()
    expect(page.locator(PLOT).first).to_be_visible()
    go_to(page, "Runs")
    name = re.compile("2 × LSTM.* 10,000 random convolutions")
    expect(page.get_by_role("link", name=name)).to_be_visible()
