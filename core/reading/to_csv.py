"""``Sequences`` back to the text of a table, in the layout that they were read from."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import numpy as np

from ..data.missing import base_names, indicator_name
from ..data.schema import UNKNOWN, Schema
from ..data.sequences import Sequences, step_indices
from .layouts.columns import category_names
from .layouts.long import ELAPSED

Row = dict[str, Any]
ABSENT = "nan"  # a blank cell would end a sequence of the wide layout
EXAMPLE_SEQUENCES, EXAMPLE_STEPS = 3, 50
EXAMPLE_VALUES = 10_000  # of a sequence, but for its first step: some 100 kB


def schema_for(data: Sequences) -> Schema:
    """How a table of such sequences is read: as they were; or, where they were not read from one
    that held their targets, a step a row."""
    known = data.schema
    if known is not None and (known.target is not None or data.targets is None):
        return known
    return Schema(
        layout="long",
        id="id",
        target=None if data.targets is None else "target",
        split=None if data.split is None else "split",
        group=None if data.groups is None else "group",
        features=base_names(data.feature_names),
        target_at="step" if data.per_step else "sequence",
        missing="mean" if base_names(data.feature_names) != data.feature_names else data.missing,
        indicated=tuple(n for n in data.feature_names if indicator_name(n) in data.feature_names),
    )


def to_csv(data: Sequences, schema: Schema) -> str:
    """Text that is read as these sequences by this schema, ``schema_for`` them. What a table does
    not hold, such as words that were in no vocabulary, comes back as what was made of it."""
    makers: dict[str, Callable[[Sequences, Schema, int], list[Row]]] = {
        "long": _long,
        "list": _list,
        "wide": _wide,
        "rows": _wide,
    }
    rows = [row for i in range(len(data)) for row in makers[schema.layout](data, schema, i)]
    names = list(dict.fromkeys(name for row in rows for name in row))
    text = io.StringIO()
    # A line that begins with one of these is a comment, unless it is quoted.
    commented = any(str(next(iter(row.values()), "")).startswith(("#", "%")) for row in rows)
    quoting = csv.QUOTE_ALL if commented else csv.QUOTE_MINIMAL
    lines = csv.writer(text, lineterminator="\n", quoting=quoting)
    if schema.layout == "rows":  # which has no line of names
        lines.writerows(list(row.values()) for row in rows)
    else:
        lines.writerow(names)
        lines.writerows([row.get(name, "") for name in names] for row in rows)
    return text.getvalue()


def example(data: Sequences) -> str:
    """A small table of such sequences, to show the layout: the beginnings of the first ones."""
    few = data[:EXAMPLE_SEQUENCES]
    most = min(EXAMPLE_STEPS, max(1, EXAMPLE_VALUES // data.features))
    lengths = np.minimum(few.lengths, most)
    few = few.take_steps(step_indices(few.offsets[:-1], lengths), lengths)
    return to_csv(few, schema_for(data))


def _roles(data: Sequences, schema: Schema, i: int) -> tuple[Row, Row]:
    """What stands in front of the values of a sequence, and behind them."""
    before = {} if schema.id is None else {schema.id: data.ids[i]}
    behind = {}
    if schema.target is not None and data.targets is not None and not data.per_step:
        behind[schema.target] = data.targets[i]
    for name, role in ((schema.split, data.split), (schema.group, data.groups)):
        if name is not None and role is not None:
            behind[name] = role[i]
    return before, behind


def _targets(data: Sequences, i: int) -> list[Any]:
    return data.targets[data.offsets[i] : data.offsets[i + 1]].tolist()


def _long(data: Sequences, schema: Schema, i: int) -> list[Row]:
    steps, names = data[i], data.feature_names
    before, behind = _roles(data, schema, i)
    rows = [dict(before) for _ in steps]
    if schema.time is not None:
        elapsed = np.ones(len(steps))
        if ELAPSED in names:
            elapsed = steps[:, names.index(ELAPSED)].astype(np.float64)
        for row, when in zip(rows, np.cumsum(elapsed) - elapsed[0], strict=True):
            row[schema.time] = f"{when:.9g}"
    for name in schema.features:
        words = schema.categories.get(name)
        if words is None:
            cells = [_written(value) for value in steps[:, names.index(name)]]
        else:
            cells = _words(steps, names, name, words)
        for row, cell in zip(rows, cells, strict=True):
            row[name] = cell
    for row in rows:
        row |= behind
    if data.per_step:
        for row, target in zip(rows, _targets(data, i), strict=True):
            row[schema.target] = target
    return rows


def _words(steps: np.ndarray, names: tuple[str, ...], name: str, words: tuple[str, ...]) -> list:
    one_of = category_names(name, words)
    called = [*(word for word in words if word != UNKNOWN), UNKNOWN]
    part = steps[:, [names.index(each) for each in one_of]]
    return ["" if np.isnan(row).any() else called[int(row.argmax())] for row in part]


def _list(data: Sequences, schema: Schema, i: int) -> list[Row]:
    before, behind = _roles(data, schema, i)
    steps, base = data[i], base_names(data.feature_names)
    columns = {name: steps[:, data.feature_names.index(name)] for name in base}
    row = dict(before)
    for name in schema.features:
        if name in columns:
            row[name] = f"[{', '.join(map(_null, columns[name]))}]"
            continue
        # a list of lists: its features have the column's name and a number, or none of their own
        own = [f"{name}{k}" for k in range(1, len(base) + 1) if f"{name}{k}" in columns] or base
        inner = (", ".join(map(_null, step)) for step in np.stack([columns[n] for n in own], 1))
        row[name] = f"[{', '.join(f'[{step}]' for step in inner)}]"
    if data.per_step:
        row[schema.target] = f"[{', '.join(map(str, _targets(data, i)))}]"
    return [row | behind]


def _wide(data: Sequences, schema: Schema, i: int) -> list[Row]:
    before, behind = _roles(data, schema, i)
    steps, features = data[i], len(schema.channels) or 1
    columns = np.array(schema.features, dtype=object).reshape(features, -1)
    row = before | (dict.fromkeys(schema.features, "") if schema.layout == "wide" else {})
    for feature in range(features):
        for step, value in enumerate(steps[:, feature]):
            # rows without names may be longer than any that was read
            place = columns[feature, step] if step < columns.shape[1] else str(step + 1)
            row[place] = _written(value) or ABSENT
    return [row | behind]


def _written(value: np.float32) -> str:
    """The shortest text that is read as the same number; nothing for a missing one."""
    return "" if np.isnan(value) else str(value).removesuffix(".0")


def _null(value: np.float32) -> str:
    return _written(value) or "null"
