"""Form of Compare: the settings to vary, and their values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from itertools import product
from typing import Any

import streamlit as st

from core import Recipe
from core.data.padding import erased_steps
from core.errors import RecipeError
from core.fields.declaration import Field, list_fields
from core.fields.value_types import Boolean, Choice, ChoiceList
from core.layers.layer import Layer
from core.layers.recurrent.declaration import Recurrent
from core.layers.registry import LAYERS, RECURRENT, convert_layer
from core.recipe.recipe import FIELDS
from core.recipe.suggestion_rules import TINY
from ui import backend
from ui.i18n import _, escape_markdown, format_count, join_list, shorten, translate
from ui.recipe.format import format_value
from ui.session.state import State
from ui.shell.widgets import get_widget_key

MAX_FOLD_ROWS = 1000  # sequences; for larger data, one validation set is enough


@dataclass(frozen=True)
class Dimension:
    """A setting of a recipe that can vary.

    Attributes:
        label: Label in the form.
        field: Its declaration; None for the kind of the layers.
        options: Values to choose from; empty if numbers are typed.
        defaults: Initial values.
        apply: Returns the recipe with another value.
        format: Formats a value in the name of an entry.
    """

    label: str
    field: Field | None
    options: tuple[object, ...]
    defaults: tuple[object, ...]
    apply: Callable[[Recipe, object], Recipe]
    format: Callable[[object], str]


def build_dimensions(visitor: State) -> dict[str, Dimension]:
    """Build the dimensions by key, in the order of the form."""
    recipe = visitor.recipe
    dimensions = {
        name: _build_dimension(field, recipe, partial(_change_field, name))
        for name, field in FIELDS.items()
        if field.suggest_values is not None and len(_list_options(field, recipe)) != 1
    }
    if not _has_steps_to_erase(visitor):
        defaults = tuple(mode for mode in dimensions["mask"].defaults if mode != "value")
        dimensions["mask"] = replace(dimensions["mask"], defaults=defaults)
    if all(isinstance(layer, Recurrent) for layer in recipe.layers):
        kinds = tuple(RECURRENT)
        dimensions["kind"] = Dimension(_("Layers"), None, kinds, kinds, _change_kind, str)
    first, *others = recipe.layers
    for name, field in list_fields(type(first)).items():
        shared = all(name in list_fields(type(layer)) for layer in others)
        if shared and field.suggest_values is not None:
            dimensions[name] = _build_dimension(field, first, partial(_change_layers, name))
    return dimensions


def _build_dimension(
    field: Field, settings: Recipe | Layer, apply: Callable[[Recipe, object], Recipe]
) -> Dimension:
    assert field.suggest_values is not None
    options = _list_options(field, settings)
    return Dimension(
        label=_(field.label),
        field=field,
        options=options,
        defaults=tuple(field.suggest_values(settings)),
        apply=apply,
        format=partial(_format_entry, field),
    )


def _format_entry(field: Field, value: object) -> str:
    text = format_value(field, value)
    return _(field.entry).format(value=text) if field.entry else text


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


def choose_recipes(visitor: State) -> dict[str, Recipe] | None:
    """Show the form.

    Returns:
        Every combination of the chosen values, by name; None, after showing the reason, if a
        combination is invalid.
    """
    dimensions = build_dimensions(visitor)
    varied = st.multiselect(
        _("What varies"),
        list(dimensions),
        default=["mask"],
        format_func=lambda name: dimensions[name].label,
        key=get_widget_key(visitor, "compare-varied"),
        help=_("Everything else is as on Train, and the same in all trainings."),
    )
    choices: dict[str, list[object]] = {}
    columns = st.columns(2, gap="medium")
    for number, name in enumerate(varied):
        with columns[number % 2]:
            values = _choose_values(visitor, name, dimensions[name])
        if values is None:
            return None
        choices[name] = values
    recipes: dict[str, Recipe] = {}
    try:
        for combination in product(*choices.values()):
            recipe, parts = visitor.recipe, []
            for name, value in zip(choices, combination, strict=True):
                recipe = dimensions[name].apply(recipe, value)
                parts.append(dimensions[name].format(value))
            recipes[join_list(parts)] = recipe
    except RecipeError as error:
        st.error(_("This cannot be trained: {reason}.").format(reason=translate(error)))
        return None
    return recipes


def _choose_values(visitor: State, name: str, dimension: Dimension) -> list[object] | None:
    key = get_widget_key(visitor, f"compare-{name}")
    if dimension.options:
        return st.pills(
            dimension.label,
            dimension.options,
            default=dimension.defaults,
            format_func=dimension.format,
            selection_mode="multi",
            key=key,
        )
    field = dimension.field
    assert field is not None
    default_text = ", ".join(map(field.to_text, dimension.defaults))
    help = _("Numbers, with commas between them.")
    if field.none:
        help += " " + _("“{text}”: {meaning}.").format(
            text=field.to_text(None), meaning=format_value(field, None)
        )
    text = st.text_input(dimension.label, value=default_text, key=key, help=help)
    try:
        parts = [part.strip() for part in text.split(",") if part.strip()]
        return list(dict.fromkeys(field.from_text(part) for part in parts))
    except ValueError:
        st.error(
            _("“{text}” is no list of numbers. Write them with commas, such as {example}.").format(
                text=escape_markdown(shorten(text)), example=default_text
            )
        )
        return None


def choose_seeds(visitor: State) -> tuple[int, ...]:
    """Show the input for the number of seeds. Returns the seeds."""
    number = st.number_input(
        _("Seeds"),
        1,
        10,
        value=3,
        key=get_widget_key(visitor, "compare-seeds"),
        help=_(
            "Each recipe is trained so many times, from other first weights. From five on, the "
            "intervals are narrow enough to tell small differences."
        ),
    )
    return tuple(range(number))


def choose_folds(
    visitor: State, recipes: dict[str, Recipe] | None, seeds: tuple[int, ...]
) -> dict[str, Recipe] | None:
    """Offer cross-validation, if the data does not mark its evaluation set.

    Returns:
        The recipes. With cross-validation, each seed evaluates on another of as many equal folds.
    """
    data = visitor.data
    has_split = data.split is not None and (data.split != "train").any()
    n_groups = len(data) if data.groups is None else len(set(data.groups))
    if has_split or recipes is None or not 2 <= len(seeds) <= n_groups:
        return recipes
    is_wanted = st.toggle(
        _("Measure on every sequence once (cross-validation)"),
        value=TINY <= len(data) <= MAX_FOLD_ROWS,
        key=get_widget_key(visitor, "compare-folds"),
        help=_(
            "The sequences are cut into as many parts as there are seeds, and each seed measures "
            "on another part, having learned from the others: best for small data. Otherwise each "
            "seed draws validation sequences as Train says."
        ),
    )
    if not is_wanted:
        return recipes
    return {
        name: replace(recipe, validation_rows="folds", validation_split=1 / len(seeds))
        for name, recipe in recipes.items()
    }


def check_size(recipes: dict[str, Recipe], seeds: tuple[int, ...]) -> bool:
    """Check that there is something to compare, and not too much; show the reason otherwise."""
    max_waiting = backend.get_store().limits.waiting_runs
    if len(recipes) < 2:
        st.info(_("Choose at least two values of something: one recipe is nothing to compare."))
        return False
    if len(recipes) * len(seeds) > max_waiting:
        st.warning(
            _("A visitor may have {most} trainings waiting; take fewer values or seeds.").format(
                most=format_count(max_waiting)
            )
        )
        return False
    return True
