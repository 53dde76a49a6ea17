"""Words, missing values and indicators are fitted on the real steps of training rows alone."""

import io
from dataclasses import replace

import numpy as np
import pytest

from core import GRU, LSTM, DataError, Recipe, Sequences, load, read_sequences, train
from core.experiments.cross_validation import cross_validate
from core.preprocessing.input_encoder import (
    InputEncoder,
    estimate_inputs,
    estimate_shape,
    name_inputs,
)
from core.preprocessing.splits import split_into_folds

NAN = np.nan
TRAINING = """id,t,ward,pulse,weight,target,split
a,0,north,60,1.5,1,train
a,1,south,,2.5,1,train
b,0,south,70,3.5,2,train
c,0,,80,2,3,train
c,1,north,90,4,3,train
d,0,south,65,5,4,validation
"""
TEST = """e,0,attic,,,2,test
e,1,attic,9e9,-7e8,2,test
f,0,,-3,NaN,1,test
"""
RECIPE = Recipe(layers=(LSTM(3),), epochs=3)


def read(text, **options):
    return read_sequences(io.StringIO(text), time="t", **{"missing": "mean"} | options)


@pytest.mark.slow
@pytest.mark.parametrize("missing", ["mean", "forward"])
@pytest.mark.parametrize(
    "changes",
    [{}, {"mask": "none", "padding": "post"}, {"mask": "value"}, {"layers": (GRU(3),)}],
)
def test_test_rows_leave_the_model_bit_identical(missing, changes):
    recipe = replace(RECIPE, **changes)
    alone, together = (
        train(read(text, missing=missing), recipe) for text in (TRAINING, TRAINING + TEST)
    )
    assert together.preprocessing.to_dict() == alone.preprocessing.to_dict()
    assert together.preprocessing.inputs.vocabularies == {"ward": ("north", "south")}
    assert together.preprocessing.inputs.indicated == ("ward", "pulse")
    for ours, theirs in zip(
        together.network.get_weights(), alone.network.get_weights(), strict=True
    ):
        np.testing.assert_array_equal(ours, theirs)
    assert together.history["loss"] == alone.history["loss"]


def test_a_word_of_validation_rows_alone_is_the_unknown_word():
    text = TRAINING.replace("d,0,south", "d,0,cellar")
    inputs = train(read(text), RECIPE).preprocessing.inputs
    assert inputs.vocabularies == {"ward": ("north", "south")}
    assert inputs.encode(read(text)).values[-1, :3].tolist() == [0, 0, 1]


@pytest.mark.slow
def test_every_fold_fits_its_own_vocabulary():
    rows = "".join(f"s{i},0,{'xyz'[i % 3]},{i},{i}\n" for i in range(9)) + "s9,0,rare,1,1\n"
    data = read("id,t,word,v,target\n" + rows)
    sizes = set()
    for training, _ in split_into_folds(data, RECIPE, 5):
        sizes.add(len(InputEncoder.fit(data[training]).names))
    assert sizes == {5, 6}
    with pytest.warns(UserWarning, match="not in the training vocabulary"):
        cross_validate(data, replace(RECIPE, epochs=1), 2)


def test_codes_do_not_change_what_the_network_reads():
    """The same words have other numbers beside other words."""
    few, many = read(TRAINING), read(TRAINING + TEST)
    assert few.values[0, 0] != many.values[0, 0]
    inputs = InputEncoder.fit(few)
    np.testing.assert_array_equal(inputs.encode(few).values, inputs.encode(many[:4]).values)


def test_inputs_are_words_numbers_and_indicators():
    inputs = InputEncoder.fit(read(TRAINING))
    assert inputs.names == (
        *("ward=north", "ward=south", "ward=unknown", "pulse", "weight"),
        *("ward missing", "pulse missing"),
    )
    assert inputs.coded == (0, 1, 2, 5, 6)
    encoded = inputs.encode(read(TRAINING))
    assert encoded.categories == {}
    np.testing.assert_allclose(encoded.values[1], [0, 1, 0, 73, 2.5, 0, 1])
    np.testing.assert_allclose(encoded.values[3], [0.4, 0.6, 0, 80, 2, 1, 0])


def test_forward_takes_the_last_known_value_then_the_mean():
    data = Sequences.from_lists(
        [[[1, 5], [NAN, 6], [NAN, NAN]], [[NAN, 7], [4, NAN]]], missing="forward"
    )
    values = InputEncoder.fit(data).encode(data).values
    assert values[:, 0].tolist() == [1, 1, 1, 2.5, 4]
    assert values[:, 1].tolist() == [5, 6, 6, 7, 7]
    assert values[:, 2].tolist() == [0, 1, 1, 1, 0]
    assert values[:, 3].tolist() == [0, 0, 1, 0, 1]


