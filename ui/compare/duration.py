"""Announced duration of a comparison: the number of its runs and their estimated time."""

from __future__ import annotations

import streamlit as st

from core import Recipe, Sequences
from core.families.registry import get_family
from core.preprocessing.input_encoder import estimate_inputs
from ui import backend
from ui.i18n import _, format_count, format_estimate


def estimate_seconds(data: Sequences, recipes: dict[str, Recipe], seeds: tuple[int, ...]) -> float:
    """Estimate the seconds until every run has ended, with as many at a time as may run."""
    inputs = estimate_inputs(data)
    seconds_per_seed = 0.0
    for recipe in recipes.values():
        family = get_family(recipe)
        cost = family.estimate_cost(data.lengths, inputs, recipe)
        seconds_per_seed += backend.get_runs().estimate_seconds(cost, recipe)
    return seconds_per_seed * len(seeds) / count_parallel_runs()


def count_parallel_runs() -> int:
    """Return how many runs of a visitor are trained at a time."""
    workers = max(len(backend.get_runs().workers), 1)
    return min(backend.get_store().limits.running_runs, workers)


def show_duration(data: Sequences, recipes: dict[str, Recipe], seeds: tuple[int, ...]) -> None:
    """Show the reference, the number of runs and their estimated time."""
    st.caption(
        _("{n} recipes × {seeds} seeds = {all} runs, {time} on this server.").format(
            n=format_count(len(recipes)),
            seeds=len(seeds),
            all=format_count(len(recipes) * len(seeds)),
            time=format_estimate(estimate_seconds(data, recipes, seeds)),
        )
    )
