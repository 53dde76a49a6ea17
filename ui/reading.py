"""``Reading``: how new data is read like the data a model was trained on."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from core.missing import Missing
from core.reading import Layout


@dataclass(frozen=True)
class Reading:
    """features: of a step. layout: how the file was read; None for the example, which needs no
    file. missing: what was chosen to be done with missing values."""

    features: int = 1
    layout: Layout | None = None
    missing: Missing = "refuse"

    def to_dict(self) -> dict[str, Any]:
        """Plain values, kept with a run; ``from_dict`` is the way back."""
        return asdict(self)

    @classmethod
    def from_dict(cls, plain: dict[str, Any]) -> Reading:
        return cls(**(plain | {"layout": layout_from(plain.get("layout"))}))


def layout_from(plain: dict[str, Any] | None) -> Layout | None:
    """A Layout from its plain values, in which tuples are lists."""
    if plain is None:
        return None
    return Layout(**{k: tuple(v) if isinstance(v, list) else v for k, v in plain.items()})
