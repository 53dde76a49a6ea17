"""The inputs of Compare: what varies, and between which values."""

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
from core.recipe.suggest import TINY
from ui.i18n import (
    _,
    counted,
    listed,
    mask_name,
    plain,
    pooling_name,
    schedule_name,
    shortened,
    told,
)
from ui.session.state import EXAMPLE_KEY, State

NONE = "none"  # as typed for no limit
SMALL = 1000  # sequences: of more, a part of them tells enough


@dataclass(frozen=True)
class Dimension:
    """Something of a recipe that can vary.

    options  to choose from; none: numbers are typed, as ``parse`` takes them
    begins   with these values, of this recipe
    with_    a recipe with another value
    says     a value in an entry's name
    """

    label: str
    options: tuple[Any, ...]
    begins: Callable[[Recipe], list[Any]]
    with_: Callable[[Recipe, Any], Recipe]
    says: Callable[[Any], str]
    parse: Callable[[str], Any] = str


def dimensions(visitor: State) -> dict[str, Dimension]:
    """By key, in the order they are offered."""
    zeros = ["value"] if _has_steps_to_erase(visitor) else []
    sides = {"pre": _("in front"), "post": _("behind")}
    ways = {False: _("one way"), True: _("both ways")}
    return {
        "mask": Dimension(
            _("Mask"),
            MASK_MODES,
            lambda recipe: ["lengths", *zeros, "none"],
            lambda recipe, value: replace(recipe, mask=value),
            mask_name,
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
            lambda word: None if word == NONE else int(word),
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
            lambda recipe, value: _layers(recipe, kind={"LSTM": LSTM, "GRU": GRU}[value]),
            str,
        ),
        "both": Dimension(
            _("Direction"),
            (False, True),
            lambda recipe: [False, True],
            lambda recipe, value: _layers(recipe, bidirectional=value),
            ways.__getitem__,
        ),
        "units": Dimension(
            _("Units"),
            (),
            lambda recipe: [recipe.layers[0].units, 2 * recipe.layers[0].units],
            lambda recipe, value: _layers(recipe, units=value),
            lambda value: _("{n} units").format(n=value),
            int,
        ),
        "pooling": Dimension(
            _("Pooling over steps"),
            POOLINGS,
            lambda recipe: list(POOLINGS),
            lambda recipe, value: replace(recipe, pooling=value),
            pooling_name,
        ),
        "dropout": Dimension(
            _("Dropout"),
            (),
            lambda recipe: [0.0, 0.3],
            lambda recipe, value: _layers(recipe, dropout=value),
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
            lambda value: _("rate: {schedule}").format(schedule=schedule_name(value)),
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
    """Whether a mask by value would take real steps of the open data for padding."""
    known = EXAMPLE_KEY if visitor.kept is None else visitor.kept.data
    value = visitor.recipe.mask_value
    return visitor.once(
        "erased", f"{known} {value}", lambda: bool(erased_steps(visitor.data, value).any())
    )


def _layers(recipe: Recipe, kind: type[LSTM] | None = None, **changes: Any) -> Recipe:
    """Every recurrent layer changed."""
    layers = []
    for layer in recipe.layers:
        known = {"units": layer.units, "bidirectional": layer.bidirectional}
        layers.append((kind or type(layer))(**known | {"dropout": layer.dropout} | changes))
    return replace(recipe, layers=tuple(layers))


def recipes(visitor: State) -> dict[str, Recipe] | None:
    """By name, every combination of what the visitor chose; None while it is not valid, with the
    reason on screen."""
    known = dimensions(visitor)
    varied = st.multiselect(
        _("What varies"),
        list(known),
        default=["mask"],
        format_func=lambda name: known[name].label,
        key=visitor.key("compare-varied"),
        help=_("Everything else is as on Train, and the same in all trainings."),
    )
    chosen: dict[str, list[Any]] = {}
    columns = st.columns(2, gap="medium")
    for number, name in enumerate(varied):
        with columns[number % 2]:
            values = _values(visitor, name, known[name])
        if values is None:
            return None
        chosen[name] = values
    found: dict[str, Recipe] = {}
    try:
        for values in product(*chosen.values()):
            recipe, words = visitor.recipe, []
            for name, value in zip(chosen, values, strict=True):
                recipe = known[name].with_(recipe, value)
                words.append(known[name].says(value))
            found[listed(words)] = recipe
    except RecipeError as error:
        st.error(_("This cannot be trained: {reason}.").format(reason=told(error)))
        return None
    return found


def _values(visitor: State, name: str, dimension: Dimension) -> list[Any] | None:
    begins, key = dimension.begins(visitor.recipe), visitor.key(f"compare-{name}")
    if dimension.options:
        return st.pills(
            dimension.label,
            dimension.options,
            default=begins,
            format_func=dimension.says,
            selection_mode="multi",
            key=key,
        )
    typed = ", ".join(NONE if value is None else f"{value:g}" for value in begins)
    text = st.text_input(
        dimension.label,
        value=typed,
        key=key,
        help=_("Numbers, with commas between them.")
        + (" " + _("“none”: no limit.") if name == "maxlen" else ""),
    )
    try:
        words = [word.strip() for word in text.split(",") if word.strip()]
        return list(dict.fromkeys(dimension.parse(word) for word in words))
    except ValueError:
        st.error(
            _("“{text}” is no list of numbers. Write them with commas, such as {example}.").format(
                text=plain(shortened(text)), example=typed
            )
        )
        return None


def seeds(visitor: State) -> tuple[int, ...]:
    number = st.number_input(
        _("Seeds"),
        1,
        10,
        value=3,
        key=visitor.key("compare-seeds"),
        help=_(
            "Each recipe is trained so many times, from other first weights. From five on, the "
            "intervals are narrow enough to tell small differences."
        ),
    )
    return tuple(range(number))


def in_folds(
    visitor: State, recipes: dict[str, Recipe] | None, seeds: tuple[int, ...]
) -> dict[str, Recipe] | None:
    """The recipes, each seed measuring another of as many equal parts of the sequences, where the
    visitor wants that and the data does not say what to measure on."""
    data = visitor.data
    marked = data.split is not None and (data.split != "train").any()
    apart = len(data) if data.groups is None else len(set(data.groups))
    if marked or recipes is None or not 2 <= len(seeds) <= apart:
        return recipes
    wanted = st.toggle(
        _("Measure on every sequence once (cross-validation)"),
        value=TINY <= len(data) <= SMALL,
        key=visitor.key("compare-folds"),
        help=_(
            "The sequences are cut into as many parts as there are seeds, and each seed measures "
            "on another part, having learned from the others: best for small data. Otherwise each "
            "seed draws validation sequences as Train says."
        ),
    )
    if not wanted:
        return recipes
    parts = {"validation_rows": "folds", "validation_split": 1 / len(seeds)}
    return {name: replace(recipe, **parts) for name, recipe in recipes.items()}


def count(recipes: dict[str, Recipe], seeds: tuple[int, ...], seconds: str) -> str:
    return _("{n} recipes × {seeds} seeds = {all} trainings, about {time} on this server.").format(
        n=counted(len(recipes)),
        seeds=len(seeds),
        all=counted(len(recipes) * len(seeds)),
        time=seconds,
    )
