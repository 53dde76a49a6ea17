"""Inputs for the fields of a recipe or a layer, each by the type of its values."""

from __future__ import annotations

from functools import partial
from typing import TypedDict

from streamlit.delta_generator import DeltaGenerator

from core import Recipe
from core.errors import RecipeError
from core.fields.declaration import Field
from core.fields.value_types import Boolean, Choice, ChoiceList, Number, Whole, WholeList
from core.layers.layer import Layer
from ui.i18n import _
from ui.recipe.format import format_value
from ui.shell.widgets import choose_one, initialize_number


class Options(TypedDict):
    """Options that all inputs have."""

    disabled: bool
    help: str | None


def choose_value(
    place: DeltaGenerator,
    field: Field,
    settings: Recipe | Layer,
    key: str,
    *,
    disabled: bool = False,
    shows_all: bool = False,
) -> object:
    """Show the input for a field.

    Args:
        place: Where to draw it.
        field: The field.
        settings: What the field belongs to, with the initial value.
        key: Key of the widget.
        disabled: Shows the value without letting it be changed.
        shows_all: Shows all choices side by side, instead of in a list that opens.

    Returns:
        The chosen value; None for an empty input.

    Raises:
        RecipeError: A list of numbers holds something else.
    """
    value = getattr(settings, field.name)
    options: Options = {"disabled": disabled, "help": _(field.help)}
    if isinstance(field.type, Choice):
        return _choose_one_of(place, field, settings, key, shows_all, options)
    if isinstance(field.type, ChoiceList):
        return tuple(
            place.multiselect(
                _(field.label),
                field.list_choices(settings),
                default=value,
                format_func=partial(format_value, field),
                key=key,
                **options,
            )
        )
    if isinstance(field.type, Boolean) and field.none:
        answers = (None, False, True)
        return place.selectbox(
            _(field.label),
            answers,
            index=answers.index(value),
            format_func=partial(format_value, field),
            key=key,
            **options,
        )
    if isinstance(field.type, Boolean):
        return place.checkbox(_(field.label), value=value, key=key, **options)
    if isinstance(field.type, WholeList):
        return _type_numbers(place, field, value, key, options)
    if isinstance(field.type, Number) and field.type.is_share:
        return _slide(place, field, value, key, options)
    assert isinstance(field.type, Number | Whole)
    placeholder = None
    if field.none:
        placeholder = _(field.none)
        if field.resolve:
            default = format_value(field, getattr(settings, field.resolve))
            placeholder = f"{placeholder}: {default}"
        key, value = initialize_number(key, value), None
    low, high, step, form = field.type.low, field.type.high, None, None
    if isinstance(field.type, Number):
        low, high = float(low), float(high)  # of the type of the value and the step
        step, form = field.type.step, "%g"
    return place.number_input(
        _(field.label),
        low,
        high,
        value=value,
        step=step,
        format=form,
        key=key,
        placeholder=placeholder,
        **options,
    )


def _choose_one_of(
    place: DeltaGenerator,
    field: Field,
    settings: Recipe | Layer,
    key: str,
    shows_all: bool,
    options: Options,
) -> object:
    value = getattr(settings, field.name)
    default = getattr(settings, field.resolve) if field.resolve else field.default
    choices = field.list_choices(settings)
    shown = value if value in choices else default
    options = {**options, "disabled": options["disabled"] or len(choices) < 2}
    label, format_choice = _(field.label), partial(format_value, field)
    if shows_all:
        with place:
            chosen = choose_one(label, choices, key, shown, format_func=format_choice, **options)
    else:
        index = choices.index(shown)
        chosen = place.selectbox(
            label, choices, index=index, format_func=format_choice, key=key, **options
        )
    # What the default stands for stays a default, which another choice may change.
    return None if value is None and chosen == default else chosen


def _type_numbers(
    place: DeltaGenerator, field: Field, value: tuple[int, ...], key: str, options: Options
) -> tuple[int, ...]:
    text = place.text_input(
        _(field.label),
        value=", ".join(map(str, value)),
        key=key,
        placeholder=_("none"),
        **options,
    )
    try:
        return tuple(int(part) for part in text.replace(",", " ").split())
    except ValueError:
        raise RecipeError("hidden dense layers are whole numbers such as 32, 16") from None


def _slide(place: DeltaGenerator, field: Field, value: float, key: str, options: Options) -> float:
    assert isinstance(field.type, Number)
    percent, high, step = (round(100 * each) for each in (value, field.type.high, field.type.step))
    chosen = place.slider(
        _(field.label), 0, high, value=percent, step=step, format="%d%%", key=key, **options
    )
    # A share between two percents, such as a third, is kept until another is chosen.
    return value if chosen == percent else chosen / 100
