"""Form of Mask: padding, mask mode, and the part of the data to draw."""

from __future__ import annotations

import re

import numpy as np
import streamlit as st

from core import Recipe, Sequences
from core.fields.value_types import Choice
from core.recipe.recipe import FIELDS
from ui.context import recall_input, remember_input
from ui.i18n import _, escape_markdown, format_count, ngettext, shorten
from ui.recipe.inputs import choose_value
from ui.session.state import State
from ui.shell.widgets import get_widget_key

COLUMN_WIDTHS = (4, 4, 5)  # the last holds three choices
FIRST_ROWS = 40  # shown before any are chosen
MAX_ROWS = 500  # of one figure; more rows are thinner than a pixel
MAX_STEPS = 240  # of one figure; more are narrower than two pixels
MAX_OFFERED = 500  # ids in a list; more would slow down every rerun
ROWS_BOX, FEATURE_BOX = "mask-rows", "mask-feature"


def choose_padding(visitor: State) -> Recipe:
    """Show the form. Returns the recipe with the chosen padding and mask."""
    recipe = visitor.recipe
    fields = [field for field in FIELDS.values() if field.section == "padding"]
    choices = [field for field in fields if isinstance(field.type, Choice)]
    numbers = [field for field in fields if field not in choices]
    # A choice above a number in each column, so that the rows align.
    places = {}
    for column in zip(st.columns(COLUMN_WIDTHS, gap="medium"), choices, numbers, strict=True):
        for field in column[1:]:
            places[field.name] = column[0].container()
    for field in fields:
        without_effect = (field.name == "truncating" and recipe.maxlen is None) or (
            field.name == "mask_value" and recipe.mask != "value"
        )
        value = choose_value(
            places[field.name],
            field,
            recipe,
            get_widget_key(visitor, field.name),
            disabled=without_effect,
            shows_all=True,
        )
        recipe = recipe.adapt(**{field.name: value})
    return recipe


def choose_rows_and_feature(visitor: State) -> tuple[np.ndarray, int]:
    """Show the inputs for the rows and the feature to draw.

    Returns:
        (n,) row numbers from 0, and the number of the feature.
    """
    data = visitor.data
    rows_column, feature_column = st.columns(2, gap="medium")
    first_rows = "1" if len(data) == 1 else f"1-{min(len(data), FIRST_ROWS)}"
    text = rows_column.text_input(
        _("Sequences"),
        value=recall_input(ROWS_BOX, first_rows, per_data=True),
        key=get_widget_key(visitor, "rows"),
        help=_("Numbers and ranges to show, such as 1-20, 57.")
        + " "
        + ngettext("There is {n} sequence.", "There are {n} sequences.", len(data)),
    )
    remember_input(ROWS_BOX, text, first_rows, per_data=True)
    rows = parse_rows(text, len(data))
    if rows is None:
        rows_column.error(
            _("“{text}” selects no sequence. Use numbers from 1 to {n}, such as 1-20, 57.").format(
                text=escape_markdown(shorten(text)), n=format_count(len(data))
            )
        )
        rows = np.arange(min(len(data), FIRST_ROWS))
    feature = 0
    if data.features > 1:
        names = data.feature_names[:500]
        name = feature_column.selectbox(
            _("Feature"),
            names,
            index=names.index(recall_input(FEATURE_BOX, names[0], names, per_data=True)),
            key=get_widget_key(visitor, "feature"),
        )
        remember_input(FEATURE_BOX, name, names[0], per_data=True)
        feature = names.index(name)
    return rows, feature


def choose_sequence(data: Sequences, key: str, box: str) -> int:
    """Show the input for one sequence: by id, or by number if there are many.

    Args:
        data: Sequences to choose from.
        key: Widget key.
        box: Name under which the choice is remembered, for each data set.

    Returns:
        The row number, from 0.
    """
    if len(data) == 1:
        return 0
    last = recall_input(box, 1, range(1, len(data) + 1), per_data=True)
    if len(data) <= MAX_OFFERED:
        row = st.selectbox(
            _("Sequence"),
            range(len(data)),
            index=last - 1,
            format_func=lambda row: data.ids[row],
            key=key,
        )
        remember_input(box, row + 1, 1, per_data=True)
        return row
    number = st.number_input(
        _("Sequence, from 1 to {n}").format(n=format_count(len(data))),
        1,
        len(data),
        value=last,
        key=key,
    )
    remember_input(box, number, 1, per_data=True)
    id = escape_markdown(shorten(str(data.ids[number - 1])))
    st.caption(_("Its id: {id}").format(id=id))
    return number - 1


def parse_rows(text: str, n: int) -> np.ndarray | None:
    """Parse row numbers from a text such as "1-20, 57".

    >>> parse_rows("2-3, 9", 10).tolist()
    [1, 2, 8]

    Returns:
        Row numbers from 0, at most MAX_ROWS; None if the text names no row from 1 to n.
    """
    parts = [
        part for part in re.split(r"[,;\s]+", re.sub(r"\s*[-–]\s*", "-", text.strip())) if part
    ]
    ranges: list[np.ndarray] = []
    n_left = MAX_ROWS
    for part in parts:
        bounds = re.fullmatch(r"(\d{1,9})(?:-(\d{1,9}))?", part)
        if bounds is None:
            return None
        first = int(bounds[1])
        last = int(bounds[2] or bounds[1])
        first = max(first, 1) - 1
        ranges.append(np.arange(first, min(last, n, first + n_left)))
        n_left -= len(ranges[-1])
    rows = np.concatenate(ranges) if ranges else np.empty(0, int)
    return rows if len(rows) else None


def choose_steps(visitor: State, recipe: Recipe, steps: int) -> slice:
    """Show a slider that scrolls through the steps, if there are more than a figure shows.

    It begins on the side of the real steps.

    Args:
        visitor: The visitor.
        recipe: Recipe with the side of the padding.
        steps: Steps of the padded array.
    """
    if steps <= MAX_STEPS:
        return slice(0, steps)
    last_first = steps - MAX_STEPS + 1
    key = get_widget_key(visitor, f"first-step-{recipe.padding}-{steps}")
    real_side = last_first if recipe.padding == "pre" else 1
    box = f"mask-first-step-{recipe.padding}-{steps}"
    first = st.slider(
        _("First time step"),
        1,
        last_first,
        value=recall_input(box, real_side, range(1, last_first + 1), per_data=True),
        step=max(MAX_STEPS // 4, 1) if steps > 4 * MAX_STEPS else 1,
        key=key,
        help=_("{n} of {all} time steps are shown at a time.").format(
            n=MAX_STEPS, all=format_count(steps)
        ),
    )
    remember_input(box, first, real_side, per_data=True)
    first = min(first, last_first)
    return slice(first - 1, first - 1 + MAX_STEPS)
