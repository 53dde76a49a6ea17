"""A training on screen: progress, curves, Stop. Refreshes itself, and only itself."""

from __future__ import annotations

from functools import lru_cache

import streamlit as st
from plotly.graph_objects import Figure

from core import DataError, Progress
from core.figures import Words, history_figure
from core.i18n import N_
from runs import ACTIVE, Run, RunState
from ui import backend
from ui.i18n import _, counted, engine_name, lasting, loss_name, ngettext, told
from ui.session.state import State
from ui.shell import fragments
from ui.shell.plots import draw, figure_words, is_dark

REFRESH_SECONDS = 0.25
QUEUE_SECONDS = 1.0  # behind others, nothing changes so fast
SOON_SECONDS = 2.0  # nobody plans by less
FAR_SECONDS = 3.0  # and even less where the turn is further away than this many times 3
FAR = 3
NO_RUN = N_("This run is not available to you.")
NO_RUN_ICON = ":material/visibility_off:"
SILENT_SECONDS = 6.0  # a worker says every two that it lives


def training(visitor: State, run_id: str, key: str) -> Run | None:
    """Show a run; returns it when it has ended, else None."""
    run = backend.runs().get(run_id)
    if run is None:
        st.info(_(NO_RUN), icon=NO_RUN_ICON)
        return None
    every = _refresh(run)
    if every is None and run.reused:
        _reused(visitor, run, key)
    fragments.live(_watch, every, run_id, key, every, visitor)
    return run if every is None else None


def _refresh(run: Run | None) -> float | None:
    """Seconds between two looks at a run; None when there is no more to see."""
    if run is None or run.state not in ACTIVE:
        return None
    if run.follows:
        return QUEUE_SECONDS
    place = backend.runs().place(run.id)
    if place is None or not place.before:
        return REFRESH_SECONDS
    return FAR_SECONDS if place.seconds > FAR * FAR_SECONDS else QUEUE_SECONDS


def _watch(run_id: str, key: str, every: float | None, visitor: State) -> None:
    run = backend.runs().get(run_id)
    if run is None or _refresh(run) != every:
        st.rerun()  # the whole page: what comes after a training stands outside this fragment
    _status(run, key, visitor)
    if run.state is RunState.FAILED:
        st.error(told(run.error), icon=":material/error:")
    elif run.history or run.state in ACTIVE:
        _curves(run, key)


def _reused(visitor: State, run: Run, key: str) -> None:
    """That it was not trained, and the way to have that done."""
    st.caption(
        _("Same data, same settings, same seed: this result was computed before ({time}).").format(
            time=lasting(run.progress.seconds)
        )
    )
    if run.owner == visitor.owner.id:
        _offer_to_train(visitor, run, key)


def _offer_to_train(visitor: State, run: Run, key: str) -> None:
    st.button(
        _("Train anyway"),
        key=f"{key}-alone-{run.id}",
        icon=":material/model_training:",
        on_click=_train_alone,
        args=(visitor, run),
        help=_("Trains this once more, to the same result. It takes its turn and its time."),
    )


def _train_alone(visitor: State, run: Run) -> None:
    try:
        new = visitor.train_alone(run.id)
    except DataError as error:
        st.toast(told(error), icon=":material/error:")
        return
    if st.query_params.get("run") == run.id:
        st.query_params["run"] = new


def _status(run: Run, key: str, visitor: State) -> None:
    if run.state in ACTIVE:
        bar, stop = st.columns([7, 3], vertical_alignment="bottom")
        bar.progress(*_progress(run))
        mine = run.owner == visitor.owner.id
        if mine:
            stop.button(
                _stop_label(run),
                # Two keys, because a press may reach the page twice (see ui.shell.fragments).
                key=f"{key}-kill" if run.stopping else f"{key}-stop",
                icon=":material/stop_circle:",
                width="stretch",
                on_click=_stop,
                args=(visitor.owner.id, run),
            )
        if mine and run.follows:
            _offer_to_train(visitor, run, key)
        if run.silent > SILENT_SECONDS:
            st.warning(
                _(
                    "Nothing has been heard of this training for {time}. The server may be unable "
                    "to save just now; the training goes on, and tells when it can."
                ).format(time=lasting(run.silent)),
                icon=":material/hourglass_empty:",
            )
    elif run.state is RunState.FINISHED:
        _ended(run, _("Finished"), ":material/check_circle:")
    elif run.state is RunState.STOPPED and run.can_go_on and not run.has_model:
        st.markdown(
            ":material/stop_circle: "
            + _("Ended at once. What it had learned until then can be continued from.")
        )
    elif run.state is RunState.STOPPED and not run.has_model:
        st.markdown(":material/stop_circle: " + _("Cancelled before it had learned anything."))
    elif run.state is RunState.STOPPED:
        _ended(run, _stopped(run.progress), ":material/stop_circle:")


def _stop_label(run: Run) -> str:
    if run.state is RunState.QUEUED:
        return _("Cancel")
    return _("Stopping … end it now") if run.stopping else _("Stop")


