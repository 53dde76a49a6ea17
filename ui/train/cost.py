"""What a training will compute, said before it starts."""

from __future__ import annotations

import streamlit as st

from core import Recipe, Sequences
from core.engine.cost import Work, uses_keras, work
from ui.i18n import _, counted, lasting
from ui.session.state import State
from ui.shell.widgets import fact_grid


def of_an_epoch(visitor: State, recipe: Recipe) -> None:
    """Steps that are real, that the usual way computes, that we compute; and about how long."""
    found = visitor.once("work", _key(recipe), lambda: _count(visitor.data, recipe))
    facts = fact_grid()
    facts.metric(_("Real steps, an epoch"), counted(found.real))
    facts.metric(
        _("Steps the usual way"),
        counted(found.usual),
        help=_("Every sequence padded to the longest, each padded step computed."),
    )
    facts.metric(
        _("Steps we compute"),
        counted(found.computed),
        help=_("Batches of nearly equal length, padded only to their own longest."),
    )
    facts.metric(
        _("Time, about"),
        lasting(found.seconds * recipe.epochs),
        help=_("For all {epochs} epochs, if nothing stops them, on two free cores.").format(
            epochs=counted(recipe.epochs)
        ),
    )
    if recipe.mask == "none":
        st.caption(_("Not masked: every padded step counts as data and has to be computed."))
    elif found.skipped >= 0.005:
        st.caption(
            _("You skip {share:.0%} of the work, and the result is the same.").format(
                share=found.skipped
            )
        )
    if uses_keras(recipe):
        st.caption(
            _(
                "GRU layers run on the stock Keras layers, which take several times as long as "
                "the fast LSTM."
            )
        )


def _key(recipe: Recipe) -> str:
    """What the count depends on, beside the data."""
    shape = (recipe.layers, recipe.batch_size, recipe.maxlen, recipe.mask, recipe.seed)
    return repr(shape)


def _count(data: Sequences, recipe: Recipe) -> Work:
    lengths = data.lengths if data.split is None else data.lengths[data.split != "test"]
    return work(lengths if len(lengths) else data.lengths, data.features, recipe)
