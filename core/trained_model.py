"""``TrainedModel``: predict, evaluate, save. Needs TensorFlow."""

from __future__ import annotations

import io
import os
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, BinaryIO

import keras
import numpy as np
import pandas as pd

from .export import archive
from .export.model_card import Facts, model_card
from .engine.compiled import WAYS, Data, Kind, engine_for, group_count
from .errors import DataError, Note, as_note
from .evaluation.bootstrap import Figure, answered_by, clusters_of, figures, statistic
from .evaluation.report import Evaluation, judge
from .evaluation.predictions import measure, telling_part
from .evaluation.metrics import classification_metrics, regression_metrics
from .export.keras_script import training_script
from .data.missing import base_names, indicator_name
from .network.keras_network import build_network
from .engine.chunking import Pace
from .json_validation import flag, many, number, one_of, optional, record, text, whole
from .preprocessing.transform import Preprocessing
from .engine.progress import History
from .invariance.report import Proof
from .reading import Schema, open_table, read_like, read_sequences
from .recipe.recipe import MAX_EPOCHS, MAX_LAYERS, Recipe, weight_count
from .data.sequences import Sequences, default_names, step_indices
from .inspection.trace import Trace

OnShare = Callable[[float], None]
MAX_NOTES = 100  # in a file
MAX_SECONDS = 1e9  # of an epoch
TABLES = (pd.DataFrame, str, os.PathLike, io.IOBase)  # what a table is read from


