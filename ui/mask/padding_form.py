"""The inputs of Mask, padding and mask mode, and which part of the data to look at."""

from __future__ import annotations

import re

import numpy as np
import streamlit as st

from core import Recipe, Sequences
from core.data.padding import MASK_MODES, PaddingCost
from core.recipe.recipe import MAX_MAXLEN
from ui.i18n import _, counted, listed, mask_name, ngettext, plain, shortened
from ui.session.state import State
from ui.shell.widgets import one_of, set_in_each_run

MAX_ROWS = 500  # rows of one picture; more are thinner than a pixel
MAX_OFFERED = 500  # ids in a list; more would weigh on every rerun


def padding(visitor: State) -> dict[str, object]:
    """The padding fields of a Recipe, as chosen."""
    recipe, key = visitor.recipe, visitor.key
    sides = {"pre": _("in front"), "post": _("behind")}
    cut = {"pre": _("the first steps"), "post": _("the last steps")}
    first, second, third = st.columns([3, 4, 4], gap="medium")
    with first:
        side = one_of(_("Padding"), sides, key("padding"), recipe.padding, format_func=sides.get)
        value = st.number_input(
            _("Padding value"), value=recipe.value, step=1.0, format="%g", key=key("value")
        )
    with second:
        place = st.container()  # above the limit, which says whether it can be chosen
        maxlen = st.number_input(
            _("maxlen, in steps"),
            min_value=1,
            max_value=MAX_MAXLEN,
            value=None,
            placeholder=_("no limit"),
            key=set_in_each_run(key("maxlen"), recipe.maxlen),
            help=_("Empty: every sequence is kept whole, however long."),
        )
        with place:
            truncating = one_of(
                _("Longer sequences lose"),
                cut,
                key("truncating"),
                recipe.truncating,
                format_func=cut.get,
                disabled=maxlen is None,
            )
    with third:
        mode = one_of(
            _("Mask"),
            MASK_MODES,
            key("mask"),
            recipe.mask,
            format_func=mask_name,
            help=_(
                "By lengths: every real step counts. By value: steps that equal the mask value "
                "are skipped, as Keras's Masking layer does. No mask: padding counts as data."
            ),
        )
        mask_value = st.number_input(
            _("Mask value"),
            value=recipe.mask_value,
            step=1.0,
            format="%g",
            disabled=mode != "value",
            key=key("mask_value"),
        )
    return {
        "padding": side,
        "value": float(value),
        "maxlen": maxlen,
        "truncating": truncating,
        "mask": mode,
        "mask_value": float(mask_value),
    }


def explain_mode(recipe: Recipe, cost: PaddingCost) -> None:
    """What the chosen mask mode does with this data, in a sentence."""
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


def rows_and_feature(visitor: State) -> tuple[np.ndarray, int]:
    """Row numbers (from 0) and the feature to draw."""
    data = visitor.data
    left, right = st.columns(2, gap="medium")
    text = left.text_input(
        _("Sequences to draw"),
        value="1" if len(data) == 1 else f"1-{min(len(data), 40)}",
        key=visitor.key("rows"),
        help=_("Numbers and ranges, such as 1-20, 57.")
        + " "
        + ngettext("There is {n} sequence.", "There are {n} sequences.", len(data)),
    )
    rows = chosen_rows(text, len(data))
    if rows is None:
        left.error(
            _("“{text}” names no sequence. Write numbers from 1 to {n}, such as 1-20, 57.").format(
                text=plain(shortened(text)), n=counted(len(data))
            )
        )
        rows = np.arange(min(len(data), 40))
    feature = 0
    if data.features > 1:
        names = data.feature_names[:500]
        feature = names.index(
            right.selectbox(_("Feature to draw"), names, key=visitor.key("feature"))
        )
    return rows, feature


def one_sequence(data: Sequences, key: str) -> int:
    """The number, from 0, of the sequence to look at: by its id, or of many by its number."""
    if len(data) == 1:
        return 0
    if len(data) <= MAX_OFFERED:
        return st.selectbox(
            _("Sequence"), range(len(data)), format_func=lambda row: data.ids[row], key=key
        )
    number = st.number_input(
        _("Sequence, from 1 to {n}").format(n=counted(len(data))), 1, len(data), key=key
    )
    id = plain(shortened(str(data.ids[number - 1])))
    st.caption(_("Its id: {id}").format(id=id))
    return number - 1


def chosen_rows(text: str, n: int) -> np.ndarray | None:
    """Row numbers from 0, at most MAX_ROWS, from a text such as "1-20, 57"; None when it
    names no row from 1 to n.

    >>> chosen_rows("2-3, 9", 10).tolist()
    [1, 2, 8]
    """
    parts = [
        part for part in re.split(r"[,;\s]+", re.sub(r"\s*[-–]\s*", "-", text.strip())) if part
    ]
    chosen: list[np.ndarray] = []
    room = MAX_ROWS
    for part in parts:
        bounds = re.fullmatch(r"(\d{1,9})(?:-(\d{1,9}))?", part)
        if bounds is None:
            return None
        first = int(bounds[1])
        last = int(bounds[2] or bounds[1])
        first = max(first, 1) - 1
        chosen.append(np.arange(first, min(last, n, first + room)))
        room -= len(chosen[-1])
    rows = np.concatenate(chosen) if chosen else np.empty(0, int)
    return rows if len(rows) else None


def say_what_is_drawn(rows: int, n: int, high: slice, wide: slice, steps: int) -> None:
    """One line when the picture holds a part only."""
    drawn_rows, drawn_steps = min(rows, high.stop), wide.stop - wide.start
    said = []
    if drawn_rows < n:
        said.append(
            ngettext(
                "{rows} of {n} sequence", "{rows} of {n} sequences", n, rows=counted(drawn_rows)
            )
        )
    if drawn_steps < steps:
        said.append(
            _("steps {first} to {last} of {all}").format(
                first=counted(wide.start + 1), last=counted(wide.stop), all=counted(steps)
            )
        )
    if said:
        st.caption(_("Drawn: {parts}.").format(parts=listed(said)))
