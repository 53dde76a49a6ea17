"""Traced states equal those of stock Keras, and padding does not change them."""

from dataclasses import replace

import keras
import numpy as np
import pytest

from core import LSTM, DataError
from core.inspection import attributions, compute_trace
from core.inspection.trace import Trace
from tests.support.traces import ONE, train_model

pytestmark = pytest.mark.slow  # it trains, saves or starts a process for each case


@pytest.fixture(scope="module")
def unmasked(model) -> Trace:
    """A trace with padding fed as data."""
    return model.trace(ONE, masked=False)


def compute_keras_states(model, trace: Trace) -> list[np.ndarray]:
    """Return each stock layer's states, (steps, units), with both directions concatenated."""
    fitted = model.preprocessing
    x = ((trace.inputs - fitted.mean) / fitted.std).astype(np.float32)[None]
    mask = trace.counts[None]
    states = []
    for layer in model.network.layers:
        if isinstance(layer, keras.layers.RNN | keras.layers.Bidirectional):
            config = layer.get_config() | {"return_sequences": True}
            if isinstance(layer, keras.layers.Bidirectional):
                for side in ("layer", "backward_layer"):
                    config[side]["config"]["return_sequences"] = True
                config.pop("return_sequences")
            clone = type(layer).from_config(config)
            clone.build(x.shape)
            clone.set_weights(layer.get_weights())
            x = np.array(clone(x, mask=mask))
            states.append(x[0])
        if isinstance(layer, keras.layers.LayerNormalization):
            x = np.array(layer(x))
    return states


@pytest.mark.parametrize("name", ["masked", "unmasked"])
def test_every_state_equals_that_of_the_stock_layer(model, name, request):
    trace = request.getfixturevalue(name)
    for number, expected in enumerate(compute_keras_states(model, trace), start=1):
        directions = [each.hidden for each in trace.layers if each.number == number]
        # Keras has zeros at masked steps of a bidirectional layer; nothing reads them.
        readable = trace.counts if len(directions) == 2 else slice(None)
        hidden = np.concatenate(directions, axis=1)
        np.testing.assert_allclose(hidden[readable], expected[readable], atol=1e-5)


def test_gates_and_cells_give_the_states(masked):
    for layer in masked.layers:
        gates = layer.gates
        assert (
            tuple(gates)
            == {
                "LSTM": ("input", "forget", "candidate", "output"),
                "GRU": ("update", "reset", "candidate"),
            }[layer.kind]
        )
        order = slice(None, None, -1) if layer.backward else slice(None)
        hidden = layer.hidden[order]
        before = np.vstack([np.zeros_like(hidden[:1]), hidden[:-1]])
        by_name = {name: gate[order] for name, gate in gates.items()}
        if layer.kind == "LSTM":
            cell = layer.cell[order]
            earlier = np.vstack([np.zeros_like(cell[:1]), cell[:-1]])
            expected_cell = by_name["forget"] * earlier + by_name["input"] * by_name["candidate"]
            expected = by_name["output"] * np.tanh(cell)
            known = ~np.isnan(expected_cell)
            np.testing.assert_allclose(cell[known], expected_cell[known], atol=1e-6)
        else:
            assert layer.cell is None
            update = by_name["update"]
            expected = update * before + (1 - update) * by_name["candidate"]
        known = ~np.isnan(expected)
        np.testing.assert_allclose(hidden[known], expected[known], atol=1e-6)


def test_with_the_mask_states_freeze_through_padding_and_without_it_they_drift(
    model, masked, unmasked
):
    assert masked.real.sum() == 3
    assert len(masked.real) == 9  # the longest training sequence
    padding = ~masked.real
    changes = np.abs(np.diff(masked.layers[0].hidden, axis=0))
    inside = padding[1:] & padding[:-1]
    assert changes[inside].max() == 0
    assert np.abs(np.diff(unmasked.layers[0].hidden, axis=0))[inside].max() > 1e-3
    for gate in masked.layers[0].gates.values():
        assert np.isnan(gate[padding]).all()
        assert not np.isnan(gate[masked.real]).any()
    assert masked.predictions[-1] == pytest.approx(model.predict([ONE])[0], abs=1e-5)
    assert abs(unmasked.predictions[-1] - masked.predictions[-1]) > 1e-3


