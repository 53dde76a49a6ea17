"""Tables that are objects of Python."""

import numpy as np
import pandas as pd
import pyarrow as pa

from .expected import Case
from .formats import FIRST, HEADER, LABELS, LENGTHS, LONG, NESTED, PADDED, RECORDS, ROWS, TEXT

FRAME = pd.DataFrame(ROWS, columns=HEADER)


class _Stream:
    """A table that offers the Arrow C stream interface only, as that of Polars."""

    def __arrow_c_stream__(self, requested_schema=None):
        return pa.Table.from_pandas(FRAME, preserve_index=False).__arrow_c_stream__(
            requested_schema
        )


def _mask_cells():
    """Return a dict of columns, with a masked cell that holds a number which is not data."""
    values = np.ma.array([*(row[2] for row in ROWS)], mask=False)
    values[2] = 1e6
    values[2] = np.ma.masked
    return {name: FRAME[name].tolist() for name in HEADER} | {"kN": values}


def _split_frame():
    return [part[["t", "kN"]].reset_index(drop=True) for _, part in FRAME.groupby("press_id")]


def _reverse_columns():
    frames = _split_frame()
    return [frames[0], *(frame[["kN", "t"]] for frame in frames[1:])]


CASES = [
    Case("a frame of pandas", lambda: FRAME, **LONG),
    Case("a frame with the id as its index", lambda: FRAME.set_index("press_id"), **LONG),
    Case("a frame with two levels of index", lambda: FRAME.set_index(["press_id", "t"]), **LONG),
    Case(
        "a filtered frame",
        lambda: FRAME[FRAME["t"] != 9].set_axis(range(5, 5 + len(FRAME))),
        **LONG,
    ),
    Case(
        "a frame of categories",
        lambda: FRAME.astype({"press_id": "category", "label": "category"}),
        **LONG,
    ),
    Case("a frame with nullable numbers", lambda: FRAME.convert_dtypes(), **LONG),
    Case(
        "a frame of dates",
        lambda: FRAME.assign(t=pd.Timestamp("2025-05-01") + pd.to_timedelta(FRAME["t"], unit="D")),
        **LONG,
    ),
    Case(
        "a frame of time differences",
        lambda: FRAME.assign(t=pd.to_timedelta(FRAME["t"], unit="min")),
        **LONG,
    ),
    Case(
        "near miss: an index that counts the rows is not a feature",
        lambda: FRAME.rename_axis("index").reset_index(),
        **LONG,
    ),
    Case("an Arrow table", lambda: pa.Table.from_pandas(FRAME), **LONG),
    Case("an Arrow stream", _Stream, **LONG),
    Case("a dict of lists", lambda: FRAME.to_dict("list"), **LONG),
    Case("a dict of arrays", lambda: {name: FRAME[name].to_numpy() for name in FRAME}, **LONG),
    Case(
        "a frame with lists in its cells",
        lambda: pd.DataFrame(NESTED),
        layout="list",
        id="press_id",
        target="label",
        features=("kN",),
        lengths=LENGTHS,
        first=FIRST,
        targets=LABELS,
    ),
    Case(
        "a list of frames",
        _split_frame,
        id="frame",
        time="t",
        features=("kN",),
        lengths=LENGTHS,
        first=FIRST,
    ),
    Case(
        "a list of frames by column name",
        _reverse_columns,
        id="frame",
        time="t",
        features=("kN",),
        lengths=LENGTHS,
        first=FIRST,
    ),
    Case(
        "booleans of a frame",
        lambda: FRAME.assign(label=FRAME["label"] == LABELS[1]),
        **(LONG | {"targets": ["False", "True", "False", "True"]}),
        kind="words",
    ),
    Case("masked cells are missing", _mask_cells, **(LONG | {"first": FIRST[:2]}), infos=("kN",)),
]

# Per object: a part of the message, which names the argument and what to call instead.
REFUSED = {
    "complex numbers": (lambda: FRAME.assign(kN=FRAME["kN"] + 1j), "kN"),
    "dates as values": (
        lambda: pd.DataFrame(
            {"press_id": [1, 1, 2, 2], "t": [0, 1, 0, 1], "due": pd.date_range("2025", periods=4)}
        ),
        "due",
    ),
    "a number": (lambda: 7.5, "source"),
    "the text of a table": (lambda: TEXT, "io.StringIO"),
    "an array": (lambda: PADDED, "Sequences.from_numpy3d"),
    "a list of lists": (lambda: [[1], [2, 5]], "Sequences.from_lists"),
    "a list of dicts": (lambda: RECORDS, "source"),
}
