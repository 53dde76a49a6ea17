"""Traces and X-rays of a small made-up network."""

import numpy as np

from core import GRU, LSTM, Recipe
from core.inspection.trace import Trace, trace_layers
from core.inspection.xray import XRay

NASTY = "<i onclick=x>&" * 30


def make_trace(
    length: int = 4,
    width: int = 10,
    features: int = 1,
    layers: tuple = (LSTM(6), GRU(5)),
    classes: list[str] | None = None,
    masked: bool = True,
    erased: tuple[int, ...] = (),
    padding: str = "pre",
    seed: int = 3,
) -> Trace:
    """Trace a network with random weights on a sequence of noise, padded with 0.5."""
    rng = np.random.default_rng(seed)
    weights, inputs_count = [], features
    for layer in layers:
        gates = 3 if isinstance(layer, GRU) else 4
        for _ in range(2 if layer.bidirectional else 1):
            bias = (2, gates * layer.units) if gates == 3 else (gates * layer.units,)
            shapes = [(inputs_count, gates * layer.units), (layer.units, gates * layer.units), bias]
            weights += [rng.normal(0, 0.5, shape).astype(np.float32) for shape in shapes]
        inputs_count = layer.units * (2 if layer.bidirectional else 1)
    real = np.zeros(width, bool)
    real[width - length :] = True
    inputs = np.full((width, features), 0.5, np.float32)
    inputs[real] = rng.normal(size=(length, features))
    counts = real if masked else np.ones(width, bool)
    if padding == "post":
        real, inputs, counts = real[::-1], inputs[::-1], counts[::-1]
    counts = counts.copy()
    counts[list(erased)] = False
    predictions = rng.normal(size=(width, *([len(classes)] if classes else [])))
    predictions[np.cumsum(counts) == 0] = np.nan
    if classes:
        predictions = np.exp(predictions) / np.exp(predictions).sum(axis=1, keepdims=True)
    steps = np.unique(np.linspace(0, width - 1, min(width, 128)).astype(int))
    return Trace(
        masked=masked,
        feature_names=tuple(f"{NASTY}{number}" for number in range(features)),
        inputs=inputs,
        real=real,
        counts=counts,
        layers=trace_layers(Recipe(layers=layers), weights, inputs, counts)[0],
        classes=None if classes is None else np.array(classes, object),
        prediction_steps=steps,
        predictions=predictions[steps].astype(np.float32),
        explained_class=None if classes is None else int(np.argmax(predictions[-1])),
        attributions=np.where(counts[:, None], rng.normal(size=(width, features)), 0.0),
        attribution_error=0.0,
    )


def make_xray(**options) -> XRay:
    return XRay.from_traces(make_trace(**options), make_trace(**options, masked=False))
