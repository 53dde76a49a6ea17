"""From a stranger's file to a started training, in at most three clicks, in Chromium."""

import random
import re

import openpyxl
import pytest
from playwright.sync_api import expect

from tests.support.browser import only_in, open_list, settle


class Clicks:
    """Clicks of a visitor after the file dialogue, of which a journey may have three."""

    def __init__(self, page) -> None:
        self.page, self.count = page, 0

    def __call__(self, name: str, role: str = "button") -> None:
        self.page.get_by_role(role, name=name).first.click()
        self.count += 1


@pytest.fixture
def numbers():
    return random.Random(7)


def open_file(page, path) -> None:
    page.goto("/Data")
    page.locator("input[type=file]").first.set_input_files(path)
    expect(page.get_by_role("heading", name=path.name)).to_be_visible()


def train(page, clicks: Clicks) -> None:
    settle(page)
    clicks("Train a model", "link")
    clicks("Start training")
    assert clicks.count <= 3
    state = re.compile(r"^(Epoch \d|Computing features|Finished)")
    expect(page.get_by_text(state).first).to_be_visible()


def get_fact(page, label: str):
    metric = page.get_by_test_id("stMetric").filter(has_text=label)
    return metric.get_by_test_id("stMetricValue")


@only_in("light desktop")
def test_a_sheet_of_a_workbook_is_chosen_and_trained_on(page, tmp_path, numbers):
    workbook = openpyxl.Workbook()
    patients = workbook.active
    patients.title = "patients"
    patients.append(["patient", "age"])
    for patient in range(12):
        patients.append([f"P{patient}", numbers.randint(20, 90)])
    visits = workbook.create_sheet("visits")
    visits.append(["Visits of the year"])
    visits.append(["patient", "visit", "pulse", "outcome"])
    for patient in range(12):
        for visit in range(1, 3 + patient % 3):
            visits.append(
                [f"P{patient}", visit, 60 + numbers.random(), ("well", "ill")[patient % 2]]
            )
    path = tmp_path / "study.xlsx"
    workbook.save(path)
    open_file(page, path)
    expect(page.get_by_role("radio", name="patients")).to_be_checked()
    clicks = Clicks(page)
    clicks("visits", "radio")
    expect(page.get_by_text("Target: outcome", exact=True)).to_be_visible()
    expect(get_fact(page, "Sequences")).to_have_text("12")

    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("radio", name="patients")).to_be_checked()
    page.get_by_role("radio", name="visits").click()
    expect(page.get_by_text("Target: outcome", exact=True)).to_be_visible()
    train(page, clicks)


@only_in("light desktop")
def test_the_order_of_day_and_month_is_asked_answered_and_undone(page, tmp_path, numbers):
    rows = [
        f"P{patient:02d},0{1 + visit}/0{1 + patient % 9}/2024,"
        f"{numbers.randint(100, 150)}/{numbers.randint(60, 95)},"
        f"{'' if numbers.random() < 0.1 else round(numbers.uniform(4, 9), 1)},"
        f"{('home', 'ward')[patient % 2]}"
        for patient in range(16)
        for visit in range(3 + patient % 4)
    ]
    numbers.shuffle(rows)
    path = tmp_path / "visits.csv"
    path.write_text("\n".join(["patient,date,bp,glucose,discharged to", *rows]), encoding="utf-8")
    open_file(page, path)
    question = page.get_by_text("may be day/month or month/day")
    expect(question).to_be_visible()
    expect(page.get_by_text("Target: discharged to", exact=True)).to_be_visible()
    expect(page.get_by_text(re.compile("^Target: .*3 features"))).to_be_visible()
    clicks = Clicks(page)
    clicks("Day before month")
    expect(question).to_have_count(0)
    expect(page.get_by_text("You chose: Day before month")).to_be_visible()

    page.get_by_role("button", name="Undo").click()
    expect(question).to_be_visible()
    page.get_by_role("button", name="Month before day").click()
    expect(page.get_by_text("You chose: Month before day")).to_be_visible()
    page.reload()
    expect(page.get_by_text("You chose: Month before day")).to_be_visible()
    train(page, clicks)


@only_in("light desktop")
def test_a_file_of_the_ucr_archive_is_trained_on_or_read_otherwise(page, tmp_path, numbers):
    lines = []
    for row in range(24):
        steps = [f"{numbers.gauss(row % 3, 0.5):.4f}" for _ in range(12 + row % 5)]
        lines.append("\t".join([str(1 + row % 3), *steps, *["NaN"] * (16 - len(steps))]))
    path = tmp_path / "Gestures_TRAIN.tsv"
    path.write_text("\n".join(lines), encoding="utf-8")
    open_file(page, path)
    expect(get_fact(page, "Sequences")).to_have_text("24")
    expect(get_fact(page, "Length (steps)")).to_have_text("12 – 16")
    expect(page.get_by_test_id("stAlert")).to_have_count(1)  # the verdict, and no warning
    expect(page.get_by_text("Ready to train: predict")).to_contain_text("one of 3 classes")

    page.get_by_role("button", name="Change").click()
    open_list(page, "Target")
    page.get_by_role("option", name="none").click()
    page.get_by_role("button", name="Use these columns").click()
    expect(page.get_by_text("You chose: Columns as chosen")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("You chose:")).to_have_count(0)
    train(page, Clicks(page))
