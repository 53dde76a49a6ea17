"""One-line descriptions of a run: recipe, result, start and duration."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import streamlit as st

from core.evaluation.metric_formats import METRICS
from core.families.registry import get_family
from runs import RunSummary
from ui.i18n import _, add_brackets, format_count, format_duration, join_list, ngettext
from ui.recipe.format import format_network


def describe_recipe(run: RunSummary) -> str:
    """Describe the recipe of a run: network, mask, training, seed."""
    recipe = run.recipe
    masks = {
        "lengths": _("masked by lengths"),
        "value": _("masked by the value {value:g}").format(value=recipe.mask_value),
        "none": _("not masked"),
    }
    training = []
    if get_family(recipe).has_epochs:
        training = [
            f"{recipe.optimizer} {recipe.initial_learning_rate:g}",
            _("batch size {n}").format(n=format_count(recipe.batch_size)),
            ngettext("{n} epoch", "{n} epochs", recipe.epochs),
        ]
    seed = _("seed {n}").format(n=recipe.seed)
    return join_list([format_network(recipe), masks[recipe.mask], *training, seed])


def format_result(run: RunSummary) -> str:
    """Format the first metric and its part of the data: Accuracy 97.0% (test)."""
    for part, figures in run.metrics.items():
        for name, (label, form, _about) in METRICS.items():
            if name in figures:
                return add_brackets(f"{_(label)} {form.format(figures[name])}", _(part))
    return ""


def format_start(run: RunSummary) -> str:
    """Format when the run started, or was queued, in the visitor's time zone."""
    return _to_local(run.started or run.created).strftime("%Y-%m-%d %H:%M")


def format_run_time(run: RunSummary) -> str:
    """Format how long an ended run trained; "" for other runs, and without a time.

    Without a training time, such as after an early failure, it is the time from start to end.
    """
    if run.started is None or run.ended is None or run.reused:
        return ""
    if run.progress is not None and run.progress.seconds:
        return format_training_time(run)
    return format_duration((run.ended - run.started).total_seconds())


def format_training_time(run: RunSummary) -> str:
    """Format the time that a run has trained so far, start-up excluded."""
    return format_duration(0.0 if run.progress is None else run.progress.seconds)


def _to_local(moment: datetime) -> datetime:
    try:
        return moment.astimezone(ZoneInfo(st.context.timezone or "UTC"))
    except (TypeError, ValueError, KeyError):  # a zone that this machine does not know
        return moment.astimezone(UTC)
