"""Picture of the home page: what padding does to a prediction, with and without a mask.

Two networks are trained on the example once per server, and a worker predicts with both. The page
shows a placeholder until then.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import streamlit as st

from core import Recipe
from core.data.padded import Side
from core.figures import plot_padding_effect
from core.invariance.padding_effect import PaddingEffect
from runs import ACTIVE, Request, Run
from ui import backend
from ui.context import recall_input, remember_input
from ui.i18n import _, translate
from ui.samples import DAILY_RIDES, EXAMPLE_NAME, load_example
from ui.shell import fragments
from ui.shell.plots import draw, draw_once
from ui.shell.widgets import choose_one

POLL_SECONDS = 1.0
ROW = 0  # the sequence "a", of a single step
SIDE_BOX = "home-effect-side"


@dataclass
class SharedEffect:
    """The effect of padding on the example, shared by all visitors of a server.

    Attributes:
        runs: Ids of the runs of the masked and of the unmasked network; empty before they exist.
        request: Request for the predictions; None before both are trained.
    """

    runs: tuple[str, ...] = ()
    request: Request[PaddingEffect] | None = None


@st.cache_resource(show_spinner=False)
def get_shared() -> SharedEffect:
    """Return the effect that all visitors of this server share."""
    return SharedEffect()


def show_padding_effect() -> None:
    """Show the picture, as soon as a worker has computed it."""
    request = _request_effect()
    is_waiting = request is None or not request.done
    fragments.run_fragment(_show, POLL_SECONDS if is_waiting else None, is_waiting)


def _request_effect() -> Request[PaddingEffect] | None:
    """Return the request for the predictions; None while the networks are trained."""
    shared = get_shared()
    if shared.request is not None:
        return shared.request
    example = load_example()
    if not shared.runs:
        shared.runs = tuple(
            backend.get_shared_run(example, recipe, EXAMPLE_NAME)
            for recipe in (Recipe.example(), replace(Recipe.example(), mask="none"))
        )
    trained = _list_trained(shared)
    if len(trained) == len(shared.runs):
        masked, unmasked = trained
        shared.request = backend.get_runs().measure_padding_effect(
            masked, unmasked, example[ROW : ROW + 1]
        )
    return shared.request


def _list_trained(shared: SharedEffect) -> list[Run]:
    runs = map(backend.get_runs().get, shared.runs)
    return [run for run in runs if run is not None and run.has_model]


def _has_failed(shared: SharedEffect) -> bool:
    """Tell if a network has not been trained, or the predictions were not computed."""
    if shared.request is not None:
        return shared.request.error is not None
    runs = map(backend.get_runs().get, shared.runs)
    return any(run is None or (run.state not in ACTIVE and not run.has_model) for run in runs)


def _show(was_waiting: bool) -> None:
    shared, request = get_shared(), _request_effect()
    if _has_failed(shared):
        _show_title()
        _show_failure(shared)
    elif request is None or not request.done:
        _show_title()
        st.progress(
            len(_list_trained(shared)) / (len(shared.runs) + 1),
            _("Two networks are being trained on the example. This takes a few seconds."),
        )
    elif was_waiting:
        st.rerun()  # ends the polling
    else:
        _show_figure(request.result)


def _count_padding_in_training() -> int:
    maxlen = Recipe.example().maxlen
    assert maxlen is not None
    return maxlen - int(load_example().lengths[ROW])


def _show_title() -> None:
    st.markdown("**4 · " + _("What changes") + "**", width="content")


def _show_failure(shared: SharedEffect) -> None:
    if shared.request is not None and shared.request.error is not None:
        st.caption(translate(shared.request.error))
    else:
        st.caption(_("The networks for this picture could not be trained."))
    st.button(_("Try again"), key="home-effect-retry", icon=":material/refresh:", on_click=_restart)


def _restart() -> None:
    get_shared.clear()


def _show_figure(effect: PaddingEffect) -> None:
    example = load_example()
    names: dict[Side, str] = {"pre": _("Padding before"), "post": _("Padding after")}
    last: Side = "post" if recall_input(SIDE_BOX, "pre") == "post" else "pre"
    with st.container(horizontal=True, vertical_alignment="center"):
        _show_title()
        side = choose_one(
            _("Padding"),
            names,
            key=SIDE_BOX,
            value=last,
            format_func=lambda side: names[side],
            label_visibility="collapsed",
        )
    remember_input(SIDE_BOX, str(side), "pre")
    masked, unmasked = effect.masked[side], effect.unmasked[side]
    draw(
        draw_once(
            (side, masked.tobytes(), unmasked.tobytes()),
            plot_padding_effect,
            effect.steps,
            masked,
            unmasked,
            side=side,
            content=f"{example.values[ROW, 0]:g}",
            trained=_count_padding_in_training() if side == Recipe.example().padding else None,
        ),
        key="home-effect",
        alt=_(
            "Prediction for sequence a by padded steps, 0 to {steps}. With the mask: {low:.2f} to "
            "{high:.2f}. Without a mask: {least:.2f} to {most:.2f}"
        ).format(
            steps=effect.steps[-1],
            low=masked.min(),
            high=masked.max(),
            least=unmasked.min(),
            most=unmasked.max(),
        ),
    )
    st.caption(
        _(
            "Drag the slider to pad sequence a. With the mask, the prediction stays at "
            "{value:.2f}. Without it, padding counts as data: {least:.2f} to {most:.2f}."
        ).format(value=masked[0], least=unmasked.min(), most=unmasked.max())
    )
    st.page_link(
        "pages/5_Compare.py",
        label=_("When does masking pay? Compare on a sample"),
        icon=":material/balance:",
        query_params={"data": DAILY_RIDES.key},
    )
