"""``Reading``: how new data is read like the data a model was trained on."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..data.missing import base_names
from ..data.schema import Schema
from ..data.sequences import Sequences
from ..data.tokens import is_missing, is_number
from ..errors import DataError
from .detection.detect import detect_schema
from .detection.reuse_schema import schema_like
from .formats.open import open_lists, open_table
from .layouts.read import read_table
from .table.report import Report
from .table.step_limits import refuse_many_steps
from .table.table import Table


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

    def read_file(
        self, content: bytes, most_steps: int, chosen: Schema | None = None
    ) -> tuple[Sequences, Report]:
        """New sequences from a file like the training data's. chosen: how it is read instead.
        Raises DataError."""
        table = open_table(io.BytesIO(content), most_steps)
        data, report = read_table(table, chosen or self._schema_for(table))
        refuse_many_steps(int(data.lengths.sum()), most_steps)
        if chosen is None and not table.header:
            data = replace(data, missing=self.missing)
        return data, report

    def read_typed(
        self, text: str, most_steps: int, chosen: Schema | None = None
    ) -> tuple[Sequences, Report]:
        """Typed sequences: lists in brackets, numbers with one sequence a line, or CSV with the
        columns of the training data. chosen: how they are read instead. Raises DataError; nothing
        typed is passed over in silence."""
        table = _typed_table(text, most_steps)
        data, report = read_table(table, chosen or self._schema_for(table))
        if data.features == 1 < self.features and not table.header:
            nested = re.match(r"\s*\[\s*\[", text) is not None
            data = _by_steps(data, self.features, nested)
        if not table.header and chosen is None:
            data = replace(data, missing=self.missing)  # of whole steps, not of numbers in one
        return data, report

    def _schema_for(self, table: Table) -> Schema:
        """As the training data was read, where both have columns with names."""
        if self.schema is None:
            return detect_schema(table)
        if not table.header:  # lists and bare numbers, whatever the training data looked like
            missing = "refuse" if self.missing == "refuse" else "mean"
            return replace(detect_schema(table), missing=missing, indicated=())
        return schema_like(self.schema, table)


def as_typed(steps: np.ndarray) -> str:
    """A sequence, (steps, features), as one would type it: [1.5, 2], or [[1, 2], [3, 4]]."""
    rows = [[float(f"{value:.6g}") for value in step] for step in steps]
    listed = [row[0] for row in rows] if steps.shape[1] == 1 else rows
    return re.sub(r"\.0\b", "", str(listed))


def _typed_table(text: str, most_steps: int) -> Table:
    lines = text.strip().splitlines() or [""]
    if '"' not in text:  # quotes are for lists in the cells of a CSV text
        if re.search(r"[\[\]]", lines[0]):
            return open_lists(io.StringIO(text))
        if len(lines) == 1:
            _refuse_words(text)
    return open_table(io.StringIO(text), most_steps)


def _refuse_words(line: str) -> None:
    for cell in re.split(r"[,;\s]+", line.strip()):
        if not is_number(cell) and not is_missing(cell):
            raise DataError(
                "{found!r} is not a number. Write each sequence as a list of numbers, such as "
                "[1.5] or [2, 5].",
                found=cell,
            )


def _by_steps(data: Sequences, features: int, nested: bool) -> Sequences:
    """Lists of numbers as steps of several features. Lists inside a pair of brackets,
    [[1, 2], [3, 4]], are the steps of one sequence; else each is a sequence of one step."""
    other = data.lengths != features
    if other.any():
        raise DataError(
            "A step of this model takes {features} numbers, and {found!r} is none. Write each "
            "step in brackets and the sequence in another pair: [[…], […]].",
            features=features,
            found=as_typed(data[int(np.argmax(other))][:100]),
        )
    steps = data.values.reshape(-1, features)
    lengths = [len(steps)] if nested else np.ones(len(steps), dtype=int)
    return Sequences(steps, lengths, missing="mean")
