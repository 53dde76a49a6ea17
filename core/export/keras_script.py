"""The training script of an exported model: the same training in plain Keras, as an example."""

from __future__ import annotations

from collections.abc import Iterator

from ..layers.registry import get_network
from ..recipe.recipe import FIELDS, MIN_STATE, Recipe
from ..recipe.schedules import PLATEAU_EPOCHS, PLATEAU_FACTOR

LOSSES = {
    "mse": "MeanSquaredError",
    "mae": "MeanAbsoluteError",
    "sparse_categorical_crossentropy": "SparseCategoricalCrossentropy",
}
OPTIMIZERS = {"adam": "Adam", "rmsprop": "RMSprop", "sgd": "SGD"}

SCRIPT = '''\
"""Train the model in this folder in plain Keras: python train.py data.csv

This is the usual way in Keras, with the mask passed explicitly to every layer that needs it.
Unpadded computes the same network faster, and its batches and dropout draw other random numbers:
the weights are similar, not equal.
"""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "unpadded.zip"))

import keras
import numpy as np

from unpadded import load

keras.utils.set_random_seed({seed})
model = load(HERE)
fitted = model.preprocessing

# 1. Sequences of unequal length, each (steps, {inputs}), with their targets. Scaling and fill
#    values were fitted on real steps of the training rows only, see preprocessing.json. The mask
#    mode, "{mask}", is applied here too: it decides which steps are real.
data = model.read_training_table(sys.argv[1])
prepared = fitted.prepare(data)
encoded = fitted.encode(prepared)  # {encoded}
rows = [
    {{
        "id": data.ids[number],
        "steps": prepared.sequences[number],
        "target": {target},
        "split": "train" if data.split is None else data.split[number],
        "group": (data.ids if data.groups is None else data.groups)[number],
    }}
    for number in range(len(data))
]
training, validation, test = (
    [row for row in rows if row["split"] == part] for part in ("train", "validation", "test")
)
if not validation:  # a share of the training rows; a group is never split
    groups = list(dict.fromkeys(row["group"] for row in training))
{draw}
    validation = [row for row in training if row["group"] in chosen]
    training = [row for row in training if row["group"] not in chosen]


# 2. A padded array and its mask, True at real steps.
def padded(rows):
    longest = max(len(row["steps"]) for row in rows)
    values = np.zeros((len(rows), longest, {inputs}), "float32")
    mask = np.zeros((len(rows), longest), bool)
    for number, row in enumerate(rows):
        real = {place}
        values[number, real] = row["steps"]
        mask[number, real] = True
    return values, mask

{targets}

# 3. The network. Each layer that must skip padding gets the mask by name: Keras's implicit mask is
#    lost silently as soon as one layer drops it.
values = keras.Input((None, {inputs}), name="values")
mask = keras.Input((None,), dtype="bool", name="mask")
{network}
network = keras.Model([values, mask], outputs)

# 4. Training.
{fit}

# 5. Evaluation on held-out sequences.
unseen = test or validation
if unseen:
    predictions = network.predict(list(padded(unseen)), verbose=0)
{evaluation}
network.save("trained_again.keras")
'''


def render_training_script(recipe: Recipe, inputs: int, outputs: int) -> str:
    """Render ``train.py`` for a saved ZIP; see ``core.export.archive``.

    Args:
        recipe: The recipe of the model.
        inputs: Inputs of the network per step.
        outputs: Units of the output layer.
    """
    return SCRIPT.format(
        seed=recipe.seed,
        inputs=inputs,
        mask=recipe.mask,
        draw=_render_draw(recipe),
        place='slice(-len(row["steps"]), None)'
        if recipe.padding == "pre"
        else 'slice(len(row["steps"]))',
        encoded="class numbers" if recipe.task == "classification" else "scaled like the features",
        target="encoded[slice(*prepared.sequences.offsets[number : number + 2])]"
        if recipe.return_sequences
        else "encoded[number]",
        targets=_render_targets(recipe),
        network="\n".join(_render_network(recipe, outputs)),
        fit=_render_fit(recipe),
        evaluation=_render_evaluation(recipe),
    )


def _render_draw(recipe: Recipe) -> str:
    share = f"{recipe.validation_split:g} * len(groups)"
    if recipe.validation_rows == "last":
        return f"    chosen = set(groups[len(groups) - round({share}) :])"
    return (
        f"    np.random.default_rng({recipe.seed}).shuffle(groups)\n"
        f"    chosen = set(groups[: round({share})])"
    )


def _render_targets(recipe: Recipe) -> str:
    if not recipe.return_sequences:
        return '\ndef targets(rows):\n    return np.array([row["target"] for row in rows])\n'
    known, last = '~np.isnan(row["target"])', "[..., None]"
    if recipe.task == "classification":
        known, last = 'row["target"] >= 0', ""
    return (
        "\ndef targets(rows):  # one per step; values at padding never count\n"
        "    mask = padded(rows)[1]\n"
        "    values = np.zeros(mask.shape)\n"
        "    for number, row in enumerate(rows):\n"
        f"        known = {known}  # padding that counts as data has no target\n"
        '        values[number, mask[number]] = np.where(known, row["target"], 0)\n'
        f"    return values{last}\n"
        "\n\ndef counting(rows):  # True at steps with a target: padding has none\n"
        "    mask = padded(rows)[1]\n"
        "    has_target = np.zeros(mask.shape, bool)\n"
        "    for number, row in enumerate(rows):\n"
        f"        has_target[number, mask[number]] = {known}\n"
        "    return has_target\n"
    )


