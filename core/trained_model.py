"""``TrainedModel``: what ``train`` returns: predict, evaluate, inspect, save. Needs TensorFlow."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, BinaryIO

import numpy as np

from .data.missing import base_names
from .data.schema import Schema
from .data.sequences import Sequences
from .data.summary import Facts
from .engine.compiled import WAYS
from .engine.progress import History
from .errors import DataError, Note, as_note
from .evaluation.bootstrap import Figure, answered_by, clusters_of, figures, statistic
from .evaluation.metrics import classification_metrics, regression_metrics
from .evaluation.predictions import measure, telling_part
from .evaluation.report import Evaluation, judge
from .export import archive
from .export.keras_script import training_script
from .export.model_card import model_card
from .fitted import FittedModel, OnShare
from .inspection.compute import trace
from .inspection.trace import Trace
from .invariance.checks import prove
from .invariance.report import Proof
from .json_validation import flag, many, number, one_of, optional, record, text, whole
from .network.keras_network import build_network
from .preprocessing.transform import Preprocessing
from .recipe.recipe import MAX_EPOCHS, MAX_LAYERS, Recipe, weight_count

MAX_NOTES = 100  # in a file
MAX_SECONDS = 1e9  # of an epoch


@dataclass(eq=False, kw_only=True)
class TrainedModel(FittedModel):
    """What ``train`` returns and ``load`` brings back.

    history     as Keras's ``History.history``: one figure an epoch under "loss",
                "val_loss", "accuracy", "val_accuracy" and "seconds". Losses are in
                the target's unit (squared for mse).
    notes       what training left out of the data, in words
    stopped     True when ``should_stop`` ended the training
    best_epoch  the epoch (from 1) whose weights were kept; None without patience
    computed    what computed it, which the last bits of its weights depend on: for each
                recurrent layer "fused", "wide" (see core.engine.lstm) or "keras", and how many
                groups of rows ran side by side
    proof       what ``prove`` found, where somebody has kept it here; saved with the model
    evaluation  what ``judge`` found, likewise
    facts       about the data it was trained on
    example     text of a small table of that kind
    """

    history: History = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)
    stopped: bool = False
    best_epoch: int | None = None
    computed: dict[str, Any] = field(default_factory=dict)
    proof: Proof | None = None
    evaluation: Evaluation | None = None
    facts: Facts | None = None
    example: str = ""

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
        return prove(self, self.as_sequences(data), seconds, on_progress)

    def trace(self, sequence: Any, masked: bool = True) -> Trace:
        """The states, the answers so far and the influence of every value while the network reads
        one sequence, (steps,) or (steps, features), or ``Sequences`` of one, padded as in training;
        see ``core.inspection.trace.Trace``. masked=False shows what padding would do."""
        one = sequence if isinstance(sequence, Sequences) else [sequence]
        return trace(self, self.as_sequences(one), masked)

    def model_card(self, name: str = "") -> str:
        """Describe the model for the people it is given to, in Markdown; name: the title."""
        return model_card(
            self,
            facts=self.facts,
            evaluation=self.evaluation,
            proof=self.proof,
            notes=self.notes,
            stopped=self.stopped,
            name=name,
        )

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
            "MODEL_CARD.md": self.model_card(name),
            archive.EXAMPLE: self.example,
        }
        archive.write(path, self.network, described, texts)


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
    return TrainedModel(
        recipe=recipe,
        preprocessing=preprocessing,
        network=network,
        **told,
        example=saved.example,
    )


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
