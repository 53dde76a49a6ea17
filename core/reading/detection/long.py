"""Detect the roles of the columns in the long layout, with one step per row."""

from __future__ import annotations

import re

import numpy as np
import pyarrow.compute as pc

from ...data.schema import Schema
from ...errors import DataError, Note
from ..table.cells import SAMPLE_ROWS
from ..table.dates.times import holds_clock_times, holds_dates
from ..table.roles import encode_values, find_changes
from ..table.words.column_names import TARGET_NAMES, normalize_name
from ..table.words.missing_markers import is_missing
from .candidates import Candidates, ask_about_single_steps, ask_for_target, note_assumed_target
from .roles.id_columns import complete_ids
from .roles.times import (
    assign_row_numbers,
    encode_sequences,
    exclude_further_times,
    note_doubts_about_time,
)

# Share of the sequences in which a target changes from which it is per step, not an error.
MIN_CHANGING_SHARE = 0.5
# Targets from which a column that determines them is not a coincidence, in total and per class.
MIN_TARGETS, MIN_TARGETS_PER_CLASS = 8, 2
MIN_SEVERAL_SHARE = 0.5  # share of the sequences that must have several steps
MAX_CATEGORIES = 20  # categories of a text column that becomes a feature without a request


def detect_long_schema(candidates: Candidates) -> Schema:
    """Assign the open roles of a table in the long layout, and build its schema.

    Raises:
        DataError: If no column can be the id.
    """
    if candidates.roles["id"] is None:
        raise DataError(
            "Which column identifies the sequences? Choose the id column, or none if the "
            "table is one sequence. Columns: {columns}.",
            columns=", ".join(candidates.table.names),
        )
    complete_ids(candidates)
    assign_row_numbers(candidates)
    if candidates.roles["target"] is None:
        candidates.roles["target"] = _detect_target(candidates)
    sequence = encode_sequences(candidates)
    if candidates.roles["time"]:
        exclude_further_times(candidates, sequence)
    note_doubts_about_time(candidates, sequence)
    name = candidates.roles["target"]
    if (
        name
        and candidates.target_at is None
        and _compute_changing_share(candidates, name) >= MIN_CHANGING_SHARE
    ):
        candidates.target_at = "step"
        note = Note("`{name}` changes within sequences: one target per step", name=name)
        candidates.inform("target_per_step", note, name)
    if candidates.roles["id"] and len(candidates.table) > 1:
        sequences = len(candidates.list_distinct_values(candidates.roles["id"]))
        if sequences == len(candidates.table):
            ask_about_single_steps(candidates, [{"layout": "long", "id": ""}])
    return candidates.build_schema("long", candidates.features or _find_features(candidates))


def _find_features(candidates: Candidates) -> tuple[str, ...]:
    """Return the open columns of numbers, and those of a few repeated categories."""
    features = []
    for name in candidates.list_open_columns("number", "text"):
        if _determines_target(candidates, name):
            candidates.warn(
                "determines_target",
                Note(
                    "`{name}` and `{target}` determine each other: `{name}` is not a feature",
                    name=name,
                    target=candidates.roles["target"],
                ),
                name,
            )
            continue
        if candidates.kinds[name] == "number":
            features.append(name)
            continue
        if holds_dates(candidates.table, name) or holds_clock_times(candidates.table, name):
            continue  # few dates, such as those of birth, are no categories
        count = len(candidates.list_categories(name))
        if 1 < count <= min(MAX_CATEGORIES, len(candidates.table) / 2):
            features.append(name)
    return tuple(features)


def _determines_target(candidates: Candidates, name: str) -> bool:
    """Return True if each value of a column belongs to one target, and each target to one value.

    Such as label_id beside label. In few sequences this may be a coincidence, unless one of the
    names contains the other.
    """
    target = candidates.roles["target"]
    if not target:
        return False
    target_codes, targets = encode_values(candidates.table, target)
    sample = candidates.table.columns[name].slice(0, SAMPLE_ROWS)
    if pc.count_distinct(sample).as_py() > len(targets):  # most columns, in a tenth of the time
        return False
    codes, distinct = encode_values(candidates.table, name)
    if len(distinct) != len(targets) or len(targets) < 2:
        return False
    if not np.array_equal(codes, target_codes):  # both are in the order of first appearance
        return False
    short, long = sorted((normalize_name(name), normalize_name(target)), key=len)
    is_related = re.search(rf"(^|_){re.escape(short)}(_|$)", long) is not None
    return is_related or _count_targets(candidates) >= max(
        MIN_TARGETS, MIN_TARGETS_PER_CLASS * len(targets)
    )


