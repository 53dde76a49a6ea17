"""Predict with the model beside this file. Needs tensorflow and numpy, nothing else.

python predict.py "[[1.5], [2, 5]]"        sequences as JSON, each (steps,) or (steps, features)
python predict.py sequences.json
"""

import json
import pathlib
import sys

import numpy as np

HERE = pathlib.Path(__file__).parent


def with_indicators(steps, names):
    """With the features that say where others are missing (null), if they were not given."""
    indicated = [name for name in names if name + " missing" in names]
    said = [name + " missing" for name in indicated]
    base = [name for name in names if name not in said]
    if steps.shape[1] != len(base):
        return steps
    columns = dict(zip(base, steps.T, strict=True))
    columns |= {new: np.isnan(columns[name]) for new, name in zip(said, indicated, strict=True)}
    return np.stack([columns[name] for name in names], axis=1).astype("float32")


def prepare(sequence, described):
    """One sequence, (steps,) or (steps, features), as the network was trained to see it, and which
    step of the sequence each of its steps is; -1 for padding that it was trained to see."""
    recipe, fitted = described["recipe"], described["preprocessing"]
    steps = np.asarray(sequence, dtype="float32")
    steps = with_indicators(steps.reshape(len(steps), -1), fitted["feature_names"])
    if steps.shape[1] != len(fitted["feature_names"]):
        sys.exit(f"each step needs {len(fitted['feature_names'])} features, not {steps.shape[1]}")
    where = np.arange(len(steps))
    width = fitted["width"] if recipe["mask"] == "none" else recipe["maxlen"]
    if width and len(steps) > width:
        print(f"a sequence of {len(steps)} steps is cut to {width}", file=sys.stderr)
        where = where[-width:] if recipe["truncating"] == "pre" else where[:width]
    if recipe["mask"] == "value":
        where = where[(steps[where] != np.float32(recipe["mask_value"])).any(axis=1)]
        if len(where) == 0:
            sys.exit("a sequence holds nothing but the mask value")
    steps = steps[where]
    steps = np.where(np.isnan(steps), np.float32(fitted["fill"]), steps)  # null in the JSON
    if recipe["mask"] == "none":
        lack = width - len(steps)
        before, after = (lack, 0) if recipe["padding"] == "pre" else (0, lack)
        steps = np.pad(steps, ((before, after), (0, 0)), constant_values=recipe["value"])
        where = np.pad(where, (before, after), constant_values=-1)
    return (steps - np.float32(fitted["mean"])) / np.float32(fitted["std"]), where


def predict(sequences):
    """Values in the target's unit, or (label, probability of each class) pairs: one a sequence; or,
    of a network that answers at every step, a list a sequence, with None for the steps that it
    does not see."""
    import tensorflow as tf

    described = json.loads((HERE / "model.json").read_text(encoding="utf-8"))
    network = tf.keras.models.load_model(HERE / "model.keras", compile=False)
    prepared, places = zip(*(prepare(sequence, described) for sequence in sequences), strict=True)
    lengths = np.array([len(steps) for steps in prepared])
    values = np.zeros((len(prepared), lengths.max(), prepared[0].shape[1]), dtype="float32")
    for row, steps in enumerate(prepared):
        values[row, : len(steps)] = steps
    mask = np.arange(lengths.max()) < lengths[:, None]  # True where a real step stands
    outputs = network.predict_on_batch([values, mask])
    fitted = described["preprocessing"]
    if not described["recipe"]["return_sequences"]:
        return [answer(output, fitted) for output in outputs]
    answers = []
    for sequence, rows, where in zip(sequences, outputs, places, strict=True):
        found = {step: answer(output, fitted) for step, output in zip(where, rows)}  # noqa: B905
        answers.append([found.get(step) for step in range(len(sequence))])
    return answers


def answer(output, fitted):
    """One output of the network, (1,) or (classes,), in words or in the target's unit."""
    if fitted["classes"] is None:
        return float(output[0]) * fitted["target_std"] + fitted["target_mean"]
    return fitted["classes"][int(output.argmax())], [round(float(p), 6) for p in output]


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    given = sys.argv[1]
    text = given if given.lstrip().startswith("[") else pathlib.Path(given).read_text("utf-8")
    for prediction in predict(json.loads(text)):
        print(json.dumps(prediction, ensure_ascii=False))
