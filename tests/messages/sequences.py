"""What is said about arrays, sequences and their preparation for a network."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from core import LSTM, DataError, Recipe, Sequences
from core.data.padding import erase
from core.data.windowing import MAX_VALUES, windows
from core.preprocessing.masking import mask_steps
from core.preprocessing.splits import check_set_sizes, split_into_folds, split_rows
from core.preprocessing.transform import Preprocessing
from tests.messages.case import Result, case

LENGTHS = (3, 7, 1, 9, 4, 12)
RAGGED = Sequences.from_lists(
    [np.arange(length) % 3 for length in LENGTHS], targets=[*map(float, LENGTHS)]
)
NETWORK = Recipe(layers=(LSTM(2),), epochs=1)


def refuse(create, *args, **options) -> str:
    """Return why something cannot be created."""
    with pytest.raises(DataError) as caught:
        create(*args, **options)
    return str(caught.value)


@case("Feature {feature} has a value that is not the code…")
def count_categories() -> Result:
    words = ("blue", "green", "red")
    text = refuse(Sequences, [[0], [3]], [2], feature_names=["x"], categories={"x": words})
    return text, {"n": len(words)}


@case("Sequence {number}: the number of features is…")
def compare_the_features_of_sequences() -> Result:
    arrays = [np.ones((2, 3)), np.ones((5, 3)), np.ones((1, 4))]
    widths = [array.shape[1] for array in arrays]
    place = next(place for place, width in enumerate(widths) if width != widths[0])
    text = refuse(Sequences.from_lists, arrays)
    return text, {"number": place + 1, "found": widths[place], "expected": widths[0]}


@case("mask has shape {found}…")
def compare_a_mask_with_its_array() -> Result:
    mask = np.ones((3, 2), bool)
    text = refuse(Sequences.from_numpy3d, np.ones((2, 3)), mask=mask)
    return text, {"found": mask.shape, "rows": 2, "width": 3}


@case("lengths is {found}; give…")
def compare_lengths_with_their_array() -> Result:
    lengths = [1, 4]
    text = refuse(Sequences.from_numpy3d, np.ones((2, 3)), lengths=lengths)
    return text, {"found": lengths, "rows": 2, "width": 3}


@case("The collection has shape {found}…")
def describe_a_collection() -> Result:
    array = np.ones((2, 3, 4, 5))
    return refuse(Sequences.from_aeon, array), {"found": array.shape}


@case("Series {number} cannot be read…")
def find_a_series_of_words() -> Result:
    series = [np.ones((1, 2)), np.ones((1, 3)), [["a", "b"]]]
    place = next(place for place, each in enumerate(series) if isinstance(each, list))
    return refuse(Sequences.from_aeon, series), {"number": place + 1}


@case("Series {number} has shape {found}…")
def find_a_series_of_another_shape() -> Result:
    series = [np.ones((1, 2)), np.ones((1, 2, 3))]
    place = next(place for place, each in enumerate(series) if each.ndim > 2)
    return refuse(Sequences.from_aeon, series), {"number": place + 1, "found": series[place].shape}


@case("The array has shape {found}…")
def describe_an_array() -> Result:
    array = np.ones((2, 3, 4, 5))
    return refuse(Sequences.from_numpy3d, array), {"found": array.shape}


@case("Row {row}, column {column}: the value is missing. Fill the cell, or leave…")
def find_a_missing_role_of_a_frame() -> Result:
    frame = pd.DataFrame({"id": ["a", "a", None, "b"], "x": [1, 2, 3, 4]})
    row = int(np.flatnonzero(frame["id"].isna())[0]) + 1
    return refuse(Sequences.from_frame, frame, id="id"), {"row": row}


def build_spoilt(value: float) -> tuple[list[np.ndarray], int, int]:
    """Return arrays with this value in one step, the number of its sequence and of its step."""
    arrays = [np.ones((length, 2)) for length in LENGTHS]
    arrays[3][5, 1] = value
    return arrays, 4, 6


@case("Sequence {id}, step {step}, feature {feature}: the value is infinite…")
def find_an_infinite_value() -> Result:
    arrays, sequence, step = build_spoilt(np.inf)
    return refuse(Sequences.from_lists, arrays), {"id": sequence, "step": step}


@case("Sequence {id}, step {step}, feature {feature}: the value is missing…")
def find_a_missing_value() -> Result:
    arrays, sequence, step = build_spoilt(np.nan)
    return refuse(Sequences.from_lists, arrays), {"id": sequence, "step": step}


@case("Sequence {id}: the mask mode “value” erases every step…")
def find_a_sequence_of_the_mask_value() -> Result:
    return refuse(erase, RAGGED, 0.0), {
        "id": next(i for i, each in enumerate(RAGGED, start=1) if not each.any()),
        "mask_value": 0.0,
    }


@case("The number of feature names…")
def count_feature_names() -> Result:
    names = ["a", "b", "c"]
    text = refuse(Sequences.from_lists, [np.ones((4, 2))], feature_names=names)
    return text, {"names": len(names), "features": 2}


@case("Sequence {number} is {found!r}, a single value…")
def find_a_single_value() -> Result:
    sequences = [[1], [2, 5], 7.5]
    place = next(i for i, each in enumerate(sequences, start=1) if not isinstance(each, list))
    return refuse(Sequences.from_lists, sequences), {"number": place}


@case("Sequence {number} cannot be read as numbers…")
def find_a_sequence_of_words() -> Result:
    sequences = [[1], [2, 5], ["x"]]
    place = next(i for i, each in enumerate(sequences, start=1) if each == ["x"])
    return refuse(Sequences.from_lists, sequences), {"number": place}


@case("Sequence {number} has {found} dimensions…")
def count_dimensions() -> Result:
    arrays = [np.ones((2, 1)), np.ones((2, 1, 1, 1))]
    place = next(i for i, each in enumerate(arrays, start=1) if each.ndim > 2)
    return refuse(Sequences.from_lists, arrays), {"number": place, "found": arrays[-1].ndim}


@case("values has shape {found}…")
def compare_values_with_lengths() -> Result:
    values, lengths = np.ones((5, 1)), [1, 3]
    text = refuse(RAGGED[:2].with_steps, values, np.array(lengths))
    return text, {"found": values.shape, "steps": sum(lengths), "features": RAGGED.features}


@case("The number of {what}…")
def compare_numbers_of_ids() -> Result:
    ids = ["a", "b"]
    return refuse(Sequences.from_lists, RAGGED, ids=ids), {"found": len(ids), "n": len(LENGTHS)}


@case("Sequence {number}: the number of targets is not…")
def compare_targets_with_steps() -> Result:
    targets = [[1] * length for length in LENGTHS]
    targets[4] = [1]
    wrong = [i for i, (t, n) in enumerate(zip(targets, LENGTHS, strict=True), 1) if len(t) != n]
    return refuse(Sequences.from_lists, RAGGED, targets), {"number": wrong[0]}


@case("targets has shape {found}…")
def describe_targets() -> Result:
    targets = np.ones(5)
    text = refuse(Sequences.from_lists, RAGGED, targets)
    return text, {"found": targets.shape, "n": len(LENGTHS)}


@case("Sequence {id}: the target {found} is…")
def find_a_large_target() -> Result:
    targets = np.array([1, 2**63], np.uint64)
    text = refuse(Sequences.from_lists, [[1], [2]], targets)
    return text, {"id": 1 + int(targets.argmax()), "found": str(2**63)}


@case("A stride of {every} skips…")
def skip_steps_between_windows() -> Result:
    return refuse(windows, RAGGED, 3, 5), {"every": 5, "steps": 3}


@case("Windows of {steps} steps with…")
def cut_windows_of_no_step() -> Result:
    return refuse(windows, RAGGED, 0, 1), {"every": 1, "steps": 0}


@case("These windows would hold…")
def count_the_values_of_windows() -> Result:
    length, steps = 20_000, 10_000
    data = Sequences.from_lists([np.ones((length, 1))])
    found = sum(min(steps, length - start) for start in range(length - steps + 1))
    return refuse(windows, data, steps, 1), {"found": found, "most": MAX_VALUES}


@case("{count} folds need at least…")
def count_folds() -> Result:
    groups = ["g", "g", "h", "k", "k", "h"]
    data = Sequences.from_lists(RAGGED, LENGTHS, groups=groups)
    text = refuse(lambda: [*split_into_folds(data, NETWORK, 5)])
    return text, {"count": 5, "n": len({*groups})}


def check_sets(data: Sequences, recipe: Recipe) -> list[str]:
    return [str(note) for note in check_set_sizes(data, recipe, *split_rows(data, recipe))]


@case("Training sequences: {n}, which is not enough…")
def count_too_few_training_sequences() -> Result:
    split = ["train", "test", "train", "test", "test", "test"]
    data = Sequences.from_lists(RAGGED, LENGTHS, split=split)
    return check_sets(data, replace(NETWORK, validation_split=0.2)), {"n": split.count("train")}


@case("Groups in both the training set and another set…")
def count_divided_groups() -> Result:
    groups = ["g", "h", "k", "g", "k", "l"]
    split = ["train", "train", "train", "test", "validation", "test"]
    data = Sequences.from_lists(RAGGED, LENGTHS, groups=groups, split=split)
    training = {g for g, part in zip(groups, split, strict=True) if part == "train"}
    others = {g for g, part in zip(groups, split, strict=True) if part != "train"}
    return check_sets(data, NETWORK), {"n": len(training & others)}


@case("Classes with a single sequence…")
def count_single_classes() -> Result:
    targets = ["a", "a", "b", "c", "a", "a"]
    data = Sequences.from_lists(RAGGED, targets)
    single = [label for label in {*targets} if targets.count(label) == 1]
    return check_sets(data, replace(NETWORK, task="classification")), {"n": len(single)}


def prepare(recipe: Recipe, training: Sequences, data: Sequences) -> list[str]:
    """Fit the preprocessing of a recipe, and return what it says about other data."""
    fitted = Preprocessing.fit(mask_steps(training, recipe), recipe, None)
    return [str(note) for note in fitted.notes(mask_steps(data, recipe))]


@case("The number of features per step is…")
def compare_features_with_those_of_training() -> Result:
    fitted = Preprocessing.fit(mask_steps(RAGGED, NETWORK), NETWORK, None)
    other = Sequences.from_lists([np.ones((2, 3))])
    return refuse(fitted.prepare, other), {"found": 3, "expected": 1}


@case("Sequences longer than {maxlen} steps…")
def count_truncated_steps() -> Result:
    maxlen = 5
    lost = [length - maxlen for length in LENGTHS if length > maxlen]
    return prepare(replace(NETWORK, maxlen=maxlen), RAGGED, RAGGED), {
        "maxlen": maxlen,
        "sequences": len(lost),
        "total": len(LENGTHS),
        "steps": sum(lost),
    }


@case("Sequences longer than {maxlen} steps…")
def count_steps_beyond_the_training_width() -> Result:
    """Without a mask, sequences longer than those of training are truncated."""
    longer = Sequences.from_lists([np.ones(length + 2) for length in LENGTHS])
    lost = [length + 2 - max(LENGTHS) for length in LENGTHS if length + 2 > max(LENGTHS)]
    return prepare(replace(NETWORK, mask="none"), RAGGED, longer), {
        "maxlen": max(LENGTHS),
        "sequences": len(lost),
        "total": len(LENGTHS),
        "steps": sum(lost),
    }


@case("Real steps erased because…")
def count_erased_steps() -> Result:
    """Of truncated sequences, only the steps that were left are erased."""
    maxlen, value = 5, 1.0
    left = np.concatenate([each[-maxlen:, 0] for each in RAGGED])
    recipe = replace(NETWORK, mask="value", mask_value=value, maxlen=maxlen)
    return prepare(recipe, RAGGED, RAGGED), {"mask_value": value, "steps": int(sum(left == value))}


@case("Feature {feature}: {found!r} is not in the training vocabulary…")
def count_unknown_words() -> Result:
    words = [["red", "blue"], ["red"], ["green", "red", "pink", "green"]]

    def build(sequences: list[list[str]]) -> Sequences:
        rows = [(str(i), word) for i, each in enumerate(sequences) for word in each]
        return Sequences.from_frame(pd.DataFrame(rows, columns=["id", "colour"]), id="id")

    known = {word for each in words[:2] for word in each}
    unknown = [word for each in words for word in each if word not in known]
    return prepare(NETWORK, build(words[:2]), build(words)), {"steps": len(unknown)}
