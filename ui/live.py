"""A training on screen: progress, curves, Stop. Refreshes itself, and only itself."""

from __future__ import annotations

import streamlit as st

from core import Progress
from core.figures import history_figure
from runs import Run, RunState
from ui import fragments, server
from ui.frame import draw, figure_words, is_dark
from ui.words import _, counted, engine_name, lasting, loss_name, ngettext, told

REFRESH_SECONDS = 0.25
ACTIVE = (RunState.QUEUED, RunState.RUNNING)


def training(run_id: str, key: str) -> Run | None:
    """Show a run; returns it when it has ended with a model, else None."""
    run = server.runs().get(run_id)
    if run is None:
        st.info(_("This training is no longer on the server. Start it again."))
        return None
    active = run.state in ACTIVE
    fragments.live(_watch, REFRESH_SECONDS if active else None, run_id, key, active)
    return None if active or run.model is None else run


def _watch(run_id: str, key: str, was_active: bool) -> None:
    run = server.runs().get(run_id)
    if was_active and run.state not in ACTIVE:
        st.rerun()  # the whole page: what comes after a training stands outside this fragment
    _status(run, key)
    if run.state is RunState.FAILED:
        st.error(told(run.error), icon=":material/error:")
    elif run.history or run.state in ACTIVE:
        _curves(run, key)


def _status(run: Run, key: str) -> None:
    if run.state is RunState.QUEUED:
        st.progress(
            0.0,
            _("Waiting for a free worker …")
            if server.runs().ready
            else _("The workers are starting; training begins in a few seconds …"),
        )
    elif run.state is RunState.RUNNING:
        bar, stop = st.columns([7, 3], vertical_alignment="bottom")
        bar.progress(*_progress(run))
        stop.button(
            _("Stopping …") if run.stopping else _("Stop"),
            key=f"{key}-stop",
            icon=":material/stop_circle:",
            disabled=run.stopping,
            width="stretch",
            on_click=server.runs().stop,
            args=(run.id,),
        )
        return
    elif run.state is RunState.FINISHED:
        _ended(run, _("Finished"), ":material/check_circle:")
    elif run.state is RunState.STOPPED and run.model is None:
        st.markdown(":material/stop_circle: " + _("Cancelled before it began."))
    elif run.state is RunState.STOPPED:
        _ended(run, _stopped(run.progress), ":material/stop_circle:")
    if run.state is RunState.QUEUED:
        st.button(_("Cancel"), key=f"{key}-stop", on_click=server.runs().stop, args=(run.id,))


def _progress(run: Run) -> tuple[float, str]:
    progress = run.progress
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
    planned = run.recipe.epochs if run.state in ACTIVE else None
    metrics = ["loss"]
    if run.recipe.task == "classification":
        metrics.append("accuracy")
    log = st.toggle(_("Logarithmic loss axis"), key=f"{key}-log")
    for place, metric in zip(st.columns(len(metrics)), metrics, strict=True):
        label = {
            "loss": _("loss ({name})").format(name=loss_name(run.recipe.loss)),
            "accuracy": _("accuracy (share correct)"),
        }[metric]
        losses = run.history.get("loss", [])
        with place:
            draw(
                history_figure(
                    run.history,
                    planned,
                    metric=metric,
                    label=label,
                    log=metric == "loss" and log,
                    dark=is_dark(),
                    words=figure_words(),
                ),
                key=f"{key}-{metric}",
                alt=ngettext(
                    "Curve of the {metric} by epoch, {n} epoch so far",
                    "Curve of the {metric} by epoch, {n} epochs so far",
                    len(losses),
                    metric=metric,
                ),
            )