def test_the_last_known_value_may_be_of_a_step_that_is_cut_off():
    data = Sequences.from_lists([[1, NAN, 3, NAN, NAN], [9, 9]], [1, 2], missing="forward")
    from core.data.windowing import windows
    from core.preprocessing.transform import Preprocessing, mask_steps

    recipe = replace(RECIPE, maxlen=2, standardize=False, validation_split=0.0)
    masked = mask_steps(data, recipe)
    fitted = Preprocessing.fit(masked, recipe, None)
    assert fitted.prepare(masked).sequences[0][:, 0].tolist() == [3, 3]
    parts = windows(data, 2, 2)
    assert InputEncoder.fit(parts).encode(parts).values[:, 0].tolist() == [1, 1, 3, 3, 3, 9, 9]


def test_a_literal_unknown_is_the_unknown_word():
    data = read("id,t,c,v\na,0,x,1\na,1,unknown,2\nb,0,x,3\nb,1,unknown,3\n")
    assert InputEncoder.fit(data).names == ("c=x", "c=unknown", "v")


def test_a_feature_that_is_called_like_an_indicator_stays_a_feature():
    data = Sequences.from_lists(
        [[[1, 7], [NAN, 8]]], feature_names=("x", "x missing"), missing="mean"
    )
    inputs = InputEncoder.fit(data)
    assert inputs.names == ("x", "x missing", "x missing (2)")
    assert inputs.encode(data).values.tolist() == [[1, 7, 0], [1, 8, 1]]
    assert inputs.coded == (2,)


def test_complete_numbers_are_not_copied():
    data = Sequences.from_lists([[1], [2, 5]])
    assert InputEncoder.fit(data).encode(data) is data


def test_the_number_of_inputs_is_estimated_from_above():
    data = read(TRAINING)
    without_indicators = name_inputs(data.feature_names, InputEncoder.fit(data).vocabularies, ())
    assert estimate_inputs(data) == len(without_indicators)
    assert len(estimate_shape(data, 1).coded) == len(without_indicators) - 2  # pulse, weight


@pytest.fixture(scope="module")
def model():
    return train(read(TRAINING), RECIPE)


@pytest.mark.slow
def test_an_unknown_word_is_noted(model):
    message = r"Feature ward: 'attic' is not in the training vocabulary.*: 2\."
    with pytest.warns(UserWarning, match=message):
        model.predict(io.StringIO("id,t,ward,pulse,weight\ne,0,attic,60,2\ne,1,attic,,\n"))


@pytest.mark.slow
def test_words_and_numbers_are_not_confused(model):
    with pytest.raises(DataError, match="Feature ward contains numbers"):
        model.predict([[[1, 2, 3]]])
    plain = train(Sequences.from_lists([[1], [2]], [1, 2], feature_names=["ward"]), RECIPE)
    words = Sequences([[0]], [1], feature_names=["ward"], categories={"ward": ("x",)})
    with pytest.raises(DataError, match="Feature ward contains words"):
        plain.predict(words)


def test_a_saved_model_keeps_its_words_and_indicators(model, tmp_path):
    model.save(tmp_path / "model.zip")
    loaded = load(tmp_path / "model.zip")
    assert loaded.preprocessing.to_dict() == model.preprocessing.to_dict()
    data = read(TRAINING)
    np.testing.assert_array_equal(loaded.predict(data), model.predict(data))
    again = loaded.read_training_table(io.StringIO(loaded.example))
    np.testing.assert_allclose(loaded.predict(again), model.predict(data)[:3], rtol=1e-6)
    card = model.render_model_card()
    assert "- Categories of ward: north, south; any other is unknown" in card
    assert "ward, pulse" in card


@pytest.mark.slow
def test_the_padding_check_holds_with_words_and_missing_values(model):
    assert model.prove(read(TRAINING)).passed


@pytest.mark.slow
def test_a_step_with_a_word_equals_no_mask_value():
    data = read("id,t,c,v,target\n" + "a,0,x,0,1\na,1,y,0,1\nb,0,x,0,2\nb,1,y,0,2\n")
    assert data.feature_names == ("c", "v")
    model = train(data, replace(RECIPE, mask="value", mask_value=0.0))
    assert not any("erased because" in note for note in model.notes)
    assert model.prove(data).passed
    assert model.trace(data[:1]).counts[-2:].all()


def test_onnx_takes_the_inputs_by_name(model):
    onnx = pytest.importorskip("core.export.onnx")
    pytest.importorskip("onnxruntime")
    content = onnx.to_verified_onnx(model, read(TRAINING))
    assert b"ward=north" in content
    assert "one that has none is 1 in the input 'unknown'" in onnx.describe_inputs(
        model.preprocessing
    )
