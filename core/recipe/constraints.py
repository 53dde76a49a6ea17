"""Checks of the fields of a recipe and of its layers."""

from __future__ import annotations

from numbers import Integral, Real
from typing import Any

from ..errors import RecipeError


def check_whole(thing: object, name: str, low: int, high: int, prefix: str = "") -> None:
    """Check that a field is a whole number of a range, ends included, and make it a Python int:
    NumPy's integers (``data.lengths.max()``) are accepted.

    Args:
        prefix: what stands before the field's name in the message, such as "LSTM.".

    Raises:
        RecipeError: for any other value.
    """
    value = getattr(thing, name)
    if not is_whole(value, low, high):
        raise RecipeError(
            "{name} is {value!r}; use a whole number from {low:,} to {high:,}",
            name=prefix + name,
            value=value,
            low=low,
            high=high,
        )
    object.__setattr__(thing, name, int(value))


def is_whole(value: Any, low: int, high: int) -> bool:
    """Tell a whole number of a range, ends included, from anything else."""
    return isinstance(value, Integral) and not isinstance(value, bool) and low <= value <= high


def check_number(thing: object, name: str, low: float, high: float, prefix: str = "") -> None:
    """Check that a field is a number of a range, ends included, and make it a Python float."""
    value = getattr(thing, name)
    if isinstance(value, bool) or not isinstance(value, Real) or not low <= value <= high:
        raise RecipeError(
            "{name} is {value!r}; use a number from {low:g} to {high:g}",
            name=prefix + name,
            value=value,
            low=low,
            high=high,
        )
    object.__setattr__(thing, name, float(value))


def check_boolean(name: str, value: Any) -> None:
    """Check that a value is True or False."""
    if not isinstance(value, bool):
        raise RecipeError("{name} is {value!r}; use True or False", name=name, value=value)


def check_choice(name: str, value: Any, allowed: tuple[str, ...]) -> None:
    """Check that a value is one of those allowed."""
    if value not in allowed:
        raise RecipeError(
            "{name} is {value!r}; use one of {allowed}",
            name=name,
            value=value,
            allowed=", ".join(map(repr, allowed)),
        )
