"""Missing values stay missing until preprocessing fills them, as real training steps say."""

import io
import json
import subprocess
import sys
import zipfile

import numpy as np
import pytest

from core import LSTM, DataError, Recipe, Sequences, load, read_sequences, train
from core.data.serialization import pack, unpack

NAN = float("nan")
LISTS = [[[1, 5], [NAN, 6]], [[3, 7]], [[8, 8], [8, NAN]], [[100, NAN]], [[50, 50]]]
SPLIT = ["train", "train", "train", "validation", "test"]
DATA = Sequences.from_lists(LISTS, [1, 2, 3, 4, 5], split=SPLIT, missing="mean")
RECIPE = Recipe(layers=(LSTM(3),), epochs=3)


@pytest.fixture(scope="module")
def model():
    return train(DATA, RECIPE)


def test_a_missing_value_stays_missing():
    assert DATA.feature_names == ("x1", "x2")
    assert np.isnan(DATA.values).sum() == 3


@pytest.mark.slow
def test_every_feature_with_missing_values_gets_an_indicator(model):
    inputs = model.preprocessing.inputs
    assert inputs.names == ("x1", "x2", "x1 missing", "x2 missing")
    encoded = inputs.encode(DATA)
    assert encoded.values[:, 2].tolist() == [0, 1, 0, 0, 0, 0, 0]
    assert encoded.values[:, 3].tolist() == [0, 0, 0, 0, 1, 1, 0]


def test_the_mean_is_that_of_known_values_in_training_rows(model):
    assert model.preprocessing.inputs.fill[:2].tolist() == [5.0, 6.5]  # 1, 3, 8, 8 and 5, 6, 7, 8


def test_training_equals_training_on_data_filled_with_the_means(model):
    same = train(model.preprocessing.inputs.encode(DATA), RECIPE)
    for ours, theirs in zip(model.network.get_weights(), same.network.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    assert np.isfinite(model.history["loss"]).all()


def test_new_lists_may_lack_values(model):
    expected = model.predict(DATA[:1])
    np.testing.assert_allclose(model.predict([LISTS[0]]), expected, rtol=1e-6)
    np.testing.assert_allclose(model.predict([[[3, 7]]]), model.predict(DATA[1:2]), rtol=1e-6)


@pytest.mark.slow
def test_a_model_of_complete_data_refuses_missing_values():
    plain = train(Sequences.from_lists([[1], [2]], [1, 2]), RECIPE)
    with pytest.raises(DataError, match="missing"):
        plain.predict([[NAN]])


@pytest.mark.slow
def test_the_saved_model_predicts_with_null_for_missing_values(model, tmp_path):
    model.save(tmp_path / "model.zip")
    loaded = load(tmp_path / "model.zip")
    new = [[[1, 5], [None, 6]], [[3, 7]]]
    ours = model.predict([np.array(each, dtype=float) for each in new])
    np.testing.assert_array_equal(
        loaded.predict([np.array(each, dtype=float) for each in new]), ours
    )
    zipfile.ZipFile(tmp_path / "model.zip").extractall(tmp_path)
    printed = subprocess.run(
        [sys.executable, "-I", "predict.py", json.dumps(new)],
        cwd=tmp_path, capture_output=True, text=True, check=True,
    )  # fmt: skip
    predictions = [float(line.split(",")[1]) for line in printed.stdout.splitlines()[1:]]
    np.testing.assert_allclose(predictions, ours, rtol=1e-5)


def test_packing_preserves_missing_values():
    assert unpack(pack(DATA)) == DATA


TABLE = "id,t,colour,v,target\na,0,red,1,1\na,1,blue,,1\nb,0,red,3,2\nc,0,blue,4,3\n"


@pytest.mark.slow
def test_a_model_reads_new_tables_like_its_training_data(tmp_path):
    trained = train(read_sequences(io.StringIO(TABLE), missing="mean"), RECIPE)
    trained.save(tmp_path / "model.zip")
    (tmp_path / "new.csv").write_text("v;colour;id;t\n1,0;red;z;0\n;blue;z;1\n")
    for model in (trained, load(tmp_path / "model.zip")):
        np.testing.assert_allclose(
            model.predict(tmp_path / "new.csv"), trained.predict(io.StringIO(TABLE))[:1], rtol=1e-6
        )
