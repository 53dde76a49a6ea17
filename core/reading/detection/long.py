"""Detect the roles of the columns in the long layout, with one step per row."""

from __future__ import annotations

import numpy as np

from ...data.schema import Schema
from ...errors import DataError, Note
from ..table.column_names import TARGET_NAMES, normalize_name
from ..table.roles import encode_values, find_changes
from .candidates import Candidates, note_assumed_target

# Share of the sequences in which a target changes from which it is per step, not an error.
MIN_CHANGING_SHARE = 0.5
MAX_CATEGORIES = 20  # categories of a text column that becomes a feature without a request


def detect_long_schema(candidates: Candidates) -> Schema:
    """Assign the open roles of a table in the long layout, and build its schema.

    Raises:
        DataError: If no column can be the id.
    """
    if candidates.roles["id"] is None:
        raise DataError(
            "Which column tells the sequences apart? Choose the id column, or none if the "
            "whole table is one sequence. Columns: {columns}.",
            columns=", ".join(candidates.table.names),
        )
    if candidates.roles["target"] is None:
        candidates.roles["target"] = _detect_target(candidates)
    name = candidates.roles["target"]
    if (
        name
        and candidates.target_at is None
        and _compute_changing_share(candidates, name) >= MIN_CHANGING_SHARE
    ):
        candidates.target_at = "step"
        candidates.reasons.append(
            Note("`{name}` changes inside the sequences: a target for each step", name=name)
        )
    return candidates.build_schema("long", candidates.features or _find_features(candidates))


def _find_features(candidates: Candidates) -> tuple[str, ...]:
    """Return the open columns of numbers, and those of a few repeated categories."""
    features = []
    for name in candidates.list_open_columns("number", "text"):
        if candidates.kinds[name] == "number":
            features.append(name)
            continue
        count = len(candidates.list_categories(name))
        if 1 < count <= min(MAX_CATEGORIES, len(candidates.table) / 2):
            features.append(name)
    return tuple(features)


def _detect_target(candidates: Candidates) -> str | None:
    """Detect the target by its name, otherwise by its values.

    The last column is the target if it is constant within every sequence and differs between
    sequences, and at least half of the sequences have several steps.
    """
    open_columns = candidates.list_open_columns("number", "text")
    for name in open_columns:
        if normalize_name(name) in TARGET_NAMES - {"y"} or (
            normalize_name(name) == "y" and _is_static(candidates, name)
        ):
            return name
    last = open_columns[-1:]
    number_columns = [
        name for name in open_columns if candidates.kinds[name] == "number" and [name] != last
    ]
    if not last or not (number_columns or candidates.features) or not candidates.roles["id"]:
        return None
    sequence, _ = encode_values(candidates.table, candidates.roles["id"])
    has_several_steps = (np.bincount(sequence) > 1).mean() >= 0.5
    if (
        has_several_steps
        and len(candidates.list_distinct_values(last[0])) > 1
        and _is_static(candidates, last[0])
    ):
        candidates.reasons.append(
            Note("`{name}` is the same in all rows of a sequence: target", name=last[0])
        )
        candidates.doubts.append(note_assumed_target(last[0]))
        return last[0]
    return None


def _is_static(candidates: Candidates, name: str) -> bool:
    """Return True if a column is constant within every sequence."""
    return bool(candidates.roles["id"]) and _compute_changing_share(candidates, name) == 0


def _compute_changing_share(candidates: Candidates, name: str) -> float:
    """Compute the share of the sequences of several steps in which a column changes."""
    value = encode_values(candidates.table, name)[0]
    sequence = np.zeros(len(value), dtype=np.int64)
    if candidates.roles["id"]:
        sequence = encode_values(candidates.table, candidates.roles["id"])[0]
    changing = np.unique(sequence[find_changes(value, sequence)])
    return len(changing) / np.count_nonzero(np.bincount(sequence) > 1) if len(changing) else 0.0
