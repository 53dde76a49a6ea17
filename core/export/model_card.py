"""Model cards in Markdown, for the people who receive a model.

The headings are those of Mitchell et al., "Model Cards for Model Reporting" (2019), as far as their
content is known here. The block at the top is metadata for model hubs.
"""

from __future__ import annotations

import platform
import re
from collections.abc import Iterator, Sequence
from importlib import import_module

from ..data.schema import Schema
from ..data.summary import Facts
from ..errors import Note
from ..evaluation.metric_formats import METRICS, format_metric
from ..evaluation.report import BASELINE_NAMES, METHODS, Evaluation
from ..families.registry import get_family
from ..fitted import FittedModel
from ..invariance.report import Proof
from ..recipe.recipe import FIELDS, Recipe
from .onnx import describe_inputs

MAX_LISTED = 20  # names of features, or words
PACKAGES = ("tensorflow", "keras", "numpy")
MASKS = {
    "lengths": "all real steps are used, padding never is",
    "value": "steps whose features all equal {mask_value:g} are dropped",
    "none": "no mask: sequences are padded to {width} steps, and padding is data",
}
MISSING = {
    "drop": "steps with a missing value are dropped",
    "forward": "the last known value, else the mean of the training set",
    "mean": "the mean of the training set",
}


def render_model_card(
    model: FittedModel,
    *,
    facts: Facts | None = None,
    evaluation: Evaluation | None = None,
    proof: Proof | None = None,
    notes: Sequence[Note] = (),
    stopped: bool = False,
    name: str = "",
) -> str:
    """Render the model card in Markdown.

    Args:
        model: The model to describe.
        facts: Summary of its training data.
        evaluation: Its evaluation; None if it was not measured.
        proof: Its padding check; None if it was not measured.
        notes: What training left out of the data.
        stopped: True if training was stopped before its end.
        name: Title of the card.
    """
    parts = [
        _render_front_matter(model.recipe),
        f"# {_escape(name) or 'A model of sequences of unequal length'}",
        _describe_task(model),
        "## How to use the model\n\n" + _render_use(model),
        "## Model\n\n" + "\n".join(_render_details(model, stopped)),
        "## Training data\n\n" + "\n".join(_render_data(model, facts, notes)),
        "## Evaluation\n\n" + "\n".join(_render_metrics(evaluation)),
        "## Padding check\n\n" + "\n".join(_render_proof(proof)),
        "## Limits\n\n" + "\n".join(_render_limits(facts, evaluation)),
        "## Recipe\n\n" + "\n".join(_render_recipe(model.recipe, model.preprocessing.width)),
    ]
    return "\n\n".join(parts) + "\n"


USE = """\
On the command line, in the folder of this file:

```
pip install -r requirements.txt
python predict.py new.csv > predictions.csv
```

`new.csv` has the columns of `example.csv`; targets may be missing. `--help` lists the options.

In Python, with Unpadded:

```python
from unpadded import load, read_sequences

model = load("model.zip")
model.predict(read_sequences("new.csv"))
```

`python train.py data.csv` repeats the training, {script}. The app imports the ZIP on the page Runs.

On arrays, with Keras and NumPy only. {inputs}

```python
import json
import keras
import numpy as np

fitted = json.load(open("preprocessing.json", encoding="utf-8"))
network = keras.models.load_model("model.keras")
steps = np.zeros((1, 4, {width}))  # one sequence of 4 steps
steps = np.where(np.isnan(steps), fitted["fill"], steps)
values = ((steps - fitted["mean"]) / fitted["std"]).astype("float32")
outputs = network.predict([values, np.ones((1, 4), bool)])  # the mask: True at real steps
{decode}
```"""


def _render_use(model: FittedModel) -> str:
    decode = 'print(outputs * fitted["target_std"] + fitted["target_mean"])'
    if model.classes is not None:
        decode = 'print(np.array(fitted["classes"])[outputs.argmax(-1)])'
    return USE.format(
        inputs=describe_inputs(model.preprocessing),
        width=len(model.preprocessing.inputs.names),
        decode=decode,
        script="with the library in `unpadded.zip`" if model.recipe.members else "in plain Keras",
    )


