"""Progress and curves of a training run, in a fragment that refreshes itself."""

from __future__ import annotations

from functools import lru_cache

import streamlit as st
from plotly.graph_objects import Figure

from core import Progress, Recipe
from core.errors import UnpaddedError
from core.families.ensemble.declaration import locate_member
from core.families.registry import get_family
from core.figures import Labels, plot_history, plot_penalties
from core.i18n import N_
from runs import ACTIVE, Run, RunState
from ui import backend
from ui.context import get_services, recall_input, remember_input
from ui.i18n import (
    _,
    format_count,
    format_duration,
    format_estimate,
    ngettext,
    translate,
)
from ui.recipe.format import format_field
from ui.results.run_labels import format_training_time
from ui.session import training
from ui.session.state import State
from ui.shell import fragments
from ui.shell.plots import draw, get_figure_labels, is_dark

REFRESH_SECONDS = 0.25
QUEUE_SECONDS = 1.0  # in the queue, changes are slow
MIN_ESTIMATE_SECONDS = 2.0  # shorter waiting times are not shown
FAR_SECONDS = 3.0  # used if the waiting time exceeds FAR_FACTOR times this
FAR_FACTOR = 3
NO_RUN = N_("This run is not available to you.")
NO_RUN_ICON = ":material/visibility_off:"
MAX_SILENT_SECONDS = 6.0  # a worker sends a heartbeat every two


def show_training(visitor: State, run: Run, key: str, folds_curves: bool = False) -> bool:
    """Show the progress and the curves of a run. Returns True if it has ended.

    Args:
        visitor: The visitor's state.
        run: The run that the rest of the page shows, because it may end while the page is drawn.
        key: Prefix of the widget keys.
        folds_curves: The page shows the curves of a trained model elsewhere, with
            ``ui.results.summary``.
    """
    seconds = _get_refresh_seconds(run)
    if seconds is None and run.reused:
        _show_reuse(visitor, run, key)
    fragments.run_fragment(_watch, seconds, run.id, key, seconds, visitor, folds_curves)
    return seconds is None


def _get_refresh_seconds(run: Run) -> float | None:
    """Return the seconds between two refreshes of a run; None if it has ended."""
    if run.state not in ACTIVE:
        return None
    if run.waits_for_duplicate:
        return QUEUE_SECONDS
    position = backend.get_runs().get_queue_position(run.id)
    if position is None or not position.before:
        return REFRESH_SECONDS
    return FAR_SECONDS if position.seconds > FAR_FACTOR * FAR_SECONDS else QUEUE_SECONDS


def _watch(
    run_id: str, key: str, seconds: float | None, visitor: State, folds_curves: bool
) -> None:
    run = backend.get_runs().get(run_id)
    if run is None or _get_refresh_seconds(run) != seconds:
        st.rerun()  # the whole page, because results are shown outside this fragment
    _show_status(run, key, visitor)
    if run.error is not None:
        st.error(translate(run.error), icon=":material/error:")
    elif run.state in ACTIVE or (run.history and not (folds_curves and run.has_model)):
        show_curves(run, key)


