"""Detect the column that marks the split, and groups on both sides of it."""

from __future__ import annotations

import numpy as np
import pyarrow.compute as pc

from ....errors import Note
from ...table.cells import SAMPLE_ROWS
from ...table.roles import encode_values, find_changes
from ...table.words.column_names import is_split_name, normalize_name
from ...table.words.split_words import SPLIT_ALIASES, get_split_aliases, is_split_question
from ..candidates import Candidates

MAX_PARTS = 20  # distinct values of a column that marks parts of the data


def detect_split_words(candidates: Candidates) -> None:
    """Assign the split to a column of words such as train and test."""
    if candidates.roles["split"] is not None:
        return
    for name in candidates.list_open_columns("text"):
        values = {word.lower() for word in candidates.list_distinct_values(name)} - {""}
        if values <= SPLIT_ALIASES.keys():
            candidates.roles["split"] = name
            candidates.is_split_detected = True
            return
        if normalize_name(name) == "split" and values & SPLIT_ALIASES.keys():
            candidates.roles["split"] = name  # the other words are reported
            return


def detect_split(candidates: Candidates, is_long: bool) -> None:
    """Assign the split, or set the columns aside that may mark one.

    A column marks parts of the data if it has one value per sequence. One that changes within
    sequences is a feature.

    Args:
        candidates: Candidates with an id, if there is one.
        is_long: A row is a step, not a sequence.
    """
    name = candidates.roles["split"]
    if name and candidates.is_split_detected:
        # A column called split that changes is reported when it is read.
        if is_long and normalize_name(name) != "split" and _changes(candidates, name):
            candidates.roles["split"] = ""
            _note_feature(candidates, name)
        else:
            note = Note("`{name}` contains train, validation or test: split", name=name)
            candidates.inform("split", note, name)
    open_columns = [each for each in candidates.list_open_columns("number", "text") if each != name]
    for name in open_columns:
        if not (is_split_name(name) or is_split_question(name)):
            continue
        first = pc.unique(candidates.table.columns[name][:SAMPLE_ROWS])
        values = candidates.list_distinct_values(name) if len(first) <= 2 * MAX_PARTS else []
        if not 1 < len(values) <= MAX_PARTS:
            continue
        if is_long and _changes(candidates, name):
            _note_feature(candidates, name)
        elif candidates.roles["split"] is None and _are_parts(name, values):
            candidates.roles["split"] = name
            note = Note(
                "`{name}` contains {values} and is used as the split into train and test",
                name=name,
                values=", ".join(values),
            )
            candidates.warn("split", note, name, [{"split": name}, {"split": ""}])
        elif candidates.roles["split"] is None:
            candidates.excluded.add(name)
            note = Note(
                "`{name}` may mark a split and is not used. Write train, validation or test "
                "to use it, or choose it as a feature",
                name=name,
            )
            candidates.ask("split", note, [{"accept": ["split"]}, {"group": name}], name)
        else:
            candidates.excluded.add(name)


def note_divided_groups(candidates: Candidates) -> None:
    """Add a doubt if a group has sequences on both sides of the split."""
    group, split = candidates.roles["group"], candidates.roles["split"]
    if not group or not split:
        return
    groups, names = encode_values(candidates.table, group)
    parts, words = encode_values(candidates.table, split)
    aliases = get_split_aliases(split)
    splits = [aliases.get(word.lower(), "") for word in words.to_pylist()]
    is_training = np.array([part == "train" for part in splits])[parts]
    is_held_out = np.array([part in ("validation", "test") for part in splits])[parts]
    divided = np.intersect1d(groups[is_training], groups[is_held_out])
    if len(divided):
        note = Note(
            "groups in both the training set and another set: {n}, such as {found}",
            n=len(divided),
            found=names[int(divided[0])].as_py(),
        )
        candidates.warn("divided_groups", note, group)


def _are_parts(name: str, values: list[str]) -> bool:
    return {value.lower() for value in values} - {""} <= get_split_aliases(name).keys()


def _changes(candidates: Candidates, name: str) -> bool:
    """Return True if a column changes within a sequence."""
    id = candidates.roles["id"]
    if not id:
        return True
    sequence = encode_values(candidates.table, id)[0]
    return len(find_changes(encode_values(candidates.table, name)[0], sequence)) > 0


def _note_feature(candidates: Candidates, name: str) -> None:
    note = Note("`{name}` is not a split, because it changes within sequences", name=name)
    candidates.inform("no_split", note, name)
