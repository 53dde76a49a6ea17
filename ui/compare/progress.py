"""Progress of a comparison: its runs, their curves so far, and the time left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import streamlit as st

from core.engine.progress import average_members
from core.families.registry import get_family
from core.figures import plot_loss_bands
from runs import ACTIVE, ComparisonRequest, Run, RunState, RunSummary
from ui import backend
from ui.compare.duration import count_parallel_runs
from ui.i18n import _, escape_markdown, format_count, format_estimate, join_list, ngettext
from ui.recipe.format import format_field
from ui.session.state import State
from ui.shell.plots import draw, get_figure_labels, is_dark

Entries = Mapping[str, Sequence[RunSummary]]  # runs by the name of a recipe, one per seed


def list_entries(visitor: State, comparison: ComparisonRequest) -> dict[str, list[RunSummary]]:
    """List the runs of each recipe, without those that were deleted."""
    runs = {run.id: run for run in backend.get_store().runs.list(visitor.owner.id)}
    return {
        name: [runs[run_id] for run_id in run_ids if run_id in runs]
        for name, run_ids in comparison.entries.items()
    }


def list_active(entries: Entries) -> list[RunSummary]:
    """List the runs that have not ended."""
    return [run for runs in entries.values() for run in runs if run.state in ACTIVE]


def show_progress(visitor: State, entries: Entries) -> None:
    """Show the progress of runs that have not all ended."""
    runs = [run for per_seed in entries.values() for run in per_seed]
    active = list_active(entries)
    n_ended = len(runs) - len(active)
    parts = [
        ngettext(
            "{ended} of {n} run finished",
            "{ended} of {n} runs finished",
            len(runs),
            ended=format_count(n_ended),
        )
    ]
    if (seconds := estimate_seconds_left(runs, count_parallel_runs())) is not None:
        parts.append(_("{time} left").format(time=format_estimate(seconds)))
    bar, stop = st.columns([7, 3], vertical_alignment="bottom")
    bar.progress(sum(map(_get_share, runs)) / max(len(runs), 1), " · ".join(parts))
    stop.button(
        _("Stop all"),
        key="compare-stop",
        icon=":material/stop_circle:",
        width="stretch",
        on_click=_stop,
        args=(visitor, active),
    )
    st.caption("  \n".join(_describe_entry(name, per_seed) for name, per_seed in entries.items()))
    _show_curves(visitor, entries)


def _get_share(run: RunSummary) -> float:
    """Return the finished share of a run, 0 to 1."""
    if run.state not in ACTIVE:
        return 1.0
    return 0.0 if run.progress is None else min(run.progress.share, 1.0)


def estimate_seconds_left(runs: Sequence[RunSummary], parallel: int) -> float | None:
    """Estimate the seconds until all runs have ended; None before any of them has a measure.

    Estimates made before the start are scaled by the measured speed of the runs so far.

    Args:
        runs: The runs of a comparison.
        parallel: Runs that are trained at a time.
    """
    measured = estimated = 0.0
    for run in runs:
        if run.started is not None and run.ended is not None and not run.reused:
            measured += (run.ended - run.started).total_seconds()
            estimated += run.estimate
        elif run.progress is not None and run.progress.seconds_left is not None:
            measured += run.progress.seconds
            estimated += run.estimate * run.progress.share
    if not estimated:
        return None
    left = [run.estimate * (1 - _get_share(run)) for run in runs if run.state in ACTIVE]
    return sum(left) * measured / estimated / max(min(parallel, len(left)), 1)


def _describe_entry(name: str, runs: Sequence[RunSummary]) -> str:
    """Describe the progress of one recipe in a line."""
    ended = sum(run.state not in ACTIVE for run in runs)
    parts = [_("seeds finished: {ended} of {n}").format(ended=ended, n=len(runs))]
    for run in runs:
        has_epochs = get_family(run.recipe).has_epochs and not run.recipe.members
        if run.state is RunState.RUNNING and run.progress is not None and has_epochs:
            parts.append(
                _("epoch {epoch} of {epochs}").format(
                    epoch=format_count(min(run.progress.epoch + 1, run.recipe.epochs)),
                    epochs=format_count(run.recipe.epochs),
                )
            )
    return f"**{escape_markdown(name)}**: {join_list(parts)}"


def _show_curves(visitor: State, entries: Entries) -> None:
    """Show the losses so far, of recipes that are trained epoch by epoch."""
    curves = {}
    for name, per_seed in entries.items():
        runs = [
            backend.get_runs().get(run.id)
            for run in per_seed
            if get_family(run.recipe).has_epochs and (run.progress or run.state not in ACTIVE)
        ]
        if losses := list_losses([run for run in runs if run is not None]):
            curves[name] = stack_curves(losses)
    if curves:
        draw(
            plot_loss_bands(
                curves,
                label=_("loss ({name})").format(name=format_field(visitor.recipe, "loss")),
                dark=is_dark(),
                labels=get_figure_labels(),
            ),
            key="compare-live-curves",
            alt=_("Loss per epoch of the recipes so far, with bands over the seeds"),
        )


def list_losses(runs: Sequence[Run]) -> list[np.ndarray]:
    """List the losses of the finished runs, or else of those that are still trained.

    The band extends the last loss of a run to the last epoch, which would be wrong for a run that
    is still trained.
    """
    for is_active in (False, True):
        losses = [_get_losses(run) for run in runs if (run.state in ACTIVE) == is_active]
        if losses := [each for each in losses if len(each)]:
            return losses
    return []


def _get_losses(run: Run) -> np.ndarray:
    if not run.history:
        return np.empty(0)
    curves = average_members(run.history)
    return np.asarray(curves.get("val_loss") or curves["loss"], np.float64)


def stack_curves(curves: Sequence[np.ndarray]) -> np.ndarray:
    """Stack curves to (seeds, epochs), NaN after the end of shorter ones."""
    longest = max(map(len, curves))
    return np.stack([np.pad(c, (0, longest - len(c)), constant_values=np.nan) for c in curves])


def _stop(visitor: State, runs: Sequence[RunSummary]) -> None:
    for run in runs:
        backend.get_runs().stop(visitor.owner.id, run.id)
