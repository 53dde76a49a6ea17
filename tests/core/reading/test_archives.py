"""Real files are read as their README says: set UNPADDED_TEST_ARCHIVES to their folder."""

import os
from pathlib import Path

import numpy as np
import pytest

from core import read_sequences
from core.reading import open_table, read_with_schema

ARCHIVES = os.environ.get("UNPADDED_TEST_ARCHIVES")
UCR = {  # rows of the training and the test file, and classes
    "AllGestureWiimoteX": (300, 700, 10),
    "GestureMidAirD1": (208, 130, 26),
    "GesturePebbleZ1": (132, 172, 6),
    "ShakeGestureWiimoteZ": (50, 50, 10),
}

pytestmark = pytest.mark.skipif(ARCHIVES is None, reason="UNPADDED_TEST_ARCHIVES is not set")


@pytest.fixture
def folder():
    return Path(ARCHIVES)


@pytest.mark.parametrize("name", UCR)
@pytest.mark.parametrize("part", ["TRAIN", "TEST"])
def test_a_file_of_the_ucr_archive_has_a_class_and_a_series_in_each_row(folder, name, part):
    path = folder / "ucr" / name / f"{name}_{part}.tsv"
    data = read_sequences(path)
    raw = np.genfromtxt(path, delimiter="\t")
    assert len(data) == UCR[name][part == "TEST"]
    assert len(np.unique(data.targets)) == UCR[name][2]
    assert data.features == 1
    assert np.array_equal(data.targets, raw[:, 0])
    assert np.array_equal(data.lengths, (~np.isnan(raw[:, 1:])).sum(1))
    assert np.array_equal(data.values[:, 0], raw[:, 1:][~np.isnan(raw[:, 1:])].astype(np.float32))
    assert data.ids[:2].tolist() == ["1", "2"]


@pytest.mark.parametrize("name", UCR)
def test_the_test_file_of_the_ucr_archive_is_read_like_the_training_file(folder, name):
    paths = [folder / "ucr" / name / f"{name}_{part}.tsv" for part in ("TRAIN", "TEST")]
    training = read_sequences(paths[0])
    assert read_with_schema(open_table(paths[1]), training.schema)[0] == read_sequences(paths[1])


def test_japanese_vowels_are_utterances_of_nine_speakers(folder):
    data = read_sequences(folder / "japanese_vowels.csv")
    assert (len(data), data.features) == (640, 12)
    assert (data.lengths.min(), data.lengths.max()) == (7, 29)
    assert np.unique(data.targets).tolist() == list(range(1, 10))
    assert (data.split == "train").sum() == 270


@pytest.mark.parametrize("part", ["train", "test"])
def test_cmapss_has_100_engines_with_a_step_per_cycle(folder, part):
    path = folder / "cmapss" / f"{part}_FD001.txt"
    data = read_sequences(path)
    raw = np.loadtxt(path)
    assert data.ids.tolist() == [str(unit) for unit in range(1, 101)]
    assert np.array_equal(data.lengths, np.bincount(raw[:, 0].astype(int))[1:])
    assert np.array_equal(data.values, raw[:, 2:].astype(np.float32))


ARCHIVE_FILES = [
    *(f"ucr/{name}/{name}_TRAIN.tsv" for name in UCR),
    *(f"cmapss/{part}_FD001.txt" for part in ("train", "test")),
    "japanese_vowels.csv",
]


@pytest.mark.parametrize("path", ARCHIVE_FILES)
def test_a_file_of_an_archive_gives_neither_warning_nor_question(folder, path):
    report = read_sequences(folder / path).report
    assert [str(each) for each in report.select("warning", "question")] == []
