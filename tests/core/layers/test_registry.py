"""The registry of layers: their text in links, and what every kind has."""

import pytest

from core import GRU, LSTM, Conv1D, Inception
from core.layers.registry import (
    IMPLEMENTATIONS,
    RECURRENT,
    convert_layer,
    get_network,
    layer_from_dict,
    layer_to_dict,
)
from core.recipe.recipe import FIELDS


@pytest.mark.parametrize(
    ("text", "layers"),
    [
        ("LSTM-64", (LSTM(64),)),
        ("BiLSTM-64-0.2,GRU-8", (LSTM(64, True, 0.2), GRU(8))),
        ("LSTM-8-1e-05", (LSTM(8, dropout=1e-05),)),
        ("LSTM-8-0-yes,BiGRU-8", (LSTM(8, layer_normalization=True), GRU(8, True))),
        ("Conv1D-16,Inception-32", (Conv1D(16), Inception())),
        (
            "Conv1D-16-5-2-1-1-no-yes-yes-0.1,BiLSTM-8",
            (
                Conv1D(
                    16,
                    5,
                    dilation_rate=2,
                    batch_normalization=False,
                    residual=True,
                    causal=True,
                    dropout=0.1,
                ),
                LSTM(8, bidirectional=True),
            ),
        ),
        ("Inception-8-40-yes-none-0.5", (Inception(8, dropout=0.5),)),
    ],
)
def test_layers_have_a_short_text(text, layers):
    assert FIELDS["layers"].to_text(layers) == text
    assert FIELDS["layers"].from_text(text) == layers


def test_a_layer_keeps_its_form_in_json_where_a_later_field_has_its_default():
    plain = {"kind": "LSTM", "units": 8, "bidirectional": False, "dropout": 0.0}
    assert layer_to_dict(LSTM(8)) == plain
    assert layer_from_dict(plain) == LSTM(8)
    normalized = LSTM(8, layer_normalization=True)
    assert layer_to_dict(normalized) == plain | {"layer_normalization": True}
    assert layer_from_dict(layer_to_dict(normalized)) == normalized


@pytest.mark.parametrize(
    "text",
    [
        "",
        "LSTM",
        "Conv-8",
        "Bi-8",
        "BiBiLSTM-8",
        "LSTM-8-0.1-3",
        "LSTM-x",
        "LSTM-0",
        "LSTM--8",
        "BiConv1D-8",
        "Conv1D",
    ],
)
def test_text_of_no_layer_is_refused(text):
    with pytest.raises(ValueError, match=r".+"):
        FIELDS["layers"].from_text(text)


@pytest.mark.parametrize("kind", RECURRENT.values(), ids=RECURRENT)
def test_a_kind_has_a_network_that_fits_its_declaration(kind):
    network = get_network(kind(3))
    assert network.keras_layer.__name__ == kind.__name__
    assert len(network.gate_names) == len(network.onnx_gates) == kind.gates
    is_fast = network.choose_implementation(4, 3) != "keras"
    assert is_fast == kind.is_fast
    assert network.choose_implementation(4, 3) in IMPLEMENTATIONS


def test_a_layer_of_another_kind_keeps_the_fields_that_both_have():
    assert convert_layer(LSTM(8, True, 0.2), GRU, units=4) == GRU(4, True, 0.2)


def test_units_and_filters_stand_for_each_other():
    assert convert_layer(LSTM(8, dropout=0.2), Conv1D) == Conv1D(8, dropout=0.2)
    assert convert_layer(Conv1D(8, 5), GRU) == GRU(8)
    assert convert_layer(LSTM(100), Inception) == Inception()
    assert convert_layer(Inception(16, 20), Conv1D) == Conv1D(16, 20, residual=True)