@dataclass(eq=False)
class TrainedModel:
    """What ``train`` returns and ``load`` brings back.

    network     the Keras model, stock layers only: inputs values (batch, steps,
                features) and mask (batch, steps), output (batch, outputs)
    history     as Keras's ``History.history``: one figure an epoch under "loss",
                "val_loss", "accuracy", "val_accuracy" and "seconds". Losses are in
                the target's unit (squared for mse).
    notes       what training left out of the data, in words
    stopped     True when ``should_stop`` ended the training
    best_epoch  the epoch (from 1) whose weights were kept; None without patience
    schema      how the training data was read from a table, None when it was not: new tables
                are read in the same way
    computed    what computed it, which the last bits of its weights depend on: for each
                recurrent layer "fused", "wide" (see core.engine.lstm) or "keras", and how many
                groups of rows ran side by side
    trained_on  the digest of the data it was trained on (``Sequences.digest``)
    proof       what ``prove`` found, where somebody has kept it here; saved with the model
    evaluation  what ``judge`` found, likewise
    facts       about the data it was trained on
    table       how the ``predict.py`` of a saved model reads a table
    example     text of a small table of that kind
    """

    recipe: Recipe
    preprocessing: Preprocessing
    network: keras.Model
    history: History = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)
    stopped: bool = False
    best_epoch: int | None = None
    computed: dict[str, Any] = field(default_factory=dict)
    schema: Schema | None = None
    trained_on: str = ""
    proof: Proof | None = None
    evaluation: Evaluation | None = None
    facts: Facts | None = None
    table: Schema | None = None
    example: str = ""

    @property
    def classes(self) -> np.ndarray | None:
        """(k,) the labels, in the order of ``predict_proba``'s columns; None for regression."""
        return self.preprocessing.classes

    def predict(self, new: Any, on_progress: OnShare | None = None) -> np.ndarray:
        """(n,) values in the target's unit, or labels for classification. With the recipe's
        return_sequences (total steps,), one a step, beside ``as_sequences(new).values``; NaN, or
        None for classes, at steps that maxlen or the mask mode kept from the network.

        new: ``Sequences``, a list of sequences (never one bare sequence), a data frame, or, when
        the model was trained on a table, a file like it: its path or a binary buffer.
        on_progress: called some ten times a second with the share that is done, 0 to 1.
        Warns when sequences are longer than the recipe's maxlen and lose steps.
        """
        return self.preprocessing.decode(self._outputs(new, on_progress))

    def predict_proba(self, new: Any, on_progress: OnShare | None = None) -> np.ndarray:
        """(n, k) probability of each of ``classes``, (total steps, k) with the recipe's
        return_sequences. Raises ValueError for regression."""
        if self.classes is None:
            raise ValueError("predict_proba is for classification; this model predicts numbers")
        return self._outputs(new, on_progress)

    def evaluate(self, data: Sequences) -> dict[str, float]:
        """Metrics against the data's targets: mse, rmse, mae and r2, or accuracy,
        balanced_accuracy, macro_f1 and log_loss."""
        if data.targets is None:
            raise DataError("This data has no targets, so predictions cannot be compared to it.")
        outputs = self._outputs(data)
        return self.score(
            outputs if self.classes is not None else self.preprocessing.decode(outputs), data
        )

    def score(self, predicted: np.ndarray, data: Sequences) -> dict[str, float]:
        """As ``evaluate``, for what ``predict_proba``, or ``predict`` of numbers, gave before."""
        targets, predicted, _ = self._beside_targets(predicted, data)
        if self.classes is not None:
            return classification_metrics(targets, predicted, self.classes)
        return regression_metrics(targets, predicted)

    def figures(self, predicted: np.ndarray, data: Sequences) -> dict[str, Figure]:
        """As ``score``, with their 95 % intervals (bootstrap over sequences)."""
        targets, predicted, clusters = self._beside_targets(predicted, data)
        return figures(statistic(targets, predicted, self.classes), clusters)

    def _beside_targets(
        self, predicted: np.ndarray, data: Sequences
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Targets and answers where there are answers, and what ``clusters_of`` says of them.
        Raises DataError where they can't be compared."""
        if data.per_step != self.recipe.return_sequences:
            raise DataError(
                "The targets are one a step, and the model answers once a sequence."
                if data.per_step
                else "The targets are one a sequence, and the model answers at every step."
            )
        if self.classes is None and data.targets.dtype.kind == "O":
            raise DataError(
                "The targets are words (such as {found!r}), but this model predicts numbers.",
                found=data.targets[0],
            )
        answered = answered_by(predicted)
        return data.targets[answered], predicted[answered], clusters_of(data, answered)

    def _outputs(self, new: Any, on_progress: OnShare | None = None) -> np.ndarray:
        """Warns of what the network does not get to see."""
        data = self.as_sequences(new)
        for note in self.preprocessing.notes(data):
            warnings.warn(note, stacklevel=3)
        return self.outputs(data, on_progress)

    def outputs(self, data: Sequences, on_progress: OnShare | None = None) -> np.ndarray:
        """(n, outputs) float32 of the network, in the order of the sequences, or of their steps,
        where NaN stands for those it does not see. For classes they are probabilities; numbers are
        scaled, as ``preprocessing.decode`` takes them. data: of the model's features."""
        prepared = self.preprocessing.prepare(data)
        given, lengths = Data(prepared), prepared.lengths
        features, outputs = len(self.preprocessing.feature_names), self.network.outputs[0].shape[-1]
        per_step = self.recipe.return_sequences
        found = np.empty((len(prepared.values) if per_step else len(data), outputs), np.float32)
        with engine_for(Kind.of(self.recipe, features, outputs, group_count())) as compiled:
            compiled.begin(self.network.get_weights())
            plan = compiled.forward_plan(lengths)
            for first, last in Pace().calls(plan):
                rows = plan.order[plan.cuts[first, 0] : plan.cuts[last - 1, -1]]
                if per_step:
                    rows = step_indices(prepared.offsets[:-1][rows], lengths[rows])
                found[rows] = compiled.answer(given, plan, first, last)
                if on_progress is not None:
                    on_progress(float(plan.cost[:last].sum() / plan.cost.sum()))
        if not per_step:
            return found
        where = self.preprocessing.where(data)
        by_step = np.full((len(data.values), outputs), np.nan, np.float32)
        by_step[where[where >= 0]] = found[where >= 0]
        return by_step

    def judge(self, data: Sequences) -> Evaluation:
        """What it is worth beside simple models, on the most telling rows of the data that it was
        trained on: those marked test, else those for validation; with 95 % intervals. Kept here as
        ``evaluation``, and said in the card of a saved model."""
        part, rows = telling_part(data, self.recipe)
        measured = measure(self, part, rows)
        self.evaluation = judge(data, self.recipe, part, rows, measured.answers, self.classes)
        return self.evaluation

    def prove(self, data: Any, seconds: float = 5.0, on_progress: OnShare | None = None) -> Proof:
        """Measure that padding never counts in what the model answers, or how much it does, on
        the data it was trained on or other data, as ``predict`` takes it; see
        ``core.invariance.checks.prove``. ``proof.passed``, and ``proof.table``, a row a check."""
        from .invariance.checks import prove

        return prove(self, self.as_sequences(data), seconds, on_progress)

    def trace(self, sequence: Any, masked: bool = True) -> Trace:
        """The states, the answers so far and the influence of every value while the network reads
        one sequence, (steps,) or (steps, features), or ``Sequences`` of one, padded as in training;
        see ``core.inspection.trace.Trace``. masked=False shows what padding would do."""
        from .inspection.compute import trace

        one = sequence if isinstance(sequence, Sequences) else [sequence]
        return trace(self, self.as_sequences(one), masked)

    def as_sequences(self, new: Any) -> Sequences:
        """``new`` as ``Sequences`` with the features the model was trained on, in that order.

        Features are found by their names; those that have default names only ("value", or
        "x1", "x2", …), here or in the training data, are taken as they stand. Raises DataError
        for features of other names and for a frame in which one is missing.
        """
        names = self.preprocessing.feature_names
        if isinstance(new, Sequences):
            data = new
        elif self.schema is not None and isinstance(new, TABLES):
            data, _ = read_like(open_table(new), self.schema)
        elif isinstance(new, pd.DataFrame):
            data = _from_frame(new, names)
        else:
            data = Sequences.from_lists(new, missing="mean" if _indicated(names) else "refuse")
            data = data.with_features(base_names(data.feature_names))  # as they were typed
        data = _with_indicators(data, names)
        found = data.feature_names
        unnamed = names == default_names(len(names)) or found == default_names(len(found))
        if found == names or unnamed:
            return data
        if set(found) != set(names):
            raise DataError(
                "The model was trained on the features {expected}; this data has {found}. Give "
                "the same features, under the same names.",
                expected=", ".join(names),
                found=", ".join(found),
            )
        return data.with_features(names)

    def save(self, path: str | os.PathLike | BinaryIO, name: str = "") -> None:
        """One ZIP: the model as a stock .keras file, what it needs to read data, scripts that
        predict with it and train it again without us, and a card that says what it is; see
        ``core.export.archive``. ``core.load`` is the way back. name: the card's title."""
        features, classes = self.preprocessing.feature_names, self.classes
        table = self.table or Schema("long", id="id", features=base_names(features))
        described = {
            "recipe": self.recipe.to_dict(),
            "preprocessing": {
                "table": table.to_dict(),
                **self.preprocessing.to_dict(),
            },
            "training": {
                "history": self.history,
                "notes": [note.to_plain() for note in self.notes],
                "stopped": self.stopped,
                "best_epoch": self.best_epoch,
                "computed": self.computed,
                "schema": None if self.schema is None else self.schema.to_dict(),
                "trained_on": self.trained_on,
                "proof": None if self.proof is None else self.proof.to_dict(),
                "evaluation": None if self.evaluation is None else self.evaluation.to_dict(),
                "facts": None if self.facts is None else self.facts.to_dict(),
            },
        }
        outputs = 1 if classes is None else len(classes)
        texts = {
            "train.py": training_script(self.recipe, len(features), outputs),
            "MODEL_CARD.md": model_card(self, name),
            archive.EXAMPLE: self.example,
        }
        archive.write(path, self.network, described, texts)


def _indicated(names: Sequence[str]) -> list[str]:
    """The features beside which another one says where they lack a value."""
    return [name for name in names if indicator_name(name) in names]


def _with_indicators(data: Sequences, names: tuple[str, ...]) -> Sequences:
    """With the features that say where others lack, where the model has them and the data, which
    lacks nothing or was made without them, does not."""
    base = base_names(names)
    absent = [name for name in _indicated(names) if indicator_name(name) not in data.feature_names]
    if not absent or data.features + len(absent) != len(names):
        return data
    found = data.feature_names
    if found == default_names(len(base)):
        found = base
    elif not set(absent) <= set(found):
        return data
    lacks = [np.isnan(data.values[:, found.index(name)]) for name in absent]
    return replace(
        data,
        values=np.column_stack([data.values, *lacks]),
        feature_names=(*found, *map(indicator_name, absent)),
        missing="mean",
    )


def _from_frame(frame: pd.DataFrame, names: tuple[str, ...]) -> Sequences:
    """The frame's columns of these names; where it has none of them, what is detected."""
    columns = [str(name).strip() for name in frame.columns]
    missing = [name for name in names if name not in columns]
    if missing and len(missing) < len(names):
        raise DataError(
            "The model was trained on a feature {feature!r}, but there is no column "
            "{feature!r}. The columns are {columns}.",
            feature=missing[0],
            columns=", ".join(columns),
        )
    return read_sequences(frame, features=None if missing else list(names))


def load(
    path: str | os.PathLike | BinaryIO, refuse_too_large: Callable[[int], None] | None = None
) -> TrainedModel:
    """The model that ``save`` wrote. Nothing in the file is executed or unpickled: the
    network is rebuilt from the checked recipe, and only then are weights read.

    refuse_too_large: called with the number of weights before anything is made of them. Raises
    DataError when the file is damaged or was not written by ``save``.
    """
    with archive.opened(path) as saved:
        described = saved.described
        try:
            recipe = Recipe.from_dict(described["recipe"])
            preprocessing = Preprocessing.from_dict(recipe, described["preprocessing"])
            told = record({"table": _table})(described["preprocessing"], "preprocessing.json")
            told |= TRAINING(described["training"], "training.json")
            told["notes"] = list(told["notes"])
            told["computed"]["layers"] = list(told["computed"]["layers"])
        # Of a recipe, the last two: what is no dictionary, and what is nested too deeply.
        except (ValueError, TypeError, AttributeError, RecursionError) as error:
            raise archive.damaged(error) from None
        features = len(preprocessing.feature_names)
        outputs = 1 if preprocessing.classes is None else len(preprocessing.classes)
        weights = weight_count(recipe, features, outputs)
        if refuse_too_large is not None:
            refuse_too_large(weights)
        saved.unpack_weights(weights)
        network = build_network(recipe, features, outputs)
        saved.read_weights(network)
    return TrainedModel(recipe, preprocessing, network, **told, example=saved.example)


def _history(plain: Any, where: str) -> History:
    """A check of a training's history: of each epoch the same figures, the loss among them."""
    figures = dict.fromkeys(("loss", "val_loss", "accuracy", "val_accuracy"), number())
    figures["seconds"] = number(0, MAX_SECONDS)
    found = record({}, {name: many(each, MAX_EPOCHS) for name, each in figures.items()})(
        plain, where
    )
    lengths = {len(each) for each in found.values()}
    if found.keys() != plain.keys() or (found and "loss" not in found) or len(lengths) > 1:
        raise ValueError(f"{where} is none of a training")
    return {name: list(each) for name, each in found.items()}


def _foreign(plain: Any, where: str) -> Note:
    """A check of a note of a file, which becomes text: a template from elsewhere may hold links, or
    anything."""
    return Note.from_plain(str(as_note(plain, where)))


def _table(plain: Any, where: str) -> Schema:
    """A check of how a table is read; why it is so is told where it was read."""
    return replace(Schema.from_dict(plain), reasons=(), doubts=())


TRAINING = record(
    {
        "history": _history,
        "notes": many(_foreign, MAX_NOTES),
        "stopped": flag,
        "best_epoch": optional(whole(1, MAX_EPOCHS)),
        "computed": record(
            {"layers": many(one_of(*WAYS), MAX_LAYERS), "groups": whole(1, 1024)},
        ),
        "trained_on": text(64, "[0-9a-f]*"),
        "schema": optional(_table),
        "proof": optional(lambda plain, where: Proof.from_dict(plain)),
        "evaluation": optional(lambda plain, where: Evaluation.from_dict(plain)),
        "facts": optional(lambda plain, where: Facts.from_dict(plain)),
    }
)
