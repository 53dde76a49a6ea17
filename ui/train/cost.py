"""Cost estimate of a training run."""

from __future__ import annotations

import streamlit as st

from core import Recipe, Sequences
from core.families.family import EpochCost
from core.families.registry import get_family
from core.preprocessing.input_encoder import estimate_inputs
from ui import backend
from ui.i18n import _, format_count, format_estimate, ngettext
from ui.session.state import State
from ui.shell.widgets import make_metric_grid


def show_epoch_cost(visitor: State, recipe: Recipe) -> None:
    """Show the real, conventional and computed steps per epoch, and the estimated time."""
    cost = _get_cost(visitor, recipe)
    facts = make_metric_grid()
    family = get_family(recipe)
    label = _("Real steps per epoch") if family.has_epochs else _("Real steps")
    facts.metric(
        label,
        format_count(cost.real),
        help=_("Time steps of the training and validation sequences."),
    )
    facts.metric(
        _("With full padding"),
        format_count(cost.usual),
        help=_("Steps if every sequence is padded to the longest one."),
    )
    facts.metric(
        _("Computed here"),
        format_count(cost.computed),
        help=_("Steps in batches of similar length, padded to the longest of the batch."),
    )
    about_time = _("Start-up included, at the speed of this server's last trainings.")
    if family.has_epochs:
        about_time = ngettext(
            "Start-up and {n} epoch, at the speed of this server's last trainings.",
            "Start-up and all {n} epochs, at the speed of this server's last trainings.",
            recipe.epochs,
        )
    facts.metric(
        _("Estimated time"), format_estimate(estimate_seconds(visitor, recipe)), help=about_time
    )
    if recipe.mask == "none":
        st.caption(_("Without a mask, every padded step counts as data and is computed."))
    elif cost.skipped >= 0.005:
        st.caption(
            _("{share:.0%} of the steps are skipped; the result is the same.").format(
                share=cost.skipped
            )
        )


def estimate_seconds(visitor: State, recipe: Recipe) -> float:
    """Estimate the time of a whole training on this server without other load."""
    return backend.get_runs().estimate_seconds(_get_cost(visitor, recipe), recipe)


def _get_cost(visitor: State, recipe: Recipe) -> EpochCost:
    costs, key = visitor.results.epoch_costs.get(visitor.split_digest, dict), _make_key(recipe)
    if key not in costs:
        costs[key] = _estimate(visitor.data, recipe)
    return costs[key]


def _make_key(recipe: Recipe) -> tuple[object, ...]:
    """Make the cache key: every field that the estimate depends on."""
    return (
        recipe.family,
        recipe.n_kernels,
        recipe.n_groups,
        recipe.layers,
        recipe.batch_size,
        recipe.maxlen,
        recipe.mask,
        recipe.seed,
        recipe.members,
        recipe.members and recipe.epochs,  # of members that differ in their epochs
    )


def _estimate(data: Sequences, recipe: Recipe) -> EpochCost:
    lengths = data.lengths if data.split is None else data.lengths[data.split != "test"]
    lengths = lengths if len(lengths) else data.lengths
    return get_family(recipe).estimate_cost(lengths, estimate_inputs(data), recipe)