def _render_front_matter(recipe: Recipe) -> str:
    kinds = [recipe.family]
    if "layers" in get_family(recipe).fields:
        kinds = sorted({type(layer).__name__.lower() for layer in recipe.layers})
    tags = ["sequences", "time-series", *kinds, "masking"]
    kind = "tabular-classification" if recipe.task == "classification" else "tabular-regression"
    return "\n".join(
        ["---", "library_name: keras", f"pipeline_tag: {kind}", "tags:"]
        + [f"- {tag}" for tag in tags]
        + ["---"]
    )


def _describe_task(model: FittedModel) -> str:
    """Describe in one sentence what the model predicts."""
    recipe, classes = model.recipe, model.classes
    if classes is None:
        target = "a number"
    else:
        shown = ", ".join(_escape(label) for label in classes[:12])
        target = f"one of {len(classes)} classes ({shown}{', …' if len(classes) > 12 else ''})"
    if name := _get_target_name(model.schema):
        target = f"{_escape(name)}, {target}"
    where = "per time step" if recipe.return_sequences else "per sequence"
    return f"Reads a sequence of time steps and predicts {where}: {target}."


def _render_details(model: FittedModel, stopped: bool) -> Iterator[str]:
    yield f"- Features per step: {_list(model.preprocessing.feature_names)}"
    layers = get_family(model.recipe).describe(model.recipe)
    yield f"- Network: {layers}, {model.network.count_params():,} weights"
    # Not by the metadata of installed packages: TensorFlow comes as tensorflow-cpu, too.
    versions = ", ".join(f"{name} {import_module(name).__version__}" for name in PACKAGES)
    yield f"- Written with Python {platform.python_version()}, {versions}"
    if stopped:
        yield "- The training was stopped before its last epoch."


def _get_target_name(schema: Schema | None) -> str:
    """Return the name of the target; "" for a column without a header."""
    if schema is None:
        return ""
    if schema.remaining_steps is not None:
        return "the remaining steps"
    return "" if schema.target is None or schema.target.isdecimal() else schema.target


def _render_data(model: FittedModel, facts: Facts | None, notes: Sequence[Note]) -> Iterator[str]:
    if facts is None:
        yield "Nothing is known about the data: the training was stopped before it was measured."
        return
    yield f"- {facts.sequences:,} sequences, {facts.steps:,} time steps in total"
    yield f"- Length: {facts.shortest} to {facts.longest} steps, median {facts.median:g}"
    yield f"- {facts.learned:,} training, {facts.validated:,} validation and"
    yield f"  {facts.tested:,} held-out test sequences"
    if model.table is not None and model.table.cut:
        cut, every = model.table.cut, model.table.cut_every
        yield f"- The sequences are {cut} of {model.table.cut_steps} steps of longer series, a new"
        yield f"  one every {every} steps; those of one series are one group"
    inputs = model.preprocessing.inputs
    if model.table is not None and model.table.missing != "refuse":
        yield f"- Missing values: {MISSING[model.table.missing]}"
    if inputs.indicated:
        yield f"- Inputs that mark missing values: {_list(inputs.indicated)}"
    for name, words in inputs.vocabularies.items():
        yield f"- Categories of {_escape(name)}: {_list(words)}; any other is unknown"
    yield f"- Trained on {facts.date}; hash of the values: `{model.trained_on}`"
    for note in notes:
        yield f"- {_escape(note)}"


