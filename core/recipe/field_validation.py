"""Validate the fields of a recipe and of its layers."""

from __future__ import annotations

from numbers import Integral, Real
from typing import Any

from ..errors import RecipeError


def check_whole(instance: object, name: str, low: int, high: int, prefix: str = "") -> None:
    """Check that a field is an integer in a range, and convert it to a Python int.

    NumPy integers, such as ``data.lengths.max()``, are accepted.

    Args:
        instance: frozen dataclass instance.
        name: field.
        low: smallest allowed value.
        high: largest allowed value.
        prefix: text before the field's name in the message, such as "LSTM.".

    Raises:
        RecipeError: for any other value.
    """
    value = getattr(instance, name)
    if not is_whole(value, low, high):
        raise RecipeError(
            "{name} is {value!r}; use a whole number from {low:,} to {high:,}",
            name=prefix + name,
            value=value,
            low=low,
            high=high,
        )
    object.__setattr__(instance, name, int(value))


def is_whole(value: Any, low: int, high: int) -> bool:
    """Tell if a value is an integer from ``low`` to ``high``, ends included."""
    return isinstance(value, Integral) and not isinstance(value, bool) and low <= value <= high


def check_number(instance: object, name: str, low: float, high: float, prefix: str = "") -> None:
    """Check that a field is a number in a range, and convert it to a Python float.

    Args:
        instance: frozen dataclass instance.
        name: field.
        low: smallest allowed value.
        high: largest allowed value.
        prefix: text before the field's name in the message, such as "LSTM.".

    Raises:
        RecipeError: for any other value.
    """
    value = getattr(instance, name)
    if isinstance(value, bool) or not isinstance(value, Real) or not low <= value <= high:
        raise RecipeError(
            "{name} is {value!r}; use a number from {low:g} to {high:g}",
            name=prefix + name,
            value=value,
            low=low,
            high=high,
        )
    object.__setattr__(instance, name, float(value))


def check_boolean(name: str, value: Any) -> None:
    """Check that a value is True or False; raise RecipeError otherwise."""
    if not isinstance(value, bool):
        raise RecipeError("{name} is {value!r}; use True or False", name=name, value=value)


def check_choice(name: str, value: Any, allowed: tuple[str, ...]) -> None:
    """Check that a value is one of those allowed; raise RecipeError otherwise."""
    if value not in allowed:
        raise RecipeError(
            "{name} is {value!r}; use one of {allowed}",
            name=name,
            value=value,
            allowed=", ".join(map(repr, allowed)),
        )
