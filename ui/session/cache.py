"""``Cached``: a result that a rerun of a page does not compute again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")


@dataclass
class Cached(Generic[Key, Value]):
    """The last result of a computation.

    Attributes:
        last: What it was computed from, and the result; None before the first.
    """

    last: tuple[Key, Value] | None = None

    def get(self, key: Key, compute: Callable[[], Value]) -> Value:
        """Return the last result if it has this key, otherwise that of ``compute()``."""
        if self.last is None or self.last[0] != key:
            self.last = key, compute()
        return self.last[1]