def test_predictions_so_far_equal_those_for_shorter_sequences(model, masked):
    lengths = np.cumsum(masked.real)
    for step, prediction in zip(masked.prediction_steps, masked.predictions, strict=True):
        if lengths[step] == 0:
            assert np.isnan(prediction)
        else:
            shorter = model.predict([ONE[: lengths[step]]])[0]
            assert prediction == pytest.approx(shorter, abs=1e-5)


def test_steps_that_a_mask_value_erases_do_not_count(data):
    model = train_model(data, layers=(LSTM(4),), mask="value", mask_value=0.0)
    trace = model.trace([[1.0, 2.0], [0.0, 0.0], [3.0, 1.0]])
    assert trace.real.sum() == 3
    assert trace.counts.sum() == 2
    with pytest.raises(DataError, match="equals the mask value"):
        model.trace([[0.0, 0.0]])


def test_without_a_mask_all_steps_count(data):
    model = train_model(data, layers=(LSTM(4),), mask="none")
    trace = model.trace(ONE)
    assert not trace.masked
    assert trace.counts.all()
    assert trace.predictions[-1] == pytest.approx(model.predict([ONE])[0], abs=1e-5)
    assert np.abs(trace.attributions[~trace.real]).max() > 0


def test_nothing_is_cut_unless_maxlen_says_so(data):
    long = np.ones((40, 2))
    assert len(train_model(data, layers=(LSTM(4),)).trace(long).real) == 40
    cut = train_model(data, layers=(LSTM(4),), maxlen=5).trace(long)
    assert cut.real.tolist() == [True] * 5


def test_classes_have_probabilities_so_far(data):
    labels = data.with_targets(["up" if value > 0 else "down" for value in data.targets])
    trace = train_model(labels, task="classification", layers=(LSTM(4),)).trace(ONE)
    assert trace.predictions.shape == (9, 2)
    np.testing.assert_allclose(trace.predictions[-3:].sum(axis=1), 1, atol=1e-6)
    assert trace.classes.tolist() == ["down", "up"]
    assert trace.explained_class == np.argmax(trace.predictions[-1])


@pytest.mark.parametrize("bidirectional", [False, True])
def test_a_long_sequence_is_read_in_parts_that_change_nothing(data, bidirectional, monkeypatch):
    model = train_model(data, layers=(LSTM(4, bidirectional=bidirectional),))
    whole = model.trace(data[[2]])
    for module in (compute_trace, attributions):
        monkeypatch.setattr(module, "STEPS_AT_ONCE", 30)  # three of nine steps
    parts = model.trace(data[[2]])
    np.testing.assert_allclose(parts.predictions, whole.predictions, rtol=1e-5)
    np.testing.assert_allclose(parts.attributions, whole.attributions, rtol=1e-4, atol=1e-7)


def test_with_per_step_targets_the_last_one_is_explained(data):
    stepwise = data.with_targets(data.values[:, 0].astype(float), per_step=True)
    model = train_model(stepwise, layers=(LSTM(4),), return_sequences=True)
    trace = model.trace(ONE)
    np.testing.assert_allclose(trace.predictions[-3:], model.predict([ONE]), atol=1e-5)


def test_several_sequences_are_refused(data):
    model = train_model(data, layers=(LSTM(4),))
    with pytest.raises(DataError, match="One sequence is traced at a time, and these are 6"):
        model.trace(data)
    assert model.trace(data[[2]]).real.all()
    assert model.trace(replace(data[[0]], targets=None)).real.sum() == 1
