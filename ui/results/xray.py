"""Inspection view: states, gates and attributions of a network for one sequence."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from core import Recipe, Sequences
from core.families.registry import get_family
from core.figures import plot_xray
from core.i18n import N_
from core.inspection.xray import LayerView, XRay
from runs import Run, Runs
from ui.context import get_services, recall_input, remember_input
from ui.i18n import _, add_brackets, escape_markdown, format_count, ngettext, shorten
from ui.mask import padding_form
from ui.recipe.format import format_layer
from ui.results.file_names import name_file
from ui.session.requests import send_request
from ui.session.state import Place, State
from ui.shell import requests
from ui.shell.plots import draw, draw_once, to_html
from ui.shell.target_name import get_run_target_name, get_run_time_name
from ui.shell.widgets import choose_one, get_widget_key

HELP = N_(
    "States, gates and attributions of every step: with the padding masked, and with the padding "
    "as data."
)


def show_section(visitor: State, run: Run, data: Sequences, place: Place) -> None:
    """Show the view of one sequence, which the visitor chooses; computed when it is opened."""
    key = _get_key(visitor, place)
    with st.container(border=True):
        box = f"{place.name}-xray"
        is_open = st.toggle(
            _("Inspect"),
            value=recall_input(f"{box}-open", False, per_data=True),
            key=f"{key}-open",
            help=_(HELP),
        )
        remember_input(f"{box}-open", is_open, False, per_data=True)
        if is_open:
            row = padding_form.choose_sequence(data, f"{key}-sequence", f"{box}-sequence")
            _request(visitor, run, data[[row]], place)


def show_sequence(visitor: State, run: Run, sequence: Sequences, place: Place) -> None:
    """Show the view of the only sequence in ``sequence``, at once."""
    with st.container(border=True):
        st.markdown(f"**{_('Inspect')}**", help=_(HELP))
        _request(visitor, run, sequence, place)


def _request(visitor: State, run: Run, sequence: Sequences, place: Place) -> None:
    request = send_request(place.inspection, visitor, get_services(), Runs.inspect, run, sequence)
    requests.show_result(
        request,
        lambda request: _show(visitor, request.result, run, sequence, place),
        _("Computing states and attributions …"),
    )


def _get_key(visitor: State, place: Place) -> str:
    return get_widget_key(visitor, f"{place.name}-xray")


def _show(visitor: State, xray: XRay, run: Run, sequence: Sequences, place: Place) -> None:
    key, box = _get_key(visitor, place), f"{place.name}-xray"
    st.markdown(_explain_result(xray))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        sides = _choose_sides(xray, key, box)
        layer = _choose_layer(xray, run, key, box)
    title = _("Inspect")  # translated here, because the download is built on another thread
    figure = draw_once(
        (run.id, sequence.digest(), layer, tuple(sides or ())),
        plot_xray,
        xray,
        layer,
        sides,
        target=get_run_target_name(run).label,
        time=get_run_time_name(run),
    )
    draw(
        figure,
        key=key,
        alt=_(
            "Sequence {id}: prediction, attribution, states and gates over {steps} time steps"
        ).format(id=shorten(sequence.ids[0]), steps=format_count(xray.width)),
        png=name_file(run, "inspect"),
    )
    st.caption(build_legend(xray, run.recipe))
    # Plotly's slider has no keyboard control, and screen readers cannot read a figure.
    with st.expander(_("Values per step"), icon=":material/table:"):
        st.dataframe(build_table(xray), hide_index=True, placeholder="–")
    st.download_button(
        _("Download as HTML"),
        lambda: to_html({title: figure}),
        file_name=f"{name_file(run, 'inspect')}.html",
        mime="text/html",
        key=f"{key}-html",
        on_click="ignore",
        icon=":material/download:",
        help=_("A page with this picture and its slider, which works without this app."),
    )


def build_table(xray: XRay) -> pd.DataFrame:
    """Build a table with one row per drawn step.

    Returns:
        Whether the step is real and, with and without the mask, the prediction after it and its
        attribution to the last prediction.
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
        table[f"{name}: {_('prediction so far')}"] = predictions[xray.steps]
        table[f"{name}: {_('attribution')}"] = side.attributions.sum(axis=1)
    return pd.DataFrame(table)


