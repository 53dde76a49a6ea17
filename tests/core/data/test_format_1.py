"""Data sets of earlier versions hold one-hot words and indicators among their features."""

import numpy as np

from core import Sequences
from core.data.serialization import pack_arrays, unpack

NAN = np.nan
SCHEMA = {
    "layout": "long",
    "id": "id",
    "time": "t",
    "target": None,
    "split": None,
    "group": None,
    "features": ["c", "v"],
    "channels": [],
    "unused": [],
    "target_at": "sequence",
    "cut": "",
    "cut_steps": 0,
    "cut_every": 0,
    "categories": {"c": ["x", "y"]},
    "missing": "mean",
    "indicated": ["c", "v"],
    "fixes": [],
    "duplicates": "keep",
    "elapsed": False,
    "reasons": [],
    "doubts": [],
}
NAMES = ["c=x", "c=y", "c=unknown", "v", "c missing", "v missing"]
VALUES = [[1, 0, 0, 5, 0, 0], [0, 0, 1, NAN, 0, 1], [NAN, NAN, NAN, 7, 1, 0], [0, 1, 0, 8, 0, 0]]


def unpack_old(names, values, lengths, **plain):
    arrays = {"values": np.float32(values), "lengths": np.array(lengths)}
    return unpack(pack_arrays({"feature_names": names, **plain}, arrays))


def test_words_and_missing_values_are_restored():
    data = unpack_old(NAMES, VALUES, [2, 2], schema=SCHEMA)
    assert data.feature_names == ("c", "v")
    assert data.categories == {"c": ("unknown", "x", "y")}
    np.testing.assert_array_equal(data.values, [[1, 5], [0, NAN], [NAN, 7], [2, 8]])
    assert data.missing == "mean"
    assert data.schema.categories == ("c",)


def test_the_unknown_word_is_left_out_if_no_step_has_it():
    values = [row for row in VALUES if row[2] != 1]
    assert unpack_old(NAMES, values, [3], schema=SCHEMA).categories == {"c": ("x", "y")}


def test_lists_with_indicators_are_restored():
    data = unpack_old(["x1", "x2", "x1 missing"], [[1, 2, 0], [NAN, 3, 1]], [2])
    assert data == Sequences.from_lists([[[1, 2], [NAN, 3]]], missing="mean")


def test_a_feature_that_is_called_like_an_indicator_stays():
    data = unpack_old(["x", "x missing"], [[1, 2], [3, 4]], [2])
    assert data.feature_names == ("x", "x missing")
