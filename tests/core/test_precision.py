"""Keras's precision settings belong to the caller: they change no network, and stay as they are."""

import contextlib
import io
import os
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import keras
import numpy as np
import pytest

from core import GRU, LSTM, Conv1D, Inception, Recipe, Sequences, load, pad, train
from core.engine.compiled import clear_idle_engines
from core.export.onnx import to_onnx
from core.families.registry import get_network
from core.network.keras_network import build_network
from core.reading.to_csv import derive_schema, to_csv
from core.recipe.network_shape import NetworkShape
from tests.support.matrix import sample

ROOT = Path(__file__).resolve().parents[2]
RNG = np.random.default_rng(2)
STEPS = [RNG.normal(size=(n, 2)) for n in RNG.integers(3, 12, 24)]
NUMBERS = Sequences.from_lists(STEPS, [float(steps.sum()) for steps in STEPS])
CLASSES = Sequences.from_lists(STEPS, [["up", "down"][int(steps.sum() > 0)] for steps in STEPS])
BY_STEP = Sequences.from_lists(STEPS, [np.cumsum(steps[:, 0]).tolist() for steps in STEPS])
SMALL = {"epochs": 2, "batch_size": 8}
CLASSIFY = {"task": "classification", **SMALL}
CASES = {
    "recurrent": (
        CLASSES,
        Recipe(
            layers=(LSTM(4, bidirectional=True, dropout=0.2, layer_normalization=True), GRU(3)),
            pooling=("last", "mean", "max", "std", "attention"), class_weight="balanced",
            dense=(3,), **CLASSIFY,
        ),
    ),
    "derived features in patches": (
        NUMBERS,
        Recipe(layers=(LSTM(4),), normalization="both", differences=True, patch_size=2, **SMALL),
    ),
    "per step": (
        BY_STEP, Recipe(layers=(GRU(4),), return_sequences=True, differences=True, **SMALL)
    ),
    "convolution": (
        CLASSES,
        Recipe(
            family="convolution", layers=(Conv1D(4, 3, residual=True, pool_size=2), LSTM(3)),
            **CLASSIFY,
        ),
    ),
    "inception": (
        NUMBERS, Recipe(family="convolution", layers=(Inception(4, 8),), pooling="mean", **SMALL)
    ),
    "random convolutions": (
        CLASSES, Recipe(family="random_convolution", n_kernels=84, n_groups=2, **CLASSIFY)
    ),
    "ensemble": (
        CLASSES,
        Recipe(
            layers=(LSTM(3),), **CLASSIFY,
            members=(
                Recipe(family="random_convolution", n_kernels=84, **CLASSIFY),
                Recipe(layers=(LSTM(3),), **CLASSIFY),
                Recipe(family="convolution", layers=(Conv1D(4, 3),), **CLASSIFY),
            ),
        ),
    ),
}  # fmt: skip
SETTINGS = ("mixed_float16", "mixed_bfloat16", "float16", "float64")  # two of them per case


@contextlib.contextmanager
def set_precision(setting: str) -> Iterator[None]:
    """Set a mixed policy, or floatx and the policy of the same name."""
    policy, floatx = keras.config.dtype_policy(), keras.config.floatx()
    try:
        if not setting.startswith("mixed"):
            keras.config.set_floatx(setting)
        keras.config.set_dtype_policy(setting)
        yield
        assert keras.config.dtype_policy().name == setting
        assert keras.config.floatx() == (floatx if setting.startswith("mixed") else setting)
    finally:
        keras.config.set_floatx(floatx)
        keras.config.set_dtype_policy(policy)


