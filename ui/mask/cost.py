"""Cost of padding and truncation: shape of the array, share of padding, steps that are lost."""

from __future__ import annotations

from core import Recipe
from core.data.padding import PaddingCost, padding_cost
from ui.i18n import _, format_count, ngettext
from ui.session.state import State
from ui.shell.widgets import make_metric_grid


def get_padding_cost(visitor: State, recipe: Recipe) -> PaddingCost:
    """Return the cost of padding the open data; counted once, because that reads every value."""
    settings = (recipe.maxlen, recipe.truncating, recipe.mask_value)
    return visitor.results.padding_cost.get(
        (visitor.digest, *settings), lambda: padding_cost(visitor.data, *settings)
    )


def show_padding_cost(cost: PaddingCost, features: int) -> None:
    """Show the cost as numbers."""
    facts = make_metric_grid()
    shape = (cost.sequences, cost.maxlen, *([features] if features > 1 else []))
    facts.metric(
        _("Padded array"),
        " × ".join(map(format_count, shape)),
        help=_("Sequences × steps, and × features where there are several."),
    )
    facts.metric(
        _("Share of padding"),
        f"{cost.padding_share:.0%}",
        help=ngettext(
            "{padding} of {n} cell holds no real step.",
            "{padding} of {n} cells hold no real step.",
            cost.cells,
            padding=format_count(cost.padding),
        ),
    )
    facts.metric(
        _("Truncated steps"),
        format_count(cost.truncated),
        help=ngettext(
            "In {n} sequence longer than maxlen.",
            "In {n} sequences longer than maxlen.",
            cost.truncated_sequences,
        ),
    )
    facts.metric(
        _("Value mask erases"),
        format_count(cost.erased),
        help=_(
            "Real steps whose features all equal the mask value, as Keras's Masking layer reads it."
        ),
    )
