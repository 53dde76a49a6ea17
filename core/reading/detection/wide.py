"""Detect the roles of the columns in the wide layout, with one step per column."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ...data.schema import Schema
from ...errors import Note
from ..table.cells import SAMPLE_ROWS, find_ends, parse_numbers, read_number_text
from ..table.words.column_names import TARGET_NAMES, are_calendar_names
from .candidates import (
    MAX_NOTES,
    Candidates,
    ask_about_single_steps,
    ask_for_target,
    note_assumed_target,
)
from .headerless import has_missing_ends
from .padding import MIN_SHARE, PADDING_VALUES, ask_about_padding
from .step_columns import (
    arrange_step_columns,
    find_missing_steps,
    find_other_step_columns,
    name_single_feature,
)


def detect_wide_schema(candidates: Candidates) -> Schema:
    """Assign the open roles of a table in the wide layout, and build its schema."""
    candidates.assign_by_name("target", TARGET_NAMES)
    open_columns = candidates.list_open_columns("number", "blank")
    step_columns, channels = candidates.find_step_columns()
    if candidates.features:
        features, channels = arrange_step_columns(candidates.features)
    elif len(step_columns) > 1:
        features = tuple(step_columns)
        for others in find_other_step_columns(open_columns, step_columns)[:MAX_NOTES]:
            note = Note(
                "`{first}` to `{last}` count other steps than `{begin}` to `{end}`, and are "
                "not used",
                first=others[0],
                last=others[-1],
                begin=step_columns[0],
                end=step_columns[-1],
            )
            candidates.warn("other_steps", note)
    else:
        features = _leave_out_columns_behind_ends(candidates, open_columns)
        _ask_about_names(candidates, features)
    if has_missing_ends(candidates.table, features):
        candidates.inform("ends", Note("NaN at the end of a row is padding"))
    if len(channels) > 1:
        names = ", ".join(channels)
        note = Note(
            "the columns count the steps of {n} features: `{names}`", n=len(channels), names=names
        )
        candidates.inform("channels", note)
    missing_steps = find_missing_steps(features) if len(step_columns) > 1 else []
    if missing_steps:
        note = Note(
            "the columns count their steps, but `{names}` is missing: the others are read as "
            "consecutive steps",
            names=", ".join(missing_steps[:MAX_NOTES]),
        )
        candidates.warn("missing_steps", note)
    examine_padding(candidates, features, max(len(channels), 1))
    if candidates.roles["target"] is None and features:
        candidates.roles["target"] = _detect_target(
            candidates,
            features,
            has_step_numbers=bool(candidates.features) or len(step_columns) > 1,
        )
    if len(features) == max(len(channels), 1):
        ask_about_single_steps(candidates, [{"layout": "long", "id": ""}])
    return candidates.build_schema("wide", features, channels or name_single_feature(features))


def _ask_about_names(candidates: Candidates, features: Sequence[str]) -> None:
    """Ask about columns whose names count no steps, such as age and temperature.

    Rows that end in blanks show that the columns are steps.
    """
    is_known = not candidates.table.header or candidates.is_layout_chosen
    if is_known or len(features) < 2 or are_calendar_names(features):
        return
    if has_blank_ends(candidates, features):
        return
    candidates.ask(
        "step_names",
        Note(
            "the columns `{names}` count no steps, and each row is read as a sequence of {n} steps",
            names=", ".join(features[:MAX_NOTES]),
            n=len(features),
        ),
        [{"accept": ["step_names"]}, {"layout": "long"}],
    )


def _leave_out_columns_behind_ends(
    candidates: Candidates, columns: Sequence[str]
) -> tuple[str, ...]:
    """Leave out the last columns if they have values in rows that end before them.

    Without blanks of their own, they are no steps, such as a result behind the months of a year.
    """
    if not columns:
        return ()
    first_rows = candidates.table.columns[:SAMPLE_ROWS]
    is_blank = np.stack([find_ends(first_rows[name]) for name in columns], axis=1)
    has_blanks = is_blank.any(axis=0)
    steps = int(np.flatnonzero(has_blanks)[-1]) + 1 if has_blanks.any() else len(columns)
    end_in_blanks = bool((np.diff(is_blank[:, :steps].astype(np.int8), axis=1) >= 0).all())
    return tuple(columns[:steps] if steps > 1 and end_in_blanks else columns)


def examine_padding(candidates: Candidates, features: Sequence[str], channels: int = 1) -> None:
    """Ask about rows that seem to be padded with a number."""
    steps = features[: len(features) // channels]  # of one feature: they end together
    if len(steps) < 3:
        return
    first_rows = replace(
        candidates.table, columns=candidates.table.columns[:SAMPLE_ROWS].select(steps), cache={}
    )

    def parse(name: str) -> np.ndarray:
        return parse_numbers(read_number_text(first_rows, name))[0]

    if np.isin(parse(steps[-1]), PADDING_VALUES).mean() >= MIN_SHARE:  # few tables
        ask_about_padding(candidates, np.stack([parse(name) for name in steps], axis=1))


def _detect_target(
    candidates: Candidates, features: Sequence[str], has_step_numbers: bool
) -> str | None:
    """Detect the target: the only column after the steps, otherwise before numbered steps.

    A target before the steps contains numbers or repeated categories.
    """
    get_position = {name: place for place, name in enumerate(candidates.table.names)}.__getitem__
    begin, end = min(map(get_position, features)), max(map(get_position, features))
    feature_set = set(features)
    open_columns = [
        name for name in candidates.list_open_columns("number", "text") if name not in feature_set
    ]
    steps = {
        name for columns in find_other_step_columns(open_columns, features) for name in columns
    }
    after = [name for name in open_columns if get_position(name) > end and name not in steps]
    before = [
        name
        for name in open_columns
        if has_step_numbers
        and get_position(name) < begin
        and name not in steps
        and not _is_mostly_distinct(candidates, name)
    ]
    targets = after or before
    if len(targets) == 1:
        note_assumed_target(candidates, targets[0], is_certain=True)
        return targets[0]
    if targets:
        ask_for_target(candidates, targets)
    return None


def _is_mostly_distinct(candidates: Candidates, name: str) -> bool:
    """Return True for text that rarely repeats."""
    return candidates.kinds[name] == "text" and 2 * len(
        candidates.list_distinct_values(name)
    ) > len(candidates.table)


def has_blank_ends(candidates: Candidates, step_columns: Sequence[str]) -> bool:
    """Return True if a run of numbered columns has blank cells, all at the ends of rows."""
    columns, channels = arrange_step_columns(step_columns)
    if len(columns) < 2:
        return False
    is_blank = np.stack([find_ends(candidates.table.columns[name]) for name in columns], axis=1)
    is_blank = is_blank.reshape(len(is_blank), max(len(channels), 1), -1)
    return bool(is_blank.any() and (np.diff(is_blank.astype(np.int8), axis=2) >= 0).all())
