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
    """One sequence, (steps,) or (steps, features), as the network was trained to see it."""
    recipe, fitted = described["recipe"], described["preprocessing"]
    steps = np.asarray(sequence, dtype="float32")
    steps = with_indicators(steps.reshape(len(steps), -1), fitted["feature_names"])
    if steps.shape[1] != len(fitted["feature_names"]):
        sys.exit(f"each step needs {len(fitted['feature_names'])} features, not {steps.shape[1]}")
    width = fitted["width"] if recipe["mask"] == "none" else recipe["maxlen"]
    if width and len(steps) > width:
        print(f"a sequence of {len(steps)} steps is cut to {width}", file=sys.stderr)
        steps = steps[-width:] if recipe["truncating"] == "pre" else steps[:width]
    if recipe["mask"] == "value":
        steps = steps[(steps != np.float32(recipe["mask_value"])).any(axis=1)]
        if len(steps) == 0:
            sys.exit("a sequence holds nothing but the mask value")
    steps = np.where(np.isnan(steps), np.float32(fitted["fill"]), steps)  # null in the JSON
    if recipe["mask"] == "none":
        lack = width - len(steps)
        before, after = (lack, 0) if recipe["padding"] == "pre" else (0, lack)
        steps = np.pad(steps, ((before, after), (0, 0)), constant_values=recipe["value"])
    return (steps - np.float32(fitted["mean"])) / np.float32(fitted["std"])


def predict(sequences):
    """Values in the target's unit, or (label, probability of each class) pairs."""
    import tensorflow as tf

    described = json.loads((HERE / "model.json").read_text(encoding="utf-8"))
    network = tf.keras.models.load_model(HERE / "model.keras", compile=False)
    prepared = [prepare(sequence, described) for sequence in sequences]
    lengths = np.array([len(steps) for steps in prepared])
    values = np.zeros((len(prepared), lengths.max(), prepared[0].shape[1]), dtype="float32")
    for row, steps in enumerate(prepared):
        values[row, : len(steps)] = steps
    mask = np.arange(lengths.max()) < lengths[:, None]  # True where a real step stands
    outputs = network.predict_on_batch([values, mask])
    fitted = described["preprocessing"]
    if fitted["classes"] is None:
        return [float(v) * fitted["target_std"] + fitted["target_mean"] for v in outputs[:, 0]]
    return [
        (fitted["classes"][int(row.argmax())], [round(float(p), 6) for p in row]) for row in outputs
    ]


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    given = sys.argv[1]
    text = given if given.lstrip().startswith("[") else pathlib.Path(given).read_text("utf-8")
    for prediction in predict(json.loads(text)):
        print(json.dumps(prediction, ensure_ascii=False))
