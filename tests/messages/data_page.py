"""What the page Data says about a file and its sequences."""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import cache

import numpy as np
import pandas as pd

from core import Sequences, read_sequences
from core.data.schema import Schema
from core.preprocessing.hold_out import HoldOut, Method, hold_out
from core.reading import Report, open_table, read_with_choices
from core.reading.editable import build_grid
from runs.reading.reading_jobs import Columns
from runs.store import DataSet
from tests.messages.case import Result, case
from tests.messages.reading_tables import MESSY
from tests.messages.screen import render
from tests.messages.suggestions import make_data
from tests.support.one_series import read_one_series
from ui.data import overview, table_editor
from ui.data.choice_labels import format_choices
from ui.data.findings import show_warnings
from ui.data.reading import _describe_cut as describe_cut
from ui.data.reading import _show_unused as show_unused
from ui.data.reading_report import show_problems, show_rows
from ui.data.test_set import describe_test_set
from ui.data.verdict import show_verdict
from ui.session.state import FileDescription, Owner, State

ME = Owner("me", True, None)


def open_data(data: Sequences, method: Method | None = None) -> State:
    """Make a visitor with open data, of which a test set may be held out."""
    state = State(ME, data=data, data_as_read=data, name="my data")
    steps = int(data.lengths.sum())
    state.data_set = DataSet("my data", data.digest(), None, len(data), data.features, steps)
    if method is not None:
        state.hold_out = HoldOut(method, 0, hold_out(data, method))
        state.data = state.hold_out.apply(data)
    return state


def read(text: str, **choices) -> tuple[Sequences, Report]:
    return read_with_choices(open_table(io.StringIO(text)), choices)


# --- Choices and findings ---


@case("{value} is padding")
def name_the_padding() -> Result:
    return format_choices({"padding": -99.0}), {"value": -99}


@case("target: remaining steps, at most {most}")
def name_the_most_remaining_steps() -> Result:
    return format_choices({"layout": "long", "remaining_steps": 1250}), {"most": 1250}


