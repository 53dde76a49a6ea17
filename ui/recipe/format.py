"""Values of recipe fields as text, in the visitor's language."""

from __future__ import annotations

from collections import Counter

from core import Recipe
from core.families.registry import get_family
from core.fields.declaration import Field
from core.fields.value_types import Boolean, Choice, ChoiceList, Number
from core.layers.layer import Layer
from core.recipe.recipe import FIELDS
from ui.i18n import _, format_count, join_list, ngettext, translate


def format_value(field: Field, value: object) -> str:
    """Format a value of a field: by lengths, 0.001, 20%, no limit."""
    if value is None:
        return _(field.none)
    if isinstance(field.type, Choice):
        return _(field.type.names[str(value)]) or str(value)
    if isinstance(field.type, ChoiceList):
        words = value if isinstance(value, tuple) else (value,)
        return join_list(_(field.type.names[str(word)]) for word in words)
    if isinstance(field.type, Boolean):
        return _(field.type.names[bool(value)])
    if isinstance(field.type, Number):
        assert isinstance(value, int | float)
        return f"{100 * value:.3g}%" if field.type.is_share else f"{value:g}"
    return format_count(value) if isinstance(value, int) else field.to_text(value)


def format_field(recipe: Recipe, name: str) -> str:
    """Format the value that a field of a recipe has, or that its default stands for."""
    return format_value(FIELDS[name], getattr(recipe.resolve(), name))


def format_layer(layer: Layer) -> str:
    """Format a layer: LSTM(64), or BiLSTM(64) if it is bidirectional."""
    return f"{'Bi' * (layer.directions - 1)}{type(layer).__name__}({layer.size})"


def format_mask(recipe: Recipe) -> str:
    """Format the mask of a recipe within a sentence."""
    return {
        "lengths": _("masked by lengths"),
        "value": _("masked by the value {value:g}").format(value=recipe.mask_value),
        "none": _("not masked: padding counts as data"),
    }[recipe.mask]


def format_recipe(recipe: Recipe) -> str:
    """Format a recipe in one short line: BiLSTM(64) → mean, 60 epochs.

    The mask is named if it is not the exact one.
    """
    parts = [format_network(recipe)]
    if get_family(recipe).has_epochs:
        parts.append(ngettext("{n} epoch", "{n} epochs", recipe.epochs))
    if recipe.mask != "lengths":
        parts.append(format_mask(recipe))
    return join_list(parts)


def format_network(recipe: Recipe) -> str:
    """Format the network of a recipe: LSTM(100) → LSTM(20), LSTM(64) → mean, or its family.

    An ensemble is formatted as its members: 5 × LSTM(64) + 10,000 random convolutions.
    """
    if recipe.members:
        counts = Counter(map(format_network, recipe.list_members()))
        return " + ".join(f"{n} × {text}" if n > 1 else text for text, n in counts.items())
    summary = get_family(recipe).summarize(recipe)
    if summary is not None:
        return translate(summary)
    parts = [format_layer(layer) for layer in recipe.layers]
    if recipe.steps_per_patch > 1:
        parts.insert(0, _(FIELDS["patch_size"].entry).format(value=recipe.steps_per_patch))
    if recipe.pools != ("last",):
        parts.append(format_field(recipe, "pooling"))
    return " → ".join(parts)