def _stop(visitor: str, run: Run) -> None:
    """A first press asks the training to stop and keeps what it has learned; a second ends it."""
    end = backend.runs().kill if run.stopping else backend.runs().stop
    try:
        end(visitor, run.id)
    except DataError as error:
        st.toast(told(error), icon=":material/error:")


def _waiting(run: Run) -> str:
    place = backend.runs().place(run.id)
    if run.paused and place is not None:
        return _(
            "Paused so that others get a turn; it continues from where it was, in about {time}"
        ).format(time=lasting(place.seconds))
    if run.state is RunState.INTERRUPTED:
        return _("Interrupted; it goes on by itself, from where it was …")
    if run.follows:
        return _("The same is being trained already; its result will stand here as well …")
    if not backend.runs().ready:
        return _("The workers are starting; training begins in a few seconds …")
    if place is None or place.seconds < SOON_SECONDS:
        return _("Waiting for a free worker …")
    if not place.before:
        return _("Waiting for a free worker; this begins in about {time}").format(
            time=lasting(place.seconds)
        )
    return ngettext(
        "Waiting: {n} training comes before, this begins in about {time}",
        "Waiting: {n} trainings come before, this begins in about {time}",
        place.before,
        time=lasting(place.seconds),
    )


def _progress(run: Run) -> tuple[float, str]:
    progress = run.progress
    if run.state is not RunState.RUNNING:
        return 0.0 if progress is None else min(progress.share, 1.0), _waiting(run)
    if progress is None:
        return 0.0, _("Building the network …")
    words = _("Epoch {epoch} of {epochs}").format(
        epoch=min(progress.epoch + 1, progress.epochs), epochs=progress.epochs
    )
    if progress.seconds_left is not None:
        words += " · " + _("at most {time} left").format(time=lasting(progress.seconds_left))
    if progress.share:
        words += " · " + _("{n} sequences a second").format(
            n=counted(progress.sequences_per_second)
        )
    if run.history.get("seconds"):
        words += " · " + _("{time} an epoch").format(time=lasting(run.history["seconds"][-1]))
    return min(progress.share, 1.0), words


def _stopped(progress: Progress) -> str:
    """Where a training was when it was stopped."""
    if not progress.batch:
        return _("Stopped")
    if progress.batch == progress.batches:
        return _("Stopped at the end of epoch {epoch}").format(epoch=progress.epoch + 1)
    return _("Stopped in epoch {epoch}, after {share:.0%} of it").format(
        epoch=progress.epoch + 1, share=progress.batch / progress.batches
    )


def _ended(run: Run, word: str, icon: str) -> None:
    epochs = len(run.history.get("loss", ()))
    said = ngettext(
        "{n} epoch in {time}",
        "{n} epochs in {time}",
        epochs,
        time=lasting(run.progress.seconds),
    )
    engine = engine_name(run.computed["layers"])
    st.markdown(f"{icon} **{word}** · {said}  \n:small[{engine}]")


def _curves(run: Run, key: str) -> None:
    log = st.toggle(_("Logarithmic loss axis"), key=f"{key}-log")
    drawn = _drawn(run, log)
    epochs = len(run.history.get("loss", ()))
    for place, (metric, figure) in zip(st.columns(len(drawn)), drawn.items(), strict=True):
        with place:
            draw(
                figure,
                key=f"{key}-{metric}",
                alt=ngettext(
                    "Curve of the {metric} by epoch, {n} epoch so far",
                    "Curve of the {metric} by epoch, {n} epochs so far",
                    epochs,
                    metric=metric,
                ),
            )


def figures(run: Run) -> dict[str, Figure]:
    """The curves of a run that has ended, by their titles."""
    titles = {"loss": _("Loss by epoch"), "accuracy": _("Accuracy by epoch")}
    return {titles[metric]: figure for metric, figure in _drawn(run, log=False).items()}


def _drawn(run: Run, log: bool) -> dict[str, Figure]:
    labels = {"loss": _("loss ({name})").format(name=loss_name(run.recipe.loss))}
    if run.recipe.task == "classification":
        labels["accuracy"] = _("accuracy (share correct)")
    planned = run.recipe.epochs if run.state in ACTIVE else None
    figures = {}
    for metric, label in labels.items():
        names = [name for name in (metric, f"val_{metric}") if name in run.history]
        curves = tuple((name, tuple(run.history[name])) for name in names)
        logarithmic = metric == "loss" and log
        figures[metric] = _curve(
            curves, planned, metric, label, logarithmic, is_dark(), figure_words()
        )
    return figures


# To build one takes as long as all the rest of a repetition (3 ms). Fifty who wait, or who look at
# the same training, look at the same one, and so does everybody when a page runs again.
@lru_cache(maxsize=128)
def _curve(
    curves: tuple[tuple[str, tuple[float, ...]], ...],
    epochs: int | None,
    metric: str,
    label: str,
    log: bool,
    dark: bool,
    words: Words,
) -> Figure:
    """curves: the history's names and figures."""
    return history_figure(
        dict(curves), epochs, metric=metric, label=label, log=log, dark=dark, words=words
    )
