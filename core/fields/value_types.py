"""Types of the values that a field of a recipe takes: validation, and text for links and forms."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from numbers import Integral, Real

from ..errors import RecipeError
from ..i18n import N_

NONE = "none"  # the text of no value, and of an empty list
INVALID_CHOICE = N_("{name} is {value!r}; use one of {allowed}")


class ValueType(ABC):
    """Values that a field takes."""

    @abstractmethod
    def check(self, name: str, value: object) -> object:
        """Return the value as a plain Python value.

        Args:
            name: The field, for the message.
            value: What was given. NumPy scalars are accepted.

        Raises:
            RecipeError: The value is not one of this type; names the field, the value and the
                range.
        """

    @abstractmethod
    def to_text(self, value: object) -> str:
        """Format a value for a link; ``from_text`` reads it."""

    @abstractmethod
    def from_text(self, text: str) -> object:
        """Read the text of a value, which still has to be checked; ValueError if it is no value."""


@dataclass(frozen=True)
class Choice(ValueType):
    """One of several words.

    Attributes:
        names: Label (a message) per value, in the order of the form; "" for a term such as adam,
            which is the same in every language.
    """

    names: Mapping[str, str]

    def check(self, name: str, value: object) -> str:
        if not isinstance(value, str) or value not in self.names:
            allowed = ", ".join(map(repr, self.names))
            raise RecipeError(INVALID_CHOICE, name=name, value=value, allowed=allowed)
        return str(value)

    def to_text(self, value: object) -> str:
        return str(value)

    def from_text(self, text: str) -> str:
        return text


@dataclass(frozen=True)
class ChoiceList(ValueType):
    """One or several of some words, in an order that matters; a list of one is its word.

    Attributes:
        names: Label per value; see ``Choice``.
    """

    names: Mapping[str, str]

    def check(self, name: str, value: object) -> str | tuple[str, ...]:
        choice = Choice(self.names)
        if not isinstance(value, list | tuple):
            return choice.check(name, value)
        words = tuple(choice.check(name, each) for each in value)
        if not words:
            allowed = ", ".join(map(repr, self.names))
            raise RecipeError(
                "{name} is empty; use one or more of {allowed}", name=name, allowed=allowed
            )
        if len(set(words)) < len(words):
            raise RecipeError(
                "{name} is {value!r}; use each word at most once", name=name, value=value
            )
        return words if len(words) > 1 else words[0]

    def to_text(self, value: object) -> str:
        """Format words for a link, as in "last-mean-max"."""
        words = self.check("the link", value)
        return words if isinstance(words, str) else "-".join(words)

    def from_text(self, text: str) -> str | tuple[str, ...]:
        return tuple(text.split("-")) if "-" in text else text


@dataclass(frozen=True)
class Boolean(ValueType):
    """True or False.

    Attributes:
        names: Label (a message) of False and of True, where both are offered.
    """

    names: tuple[str, str] = (N_("no"), N_("yes"))

    def check(self, name: str, value: object) -> bool:
        if not isinstance(value, bool):
            raise RecipeError("{name} is {value!r}; use True or False", name=name, value=value)
        return value

    def to_text(self, value: object) -> str:
        return "yes" if value else "no"

    def from_text(self, text: str) -> bool:
        if text not in ("yes", "no"):
            raise ValueError(f"{text!r} is neither yes nor no")
        return text == "yes"


@dataclass(frozen=True)
class Whole(ValueType):
    """A whole number from ``low`` to ``high``, ends included."""

    low: int
    high: int

    def check(self, name: str, value: object) -> int:
        if (
            isinstance(value, bool)
            or not isinstance(value, Integral)
            or not self.low <= int(value) <= self.high
        ):
            raise RecipeError(
                "{name} is {value!r}; use a whole number from {low:,} to {high:,}",
                name=name,
                value=value,
                low=self.low,
                high=self.high,
            )
        return int(value)

    def to_text(self, value: object) -> str:
        return str(value)

    def from_text(self, text: str) -> int:
        return int(text)


@dataclass(frozen=True)
class Number(ValueType):
    """A number from ``low`` to ``high``, ends included.

    Attributes:
        low: Smallest value.
        high: Largest value.
        step: Change by one click in a form.
        is_share: A share of a whole, which a form shows in percent.
    """

    low: float
    high: float
    step: float = 1.0
    is_share: bool = False

    def check(self, name: str, value: object) -> float:
        if (
            isinstance(value, bool)
            or not isinstance(value, Real)
            or value < self.low
            or not value <= self.high  # nor NaN
        ):
            raise RecipeError(
                "{name} is {value!r}; use a number from {low:g} to {high:g}",
                name=name,
                value=value,
                low=self.low,
                high=self.high,
            )
        return float(value)

    def to_text(self, value: object) -> str:
        """Format a value in the shortest form: 0.1, and 1 for 1.0."""
        return repr(value).removesuffix(".0")

    def from_text(self, text: str) -> float:
        return float(text)


@dataclass(frozen=True)
class WholeList(ValueType):
    """Up to ``max_items`` whole numbers from ``low`` to ``high``; one number is a list of one."""

    low: int
    high: int
    max_items: int

    def check(self, name: str, value: object) -> tuple[int, ...]:
        given = (value,) if isinstance(value, Integral) else value
        if not isinstance(given, list | tuple):
            raise RecipeError(
                "{name} is {value!r}; use a list of whole numbers", name=name, value=value
            )
        if len(given) > self.max_items:
            raise RecipeError(
                "{name} has {n} numbers; use 0 to {most}",
                name=name,
                n=len(given),
                most=self.max_items,
            )
        number = Whole(self.low, self.high)
        return tuple(number.check(name, each) for each in given)

    def to_text(self, value: object) -> str:
        return ",".join(map(str, self.check("the list", value))) or NONE

    def from_text(self, text: str) -> tuple[int, ...]:
        return () if text == NONE else tuple(map(int, text.split(",")))
