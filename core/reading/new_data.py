"""``Reading``: read new data in the same way as the training data of a model."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass, replace

import numpy as np

from ..data.choices import Choices
from ..data.missing import Missing
from ..data.schema import Schema
from ..data.sequences import Sequences
from ..errors import DataError
from ..json_validation import MAX_COUNT, integer, optional, record
from .choices import apply_fields
from .detection.detect import detect_schema
from .detection.reuse_schema import adapt_schema, has_numbered_columns
from .formats.open import open_lists, open_table
from .layouts.read import read_table
from .table.number_text import is_number
from .table.report import Report
from .table.step_limits import refuse_many_steps
from .table.table import Table
from .table.words.missing_markers import is_missing


@dataclass(frozen=True)
class Reading:
    """How new data for a model is read.

    Attributes:
        features: Numbers per typed step.
        schema: Schema of the table of the training data; None for the example, which was not
            read from a file.
    """

    features: int = 1
    schema: Schema | None = None

    @classmethod
    def from_sequences(cls, data: Sequences) -> Reading:
        """Create the reading of data like ``data``."""
        return cls(data.features, data.schema)

    @property
    def missing(self) -> Missing:
        """Treatment of missing values in the training data."""
        return "refuse" if self.schema is None else self.schema.missing

    def to_dict(self) -> dict[str, object]:
        """Convert to plain values, stored with a run; the inverse of ``from_dict``."""
        schema = None if self.schema is None else self.schema.to_dict()
        return {"features": self.features, "schema": schema}

    @classmethod
    def from_dict(cls, plain: object) -> Reading:
        """Create a reading from the output of ``to_dict``.

        Raises:
            ValueError: for any other values.
        """
        return READING_CHECK(plain, "the reading")

    def read_file(
        self, content: bytes, max_steps: int, choices: Choices | None = None
    ) -> tuple[Sequences, Report]:
        """Read new sequences from a file like that of the training data.

        Args:
            content: Bytes of the file.
            max_steps: Maximum number of steps in total.
            choices: What was chosen about the problems of the file.

        Raises:
            DataError: If the file cannot be read or has too many steps.
        """
        table = open_table(io.BytesIO(content), max_steps)
        data, report = read_table(table, self._build_schema(table, choices or {}))
        refuse_many_steps(int(data.lengths.sum()), max_steps)
        if not choices and not table.header:
            data = replace(data, missing=self.missing)
        return data, report

    def read_typed(
        self, text: str, max_steps: int, choices: Choices | None = None
    ) -> tuple[Sequences, Report]:
        """Read typed sequences.

        The text contains lists in brackets, numbers with one sequence per line, or CSV with the
        columns of the training data. No part of it is ignored silently.

        Args:
            text: Typed text.
            max_steps: Maximum number of steps in total.
            choices: What was chosen about the problems of the text.

        Raises:
            DataError: If the text cannot be read or has too many steps.
        """
        table = _open_typed(text, max_steps)
        data, report = read_table(table, self._build_schema(table, choices or {}))
        if data.features == 1 < self.features and not table.header:
            nested = re.match(r"\s*\[\s*\[", text) is not None
            data = _group_into_steps(data, self.features, nested)
        if not table.header and not choices:
            data = replace(
                data, missing=self.missing
            )  # applies to whole steps, not to the numbers of one
        return data, report

    def _build_schema(self, table: Table, choices: Choices) -> Schema:
        """Return the schema of the training data if both have a header, else a detected one."""
        schema = apply_fields(self._adapt_schema(table), choices)
        target_at = choices.get("target_at")
        return schema if target_at is None else replace(schema, target_at=target_at)

    def _adapt_schema(self, table: Table) -> Schema:
        if self.schema is None:
            return replace(detect_schema(table), missing=self.missing)
        is_same = table.header or has_numbered_columns(self.schema, table)
        if not is_same:  # lists and bare numbers, for any layout of the training data
            missing: Missing = "refuse" if self.missing == "refuse" else "mean"
            return replace(detect_schema(table), missing=missing)
        return adapt_schema(self.schema, table)


READING_CHECK = record(
    Reading,
    {},
    {
        "features": integer(1, MAX_COUNT),
        "schema": optional(lambda plain, where: Schema.from_dict(plain)),
    },
)


def format_steps(steps: np.ndarray) -> str:
    """Format a sequence (steps, features) as typed text: [1.5, 2] or [[1, 2], [3, 4]]."""
    rows = [[float(f"{value:.6g}") for value in step] for step in steps]
    items = [row[0] for row in rows] if steps.shape[1] == 1 else rows
    return re.sub(r"\.0\b", "", str(items))


def _open_typed(text: str, max_steps: int) -> Table:
    lines = text.strip().splitlines() or [""]
    if '"' not in text:  # quotes are for lists in the cells of a CSV text
        if re.search(r"[\[\]]", lines[0]):
            return open_lists(io.StringIO(text))
        if len(lines) == 1:
            _refuse_non_numbers(text)
    return open_table(io.StringIO(text), max_steps)


def _refuse_non_numbers(line: str) -> None:
    for cell in re.split(r"[,;\s]+", line.strip()):
        if not is_number(cell) and not is_missing(cell):
            raise DataError(
                "{found!r} is not a number. Write each sequence as a list of numbers, such as "
                "[1.5] or [2, 5].",
                found=cell,
            )


def _group_into_steps(data: Sequences, features: int, nested: bool) -> Sequences:
    """Convert lists of numbers to steps of several features.

    Nested lists, [[1, 2], [3, 4]], are the steps of one sequence; otherwise each list is a
    sequence of one step.
    """
    is_other = data.lengths != features
    if is_other.any():
        raise DataError(
            "A step of this model has {features} numbers, unlike {found!r}. Write each step "
            "in brackets and the sequence in another pair: [[…], […]].",
            features=features,
            found=format_steps(data[int(np.argmax(is_other))][:100]),
        )
    steps = data.values.reshape(-1, features)
    lengths = [len(steps)] if nested else np.ones(len(steps), dtype=int)
    return Sequences(steps, lengths, missing="mean")