def collect_results(data: Sequences, recipe: Recipe) -> dict[str, list[np.ndarray]]:
    """Return everything that a network has a part in, as arrays."""
    clear_idle_engines()  # an engine that was compiled under another setting would hide this one
    model = train(data, recipe)
    file = io.BytesIO()
    model.save(file)
    with zipfile.ZipFile(file) as archive, tempfile.TemporaryDirectory() as folder:
        stock = keras.models.load_model(archive.extract("model.keras", folder))
    padded = pad(model.preprocessing.prepare(data).sequences, padding="post")
    inputs = [padded.values, padded.mask]
    proof = model.prove(data, seconds=0.5)
    evaluation = model.evaluate_held_out(data)
    trace = model.trace(data[:1])
    return {
        "weights": model.network.get_weights(),
        "history": [np.array(model.history["loss"])],
        "outputs": [model.compute_outputs(data)],
        "outputs of a loaded model": [load(file).compute_outputs(data)],
        "network": [model.network(inputs).numpy()],
        "network that Keras loaded": [stock(inputs).numpy()],
        "proof": [proof.table["passed"].to_numpy()],  # differences depend on the time there is
        "metrics": [np.array([figure.value for figure in evaluation.figures.values()])],
        "trace": [trace.predictions, trace.attributions],
        "ONNX": [np.frombuffer(to_onnx(model), np.uint8)],
    }


@pytest.mark.slow
@pytest.mark.parametrize("name", sample(CASES, 2))  # the last has a member of every family
def test_no_setting_of_the_caller_changes_a_bit(name):
    data, recipe = CASES[name]
    expected = collect_results(data, recipe)
    for setting in SETTINGS[list(CASES).index(name) % 2 :: 2]:
        with set_precision(setting):
            actual = collect_results(data, recipe)
        for part, arrays in expected.items():
            for array, other in zip(arrays, actual[part], strict=True):
                np.testing.assert_array_equal(other, array, f"{part} under {setting}")


BEFORE_IMPORT = """
import keras
keras.config.set_floatx("float64")
from core import LSTM, Recipe, Sequences, train
data = Sequences.from_lists([[1], [2, 5], [3, 9, 9, 4, 8]], targets=[2, 4, 6])
model = train(data, Recipe(layers=(LSTM(3),), epochs=2))
print(model.predict(data).tolist(), keras.config.floatx(), keras.layers.Dense(1).dtype)
"""


@pytest.mark.slow
def test_settings_before_the_import_are_as_good_as_later_ones(example):
    run = [sys.executable, "-c", BEFORE_IMPORT]
    done = subprocess.run(run, cwd=ROOT, capture_output=True, text=True)
    expected = train(example, Recipe(layers=(LSTM(3),), epochs=2)).predict(example).tolist()
    assert done.stdout == f"{expected} float64 float64\n", done.stderr


def test_networks_built_side_by_side_leave_the_setting_as_it_was():
    recipe, shape = Recipe(layers=(LSTM(3),)), NetworkShape(2, 1, usual_steps=5, sequences=3)

    def build(_: int) -> str:
        network = get_network(recipe).build(recipe, shape)
        return network.layers[-1].dtype_policy.name + network.inputs[0].dtype

    with set_precision("float64"), ThreadPoolExecutor(4) as pool:
        assert set(pool.map(build, range(20))) == {"float32float32"}
        assert keras.layers.Dense(1).dtype == "float64"


def test_a_setting_survives_a_network_that_cannot_be_built():
    with set_precision("mixed_bfloat16"), pytest.raises(ValueError, match="-1"):
        build_network(Recipe(layers=(LSTM(3),)), features=0, outputs=-1)


@pytest.mark.further
def test_the_scripts_of_an_export_are_independent_of_keras_json(tmp_path):
    data, recipe = CASES["recurrent"]
    model = train(data, recipe)
    model.save(tmp_path / "model.zip")
    text = to_csv(data, derive_schema(data))
    results = []
    for floatx in ("float32", "float64"):
        folder = tmp_path / floatx
        zipfile.ZipFile(tmp_path / "model.zip").extractall(folder)
        (folder / "data.csv").write_text(text)
        (folder / "keras.json").write_text(f'{{"floatx": "{floatx}", "backend": "tensorflow"}}')
        outputs = [
            subprocess.run(
                [sys.executable, script, "data.csv"],
                cwd=folder,
                env=os.environ | {"KERAS_HOME": str(folder)},
                capture_output=True,
                check=True,
            ).stdout
            for script in ("train.py", "predict.py")
        ]
        again = keras.models.load_model(folder / "trained_again.keras")
        results.append([*again.get_weights(), np.frombuffer(outputs[1], np.uint8)])
        assert len(outputs[1].splitlines()) == len(data) + 1
    for weight, expected in zip(*results, strict=True):
        np.testing.assert_array_equal(weight, expected)
