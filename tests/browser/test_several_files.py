"""Several files in one file dialogue, in Chromium."""

import random
import re

import pytest
from playwright.sync_api import expect

from tests.support.browser import go_to, only_in, settle

HEADER = "@problemName Walks\n@univariate true\n@classLabel true go stop\n@data\n"


@pytest.fixture
def parts(tmp_path):
    """Paths of the training and test parts of one data set."""
    numbers = random.Random(0)
    paths = []
    for part, count in (("TRAIN", 20), ("TEST", 6)):
        lines = []
        for row in range(count):
            steps = (f"{numbers.gauss(row % 2, 0.3):.3f}" for _ in range(5 + row % 4))
            lines.append(f"{','.join(steps)}:{('go', 'stop')[row % 2]}\n")
        path = tmp_path / f"Walks_{part}.ts"
        path.write_text(HEADER + "".join(lines), encoding="utf-8")
        paths.append(path)
    return paths


@only_in("light desktop")
def test_two_parts_of_a_split_are_chosen_at_once_and_trained_on(page, parts, tmp_path):
    page.goto("/Data")
    chooser = page.locator("input[type=file]").first
    chooser.set_input_files(parts)
    expect(page.get_by_role("heading", name="Walks_TRAIN.ts + 1 more")).to_be_visible()
    expect(page.get_by_test_id("stMetricValue").first).to_have_text("26")
    expect(page.get_by_text("6 test")).to_be_visible()
    settle(page)

    # Other files are another data set; the uploader still lists the first ones.
    recordings = [tmp_path / f"{name}.csv" for name in ("first", "second")]
    for path in recordings:
        path.write_text("t,x\n0,1\n1,3\n2,2\n", encoding="utf-8")
    recordings[1].write_text("t,y\n0,1\n1,3\n", encoding="utf-8")
    chooser.set_input_files(recordings)
    expect(page.get_by_text("second.csv starts with")).to_be_visible()
    expect(page.get_by_text("Only the last selection is used: first.csv")).to_be_visible()
    expect(page.get_by_text("Still in use: Walks_TRAIN.ts + 1 more")).to_be_visible()
    page.get_by_role("button", name=re.compile("Remove second.csv")).click()
    expect(page.get_by_text("second.csv starts with")).to_have_count(0)

    chooser.set_input_files(parts[::-1])
    expect(page.get_by_role("heading", name="Walks_TRAIN.ts + 1 more")).to_be_visible()
    settle(page)
    go_to(page, "Train")
    page.get_by_role("button", name="Start training").click()
    expect(page.get_by_text("· 6 test sequences").first).to_be_visible()