def _count_targets(candidates: Candidates) -> int:
    """Count the targets: one per sequence, or as often as they change within sequences."""
    target_codes = encode_values(candidates.table, candidates.roles["target"] or "")[0]
    sequence = encode_sequences(candidates)
    is_change = (np.diff(sequence) != 0) | (np.diff(target_codes) != 0)
    return min(
        1 + int(np.count_nonzero(is_change)),
        len(np.unique(sequence * (int(target_codes.max()) + 1) + target_codes)),
    )


def _detect_target(candidates: Candidates) -> str | None:
    """Detect the target by its name, otherwise by its values.

    At least half of the sequences must have several steps. The last column is the target if it is
    constant within every sequence and differs between sequences; otherwise the only column of
    this kind that holds classes, which are words or 0 and 1.
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
    if (np.bincount(sequence) > 1).mean() < MIN_SEVERAL_SHARE:
        return None
    if len(candidates.list_distinct_values(last[0])) > 1 and _is_static(candidates, last[0]):
        targets = last
    else:
        targets = [name for name in open_columns if _holds_classes(candidates, name)]
    if len(targets) > 1:
        ask_for_target(candidates, targets)
    if len(targets) != 1 or (targets == number_columns and not candidates.features):
        return None
    name = targets[0]
    others = [each for each in open_columns if each != name and _holds_classes(candidates, each)]
    is_certain = not others and _holds_repeated_classes(candidates, name)
    note_assumed_target(candidates, name, is_certain, others)
    return name


def _holds_classes(candidates: Candidates, name: str) -> bool:
    """Return True for words that name no sequence, or 0 and 1, constant in every sequence."""
    first = pc.unique(candidates.table.columns[name][:SAMPLE_ROWS])
    if len(first) > 2 * MAX_CATEGORIES:  # most columns, without encoding all of their cells
        return False
    classes = candidates.list_categories(name)
    if candidates.kinds[name] == "number":
        are_classes = classes == ("0", "1")
    else:
        sequences = len(candidates.list_distinct_values(candidates.roles["id"] or name))
        are_classes = 1 < len(classes) <= min(MAX_CATEGORIES, sequences - 1)
    return are_classes and _is_static(candidates, name)


def _holds_repeated_classes(candidates: Candidates, name: str) -> bool:
    """Return True for few words or whole numbers, each of several sequences on average."""
    classes = candidates.list_categories(name)
    sequences = len(candidates.list_distinct_values(candidates.roles["id"] or name))
    if not 1 < len(classes) <= min(MAX_CATEGORIES, sequences / MIN_TARGETS_PER_CLASS):
        return False
    return candidates.kinds[name] != "number" or all(word.isdecimal() for word in classes)


def _is_static(candidates: Candidates, name: str) -> bool:
    """Return True if a column is constant within every sequence."""
    return bool(candidates.roles["id"]) and _compute_changing_share(candidates, name) == 0


def _compute_changing_share(candidates: Candidates, name: str) -> float:
    """Compute the share of the sequences of several steps in which a column changes.

    Cells that are missing say nothing: a target may stand in the first row of a sequence only.
    """
    value, distinct = encode_values(candidates.table, name)
    sequence = np.zeros(len(value), dtype=np.int64)
    if candidates.roles["id"]:
        sequence = encode_values(candidates.table, candidates.roles["id"])[0]
    several = np.count_nonzero(np.bincount(sequence) > 1)
    is_blank = np.array([is_missing(word) for word in distinct.to_pylist()])
    if is_blank.any() and not is_blank.all():
        is_known = ~is_blank[value]
        value = value[is_known]
        sequence = np.unique(sequence[is_known], return_inverse=True)[1]
        order = np.argsort(sequence, kind="stable")
        value, sequence = value[order], sequence[order]
    changing = np.unique(sequence[find_changes(value, sequence)])
    return len(changing) / several if len(changing) else 0.0
