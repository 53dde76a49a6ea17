"""Form of Compare: the settings to vary, and their values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import streamlit as st

from core import GRU, LSTM, Recipe
from core.data.padding import MASK_MODES, SIDES, erased_steps
from core.errors import RecipeError
from core.recipe.recipe import CLASS_WEIGHTS, OPTIMIZERS, POOLINGS, SCHEDULES
from core.recipe.suggestion_rules import TINY
from ui import backend
from ui.i18n import (
    _,
    escape_markdown,
    format_count,
    format_mask,
    format_pooling,
    format_schedule,
    join_list,
    shorten,
    translate,
)
from ui.session.state import EXAMPLE_KEY, State

NONE = "none"  # typed for no limit
MAX_FOLD_ROWS = 1000  # sequences; for larger data, one validation set is enough


@dataclass(frozen=True)
class Dimension:
    """A setting of a recipe that can vary.

    Attributes:
        label: Label in the form.
        options: Values to choose from; empty if numbers are typed, which ``parse`` converts.
        get_defaults: Returns the initial values for a recipe.
        apply: Returns the recipe with another value.
        format: Formats a value in the name of an entry.
        parse: Converts typed text to a value; raises ValueError.
    """

    label: str
    options: tuple[Any, ...]
    get_defaults: Callable[[Recipe], list[Any]]
    apply: Callable[[Recipe, Any], Recipe]
    format: Callable[[Any], str]
    parse: Callable[[str], Any] = str


def build_dimensions(visitor: State) -> dict[str, Dimension]:
    """Build the dimensions by key, in the order of the form."""
    zeros = ["value"] if _has_steps_to_erase(visitor) else []
    sides = {"pre": _("in front"), "post": _("behind")}
    ways = {False: _("one way"), True: _("both ways")}
    return {
        "mask": Dimension(
            _("Mask"),
            MASK_MODES,
            lambda recipe: ["lengths", *zeros, "none"],
            lambda recipe, value: replace(recipe, mask=value),
            format_mask,
        ),
        "padding": Dimension(
            _("Padding side"),
            SIDES,
            lambda recipe: list(SIDES),
            lambda recipe, value: replace(recipe, padding=value),
            sides.__getitem__,
        ),
        "maxlen": Dimension(
            _("maxlen"),
            (),
            lambda recipe: [recipe.maxlen],
            lambda recipe, value: replace(recipe, maxlen=value),
            lambda value: f"maxlen {NONE if value is None else value}",
            lambda text: None if text == NONE else int(text),
        ),
        "truncating": Dimension(
            _("Truncated side"),
            SIDES,
            lambda recipe: list(SIDES),
            lambda recipe, value: replace(recipe, truncating=value),
            {"pre": _("loses the first"), "post": _("loses the last")}.__getitem__,
        ),
        "kind": Dimension(
            _("Layers"),
            ("LSTM", "GRU"),
            lambda recipe: ["LSTM", "GRU"],
            lambda recipe, value: _change_layers(recipe, kind={"LSTM": LSTM, "GRU": GRU}[value]),
            str,
        ),
        "both": Dimension(
            _("Direction"),
            (False, True),
            lambda recipe: [False, True],
            lambda recipe, value: _change_layers(recipe, bidirectional=value),
            ways.__getitem__,
        ),
        "units": Dimension(
            _("Units"),
            (),
            lambda recipe: [recipe.layers[0].units, 2 * recipe.layers[0].units],
            lambda recipe, value: _change_layers(recipe, units=value),
            lambda value: _("{n} units").format(n=value),
            int,
        ),
        "pooling": Dimension(
            _("Pooling over steps"),
            POOLINGS,
            lambda recipe: list(POOLINGS),
            lambda recipe, value: replace(recipe, pooling=value),
            format_pooling,
        ),
        "dropout": Dimension(
            _("Dropout"),
            (),
            lambda recipe: [0.0, 0.3],
            lambda recipe, value: _change_layers(recipe, dropout=value),
            lambda value: _("dropout {n:g}").format(n=value),
            float,
        ),
        "optimizer": Dimension(
            _("Optimizer"),
            tuple(OPTIMIZERS),
            lambda recipe: list(OPTIMIZERS)[:2],
            lambda recipe, value: replace(recipe, optimizer=value, learning_rate=OPTIMIZERS[value]),
            str,
        ),
        "learning_rate": Dimension(
            _("Learning rate"),
            (),
            lambda recipe: [recipe.learning_rate, 3 * recipe.learning_rate],
            lambda recipe, value: replace(recipe, learning_rate=value),
            lambda value: _("rate {n:g}").format(n=value),
            float,
        ),
        "schedule": Dimension(
            _("Learning rate schedule"),
            SCHEDULES,
            lambda recipe: list(SCHEDULES),
            lambda recipe, value: replace(recipe, schedule=value),
            lambda value: _("rate: {schedule}").format(schedule=format_schedule(value)),
        ),
        "weight_decay": Dimension(
            _("Weight decay"),
            (),
            lambda recipe: [0.0, 0.01],
            lambda recipe, value: replace(recipe, weight_decay=value),
            lambda value: _("decay {n:g}").format(n=value),
            float,
        ),
        "class_weight": Dimension(
            _("Class weights"),
            CLASS_WEIGHTS,
            lambda recipe: list(CLASS_WEIGHTS),
            lambda recipe, value: replace(recipe, class_weight=value),
            {"none": _("as they come"), "balanced": _("classes weighed alike")}.__getitem__,
        ),
        "batch_size": Dimension(
            _("Batch size"),
            (),
            lambda recipe: [recipe.batch_size, 2 * recipe.batch_size],
            lambda recipe, value: replace(recipe, batch_size=value),
            lambda value: _("batch {n}").format(n=value),
            int,
        ),
    }


def _has_steps_to_erase(visitor: State) -> bool:
    """Check whether a mask by value would treat real steps of the open data as padding."""
    data_key = EXAMPLE_KEY if visitor.data_set is None else visitor.data_set.data
    value = visitor.recipe.mask_value
    return visitor.read_once(
        "erased", f"{data_key} {value}", lambda: bool(erased_steps(visitor.data, value).any())
    )


def _change_layers(recipe: Recipe, kind: type[LSTM] | None = None, **changes: Any) -> Recipe:
    """Change every recurrent layer of a recipe."""
    layers = []
    for layer in recipe.layers:
        settings = {"units": layer.units, "bidirectional": layer.bidirectional}
        layers.append((kind or type(layer))(**settings | {"dropout": layer.dropout} | changes))
    return replace(recipe, layers=tuple(layers))


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
        key=visitor.get_widget_key("compare-varied"),
        help=_("Everything else is as on Train, and the same in all trainings."),
    )
    choices: dict[str, list[Any]] = {}
    columns = st.columns(2, gap="medium")
    for number, name in enumerate(varied):
        with columns[number % 2]:
            values = _choose_values(visitor, name, dimensions[name])
        if values is None:
            return None
        choices[name] = values
    recipes: dict[str, Recipe] = {}
    try:
        for values in product(*choices.values()):
            recipe, parts = visitor.recipe, []
            for name, value in zip(choices, values, strict=True):
                recipe = dimensions[name].apply(recipe, value)
                parts.append(dimensions[name].format(value))
            recipes[join_list(parts)] = recipe
    except RecipeError as error:
        st.error(_("This cannot be trained: {reason}.").format(reason=translate(error)))
        return None
    return recipes


def _choose_values(visitor: State, name: str, dimension: Dimension) -> list[Any] | None:
    defaults, key = (
        dimension.get_defaults(visitor.recipe),
        visitor.get_widget_key(f"compare-{name}"),
    )
    if dimension.options:
        return st.pills(
            dimension.label,
            dimension.options,
            default=defaults,
            format_func=dimension.format,
            selection_mode="multi",
            key=key,
        )
    default_text = ", ".join(NONE if value is None else f"{value:g}" for value in defaults)
    text = st.text_input(
        dimension.label,
        value=default_text,
        key=key,
        help=_("Numbers, with commas between them.")
        + (" " + _("“none”: no limit.") if name == "maxlen" else ""),
    )
    try:
        parts = [part.strip() for part in text.split(",") if part.strip()]
        return list(dict.fromkeys(dimension.parse(part) for part in parts))
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
        key=visitor.get_widget_key("compare-seeds"),
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
        key=visitor.get_widget_key("compare-folds"),
        help=_(
            "The sequences are cut into as many parts as there are seeds, and each seed measures "
            "on another part, having learned from the others: best for small data. Otherwise each "
            "seed draws validation sequences as Train says."
        ),
    )
    if not is_wanted:
        return recipes
    changes = {"validation_rows": "folds", "validation_split": 1 / len(seeds)}
    return {name: replace(recipe, **changes) for name, recipe in recipes.items()}


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
