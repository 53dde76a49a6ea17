"""Form of Compare: the settings to vary, and their values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import product

import streamlit as st

from core import Recipe
from core.errors import RecipeError
from core.recipe.suggestion_rules import TINY
from ui import backend
from ui.compare.choices import DEFAULT_SEEDS, MAX_SEEDS, Choices
from ui.compare.dimensions import Dimension
from ui.i18n import _, escape_markdown, format_count, join_list, ngettext, shorten, translate
from ui.recipe.format import format_value
from ui.session.state import State
from ui.shell.widgets import get_widget_key

MAX_FOLD_ROWS = 1000  # sequences; for larger data, one validation set is enough


def choose_varied(
    visitor: State, dimensions: Mapping[str, Dimension], choices: Choices
) -> list[str]:
    """Show the input for what varies. Returns the keys of the dimensions."""
    return st.multiselect(
        _("What varies"),
        list(dimensions),
        default=list(choices.varied),
        format_func=lambda name: dimensions[name].label,
        key=get_widget_key(visitor, "compare-varied"),
        help=_("All other settings are those of Train, the same in all runs."),
    )


def choose_values(
    visitor: State, dimensions: Mapping[str, Dimension], varied: list[str], choices: Choices
) -> dict[str, list[object]] | None:
    """Show the inputs for the values of each dimension.

    Returns:
        The values by key; None, after showing the reason, if a text cannot be read.
    """
    values: dict[str, list[object]] = {}
    columns = st.columns(2 if len(varied) > 1 else 1, gap="medium")
    for number, name in enumerate(varied):
        dimension = dimensions[name]
        defaults = choices.varied.get(name, tuple(map(dimension.to_text, dimension.defaults)))
        with columns[number % len(columns)]:
            chosen = _choose_values(visitor, name, dimension, defaults)
        if chosen is None:
            return None
        values[name] = chosen
    return values


def _choose_values(
    visitor: State, name: str, dimension: Dimension, defaults: tuple[str, ...]
) -> list[object] | None:
    key = get_widget_key(visitor, f"compare-{name}")
    if dimension.options:
        return st.pills(
            dimension.label,
            dimension.options,
            default=[dimension.from_text(text) for text in defaults],
            format_func=dimension.format,
            selection_mode="multi",
            key=key,
            wrap=True,  # otherwise those without room are behind a scroll bar that is not drawn
        )
    field = dimension.field
    assert field is not None
    default_text = ", ".join(defaults)
    help = _("Numbers, separated by commas.")
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
            _("“{text}” is not a list of numbers. Separate them by commas: {example}.").format(
                text=escape_markdown(shorten(text)), example=default_text
            )
        )
        return None


def build_recipes(
    visitor: State, dimensions: Mapping[str, Dimension], values: Mapping[str, list[object]]
) -> dict[str, Recipe] | None:
    """Build the reference, which is the visitor's recipe, and every other combination of values.

    Returns:
        Recipes by name, the reference first; None, after showing the reason, if a combination is
        invalid.
    """
    reference = visitor.recipe
    current = [dimensions[name].format(dimensions[name].current) for name in values]
    recipes = {join_list(current): reference}
    try:
        for combination in product(*values.values()):
            recipe, parts = reference, []
            for name, value in zip(values, combination, strict=True):
                recipe = dimensions[name].apply(recipe, value)
                parts.append(dimensions[name].format(value))
            if recipe.resolve() != reference.resolve():
                recipes[_make_unique(join_list(parts), recipes)] = recipe
    except RecipeError as error:
        st.error(_("This cannot be trained: {reason}.").format(reason=translate(error)))
        return None
    return recipes


def _make_unique(name: str, recipes: Mapping[str, Recipe]) -> str:
    """Tell the reference, whose layers differ, from a recipe that gives all of them one value."""
    return _("{name} in all layers").format(name=name) if name in recipes else name


def choose_seeds(visitor: State, choices: Choices) -> tuple[int, ...]:
    """Show the input for the number of seeds. Returns the seeds."""
    number = st.number_input(
        _("Seeds"),
        1,
        MAX_SEEDS,
        value=choices.seeds,
        key=get_widget_key(visitor, "compare-seeds"),
        help=_(
            "Each recipe is trained once per seed, from other initial weights. Use {n} or more "
            "to detect small differences."
        ).format(n=DEFAULT_SEEDS),
    )
    return tuple(range(number))


def choose_folds(visitor: State, seeds: tuple[int, ...], choices: Choices) -> bool | None:
    """Offer cross-validation, if the data does not mark its evaluation set.

    Returns:
        True if each seed evaluates on another fold; None if this is not offered.
    """
    data = visitor.data
    has_split = data.split is not None and (data.split != "train").any()
    n_groups = len(data) if data.groups is None else len(set(data.groups))
    if has_split or not 2 <= len(seeds) <= n_groups:
        return None
    is_default = TINY <= len(data) <= MAX_FOLD_ROWS
    return st.toggle(
        _("Cross-validation"),
        value=is_default if choices.folds is None else choices.folds,
        key=get_widget_key(visitor, "compare-folds"),
        help=_(
            "One fold per seed: each seed is evaluated on another fold, and trained on the others. "
            "Best for small data. Otherwise each seed draws its validation set as on Train."
        ),
    )


def use_folds(recipes: dict[str, Recipe], seeds: tuple[int, ...]) -> dict[str, Recipe]:
    """Return the recipes with one fold per seed as the validation set."""
    return {
        name: replace(recipe, validation_rows="folds", validation_split=1 / len(seeds))
        for name, recipe in recipes.items()
    }


def check_size(recipes: Mapping[str, Recipe], seeds: tuple[int, ...]) -> bool:
    """Check that there is something to compare, and not too much; show the reason otherwise."""
    max_waiting = backend.get_store().limits.waiting_runs
    if len(recipes) < 2:
        st.info(_("Choose at least one value that differs from your current recipe."))
        return False
    if len(recipes) * len(seeds) > max_waiting:
        st.warning(
            ngettext(
                "These would be {all} runs, and at most {n} can wait. Choose fewer values or "
                "seeds.",
                "These would be {all} runs, and at most {n} can wait. Choose fewer values or "
                "seeds.",
                max_waiting,
                all=format_count(len(recipes) * len(seeds)),
            )
        )
        return False
    return True
