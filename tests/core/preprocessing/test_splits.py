"""Splits lose no row, keep groups undivided and classes in proportion."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import DataError, Recipe, Sequences
from core.preprocessing.splits import check_set_sizes, split_into_folds, split_rows
from core.recipe import suggestion_rules
from tests.support.one_series import read_one_series


def make_classified(labels, split=None) -> Sequences:
    return Sequences.from_lists([[i] for i in range(len(labels))], targets=labels, split=split)


def test_validation_keeps_the_proportion_of_classes():
    data = make_classified(["a"] * 80 + ["b"] * 20)
    recipe = Recipe(task="classification", validation_split=0.25)
    training, validation = split_rows(data, recipe)
    assert (len(training), len(validation)) == (75, 25)
    assert (data.targets[validation] == "b").sum() == 5


@given(
    st.lists(st.sampled_from("abcd"), min_size=1, max_size=40),
    st.floats(0, 0.9),
    st.integers(0, 99),
    st.data(),
)
def test_no_row_is_lost_duplicated_or_taken_from_test(labels, share, seed, draw):
    split = [draw.draw(st.sampled_from(["train", "test"])) for _ in labels]
    split[0] = "train"
    data = make_classified(labels, split)
    recipe = Recipe(task="classification", validation_split=share, seed=seed)
    training, validation = split_rows(data, recipe)
    assert sorted([*training, *validation]) == [
        i for i, part in enumerate(split) if part == "train"
    ]
    assert len(training) >= 1
    repeated = split_rows(data, recipe)
    np.testing.assert_array_equal(training, repeated[0])


def test_last_takes_the_last_sequences_for_validation():
    data = make_classified(list("abababab"), ["train"] * 6 + ["test", "train"])
    recipe = Recipe(task="classification", validation_split=0.3, validation_rows="last")
    training, validation = split_rows(data, recipe)
    assert (training.tolist(), validation.tolist()) == ([0, 1, 2, 3, 4], [5, 7])


def test_last_takes_the_groups_that_begin_last():
    data = Sequences.from_lists(
        [[i] for i in range(6)], targets=[0.5] * 6, groups=["z", "z", "a", "b", "z", "b"]
    )
    recipe = Recipe(validation_split=0.3, validation_rows="last")
    training, validation = split_rows(data, recipe)
    assert (training.tolist(), validation.tolist()) == ([0, 1, 2, 4], [3, 5])


@pytest.mark.parametrize("grouped", [False, True])
def test_with_one_seed_per_fold_every_row_validates_once(grouped):
    data = Sequences.from_lists(
        [[i] for i in range(23)],
        targets=[*list("ab" * 11), "rare"],
        split=["train"] * 20 + ["test"] * 2 + ["train"],
        groups=[i // 2 for i in range(23)] if grouped else None,
    )
    recipe = Recipe(task="classification", validation_split=0.25, validation_rows="folds")
    validated = []
    for seed in range(4):
        training, validation = split_rows(data, replace(recipe, seed=seed))
        assert sorted([*training, *validation]) == [*range(20), 22]
        if grouped:
            assert not set(data.groups[training]) & set(data.groups[validation])
        validated.extend(validation)
    assert sorted(validated) == [*range(20), 22]
    first, fifth = (split_rows(data, replace(recipe, seed=seed))[1] for seed in (0, 4))
    assert first.tolist() == fifth.tolist()


def test_with_fewer_sequences_than_folds_each_sequence_is_a_fold():
    data = Sequences.from_lists([[1], [2], [3]], targets=[1.5, 2, 3])
    recipe = Recipe(validation_rows="folds")
    assert sorted(
        int(split_rows(data, replace(recipe, seed=seed))[1].item()) for seed in range(3)
    ) == [0, 1, 2]


@given(
    st.lists(
        st.tuples(st.sampled_from("abc"), st.sampled_from("uvwxyz"), st.booleans()), min_size=6
    ),
    st.integers(2, 4),
    st.booleans(),
    st.integers(0, 50),
)
def test_folds_hold_out_every_row_but_test_once_and_divide_no_group(rows, count, grouped, seed):
    labels, groups, test = map(list, zip(*rows, strict=True))
    test[0] = False
    data = Sequences.from_lists(
        [[i] for i in range(len(rows))],
        targets=labels,
        split=np.where(test, "test", "train"),
        groups=groups if grouped else None,
    )
    usable = np.flatnonzero(~np.array(test))
    if len(set(np.array(groups)[usable]) if grouped else usable) < count:
        with pytest.raises(DataError, match="folds need at least"):
            list(split_into_folds(data, Recipe(task="classification"), count))
        return
    all_held_out = []
    for training, held_out in split_into_folds(
        data, Recipe(task="classification", seed=seed), count
    ):
        assert sorted([*training, *held_out]) == usable.tolist()
        if grouped:
            assert not set(data.groups[training]) & set(data.groups[held_out])
        all_held_out.extend(held_out)
    assert sorted(all_held_out) == usable.tolist()


def test_every_fold_keeps_the_proportion_of_classes():
    data = make_classified(["no", "yes"] * 30)
    for _, held_out in split_into_folds(data, Recipe(task="classification"), 5):
        assert (data.targets[held_out] == "yes").sum() == 6


def test_a_class_with_one_member_stays_in_training():
    data = make_classified(["rare"] + ["a"] * 20 + ["b"] * 20)
    for seed in range(10):
        recipe = Recipe(task="classification", validation_split=0.3, seed=seed)
        assert 0 in split_rows(data, recipe)[0]


@pytest.mark.parametrize("share", [0.2, 0.0])
def test_rows_marked_validation_are_the_validation_set(share):
    data = make_classified(list("aabb"), ["train", "validation", "train", "test"])
    recipe = Recipe(task="classification", validation_split=share)
    training, validation = split_rows(data, recipe)
    assert (training.tolist(), validation.tolist()) == ([0, 2], [1])


@pytest.mark.parametrize(
    ("labels", "task", "share", "parts"),
    [
        (["a"], "classification", 0.2, ["Training sequences: 1,", "single sequence: 1, such"]),
        ([5], "regression", 0.2, ["Training sequences: 1,"]),
        ([5], "regression", 0.0, []),
        (["rare", *"aaaaabbbbb"], "classification", 0.3, ["single sequence: 1, such as rare"]),
        ([7, *[1, 2] * 5], "regression", 0.3, []),
        (list("aaaaabbbbb"), "classification", 0.3, []),
    ],
)
def test_notes_explain_what_small_sets_cannot_show(labels, task, share, parts):
    data, recipe = make_classified(labels), Recipe(task=task, validation_split=share)
    notes = check_set_sizes(data, recipe, *split_rows(data, recipe))
    assert len(notes) == len(parts)
    assert all(part in note for part, note in zip(parts, notes, strict=True))


def make_grouped(groups, labels=None) -> Sequences:
    return Sequences.from_lists([[0]] * len(groups), labels or [0.5] * len(groups), groups=groups)


def test_groups_are_not_divided():
    data = make_grouped(list("aaabbbccdddd") * 2)
    for seed in range(20):
        recipe = Recipe(validation_split=0.5, seed=seed)
        training, validation = split_rows(data, recipe)
        assert len({*data.groups[validation]}) == 2
        assert not {*data.groups[training]} & {*data.groups[validation]}


def test_single_class_groups_are_stratified():
    groups = [f"g{i}" for i in range(20) for _ in range(3)]
    data = make_grouped(groups, ["x" if i < 45 else "y" for i in range(60)])
    for seed in range(10):
        recipe = Recipe(task="classification", validation_split=0.2, seed=seed)
        _, validation = split_rows(data, recipe)
        assert sorted(data.targets[validation]) == ["x"] * 9 + ["y"] * 3


def test_windows_of_one_series_have_no_validation_set():
    data = make_grouped(["only"] * 5)
    training, validation = split_rows(data, Recipe())
    assert (len(training), len(validation)) == (5, 0)
    [note] = check_set_sizes(data, Recipe(), training, validation)
    assert "come from one series or group, only" in note


@pytest.mark.parametrize("way", ["random", "last", "folds"])
def test_windows_of_one_series_are_divided_in_time_where_a_test_set_is_marked(way):
    data = read_one_series(100)
    recipe = Recipe(validation_split=0.25, validation_rows=way, seed=3)
    assert [len(rows) for rows in split_rows(data, recipe)] == [20, 0]
    marked = data.with_split(np.array(["train"] * 16 + ["test"] * 4, object))
    training, validation = split_rows(marked, recipe)
    assert (training.tolist(), validation.tolist()) == ([*range(12)], [*range(12, 16)])
    [note] = check_set_sizes(marked, recipe, training, validation)
    assert "not on other series" in str(note)
    assert suggestion_rules.count_fitted_sequences(marked, 0.25) == 12