def _render_metrics(evaluation: Evaluation | None) -> Iterator[str]:
    if evaluation is None:
        yield "The model was not evaluated."
        return
    count = f"{evaluation.sequences:,}"
    yield {
        "test": f"On {count} held-out test sequences.",
        "validation": f"On {count} validation sequences, on which the model was not trained.",
        "training": f"On the {count} training sequences. This says nothing about new sequences.",
    }[evaluation.part]
    yield f"95% confidence intervals are in brackets. {METHODS[evaluation.method]}."
    if evaluation.reasons:
        yield f"≈ marks intervals that may be too narrow: {'; '.join(evaluation.reasons)}."
    yield ""
    shown = [name for name in METRICS if name in evaluation.figures]
    yield "| model | " + " | ".join(METRICS[name][0] for name in shown) + " |"
    yield "|---|" + "---|" * len(shown)
    models = {"**this model**": evaluation.figures}
    models |= {BASELINE_NAMES[rival.name]: rival.figures for rival in evaluation.rivals}
    for name, figures in models.items():
        cells = (format_metric(each, figures[each]) if each in figures else "" for each in shown)
        yield f"| {name} | " + " | ".join(cells) + " |"
    for note in evaluation.notes:
        yield ""
        yield _escape(note)
    if evaluation.copies:
        yield ""
        yield (
            f"{evaluation.copies} of these sequences also occur in the training set, so the "
            "metrics are optimistic."
        )


def _render_proof(proof: Proof | None) -> Iterator[str]:
    if proof is None:
        yield "The padding check was not run."
        return
    if proof.verdict == "undecided":
        yield _escape(f"Undecided. {proof.explain_undecided()}")
    elif proof.mask == "none":
        yield (
            "Padding changes the predictions, because there is no mask: by up to "
            f"{proof.largest_change:.2g}."
        )
    elif proof.passed:
        yield (
            f"Padding never changes a prediction: checked on {proof.sequences} sequences of up to "
            f"{proof.steps} steps."
        )
    else:
        yield "Padding changes predictions, although it must not: see the table."
    yield ""
    yield "| change | network | largest difference | limit |"
    yield "|---|---|---|---|"
    for check in proof.checks:
        change = check.why if check.difference is None else f"{check.difference:.2g}"
        cells = (check.name, check.network, change, f"{check.tolerance:.2g}")
        yield f"| {' | '.join(map(_escape, cells))} |"


def _render_limits(facts: Facts | None, evaluation: Evaluation | None) -> Iterator[str]:
    if facts is not None:
        yield (
            f"- Sequences much longer than {facts.longest} steps, or unlike the training data, "
            "are extrapolated."
        )
    if evaluation is None or evaluation.part != "test":
        yield "- There is no test set: evaluate the model on new sequences before you rely on it."
    yield "- The model was not tested for decisions about people."


def _render_recipe(recipe: Recipe, width: int) -> Iterator[str]:
    mask = MASKS[recipe.mask].format(mask_value=recipe.mask_value, width=width)
    yield f"- Mask `{recipe.mask}`: {mask}"
    if recipe.maxlen is not None:
        side = "last" if recipe.truncating == "pre" else "first"
        yield f"- Truncation: the {side} {recipe.maxlen} steps of longer sequences are used"
    resolved, known = recipe.resolve(), get_family(recipe).fields
    for name, field in FIELDS.items():
        value = getattr(resolved, name)
        if name not in known:
            continue
        if field.section == "training" or (field.section == "finer" and value != field.default):
            shown = field.none if value is None else field.type.to_text(value)
            yield f"- {name.replace('_', ' ').capitalize()}: {shown}"
    for number, member in enumerate(recipe.members, start=1):
        changes = [f"{name} {FIELDS[name].to_text(value)}" for name, value in member.changes]
        if changes:
            yield f"- Member {number}: {', '.join(changes)}"


def _list(names: Sequence[str]) -> str:
    shown, more = ", ".join(map(_escape, names[:MAX_LISTED])), len(names) - MAX_LISTED
    return f"{shown} and {more} more" if more > 0 else shown


def _escape(text: object) -> str:
    """Escape untrusted text for one line: no Markdown, no HTML, no table column."""
    return re.sub(r"([\\`*_{}\[\]#|~<>&])", r"\\\1", " ".join(str(text).split()))
