"""Explanation view ("X-ray"): states, gates and attributions of a network for one sequence."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from core import Sequences
from core.figures import plot_xray
from core.inspection.xray import LayerView, XRay
from runs import Run, Runs
from ui.context import get_services
from ui.i18n import _, escape_markdown, format_count, ngettext, shorten
from ui.mask import padding_form
from ui.recipe.format import format_layer
from ui.session.requests import send_request
from ui.session.state import Place, State
from ui.shell import requests
from ui.shell.plots import draw, get_figure_labels, is_dark, to_html
from ui.shell.widgets import choose_one, get_widget_key


def show_section(visitor: State, run: Run, data: Sequences, place: Place) -> None:
    """Show the view of one sequence, which the visitor chooses; computed when it is opened."""
    key = get_widget_key(visitor, f"{place.name}-xray")
    with st.container(border=True):
        is_open = st.toggle(
            _("X-ray: look inside the network"),
            key=f"{key}-open",
            help=_(
                "The states and gates of every unit at every step, with padding masked and with "
                "padding fed as data, and how much each step moved the answer."
            ),
        )
        if not is_open:
            return
        row = padding_form.choose_sequence(data, f"{key}-sequence")
        request = send_request(
            place.inspection, visitor, get_services(), Runs.inspect, run, data[[row]]
        )
        requests.show_result(
            request,
            lambda request: _show(request.result, run, data.ids[row], key),
            _("Looking inside the network …"),
        )


def _show(xray: XRay, run: Run, id: str, key: str) -> None:
    st.markdown(_explain_result(xray))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        sides = _choose_sides(xray, key)
        layer = _choose_layer(xray, run, key)
    # translated here, because the download is built on another thread
    title = _("X-ray")
    figure = plot_xray(xray, layer, sides, dark=is_dark(), labels=get_figure_labels())
    draw(
        figure,
        key=key,
        alt=_(
            "X-ray of sequence {id}: answers, influence, states and gates over {steps} steps"
        ).format(id=shorten(id), steps=format_count(xray.width)),
        png="xray",
    )
    st.caption(_build_legend(xray))
    # Plotly's slider has no keyboard control, and screen readers cannot read a figure.
    with st.expander(_("In numbers, step by step"), icon=":material/table:"):
        st.dataframe(build_table(xray), hide_index=True, placeholder="–")
    st.download_button(
        _("Download as HTML"),
        lambda: to_html({title: figure}),
        file_name="xray.html",
        mime="text/html",
        key=f"{key}-html",
        on_click="ignore",
        icon=":material/download:",
        help=_(
            "A page that shows this picture without this app, its slider included. As PNG: the "
            "camera that comes up above the picture."
        ),
    )


def build_table(xray: XRay) -> pd.DataFrame:
    """Build a table with one row per drawn step.

    Returns:
        Whether the step is real and, with and without the mask, the prediction after it and its
        influence on the last prediction.
    """
    table: dict[str, np.ndarray] = {
        _("time step"): xray.steps + 1,
        _("real step"): xray.real[xray.steps],
    }
    for side in xray.sides:
        name = _("With the mask") if side.masked else _("Without a mask")
        explained, classes = side.explained_class, xray.classes or ()
        column = classes.index(explained) if explained in classes else 0
        predictions = np.full(xray.width, np.nan)
        predictions[xray.prediction_steps] = side.predictions[:, column]
        table[f"{name}: {_('the answer so far')}"] = predictions[xray.steps]
        table[f"{name}: {_('influence on the answer')}"] = side.attributions.sum(axis=1)
    return pd.DataFrame(table)


def _choose_sides(xray: XRay, key: str) -> list[int] | None:
    if len(xray.sides) == 1:
        return None
    names = {
        "both": _("both"),
        "masked": _("masked"),
        "unmasked": _("fed as data"),
    }
    choice = choose_one(_("Padding"), names, f"{key}-sides", "both", format_func=names.__getitem__)
    return {"both": None, "masked": [0], "unmasked": [1]}[choice]


def _choose_layer(xray: XRay, run: Run, key: str) -> int:
    layers = xray.sides[0].layers
    if len(layers) <= 1:
        return 0
    return choose_one(
        _("Layer"),
        range(len(layers)),
        f"{key}-layer",
        0,
        format_func=lambda number: _format_layer_view(layers[number], run),
    )


def _format_layer_view(layer: LayerView, run: Run) -> str:
    recipe = run.recipe.layers[layer.number - 1]
    name = f"{layer.number}: {format_layer(recipe)}"
    if recipe.directions == 2:
        name += " " + (_("backward") if layer.backward else _("forward"))
    return name


def _explain_result(xray: XRay) -> str:
    """Explain what the figure shows."""
    padding = int((~xray.real).sum())
    if not padding:
        return _(
            "This sequence is as long as the padded array, so that there is no padding to see. "
            "Choose a shorter one to see what padding does."
        )
    if len(xray.sides) == 1:
        return ngettext(
            "This network was trained without a mask: {n} step of padding counts as data, and it "
            "answers **{answer}**.",
            "This network was trained without a mask: {n} steps of padding count as data, and it "
            "answers **{answer}**.",
            padding,
            answer=_format_prediction(xray, 0),
        )
    if not xray.sides[0].layers:
        return ngettext(
            "The mask removes {n} step of padding, and the model predicts **{with_mask}**. With "
            "the padding as data, the same model predicts **{without}**.",
            "The mask removes {n} steps of padding, and the model predicts **{with_mask}**. With "
            "the padding as data, the same model predicts **{without}**.",
            padding,
            with_mask=_format_prediction(xray, 0),
            without=_format_prediction(xray, 1),
        )
    return ngettext(
        "Through {n} step of padding the mask holds the state still, and the network answers "
        "**{with_mask}**. Fed the padding as data, the same network drifts, and answers "
        "**{without}**.",
        "Through {n} steps of padding the mask holds the state still, and the network answers "
        "**{with_mask}**. Fed the padding as data, the same network drifts, and answers "
        "**{without}**.",
        padding,
        with_mask=_format_prediction(xray, 0),
        without=_format_prediction(xray, 1),
    )


def _format_prediction(xray: XRay, side: int) -> str:
    predictions = xray.sides[side].predictions[-1]
    if xray.classes is None:
        return escape_markdown(f"{predictions[0]:.4g}")
    best = int(np.argmax(predictions))
    return f"{escape_markdown(xray.classes[best])} ({predictions[best]:.0%})"


def _build_legend(xray: XRay) -> str:
    parts = [
        _(
            "Hatched: padding. Where colours show through, something is there: a state that the "
            "mask holds, or padding fed as data."
        )
    ]
    erased = int((xray.real & ~xray.sides[0].counts).sum())
    if erased:
        parts.append(
            ngettext(
                "{n} real step is erased by the mask value.",
                "{n} real steps are erased by the mask value.",
                erased,
            )
        )
    explained = xray.sides[0].explained_class
    parts.append(
        _(
            "Influence: integrated gradients, from a sequence of average steps to this one, on "
            "the probability of {name}; a masked step has exactly none."
        ).format(name=escape_markdown(explained))
        if explained is not None
        else _(
            "Influence: integrated gradients, from a sequence of average steps to this one, in "
            "the target's unit; a masked step has exactly none."
        )
    )
    parts.append(
        _("Units stand in the order of what they have in common, the same in every picture.")
    )
    return " ".join(parts)
