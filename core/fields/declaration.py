"""Declarations of the fields of recipes and of layers, from which everything about them derives.

A field is declared once, where its class defines it: ``epochs: int = setting(50, Whole(1, 9), …)``.
Validation, JSON, links, the forms of Train and Compare, the cache of compiled networks, the model
card, the training script and the reference in ``docs/recipe.md`` read the declarations.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from types import EllipsisType
from typing import Any, Literal, TypeVar

from ..errors import Note, RecipeError
from .value_types import NONE, Choice, ChoiceList, ValueType

Section = Literal["data", "padding", "network", "training", "finer"]
DEFAULT = "default"  # the text of None in a link, where another field decides the value
_KEY = "field"
T = TypeVar("T")


@dataclass(frozen=True)
class Restriction:
    """Choices that depend on other fields.

    Attributes:
        choose: Returns the possible choices for a recipe, or numbers as a range.
        explain: Returns the reason, for the error message.
    """

    choose: Callable[..., Sequence[Any]]
    explain: Callable[..., Note]

    def allows(self, recipe: object, value: object) -> bool:
        """Return True if a value, or each of a list, is a possible choice for a recipe."""
        values = value if isinstance(value, tuple) else (value,)
        choices = self.choose(recipe)
        return all(each in choices for each in values)


@dataclass(frozen=True, kw_only=True)
class Field:
    """Declaration of one field.

    Attributes:
        name: Name of the attribute.
        default: Value of a recipe that does not name the field.
        type: Values it takes.
        label: Label in forms, a message.
        help: One or two sentences, a message.
        section: Part of the form: "network", "training" and "finer" on Train, "padding" on Mask;
            the data decides those of "data".
        none: Label of None, a message; "" if None is not allowed.
        resolve: Attribute of the recipe with the value that None stands for; "" if None has a
            meaning of its own.
        restriction: Choices that depend on other fields.
        changes_network: False if the compiled network is the same for every value.
        suggest_values: Returns the values that Compare proposes, from the recipe or the layer;
            None if Compare does not vary the field.
        entry: Name of a value in Compare's results, a message with {value}; "" for the value
            alone.
        keras: Keyword argument of the Keras optimizer with the same effect, for the training
            script; "" if the script has lines of its own for it.
        shared: True if the members of an ensemble cannot differ in it, because it decides what
            they read, or which sequences they learn from.
    """

    name: str
    default: object
    type: ValueType
    label: str
    help: str
    section: Section
    none: str
    resolve: str
    restriction: Restriction | None
    changes_network: bool
    suggest_values: Callable[..., tuple[object, ...]] | None
    entry: str
    keras: str
    shared: bool

    def check(self, value: object, prefix: str = "") -> object:
        """Return the value as a plain Python value.

        Args:
            value: What was given.
            prefix: Text before the field's name in the message, such as "LSTM.".

        Raises:
            RecipeError: The value is not allowed; names the field, the value and the range.
        """
        if value is None and self.none:
            return None
        return self.type.check(prefix + self.name, value)

    def check_restriction(self, recipe: object) -> None:
        """Check the value against the other fields; raise RecipeError with the reason."""
        value = getattr(recipe, self.name)
        if self.restriction is None or value is None:
            return
        if not self.restriction.allows(recipe, value):
            choices = self.restriction.choose(recipe)
            raise RecipeError(
                "{name} is {value!r}, and {reason}; use {allowed}",
                name=self.name,
                value=value,
                reason=self.restriction.explain(recipe),
                allowed=", ".join(map(repr, choices)),
            )

    def list_choices(self, recipe: object) -> tuple[str, ...]:
        """List the choices that fit the other fields of a recipe."""
        assert isinstance(self.type, Choice | ChoiceList)
        if self.restriction is None:
            return tuple(self.type.names)
        return tuple(self.restriction.choose(recipe))

    def to_text(self, value: object) -> str:
        """Format a value for a link."""
        if value is None:
            return DEFAULT if self.resolve else NONE
        return self.type.to_text(value)

    def from_text(self, text: str) -> object:
        """Read a value from a link; raise ValueError if it cannot be read."""
        if self.none and text == self.to_text(None):
            return None
        return self.type.from_text(text)


def setting(
    default: T | EllipsisType,
    type: ValueType,
    *,
    label: str,
    help: str,
    section: Section = "training",
    none: str = "",
    resolve: str = "",
    restriction: Restriction | None = None,
    changes_network: bool = True,
    suggest_values: Callable[..., tuple[object, ...]] | None = None,
    entry: str = "",
    keras: str = "",
    shared: bool = False,
) -> T:
    """Declare a field of a dataclass; see ``Field``. A default of ... makes it a required one."""
    declaration = {name: value for name, value in locals().items() if name != "default"}
    metadata = {_KEY: declaration}
    if default is ...:
        required: T = dataclasses.field(metadata=metadata)
        return required
    return dataclasses.field(default=default, metadata=metadata)


def list_fields(declaring: type) -> Mapping[str, Field]:
    """List the declared fields of a dataclass by name, in their order."""
    return _list_fields(declaring)


@functools.cache
def _list_fields(declaring: type) -> Mapping[str, Field]:
    return {
        each.name: Field(name=each.name, default=each.default, **each.metadata[_KEY])
        for each in dataclasses.fields(declaring)
    }


def check_fields(instance: object, fields: Mapping[str, Field], prefix: str = "") -> None:
    """Check the fields of a frozen dataclass, and convert them to plain Python values.

    Raises:
        RecipeError: names the field, the value and the range.
    """
    for name, field in fields.items():
        object.__setattr__(instance, name, field.check(getattr(instance, name), prefix))
    for field in fields.values():
        field.check_restriction(instance)


def describe_changes(
    instance: object, fields: Mapping[str, Field], omitted: Collection[str] = ()
) -> list[str]:
    """List the fields that differ from their defaults, as in ``["epochs=60", "dropout=0.2"]``."""
    values = {name: getattr(instance, name) for name in fields if name not in omitted}
    return [f"{name}={value!r}" for name, value in values.items() if value != fields[name].default]