def _choose_sides(xray: XRay, key: str, box: str) -> list[int] | None:
    if len(xray.sides) == 1:
        return None
    names = {
        "both": _("both"),
        "masked": _("masked"),
        "unmasked": _("as data"),
    }
    choice = choose_one(
        _("Padding"),
        names,
        f"{key}-sides",
        recall_input(f"{box}-sides", "both", names),
        format_func=names.__getitem__,
    )
    remember_input(f"{box}-sides", choice, "both")
    return {"both": None, "masked": [0], "unmasked": [1]}[choice]


def _choose_layer(xray: XRay, run: Run, key: str, box: str) -> int:
    layers = xray.sides[0].layers
    if len(layers) <= 1:
        return 0
    layer = choose_one(
        _("Layer"),
        range(len(layers)),
        f"{key}-layer",
        recall_input(f"{box}-layer", 0, range(len(layers))),
        format_func=lambda number: _format_layer_view(layers[number], run),
    )
    remember_input(f"{box}-layer", layer, 0)
    return layer


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
            "This sequence is as long as the padded array, so it has no padding. Choose a shorter "
            "one to see the effect of padding."
        )
    if len(xray.sides) == 1:
        return ngettext(
            "This network was trained without a mask. It reads {n} step of padding as data and "
            "predicts **{prediction}**.",
            "This network was trained without a mask. It reads {n} steps of padding as data and "
            "predicts **{prediction}**.",
            padding,
            prediction=_format_prediction(xray, 0),
        )
    with_mask, without = _format_prediction(xray, 0), _format_prediction(xray, 1)
    if not xray.sides[0].layers:
        return ngettext(
            "The mask removes {n} step of padding, and the model predicts **{with_mask}**. With "
            "the padding as data, it predicts **{without}**.",
            "The mask removes {n} steps of padding, and the model predicts **{with_mask}**. With "
            "the padding as data, it predicts **{without}**.",
            padding,
            with_mask=with_mask,
            without=without,
        )
    return ngettext(
        "The mask skips {n} step of padding: the state does not change, and the prediction is "
        "**{with_mask}**. With the padding as data, the prediction is **{without}**.",
        "The mask skips {n} steps of padding: the state does not change, and the prediction is "
        "**{with_mask}**. With the padding as data, the prediction is **{without}**.",
        padding,
        with_mask=with_mask,
        without=without,
    )


def _format_prediction(xray: XRay, side: int) -> str:
    predictions = xray.sides[side].predictions[-1]
    if xray.classes is None:
        return escape_markdown(f"{predictions[0]:.4g}")
    best = int(np.argmax(predictions))
    return add_brackets(escape_markdown(xray.classes[best]), f"{predictions[best]:.0%}")


def build_legend(xray: XRay, recipe: Recipe) -> str:
    """Explain hatching, attributions and units of the figure."""
    parts = [
        _(
            "Hatched cells are padding. Colours under the hatching are states that the mask keeps, "
            "or padding read as data."
        )
    ]
    erased = int((xray.real & ~xray.sides[0].counts).sum())
    if erased:
        parts.append(
            ngettext(
                "{n} real step equals the mask value and is dropped.",
                "{n} real steps equal the mask value and are dropped.",
                erased,
            )
        )
    explained = xray.sides[0].explained_class
    parts.append(
        _("Attribution: integrated gradients, starting from a sequence of average steps.")
        if get_family(recipe).is_differentiable(recipe)
        else _("Attribution: occlusion, the change when values are replaced by their averages.")
    )
    parts.append(
        _("It explains the probability of {name}.").format(name=escape_markdown(explained))
        if explained is not None
        else _("It is in the unit of the target.")
    )
    parts.append(_("A masked step has exactly 0."))
    if xray.sides[0].layers:
        parts.append(_("Units are sorted by similarity, in the same order in every picture."))
    return " ".join(parts)
