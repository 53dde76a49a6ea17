"""``Reading``: how new data is read like the data a model was trained on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from core import Sequences
from core.missing import base_names
from core.reading import Schema


@dataclass(frozen=True)
class Reading:
    """features: the numbers of a step as they are typed, without those that say where others are
    missing. schema: of the table they were read from; None for the example, which needs no file."""

    features: int = 1
    schema: Schema | None = None

    @classmethod
    def of(cls, data: Sequences) -> Reading:
        return cls(len(base_names(data.feature_names)), data.schema)

    @property
    def missing(self) -> str:
        return "refuse" if self.schema is None else self.schema.missing

    def to_dict(self) -> dict[str, Any]:
        """Plain values, kept with a run; ``from_dict`` is the way back."""
        schema = None if self.schema is None else self.schema.to_dict()
        return {"features": self.features, "schema": schema}

    @classmethod
    def from_dict(cls, plain: dict[str, Any]) -> Reading:
        schema = plain.get("schema")
        return cls(plain.get("features", 1), None if schema is None else Schema.from_dict(schema))
