"""The X-ray: what happens inside a trained network while it reads one sequence."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from core import Sequences
from core.figures import xray_figure
from core.inspection.xray import LayerView, XRay
from runs import Run
from ui import backend
from ui.i18n import _, counted, layer_name, ngettext, plain, shortened
from ui.mask import padding_form
from ui.session import requests
from ui.session.state import State
from ui.shell.plots import as_page, draw, figure_words, is_dark
from ui.shell.widgets import one_of


def section(visitor: State, run: Run, data: Sequences, key: str) -> None:
    """Of one of these sequences, which the visitor chooses; computed once it is opened."""
    place, key = f"{key}-xray", visitor.key(f"{key}-xray")
    with st.container(border=True):
        wanted = st.toggle(
            _("X-ray: look inside the network"),
            key=f"{key}-open",
            help=_(
                "The states and gates of every unit at every step, with padding masked and with "
                "padding fed as data, and how much each step moved the answer."
            ),
        )
        if not wanted:
            return
        row = padding_form.one_sequence(data, f"{key}-sequence")
        asked = requests.ask(visitor, place, run, data[[row]], backend.runs().xray)
        requests.answer(
            asked,
            lambda found: _show(found.result, run, data.ids[row], key),
            _("Looking inside the network …"),
        )


def _show(xray: XRay, run: Run, id: str, key: str) -> None:
    st.markdown(_meaning(xray))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        sides = _sides(xray, key)
        layer = _layer(xray, run, key)
    # what its download shows, too, which is made on another thread
    title = _("X-ray")
    figure = xray_figure(xray, layer, sides, dark=is_dark(), words=figure_words())
    draw(
        figure,
        key=key,
        alt=_(
            "X-ray of sequence {id}: answers, influence, states and gates over {steps} steps"
        ).format(id=shortened(id), steps=counted(xray.width)),
        png="xray",
    )
    st.caption(_legend(xray))
    # Plotly's slider is not for the keyboard, and a picture is nothing to a screen reader.
    with st.expander(_("In numbers, step by step"), icon=":material/table:"):
        st.dataframe(numbers(xray), hide_index=True, placeholder="–")
    st.download_button(
        _("Download as HTML"),
        lambda: as_page({title: figure}),
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


def numbers(xray: XRay) -> pd.DataFrame:
    """A row for each step that is drawn: whether it is real, and of each side the answer after it
    and how much it moved the last one."""
    table: dict[str, np.ndarray] = {
        _("time step"): xray.steps + 1,
        _("real step"): xray.real[xray.steps],
    }
    for side in xray.sides:
        name = _("With the mask") if side.masked else _("Without a mask")
        of = 0 if side.explained not in (xray.classes or ()) else xray.classes.index(side.explained)
        answers = np.full(xray.width, np.nan)
        answers[xray.asked] = side.answers[:, of]
        table[f"{name}: {_('the answer so far')}"] = answers[xray.steps]
        table[f"{name}: {_('influence on the answer')}"] = side.influence.sum(axis=1)
    return pd.DataFrame(table)


def _sides(xray: XRay, key: str) -> list[int] | None:
    if len(xray.sides) == 1:
        return None
    names = {
        "both": _("both"),
        "masked": _("masked"),
        "unmasked": _("fed as data"),
    }
    chosen = one_of(_("Padding"), names, f"{key}-sides", "both", format_func=names.get)
    return {"both": None, "masked": [0], "unmasked": [1]}[chosen]


def _layer(xray: XRay, run: Run, key: str) -> int:
    layers = xray.sides[0].layers
    if len(layers) == 1:
        return 0
    return one_of(
        _("Layer"),
        range(len(layers)),
        f"{key}-layer",
        0,
        format_func=lambda number: _name(layers[number], run),
    )


def _name(layer: LayerView, run: Run) -> str:
    recipe = run.recipe.layers[layer.number - 1]
    name = f"{layer.number}: {layer_name(recipe)}"
    if recipe.bidirectional:
        name += " " + (_("backward") if layer.backward else _("forward"))
    return name


def _meaning(xray: XRay) -> str:
    """What is to be seen, in words."""
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
            answer=_answer(xray, 0),
        )
    return ngettext(
        "Through {n} step of padding the mask holds the state still, and the network answers "
        "**{with_mask}**. Fed the padding as data, the same network drifts, and answers "
        "**{without}**.",
        "Through {n} steps of padding the mask holds the state still, and the network answers "
        "**{with_mask}**. Fed the padding as data, the same network drifts, and answers "
        "**{without}**.",
        padding,
        with_mask=_answer(xray, 0),
        without=_answer(xray, 1),
    )


def _answer(xray: XRay, side: int) -> str:
    answers = xray.sides[side].answers[-1]
    if xray.classes is None:
        return plain(f"{answers[0]:.4g}")
    best = int(np.argmax(answers))
    return f"{plain(xray.classes[best])} ({answers[best]:.0%})"


def _legend(xray: XRay) -> str:
    said = [
        _(
            "Hatched: padding. Where colours show through, something is there: a state that the "
            "mask holds, or padding fed as data."
        )
    ]
    erased = int((xray.real & ~xray.sides[0].counts).sum())
    if erased:
        said.append(
            ngettext(
                "{n} real step is erased by the mask value.",
                "{n} real steps are erased by the mask value.",
                erased,
            )
        )
    of = xray.sides[0].explained
    said.append(
        _(
            "Influence: integrated gradients, from a sequence of average steps to this one, on "
            "the probability of {name}; a masked step has exactly none."
        ).format(name=plain(of))
        if of is not None
        else _(
            "Influence: integrated gradients, from a sequence of average steps to this one, in "
            "the target's unit; a masked step has exactly none."
        )
    )
    said.append(
        _("Units stand in the order of what they have in common, the same in every picture.")
    )
    return " ".join(said)
