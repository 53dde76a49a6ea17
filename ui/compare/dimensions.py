"""Settings of a recipe that a comparison can vary."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from core import Recipe
from core.data.padding import erased_steps
from core.fields.declaration import Field, list_fields
from core.fields.value_types import Boolean, Choice, ChoiceList
from core.layers.layer import Layer
from core.layers.recurrent.declaration import Recurrent
from core.layers.registry import LAYERS, RECURRENT, convert_layer
from core.recipe.recipe import FIELDS
from ui.i18n import _
from ui.recipe.format import format_value
from ui.session.state import State


@dataclass(frozen=True)
class Dimension:
    """A setting of a recipe that can vary.

    Attributes:
        label: Label in the form.
        field: Its declaration; None for the kind of the layers.
        current: Value that the visitor's recipe has; the first layer's if layers differ.
        options: Values to choose from; empty if numbers are typed.
        defaults: Initial values.
        apply: Returns the recipe with another value.
    """

    label: str
    field: Field | None
    current: object
    options: tuple[object, ...]
    defaults: tuple[object, ...]
    apply: Callable[[Recipe, object], Recipe]

    @property
    def is_yes_or_no(self) -> bool:
        """True if the setting is on or off."""
        return self.field is not None and isinstance(self.field.type, Boolean)

    @property
    def is_number(self) -> bool:
        """True if values are typed as numbers."""
        return not self.options

    def format(self, value: object) -> str:
        """Format a value as the name of an entry."""
        if self.field is None:
            return str(value)
        text = format_value(self.field, value)
        return _(self.field.entry).format(value=text) if self.field.entry else text

    def to_text(self, value: object) -> str:
        """Format a value for a link."""
        return str(value) if self.field is None else self.field.to_text(value)

    def from_text(self, text: str) -> object:
        """Read a value from a link.

        Raises:
            ValueError: It is not a value of this setting.
        """
        value: object = text if self.field is None else self.field.from_text(text)
        if self.options and value not in self.options:
            raise ValueError(f"{text!r} is not one of the options")
        return value


def build_dimensions(visitor: State) -> dict[str, Dimension]:
    """Build the dimensions by key, in the order of the form."""
    recipe = visitor.recipe.resolve()
    dimensions = {
        name: _build_dimension(field, recipe, partial(_change_field, name))
        for name, field in FIELDS.items()
        if field.suggest_values is not None and len(_list_options(field, recipe)) != 1
    }
    if not _has_steps_to_erase(visitor):
        mask = dimensions["mask"]
        defaults = tuple(mode for mode in mask.defaults if mode != "value" or mode == mask.current)
        dimensions["mask"] = replace(mask, defaults=defaults)
    first, *others = recipe.layers
    if all(isinstance(layer, Recurrent) for layer in recipe.layers):
        kinds = tuple(RECURRENT)
        dimensions["kind"] = Dimension(
            _("Layer type"), None, type(first).__name__, kinds, kinds, _change_kind
        )
    for name, field in list_fields(type(first)).items():
        shared = all(name in list_fields(type(layer)) for layer in others)
        if shared and field.suggest_values is not None:
            dimensions[name] = _build_dimension(field, first, partial(_change_layers, name))
    return dimensions


def _build_dimension(
    field: Field, settings: Recipe | Layer, apply: Callable[[Recipe, object], Recipe]
) -> Dimension:
    assert field.suggest_values is not None
    current = getattr(settings, field.name)
    return Dimension(
        label=_(field.label),
        field=field,
        current=current,
        options=_list_options(field, settings),
        defaults=tuple(dict.fromkeys((*field.suggest_values(settings), current))),
        apply=apply,
    )


def _list_options(field: Field, settings: Recipe | Layer) -> tuple[object, ...]:
    if isinstance(field.type, Choice):
        return field.list_choices(settings)
    if field.restriction is not None and len(choices := field.restriction.choose(settings)) == 1:
        return tuple(choices)
    if isinstance(field.type, ChoiceList):
        assert field.suggest_values is not None
        value, suggested = getattr(settings, field.name), field.suggest_values(settings)
        return tuple(dict.fromkeys((*field.list_choices(settings), *suggested, value)))
    return (False, True) if isinstance(field.type, Boolean) else ()


def _change_field(name: str, recipe: Recipe, value: object) -> Recipe:
    changes: dict[str, Any] = {name: value}
    return replace(recipe, **changes)


def _change_layers(name: str, recipe: Recipe, value: object) -> Recipe:
    """Change a field of every layer."""
    changes: dict[str, Any] = {name: value}
    return replace(recipe, layers=tuple(replace(each, **changes) for each in recipe.layers))


def _change_kind(recipe: Recipe, kind: object) -> Recipe:
    """Change the kind of every layer."""
    return replace(
        recipe, layers=tuple(convert_layer(each, LAYERS[str(kind)]) for each in recipe.layers)
    )


def _has_steps_to_erase(visitor: State) -> bool:
    """Check whether a mask by value would treat real steps of the open data as padding."""
    value = visitor.recipe.mask_value
    return visitor.results.erases.get(
        (visitor.digest, value), lambda: bool(erased_steps(visitor.data, value).any())
    )
