"""Form of Mask: padding, mask mode, and the part of the data to draw."""

from __future__ import annotations

import re

import numpy as np
import streamlit as st

from core import Recipe, Sequences
from core.data.padding import PaddingCost
from core.fields.value_types import Choice
from core.recipe.recipe import FIELDS
from ui.i18n import _, escape_markdown, format_count, join_list, ngettext, shorten
from ui.recipe.inputs import choose_value
from ui.session.state import State
from ui.shell.widgets import get_widget_key

COLUMN_WIDTHS = (3, 4, 5)  # the last holds three choices
MAX_ROWS = 500  # of one figure; more rows are thinner than a pixel
MAX_OFFERED = 500  # ids in a list; more would slow down every rerun


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


def explain_mode(recipe: Recipe, cost: PaddingCost) -> None:
    """Explain the effect of the mask mode on this data, in one sentence."""
    if recipe.mask == "lengths":
        st.success(
            _("Every real step counts and padding never does, whatever it is filled with."),
            icon=":material/check_circle:",
        )
    elif recipe.mask == "none":
        st.warning(
            ngettext(
                "Padding counts as data: the network also learns from {n} cell that was never "
                "measured.",
                "Padding counts as data: the network also learns from {n} cells that were never "
                "measured.",
                cost.padding,
            ),
            icon=":material/warning:",
        )
    elif cost.erased:
        st.warning(
            ngettext(
                "{n} real step equals the mask value {value:g} and is erased. Mask by lengths "
                "to keep it, or choose a value that never occurs.",
                "{n} real steps equal the mask value {value:g} and are erased. Mask by lengths "
                "to keep them, or choose a value that never occurs.",
                cost.erased,
                value=recipe.mask_value,
            ),
            icon=":material/warning:",
        )
    else:
        st.success(
            _("No real step equals the mask value, so this is the same as masking by lengths."),
            icon=":material/check_circle:",
        )
    if recipe.mask == "value" and recipe.value != recipe.mask_value:
        st.caption(
            _(
                "Keras's Masking layer would look for {mask_value:g} and miss padding that is "
                "filled with {value:g}. Here padding never counts in this mode."
            ).format(mask_value=recipe.mask_value, value=recipe.value)
        )


def choose_rows_and_feature(visitor: State) -> tuple[np.ndarray, int]:
    """Show the inputs for the rows and the feature to draw.

    Returns:
        (n,) row numbers from 0, and the number of the feature.
    """
    data = visitor.data
    rows_column, feature_column = st.columns(2, gap="medium")
    text = rows_column.text_input(
        _("Sequences to draw"),
        value="1" if len(data) == 1 else f"1-{min(len(data), 40)}",
        key=get_widget_key(visitor, "rows"),
        help=_("Numbers and ranges, such as 1-20, 57.")
        + " "
        + ngettext("There is {n} sequence.", "There are {n} sequences.", len(data)),
    )
    rows = parse_rows(text, len(data))
    if rows is None:
        rows_column.error(
            _("“{text}” names no sequence. Write numbers from 1 to {n}, such as 1-20, 57.").format(
                text=escape_markdown(shorten(text)), n=format_count(len(data))
            )
        )
        rows = np.arange(min(len(data), 40))
    feature = 0
    if data.features > 1:
        names = data.feature_names[:500]
        feature = names.index(
            feature_column.selectbox(
                _("Feature to draw"), names, key=get_widget_key(visitor, "feature")
            )
        )
    return rows, feature


def choose_sequence(data: Sequences, key: str) -> int:
    """Show the input for one sequence: by id, or by number if there are many.

    Returns:
        The row number, from 0.
    """
    if len(data) == 1:
        return 0
    if len(data) <= MAX_OFFERED:
        return st.selectbox(
            _("Sequence"), range(len(data)), format_func=lambda row: data.ids[row], key=key
        )
    number = st.number_input(
        _("Sequence, from 1 to {n}").format(n=format_count(len(data))), 1, len(data), key=key
    )
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


def show_drawn_part(rows: int, n: int, row_slice: slice, step_slice: slice, steps: int) -> None:
    """Show which part of the data is drawn, if it is not all.

    Args:
        rows: Number of chosen rows.
        n: Number of sequences.
        row_slice: Drawn rows among the chosen ones.
        step_slice: Drawn steps.
        steps: Number of steps of the padded array.
    """
    drawn_rows, drawn_steps = min(rows, row_slice.stop), step_slice.stop - step_slice.start
    parts = []
    if drawn_rows < n:
        parts.append(
            ngettext(
                "{rows} of {n} sequence",
                "{rows} of {n} sequences",
                n,
                rows=format_count(drawn_rows),
            )
        )
    if drawn_steps < steps:
        parts.append(
            _("steps {first} to {last} of {all}").format(
                first=format_count(step_slice.start + 1),
                last=format_count(step_slice.stop),
                all=format_count(steps),
            )
        )
    if parts:
        st.caption(_("Drawn: {parts}.").format(parts=join_list(parts)))
