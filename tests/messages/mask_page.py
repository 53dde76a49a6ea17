"""What the page Mask says about padding, truncation and the mask."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import streamlit as st

from core import Recipe, Sequences
from core.data.padding import padding_cost
from tests.messages.case import Result, case
from tests.messages.data_page import open_data
from tests.messages.screen import render
from ui.mask.cost import show_padding_cost
from ui.mask.padded_figures import show_figures
from ui.mask.padding_form import choose_rows_and_feature, choose_sequence, choose_steps
from ui.mask.statements import list_statements
from ui.session.state import State
from ui.shell.widgets import get_widget_key

LENGTHS = (3, 17, 1, 9, 4, 12, 9)
MAXLEN = 8
# Every third value is 0, the mask value; the third sequence has no other.
DATA = Sequences.from_lists([np.arange(length) % 3 for length in LENGTHS])
KEPT = [each[-MAXLEN:, 0] for each in DATA]  # the beginning is truncated
PADDING = sum(MAXLEN - len(each) for each in KEPT)


def describe(**fields: object) -> list[str]:
    recipe = replace(Recipe(), maxlen=MAXLEN, **fields)
    cost = padding_cost(DATA, MAXLEN, recipe.truncating, recipe.mask_value)
    return [each.text for each in list_statements(recipe, cost)]


@cache
def show_cost() -> list[str]:
    return render(show_padding_cost, padding_cost(DATA, MAXLEN), 1)


@case("{padding} of {n} cell holds…")
def count_padded_cells() -> Result:
    return show_cost(), {"padding": PADDING, "n": len(LENGTHS) * MAXLEN}


@case("In {n} sequence longer than maxlen.")
def count_long_sequences() -> Result:
    return show_cost(), {"n": sum(length > MAXLEN for length in LENGTHS)}


@case("{n} sequence is longer than maxlen…")
def count_long_sequences_in_a_sentence() -> Result:
    return describe(), {"n": sum(length > MAXLEN for length in LENGTHS), "maxlen": MAXLEN}


@case("{n} real step is cut off.")
def count_truncated_steps() -> Result:
    return describe(), {"n": sum(LENGTHS) - sum(map(len, KEPT))}


def count_equal(value: float) -> int:
    return int(sum((each == value).sum() for each in KEPT))


@case("A value mask would erase {n} real step…")
def count_steps_that_a_mask_would_erase() -> Result:
    return describe(mask_value=2.0), {"n": count_equal(2.0), "value": 2.0}


@case("{n} real step equals the mask value {value:g} and is erased.")
def count_erased_steps() -> Result:
    return describe(mask="value", mask_value=2.0), {"n": count_equal(2.0), "value": 2.0}


@case("{n} sequence would lose all its steps…")
def count_emptied_sequences() -> Result:
    emptied = sum(not each.any() for each in KEPT)
    return describe(mask="value", mask_value=0.0), {"n": emptied}


@case("Keras's Masking layer would look for…")
def compare_the_mask_value_with_the_padding() -> Result:
    texts = describe(mask="value", mask_value=2.0, value=-1.5)
    return texts, {"mask_value": 2.0, "value": -1.5}


@case("Padding counts as data: {n} padded…")
def count_padded_cells_that_are_read() -> Result:
    return describe(mask="none"), {"n": PADDING}


# --- Figures of long data ---

MANY = Sequences.from_lists(
    [np.random.default_rng(n).normal(size=1300 - 2 * n) ** 3 for n in range(60)]
)


@cache
def show_part(first: int, last: int) -> list[str]:
    """Draw the first 40 sequences of MANY, and some steps of the padded array."""
    steps = slice(first - 1, last)
    return render(show_figures, open_data(MANY), Recipe(), np.arange(40), 0, steps, 1300)


@case("Heat map of the padded array…")
def count_drawn_sequences() -> Result:
    return show_part(1, 240), {"rows": 40, "steps": 1300}


@case("Mask matrix, {share:.0%} of its cells…")
def compute_the_share_of_real_steps() -> Result:
    """Padding is before the real steps, as Keras pads."""
    real = [[step > 1300 - len(each) for step in range(1, 241)] for each in MANY[:40]]
    return show_part(1, 240), {"share": float(np.mean(real))}


@case("{rows} of {n} sequence")
def count_shown_sequences() -> Result:
    return show_part(1, 240), {"rows": 40, "n": 60}


@case("steps {first} to {last} of {all}")
def count_shown_steps() -> Result:
    return show_part(1001, 1240), {"first": 1001, "last": 1240, "all": 1300}


@case("Colours: {low:g} to {high:g}…")
def compute_the_percentiles() -> Result:
    low, high = np.percentile(MANY.values[:, 0], [1, 99])
    numbers = {"low": float(f"{low:.3g}"), "high": float(f"{high:.3g}")}
    return show_part(1, 240), {**numbers, "first": 1, "last": 99}


def choose_rows(state: State, rows: str) -> None:
    """Show the inputs for the rows as if these had been typed."""
    st.session_state[get_widget_key(state, "rows")] = rows
    choose_rows_and_feature(state)


@case("“{text}” selects no sequence…")
def count_sequences_that_may_be_chosen() -> Result:
    return render(choose_rows, open_data(MANY), "61-70"), {"n": len([*MANY])}


@case("There is {n} sequence.")
def count_sequences_to_choose_from() -> Result:
    return render(choose_rows_and_feature, open_data(MANY)), {"n": len([*MANY])}


@case("{n} of {all} time steps are shown…")
def count_steps_that_scroll() -> Result:
    return render(choose_steps, open_data(MANY), Recipe(), 1300), {"n": 240, "all": 1300}


@case("Sequence, from 1 to {n}")
def count_sequences_in_a_number_input() -> Result:
    data = Sequences.from_lists([[1]] * 1501)
    return render(choose_sequence, data, "k", "k-box"), {"n": 1501}
