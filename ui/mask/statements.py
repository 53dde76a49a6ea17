"""What padding, truncation and the mask do to the open data, in sentences that agree."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import streamlit as st

from core import Recipe
from core.data.padding import PaddingCost
from ui.i18n import _, format_count, ngettext

Level = Literal["error", "warning", "info", "success"]
ICONS: dict[Level, str] = {
    "error": ":material/error:",
    "warning": ":material/warning:",
    "info": ":material/info:",
    "success": ":material/check_circle:",
}


@dataclass(frozen=True)
class Statement:
    """A sentence about the mask, with its level: the colour of its box."""

    level: Level
    text: str


def show_statements(recipe: Recipe, cost: PaddingCost) -> None:
    """Show all statements, one box per level, the most serious first."""
    shown: dict[Level, Callable[..., object]] = {
        "error": st.error,
        "warning": st.warning,
        "info": st.info,
        "success": st.success,
    }
    statements = list_statements(recipe, cost)
    for level, show in shown.items():
        texts = [statement.text for statement in statements if statement.level == level]
        if texts:
            show("  \n".join(texts), icon=ICONS[level])


def list_statements(recipe: Recipe, cost: PaddingCost) -> list[Statement]:
    """List what the recipe does to the data that has this cost."""
    statements = [_describe_mode(recipe, cost)]
    if cost.truncated:
        statements.append(_describe_truncation(cost))
    if cost.erased and recipe.mask != "value":
        statements.append(
            Statement(
                "info",
                ngettext(
                    "A value mask would erase {n} real step: it equals the mask value {value:g}.",
                    "A value mask would erase {n} real steps: they equal the mask value {value:g}.",
                    cost.erased,
                    value=recipe.mask_value,
                ),
            )
        )
    if recipe.mask == "value" and recipe.value != recipe.mask_value:
        statements.append(
            Statement(
                "info",
                _(
                    "Keras's Masking layer would look for {mask_value:g} and miss padding of "
                    "{value:g}. Here it is masked in any case."
                ).format(mask_value=recipe.mask_value, value=recipe.value),
            )
        )
    return statements


def _describe_truncation(cost: PaddingCost) -> Statement:
    text = ngettext("{n} real step is cut off.", "{n} real steps are cut off.", cost.truncated)
    text += " " + ngettext(
        "{n} sequence is longer than maxlen {maxlen}.",
        "{n} sequences are longer than maxlen {maxlen}.",
        cost.truncated_sequences,
        maxlen=format_count(cost.maxlen),
    )
    return Statement("warning", text)


def _describe_mode(recipe: Recipe, cost: PaddingCost) -> Statement:
    if recipe.mask == "none":
        return _describe_no_mask(cost)
    if recipe.mask == "lengths" or not cost.erased:
        if cost.truncated:
            text = _("All remaining steps count, and padding never does.")
        else:
            text = _("All real steps count, and padding never does.")
        if recipe.mask == "value":
            text += " " + _("No real step equals the mask value.")
        return Statement("success", text)
    if cost.emptied:
        text = ngettext(
            "{n} sequence would lose all its steps, so this cannot be trained.",
            "{n} sequences would lose all their steps, so this cannot be trained.",
            cost.emptied,
        )
        return Statement("error", text + " " + _("Mask by lengths, or choose another mask value."))
    text = ngettext(
        "{n} real step equals the mask value {value:g} and is erased.",
        "{n} real steps equal the mask value {value:g} and are erased.",
        cost.erased,
        value=recipe.mask_value,
    )
    return Statement("warning", text + " " + _("Mask by lengths to keep all real steps."))


def _describe_no_mask(cost: PaddingCost) -> Statement:
    if not cost.padding:
        return Statement("success", _("There is no padding, so a mask would change nothing."))
    return Statement(
        "warning",
        ngettext(
            "Padding counts as data: {n} padded cell is read like a real step.",
            "Padding counts as data: {n} padded cells are read like real steps.",
            cost.padding,
        ),
    )