def _render_network(recipe: Recipe, outputs: int) -> Iterator[str]:
    x = "values"
    for number, layer in enumerate(recipe.layers, start=1):
        final = number == len(recipe.layers)
        sequences = recipe.return_sequences or not final or recipe.pooling != "last"
        code = get_network(layer).render_code(layer, sequences)
        yield f"x = {code}({x}, mask=mask)"
        x = "x"
        if final and recipe.pooling == "mean":
            yield "x = keras.layers.GlobalAveragePooling1D()(x, mask=mask)  # over real steps"
        elif final and recipe.pooling == "max":
            yield "real = keras.ops.expand_dims(mask, -1)"
            yield (
                f"x = keras.ops.max(keras.ops.where(real, x, {MIN_STATE}), axis=1)"
                "  # below every state"
            )
        if layer.dropout:
            yield f"x = keras.layers.Dropout({layer.dropout:g})(x)"
    for units in recipe.dense:
        yield f'x = keras.layers.Dense({units}, activation="relu")(x)'
    activation = ', activation="softmax"' if recipe.task == "classification" else ""
    yield f"outputs = keras.layers.Dense({outputs}{activation})(x)"


def _render_fit(recipe: Recipe) -> str:
    rate = f"{recipe.initial_learning_rate:g}"
    settings = [rate]
    before = []
    if recipe.schedule == "cosine":
        before.append(f"updates = {recipe.epochs} * -(-len(training) // {recipe.batch_size})")
        settings = [f"keras.optimizers.schedules.CosineDecay({rate}, updates)"]
    for name, field in FIELDS.items():
        value = getattr(recipe, name)
        if field.keras and value != field.default:
            settings.append(f"{field.keras}={value!r}")
    callbacks = []
    if recipe.schedule == "plateau":
        callbacks.append(
            f"keras.callbacks.ReduceLROnPlateau(watched, factor={PLATEAU_FACTOR:g}, "
            f"patience={PLATEAU_EPOCHS}, min_delta=0)"
        )
    if recipe.patience is not None:
        callbacks.append(
            f"keras.callbacks.EarlyStopping(watched, patience={recipe.patience}, "
            "restore_best_weights=True)"
        )
    # The mean over weighted targets, not over the padded array.
    loss = f'keras.losses.{LOSSES[recipe.loss_name]}(reduction="mean_with_sample_weight")'
    lines = [
        *before,
        "network.compile(",
        f"    keras.optimizers.{OPTIMIZERS[recipe.optimizer]}({', '.join(settings)}),",
        f"    {loss},",
        ")",
        *(['watched = "val_loss" if validation else "loss"'] if callbacks else []),
        "callbacks = [" + ("" if callbacks else "]"),
        *[f"    {callback}," for callback in callbacks],
        *(["]"] if callbacks else []),
        "",
        "",
        "def batch(rows):",
        '    """Return inputs, targets and sample weights."""',
        f"    {_render_weights(recipe)}",
        "    return list(padded(rows)), targets(rows), weights",
        "",
        "",
        "inputs, expected, weights = batch(training)",
        "network.fit(",
        "    inputs,",
        "    expected,",
        "    sample_weight=weights,",
        f"    epochs={recipe.epochs},",
        f"    batch_size={recipe.batch_size},",
        "    validation_data=batch(validation) if validation else None,",
        "    callbacks=callbacks,",
        "    verbose=2,",
        ")",
    ]
    return "\n".join(lines)


def _render_weights(recipe: Recipe) -> str:
    if recipe.return_sequences:
        return 'weights = counting(rows).astype("float32")'
    if recipe.class_weight == "balanced":
        return (
            "known = targets(training)\n"
            "    counts = np.maximum(np.bincount(known, minlength=len(fitted.classes)), 1)\n"
            "    per_class = len(known) / (len(fitted.classes) * counts)\n"
            "    weights = per_class[targets(rows)] if rows is training else np.ones(len(rows))"
        )
    return "weights = np.ones(len(rows))"


def _render_evaluation(recipe: Recipe) -> str:
    real = "[counting(unseen)]" if recipe.return_sequences else ""
    if recipe.task == "classification":
        return (
            f"    correct = predictions.argmax(axis=-1){real} == targets(unseen){real}\n"
            '    print(f"accuracy {correct.mean():.3f} on {len(unseen)} sequences")'
        )
    expected = f"targets(unseen){real}" + ("[..., 0]" if recipe.return_sequences else "")
    return (
        f"    error = (predictions{real}[..., 0] - {expected}) * fitted.target_std\n"
        '    print(f"RMSE {(error**2).mean() ** 0.5:.4g} on {len(unseen)} sequences")'
    )
