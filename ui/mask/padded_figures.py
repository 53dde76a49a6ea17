"""Figures of the padded array and its mask."""

from __future__ import annotations

import numpy as np
import streamlit as st

from core import Recipe, Sequences, pad
from core.data.padding import erased_steps
from core.figures import compute_value_span, get_drawn_window, plot_mask, plot_padded
from ui.i18n import _
from ui.mask.padding_form import show_drawn_part
from ui.session.state import State
from ui.shell.plots import draw, draw_once


def show_figures(
    visitor: State, recipe: Recipe, rows: np.ndarray, feature: int, steps: int
) -> None:
    """Show the padded array and the mask, as much of them as a figure draws.

    Args:
        visitor: The visitor, whose data is padded.
        recipe: Recipe with the padding and the mask.
        rows: (n,) numbers of the chosen sequences, from 0.
        feature: Number of the feature to draw.
        steps: Steps of the padded array.
    """
    data = visitor.data
    row_slice, step_slice = get_drawn_window(len(rows), steps, recipe.padding)
    part = data[rows[row_slice]]
    # Pad two features only, the drawn one and whether a step is erased: all might exceed the memory
    erases = erased_steps(part, recipe.mask_value) if recipe.mask == "value" else part.values[:, 0]
    drawn_values = np.stack([part.values[:, feature], erases], axis=1).astype(np.float32)
    one_feature = Sequences(drawn_values, part.lengths, ids=part.ids, missing=part.missing)
    padded = pad(
        one_feature, recipe.maxlen or steps, recipe.padding, recipe.truncating, recipe.value
    )
    counts = np.ones_like(padded.mask) if recipe.mask == "none" else padded.mask
    erased = None
    if recipe.mask == "value":
        erased = padded.mask & (padded.values[:, :, 1] == 1)
    has_frame = erased is not None and erased.any()
    settings = (recipe.padding, recipe.value, recipe.maxlen, recipe.truncating)
    masking = (recipe.mask, recipe.mask_value)
    cache_key = (visitor.digest, rows[row_slice].tobytes(), feature, *settings, *masking)

    array, mask = st.columns(2, gap="medium")
    with array:
        st.markdown(f"**{_('Padded array')}**")
        draw(
            draw_once(
                cache_key,
                plot_padded,
                padded.values[:, :, 0],
                padded.mask,
                part.ids,
                name=data.feature_names[feature],
                words=data.categories.get(data.feature_names[feature], ()),
                span=compute_value_span(data, feature),
                erased=erased,
                padding=recipe.padding,
            ),
            key="mask-padded",
            alt=_("Heat map of the padded array, sequences × steps: {rows} × {steps}").format(
                rows=len(part), steps=steps
            ),
        )
    with mask:
        st.markdown(f"**{_('Mask: the steps that count')}**")
        draw(
            draw_once(
                cache_key, plot_mask, counts, part.ids, erased=erased, padding=recipe.padding
            ),
            key="mask-mask",
            alt=_("Mask matrix, {share:.0%} of its cells are real steps").format(
                share=float(padded.mask.mean())
            ),
        )
    st.caption(
        _("Hatched: padding.")
        + (" " + _("Framed in orange: real steps the mask value erases.") if has_frame else "")
    )
    show_drawn_part(len(rows), len(data), row_slice, step_slice, steps)