def _show_reuse(visitor: State, run: Run, key: str) -> None:
    """Report that the result is reused, and offer to train again."""
    st.caption(
        _("Reused: the same data, settings and seed were trained before, in {time}.").format(
            time=format_training_time(run)
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
        help=_("Trains this again from the start. The result will be the same."),
    )


def _train_alone(visitor: State, run: Run) -> None:
    try:
        new_id = training.train_alone(visitor, get_services(), run.id)
    except UnpaddedError as error:
        st.toast(translate(error), icon=":material/error:")
        return
    if st.query_params.get("run") == run.id:
        st.query_params["run"] = new_id


def _show_status(run: Run, key: str, visitor: State) -> None:
    if run.state in ACTIVE:
        bar, stop = st.columns([7, 3], vertical_alignment="bottom")
        bar.progress(*_describe_progress(run))
        is_mine = run.owner == visitor.owner.id
        if is_mine:
            stop.button(
                _format_stop_label(run),
                # Two keys, because a click may reach the page twice (see ui.shell.fragments).
                key=f"{key}-kill" if run.stopping else f"{key}-stop",
                icon=":material/stop_circle:",
                width="stretch",
                on_click=_stop,
                args=(visitor.owner.id, run),
            )
        if is_mine and run.waits_for_duplicate:
            _offer_to_train(visitor, run, key)
        if run.silent_seconds > MAX_SILENT_SECONDS:
            st.warning(
                _(
                    "No update from this training for {time}. The server may be unable to save; "
                    "the training continues."
                ).format(time=format_duration(run.silent_seconds)),
                icon=":material/hourglass_empty:",
            )
    elif run.state is RunState.FINISHED:
        _show_end(run, _("Finished"), ":material/check_circle:")
    elif run.state is RunState.STOPPED and run.can_continue and not run.has_model:
        st.markdown(
            ":material/stop_circle: " + _("Stopped. You can continue from the last checkpoint.")
        )
    elif run.state is RunState.STOPPED and not run.has_model:
        st.markdown(
            ":material/stop_circle: " + _("Cancelled before the first update of the weights.")
        )
    elif run.state is RunState.STOPPED:
        _show_end(run, _describe_stop(run), ":material/stop_circle:")


def _format_stop_label(run: Run) -> str:
    if run.state is RunState.QUEUED:
        return _("Cancel")
    return _("Stopping … end now") if run.stopping else _("Stop")


def _stop(visitor: str, run: Run) -> None:
    """Stop a run and keep what it has learned; a second press ends it at once."""
    end_run = backend.get_runs().kill if run.stopping else backend.get_runs().stop
    try:
        end_run(visitor, run.id)
    except UnpaddedError as error:
        st.toast(translate(error), icon=":material/error:")


def _describe_waiting(run: Run) -> str:
    position = backend.get_runs().get_queue_position(run.id)
    if run.paused and position is not None:
        return _("Paused so that others get a turn; resumes from its checkpoint in {time}").format(
            time=format_estimate(position.seconds)
        )
    if run.paused:
        return _("Paused so that others get a turn; resumes from its checkpoint …")
    if run.state is RunState.INTERRUPTED:
        return _("Interrupted; resuming automatically from the last checkpoint …")
    if run.waits_for_duplicate:
        return _("An identical training is running; this run will reuse its result …")
    if not backend.get_runs().is_ready:
        return _("The workers are starting; training starts in a few seconds …")
    if position is None or position.seconds < MIN_ESTIMATE_SECONDS:
        return _("Waiting for a free worker …")
    if not position.before:
        return _("Waiting for a free worker; starts in {time}").format(
            time=format_estimate(position.seconds)
        )
    return ngettext(
        "Waiting: {n} training ahead, starts in {time}",
        "Waiting: {n} trainings ahead, starts in {time}",
        position.before,
        time=format_estimate(position.seconds),
    )


def _describe_progress(run: Run) -> tuple[float, str]:
    progress = run.progress
    if run.state is not RunState.RUNNING:
        return 0.0 if progress is None else min(progress.share, 1.0), _describe_waiting(run)
    if progress is None:
        return 0.0, _("Building the network …")
    if not get_family(run.recipe).has_epochs:
        return _describe_fit(progress)
    text = _describe_epoch(run.recipe, progress)
    if progress.seconds_left is not None:
        text += " · " + _("up to {time} left").format(time=format_duration(progress.seconds_left))
    if progress.share:
        text += " · " + _("{n} sequences/s").format(n=format_count(progress.sequences_per_second))
    if run.history.get("seconds"):
        text += " · " + _("{time} per epoch").format(
            time=format_duration(run.history["seconds"][-1])
        )
    return min(progress.share, 1.0), text


def _describe_epoch(recipe: Recipe, progress: Progress) -> str:
    """Describe the current epoch, of a network or of a member of an ensemble."""
    if not recipe.members:
        return _("Epoch {epoch} of {epochs}").format(
            epoch=format_count(min(progress.epoch + 1, progress.epochs)),
            epochs=format_count(progress.epochs),
        )
    number, member, done = locate_member(recipe, progress.epoch)
    epochs = get_family(member).count_passes(member)
    return _("Member {n} of {members}, epoch {epoch} of {epochs}").format(
        n=number,
        members=len(recipe.members),
        epoch=format_count(min(done + 1, epochs)),
        epochs=format_count(epochs),
    )


def _describe_fit(progress: Progress) -> tuple[float, str]:
    """Describe the progress of a fit in closed form."""
    if progress.share >= 1:
        return 1.0, _("Fitting the output …")
    text = _("Computing features")
    if progress.seconds_left is not None:
        text += " · " + _("up to {time} left").format(time=format_duration(progress.seconds_left))
    return progress.share, text


def _describe_stop(run: Run) -> str:
    """Describe when a run was stopped."""
    progress = run.progress
    if progress is None or not progress.batch:
        return _("Stopped")
    if progress.batch == progress.batches:
        epoch = progress.epoch + 1
        is_counted = len(run.history.get("loss", ())) >= epoch
        template = (
            _("Stopped at the end of epoch {epoch}")
            if is_counted
            else _("Stopped before epoch {epoch} was evaluated")
        )
        return template.format(epoch=format_count(epoch))
    return _("Stopped after {share:.0%} of epoch {epoch}").format(
        epoch=format_count(progress.epoch + 1), share=progress.batch / progress.batches
    )


def _show_end(run: Run, state: str, icon: str) -> None:
    text = _("fitted in {time}").format(time=format_training_time(run))
    if get_family(run.recipe).has_epochs:
        text = ngettext(
            "{n} epoch in {time}",
            "{n} epochs in {time}",
            len(run.history.get("loss", ())),
            time=format_training_time(run),
        )
    st.markdown(f"{icon} **{state}** · {text}")


def show_curves(run: Run, key: str) -> None:
    """Show the learning curves of a run, or its loss by penalty."""
    has_epochs = get_family(run.recipe).has_epochs
    if not has_epochs and not run.history:
        return
    if not has_epochs:
        st.caption(
            _(
                "The ridge penalty with the lowest leave-one-out loss is chosen: each training "
                "sequence is predicted by a fit without it."
            )
        )
    is_log = has_epochs and _choose_log(f"{key}-log")
    curves = _build_curves(run, is_log)
    epochs = len(run.history.get("loss", ()))
    for column, (metric, figure) in zip(st.columns(len(curves)), curves.items(), strict=True):
        with column:
            draw(
                figure,
                key=f"{key}-{metric}",
                alt=ngettext(
                    "Curve of the {metric} per epoch, {n} epoch so far",
                    "Curve of the {metric} per epoch, {n} epochs so far",
                    epochs,
                    metric=metric,
                )
                if has_epochs
                else _("Curve of the {metric} per penalty").format(metric=metric),
            )


def _choose_log(key: str) -> bool:
    """Show the toggle for the scale of the loss."""
    is_log = st.toggle(_("Logarithmic loss axis"), value=recall_input(key, False), key=key)
    remember_input(key, is_log, False)
    return is_log


def build_figures(run: Run) -> dict[str, Figure]:
    """Build the curves of a run that has ended, by title."""
    titles = {"loss": _("Loss per epoch"), "accuracy": _("Accuracy per epoch")}
    if not get_family(run.recipe).has_epochs:
        titles = {"loss": _("Loss per penalty"), "accuracy": _("Accuracy per penalty")}
    return {titles[metric]: figure for metric, figure in _build_curves(run, log=False).items()}


def _build_curves(run: Run, log: bool) -> dict[str, Figure]:
    labels = {"loss": _("loss ({name})").format(name=format_field(run.recipe, "loss"))}
    if run.recipe.task == "classification":
        labels["accuracy"] = _("accuracy")
    planned = run.recipe.epochs if run.state in ACTIVE else None
    figures = {}
    for metric, label in labels.items():
        names = [metric, f"val_{metric}"]
        if not get_family(run.recipe).has_epochs:  # the least loss marks the chosen penalty
            names = list(dict.fromkeys([metric, "loss", "penalty"]))
        names = [name for name in [*names, "member"] if name in run.history]
        curves = tuple((name, tuple(run.history[name])) for name in names)
        logarithmic = metric == "loss" and log
        figures[metric] = _build_curve(
            curves, planned, metric, label, logarithmic, is_dark(), get_figure_labels()
        )
    return figures


# Building a curve takes as long as the rest of a repetition (3 ms). The cache serves all visitors
# who watch the same run, and every rerun of a page.
@lru_cache(maxsize=128)
def _build_curve(
    curves: tuple[tuple[str, tuple[float, ...]], ...],
    epochs: int | None,
    metric: str,
    label: str,
    log: bool,
    dark: bool,
    labels: Labels,
) -> Figure:
    """Build one curve; ``curves`` holds the names and values of the history."""
    history = dict(curves)
    if "penalty" in history:
        return plot_penalties(history, metric=metric, label=label, dark=dark, labels=labels)
    return plot_history(
        history, epochs, metric=metric, label=label, log=log, dark=dark, labels=labels
    )
