"""Figures of the padded array and its mask."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st

from core import Recipe, Sequences, pad
from core.data.padding import erased_steps
from core.figures import (
    PERCENTILES,
    ValueSpan,
    compute_value_span,
    get_drawn_window,
    plot_mask,
    plot_padded,
)
from ui.i18n import _, format_count, join_list, ngettext
from ui.session.state import State
from ui.shell.plots import draw, draw_once

MAX_PADDED_CELLS = 2_000_000  # padded at a time, of sequences of which a part is drawn


@dataclass(frozen=True, eq=False)
class DrawnPart:
    """The part of the padded array that the figures draw.

    Attributes:
        values: (rows, steps) values of one feature.
        mask: (rows, steps) bool, True at real steps.
        erased: (rows, steps) bool, real steps that the mask value erases.
        ids: (rows,) ids of the sequences.
    """

    values: np.ndarray
    mask: np.ndarray
    erased: np.ndarray
    ids: np.ndarray


def show_figures(
    visitor: State, recipe: Recipe, rows: np.ndarray, feature: int, steps: slice, width: int
) -> None:
    """Show the padded array and the mask, as much of them as a figure draws.

    Args:
        visitor: The visitor, whose data is padded.
        recipe: Recipe with the padding and the mask.
        rows: (n,) numbers of the chosen sequences, from 0.
        feature: Number of the feature to draw.
        steps: Steps to draw.
        width: Steps of the padded array.
    """
    data = visitor.data
    drawn_rows = rows[get_drawn_window(len(rows), steps.stop - steps.start)[0]]
    settings = (recipe.padding, recipe.value, recipe.maxlen, recipe.truncating)
    masking = (recipe.mask, recipe.mask_value)
    window = (steps.start, steps.stop)
    cache_key = (visitor.digest, drawn_rows.tobytes(), feature, *window, *settings, *masking)
    part = prepare_part(cache_key, data, recipe, drawn_rows, feature, steps, width)
    span, is_clipped = visitor.results.value_span.get(
        (visitor.digest, feature), lambda: _compute_span(data, feature)
    )
    erased = part.erased if recipe.mask == "value" else None

    array, mask = st.columns(2, gap="medium")
    with array:
        st.markdown(f"**{_('Padded array')}**")
        draw(
            draw_once(
                cache_key,
                plot_padded,
                part.values,
                part.mask,
                part.ids,
                name=data.feature_names[feature],
                words=data.categories.get(data.feature_names[feature], ()),
                span=span,
                erased=erased,
                padding=recipe.padding,
                first_step=steps.start + 1,
            ),
            key="mask-padded",
            alt=_("Heat map of the padded array, sequences × steps: {rows} × {steps}").format(
                rows=len(drawn_rows), steps=width
            ),
        )
    with mask:
        st.markdown(f"**{_('Mask')}**")
        draw(
            draw_once(
                cache_key,
                plot_mask,
                np.ones_like(part.mask) if recipe.mask == "none" else part.mask,
                part.ids,
                erased=erased,
                padding=recipe.padding,
                first_step=steps.start + 1,
            ),
            key="mask-mask",
            alt=_("Mask matrix, {share:.0%} of its cells are real steps").format(
                share=float(part.mask.mean())
            ),
        )
    sentences = [_("Hatched: padding.")]
    if erased is not None and erased.any():
        sentences.append(_("Framed in orange: real steps that the mask value erases."))
    if is_clipped:
        sentences.append(
            _("Colours: {low:g} to {high:g}, percentiles {first} and {last}.").format(
                low=float(f"{span.low:.3g}"),
                high=float(f"{span.high:.3g}"),
                first=PERCENTILES[0],
                last=PERCENTILES[1],
            )
        )
    sentences += _describe_part(len(drawn_rows), len(data), steps, width)
    st.caption(" ".join(sentences))


@st.cache_resource(show_spinner=False, max_entries=20)
def prepare_part(
    key: tuple[object, ...],
    _data: Sequences,
    _recipe: Recipe,
    _rows: np.ndarray,
    _feature: int,
    _steps: slice,
    _width: int,
) -> DrawnPart:
    """Pad the rows and take the steps, some rows at a time: all might exceed the memory."""
    at_once = max(MAX_PADDED_CELLS // _width, 1)
    chunks = [
        _pad_part(_data[_rows[first : first + at_once]], _recipe, _feature, _steps, _width)
        for first in range(0, len(_rows), at_once)
    ]
    values, mask, erased = (np.concatenate(parts) for parts in zip(*chunks, strict=True))
    return DrawnPart(values, mask, erased, _data.ids[_rows])


def _pad_part(
    part: Sequences, recipe: Recipe, feature: int, steps: slice, width: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return values, mask and erased steps, each (rows, steps)."""
    # Only two features are padded: the drawn one, and whether a step is erased.
    erased = erased_steps(part, recipe.mask_value)
    drawn = np.stack([part.values[:, feature], erased], axis=1).astype(np.float32)
    two_features = Sequences(drawn, part.lengths, ids=part.ids, missing=part.missing)
    padded = pad(two_features, width, recipe.padding, recipe.truncating, recipe.value)
    values, mask = padded.values[:, steps], padded.mask[:, steps]
    # Copies, because a view would keep the whole padded array.
    return values[:, :, 0].copy(), mask.copy(), mask & (values[:, :, 1] == 1)


def _compute_span(data: Sequences, feature: int) -> tuple[ValueSpan, bool]:
    """Return the range of the colours, and whether values lie outside of it."""
    span, values = compute_value_span(data, feature), data.values[:, feature]
    is_clipped = bool(((values < span.low) | (values > span.high)).any())
    return span, is_clipped and data.feature_names[feature] not in data.categories


def _describe_part(rows: int, n: int, steps: slice, width: int) -> list[str]:
    """Describe which part of the data is shown, if it is not all.

    Args:
        rows: Number of drawn rows.
        n: Number of sequences.
        steps: Drawn steps.
        width: Steps of the padded array.
    """
    parts = []
    if rows < n:
        parts.append(
            ngettext(
                "{rows} of {n} sequence", "{rows} of {n} sequences", n, rows=format_count(rows)
            )
        )
    if steps.stop - steps.start < width:
        parts.append(
            _("steps {first} to {last} of {all}").format(
                first=format_count(steps.start + 1),
                last=format_count(steps.stop),
                all=format_count(width),
            )
        )
    return [_("Shown: {parts}.").format(parts=join_list(parts))] if parts else []
