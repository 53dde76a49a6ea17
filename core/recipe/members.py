"""Members of an ensemble: what each of them changes in the ensemble's own recipe."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from numbers import Integral

from ..errors import RecipeError
from ..fields.declaration import Field
from ..fields.value_types import NONE, ValueType, Whole

MAX_MEMBERS = 10
MAX_SEED = 2**31 - 1
UNCHANGED = "same"  # text of a member that changes nothing, in a link
CHANGE, NEXT_CHANGE, NEXT_MEMBER = ":", "/", ";"  # in no text of a value


@dataclass(frozen=True, init=False, repr=False)
class Member:
    """A member of an ensemble: the fields whose values differ from the ensemble's own.

    Attributes:
        changes: Names and values, by name.
    """

    changes: tuple[tuple[str, object], ...]

    def __init__(self, **changes: object) -> None:
        object.__setattr__(self, "changes", tuple(sorted(changes.items())))

    def __repr__(self) -> str:
        """Show what differs, as in ``Member(family='random_convolution')``."""
        return f"Member({', '.join(f'{name}={value!r}' for name, value in self.changes)})"


def derive_seed(seed: int, number: int) -> int:
    """Return the seed of a member, from the ensemble's seed and the member's number from 0.

    Ensembles with different seeds have no member's seed in common.
    """
    return (seed * MAX_MEMBERS + number) % (MAX_SEED + 1)


class MemberList(ValueType):
    """Up to ``MAX_MEMBERS`` members; a number is that many members that change nothing.

    Args:
        get_fields: Returns the fields of a recipe.
    """

    def __init__(self, get_fields: Callable[[], Mapping[str, Field]]) -> None:
        self._get_fields = get_fields

    def check(self, name: str, value: object) -> tuple[Member, ...]:
        if isinstance(value, Integral):
            return (Member(),) * Whole(0, MAX_MEMBERS).check(name, value)
        if not isinstance(value, list | tuple):
            raise RecipeError(
                "{name} is {value!r}; use a number of seeds, or a list of recipes",
                name=name,
                value=value,
            )
        if len(value) > MAX_MEMBERS:
            raise RecipeError(
                "{name} has {n} entries; use at most {most}",
                name=name,
                n=len(value),
                most=MAX_MEMBERS,
            )
        return tuple(self._check_member(name, each) for each in value)

    def _check_member(self, name: str, member: object) -> Member:
        if not isinstance(member, Member):
            raise RecipeError("{name} holds {value!r}; use recipes", name=name, value=member)
        fields, changes = self._get_fields(), dict(member.changes)
        for each in changes:
            if each not in fields:
                raise RecipeError(
                    "a recipe has no field {name!r}; its fields are {known}",
                    name=each,
                    known=", ".join(sorted(fields)),
                )
            if fields[each].shared:
                raise RecipeError(
                    "{name} changes {field}, which all members share; set it for the ensemble",
                    name=name,
                    field=each,
                )
        return Member(**{each: fields[each].check(value) for each, value in changes.items()})

    def to_text(self, value: object) -> str:
        """Format members for a link: "5", or "same;family:random_convolution/n_kernels:5000"."""
        members = self.check("the link", value)
        if not any(member.changes for member in members):
            return str(len(members)) if members else NONE
        return NEXT_MEMBER.join(map(self._member_to_text, members))

    def _member_to_text(self, member: Member) -> str:
        fields = self._get_fields()
        changes = (f"{name}{CHANGE}{fields[name].to_text(each)}" for name, each in member.changes)
        return NEXT_CHANGE.join(changes) or UNCHANGED

    def from_text(self, text: str) -> tuple[Member, ...]:
        if text == NONE:
            return ()
        if text.isdecimal():
            return self.check("the link", int(text[:3]))
        return tuple(map(self._member_from_text, text.split(NEXT_MEMBER)[: MAX_MEMBERS + 1]))

    def _member_from_text(self, text: str) -> Member:
        if text == UNCHANGED:
            return Member()
        fields, changes = self._get_fields(), {}
        for change in text.split(NEXT_CHANGE):
            name, _, value = change.partition(CHANGE)
            if name not in fields or fields[name].shared:
                raise ValueError(f"{name!r} is not a field of a member")
            changes[name] = fields[name].from_text(value)
        return Member(**changes)