@case("{n} more note")
def count_more_notes() -> Result:
    """Each of nine columns lacks its unit in one row."""
    names = [f"c{letter}" for letter in "abcdefghi"]
    cells = ["5 kg", "6 kg", "7", "8 kg"]
    rows = [["ab"[row // 2], str(row), *[cell] * 9] for row, cell in enumerate(cells)]
    data, _report = read("\n".join(map(",".join, [["id", "t", *names], *rows])))
    texts = render(show_warnings, data.report, "x", print)
    return texts, {"n": len(names) - 5}


# --- Rows of the file ---


@cache
def read_messy() -> tuple[list[str], Report]:
    _data, report = read(MESSY)
    return render(show_rows, report), report


@case("{n} row in the file")
def count_rows() -> Result:
    return read_messy()[0], {"n": len(MESSY.splitlines()) - 1}


@case("{rows}: {used} used. Dropped…")
def count_used_rows() -> Result:
    rows = pd.read_csv(io.StringIO(MESSY), dtype=str, keep_default_na=False)
    is_dropped = (rows["id"] == "") | ~rows["split"].isin(["train", "test"])
    used = int((~is_dropped).sum())
    return read_messy()[0], {"rows": f"{len(rows)} rows in the file", "used": used}


@case("{rows}, all used.")
def count_used_rows_of_a_tidy_file() -> Result:
    _data, report = read("id,x\na,1\na,2\nb,3\n")
    return render(show_rows, report), {"rows": "3 rows in the file"}


@case("Listed: {listed} of {all}.")
def count_listed_problems() -> Result:
    wrong = 1207
    text = "id,x\n" + "a,1\n" * (wrong + 3) + "b,bad\n" * wrong
    _data, report = read(text)
    return render(show_problems, report, True), {"listed": 1000, "all": wrong}


@case("{n} row with a problem is marked…")
def count_marked_rows() -> Result:
    _data, report = read(MESSY)
    grid = build_grid(open_table(io.StringIO(MESSY)), MESSY.encode)
    wrong = {str(problem.row) for problem in report.problems if problem.kind == "unreadable"}
    cells = [line.split(",")[2] for line in MESSY.splitlines()[1:]]
    texts = render(table_editor.show_table, "t", "messy.csv", grid, print, wrong, expanded=True)
    return texts, {"n": sum(bool(cell) and not cell.isdigit() for cell in cells)}


@case("and {n} more")
def count_more_unused_columns() -> Result:
    names = [f"c{letter}" for letter in "abcdefghij"]
    rows = [["a", "1", *"1234567890"], ["a", "2", *"1234567890"], ["b", "3", *"1234567890"]]
    data, report = read("\n".join(map(",".join, [["id", "x", *names], *rows])), features=["x"])
    file = FileDescription(Columns(("id", "x", *names), False, None), report)
    texts = render(show_unused, open_data(data), data.schema, file, "k")
    return texts, {"n": len(names) - sum(": use it" in text for text in texts)}


@case("Split into windows of up to…")
def describe_windows() -> Result:
    schema = Schema("long", features=("x",), cut="windows", cut_steps=50, cut_every=1)
    return describe_cut(schema), {"steps": "50 steps", "every": "1 step"}


@case("Split into growing prefixes…")
def describe_prefixes() -> Result:
    schema = Schema("long", features=("x",), cut="prefixes", cut_steps=1, cut_every=20)
    return describe_cut(schema), {"steps": "1 step", "every": "20 steps"}


# --- Overview ---


def make_lengths(lengths: Sequence[int], targets: Sequence[object] | None = None) -> Sequences:
    return Sequences.from_lists([np.arange(n, dtype=float) for n in lengths], targets)


@case("Median: {n} step")
def compute_an_odd_median() -> Result:
    lengths = (3, 9, 1200, 1250, 2000)
    return render(overview.show_facts, make_lengths(lengths)), {"n": sorted(lengths)[2]}


@case("Median: {n} step")
def compute_an_even_median() -> Result:
    lengths = (1, 2)
    return render(overview.show_facts, make_lengths(lengths)), {"n": sum(lengths) / 2}


@cache
def show_many() -> tuple[list[str], Sequences]:
    """Show long sequences with more targets than bars, and more sequences than lines."""
    rng = np.random.default_rng(7)
    lengths = rng.integers(1590, 1650, 90)
    targets = [f"c{n:02}" for n in np.sort(rng.integers(0, 41, 90))]
    data = make_lengths(lengths, targets)
    state = open_data(data)
    return [
        *render(overview.show_lengths_and_targets, state),
        *render(overview.show_examples, state),
    ], data


@case("Histogram of the lengths of {n}…")
def count_lengths() -> Result:
    texts, data = show_many()
    return texts, {"n": len(data.lengths)}


@case("Drawn: the {drawn} most frequent…")
def count_drawn_targets() -> Result:
    texts, data = show_many()
    targets = [*data.require_targets()]
    counts = sorted(map(targets.count, {*targets}), reverse=True)
    return texts, {"drawn": 30, "different": len(counts), "n": sum(counts[30:])}


@case("{n} example sequence, {feature}…")
def count_examples() -> Result:
    return show_many()[0], {"n": 36}


@case("{n} of {all} sequences")
def count_examples_of_all() -> Result:
    texts, data = show_many()
    return texts, {"n": 36, "all": len(data)}


@case("the first {n} step")
def count_drawn_steps() -> Result:
    return show_many()[0], {"n": 1500}


@case("{n} of {all} sequences, some of each class")
def count_examples_of_classes() -> Result:
    data = make_data(120, "classes")
    return render(overview.show_examples, open_data(data)), {"n": 36, "all": len(data)}


# --- The verdict and the test set ---


@case("{n} question is open…")
def count_questions() -> Result:
    """A fifth of the rows or more have no part of the split: a question, as is the decimal mark."""
    text = 'id,x,y,target\na,1,"1,234",2\na,2,"5,678",2\n,3,"9,012",2\nb,4,"1,111",3\n'
    data, _report = read(text)
    codes = {finding.code for finding in data.report.select("question")}
    assert codes == {"decimal_mark", "incomplete"}
    return render(show_verdict, open_data(data)), {"n": len(codes)}


@case("Ready to train, with {n} note…")
def count_notes() -> Result:
    text = "id,t,x,target\na,0,1,2\na,1,2,2\nb,0,4,3\nb ,1,oops,3\n"
    data, _report = read(text)
    kinds = {"an id with a space", "a word for a number"}
    return render(show_verdict, open_data(data)), {"n": len(kinds)}


@case("Ready to train: predict {target}, one of {n} classes, for each…")
def count_classes() -> Result:
    data = make_data(60, "classes")
    return render(show_verdict, open_data(data)), {"n": len({*data.require_targets()})}


@case("Ready to train: predict {target}, one of {n} classes, at each…")
def count_classes_of_steps() -> Result:
    targets = [["a", "b", "c"][: 1 + n % 3] for n in range(30)]
    data = Sequences.from_lists([[1.0] * len(each) for each in targets], targets)
    return render(show_verdict, open_data(data)), {"n": len({t for each in targets for t in each})}


def describe_hold_out(method: Method, groups: np.ndarray | None = None) -> Result:
    data = make_data(120, "classes")
    data = Sequences.from_lists([*data], data.targets, groups=groups)
    state = open_data(data, method)
    return describe_test_set(state), {"n": int((state.data.split == "test").sum()), "all": 120}


@case("Test set: {n} of {all} sequences, drawn…")
def count_a_random_test_set() -> Result:
    return describe_hold_out("random")


@case("Test set: {n} of {all} sequences, whole…")
def count_a_test_set_of_groups() -> Result:
    return describe_hold_out("group", np.arange(120) // 7)


@case("Test set: {n} of {all} sequences, those…")
def count_the_latest_by_time() -> Result:
    starts = np.repeat(np.arange(120) * 77 % 120, 2)
    days = pd.Timestamp("2026-01-01") + pd.to_timedelta(starts + np.tile([0, 1], 120), "D")
    table = {"id": np.repeat(np.arange(120), 2), "day": days, "x": np.arange(240) % 7}
    data = read_sequences(pd.DataFrame(table | {"target": np.repeat(["a", "b"] * 60, 2)}))
    state = open_data(data, "time")
    return describe_test_set(state), {"n": int((state.data.split == "test").sum()), "all": 120}


@case("Test set: {n} of {all} windows, the last…")
def count_the_last_windows() -> Result:
    state = open_data(read_one_series(600), "windows")
    return describe_test_set(state), {"n": int((state.data.split == "test").sum()), "all": 120}


@case("Test set: {n} of {all} sequences, the last…")
def count_the_last_sequences() -> Result:
    return describe_hold_out("latest")
