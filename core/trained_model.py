"""The trained model: predict, evaluate, inspect and save. Needs TensorFlow."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO, NotRequired, TypedDict

import keras
import numpy as np
import numpy.typing as npt
import pandas as pd

from .data.schema import Schema
from .data.sequences import Sequences
from .data.summary import Facts
from .engine.chunking import ShareCallback
from .engine.progress import Computation, History
from .errors import DataError, Note, as_note
from .evaluation.estimate import Estimate
from .evaluation.evaluation_set import select_evaluation_rows
from .evaluation.intervals import assign_clusters, estimate_metrics, find_dependence
from .evaluation.metrics import classification_metrics, regression_metrics
from .evaluation.predict_evaluation_set import predict_evaluation_set
from .evaluation.report import Evaluation, evaluate_predictions
from .evaluation.statistic import has_prediction, make_statistic
from .export import archive
from .export.model_card import render_model_card
from .families.registry import get_family, get_network
from .fitted import FittedModel, NewData
from .inspection.compute_trace import compute_trace
from .inspection.trace import Trace
from .invariance.checks import prove
from .invariance.report import VERDICT_WORDS, Proof
from .json_validation import (
    MAX_NAME,
    boolean,
    integer,
    list_of,
    number,
    one_of,
    optional,
    record,
    text,
)
from .layers.registry import IMPLEMENTATIONS, MAX_LAYERS
from .preprocessing.splits import split_rows
from .preprocessing.training_set import TRAINING_SET, TrainingSet
from .preprocessing.transform import Preprocessing
from .reading import open_table, read_table
from .reading.formats.source import Source
from .recipe.members import MAX_MEMBERS
from .recipe.recipe import MAX_EPOCHS, Recipe
from .representation import shorten_repr

MAX_NOTES = 100  # per file
MAX_SECONDS = 1e9  # per epoch


@dataclass(eq=False, kw_only=True, repr=False)
class TrainedModel(FittedModel):
    """A trained network with its preprocessing and its record, from ``train`` or ``load``.

    Attributes:
        history: One value per epoch under "loss", "val_loss", "accuracy", "val_accuracy" and
            "seconds", as in Keras's ``History.history``. Losses are in the target's unit (squared
            for mse). A model in closed form has one value per "penalty" instead, each the mean
            over training sequences that were left out of the fit. An ensemble has the values of
            its members one after another, and under "member" the number of each, from 1; a member
            in closed form has one value.
        notes: What training left out of the data.
        stopped: True if ``should_stop`` ended the training.
        best_epoch: The epoch (from 1) whose weights were kept; None without patience.
        computed: What the last bits of the weights depend on: "layers", with "fused", "wide" (see
            ``core.layers.lstm.fast_lstm``), "stepwise" (see ``core.layers.gru.fast_gru``), "packed"
            (see ``core.layers.convolution.packed_steps``) or "keras" per layer, and "groups", the
            number of parallel row groups.
        proof: Result of ``prove``, if assigned; saved with the model.
        evaluation: Result of ``evaluate_held_out``; saved with the model.
        facts: Summary of the training data.
        example: Text of a small table in the format of the training data.
        name: Title of the file that it was loaded from.
    """

    history: History
    notes: list[Note] = field(default_factory=list)
    stopped: bool = False
    best_epoch: int | None = None
    computed: Computation
    proof: Proof | None = None
    evaluation: Evaluation | None = None
    facts: Facts | None = None
    example: str = ""
    name: str = ""

    def __repr__(self) -> str:
        """Show the recipe, the epochs, and the metrics, if they were measured."""
        epochs = len(self.history.get("loss", ()))
        results = [repr(self.recipe), f"{epochs} epochs"]
        if self.evaluation is not None:
            results.append(repr(self.evaluation))
        if self.proof is not None:
            results.append(f"padding check {VERDICT_WORDS[self.proof.verdict]}")
        return shorten_repr(f"TrainedModel({', '.join(results)})")

    def evaluate(self, data: Sequences) -> dict[str, float]:
        """Compute metrics against the data's targets.

        Args:
            data: Sequences with targets.

        Returns:
            mse, rmse, mae and r2, or accuracy, balanced_accuracy, macro_f1 and log_loss.

        Raises:
            DataError: The data has no targets, or they do not fit the model.
        """
        _require_targets(data)
        outputs = self._outputs(data)
        return self.score(
            outputs if self.classes is not None else self.preprocessing.decode(outputs), data
        )

    def score(self, predicted: np.ndarray, data: Sequences) -> dict[str, float]:
        """Compute the metrics of ``evaluate`` for predictions made before.

        Args:
            predicted: Output of ``predict_proba``, or of ``predict`` for regression.
            data: The sequences predicted on, with targets.
        """
        targets, predicted, _ = self._align_with_targets(predicted, data)
        if self.classes is not None:
            return classification_metrics(targets, predicted, self.classes)
        return regression_metrics(targets, predicted)

    def score_with_intervals(self, predicted: np.ndarray, data: Sequences) -> dict[str, Estimate]:
        """Compute the metrics of ``score`` with 95 % intervals."""
        targets, predicted, clusters = self._align_with_targets(predicted, data)
        statistic = make_statistic(targets, predicted, self.classes)
        return estimate_metrics(statistic, clusters, dependence=find_dependence(data))

    def _align_with_targets(
        self, predicted: np.ndarray, data: Sequences
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return targets, predictions and clusters where there is a prediction.

        Raises DataError if targets and predictions cannot be compared.
        """
        targets = _require_targets(data)
        if data.per_step != self.recipe.return_sequences:
            raise DataError(
                "The targets are per step, but the model predicts once per sequence."
                if data.per_step
                else "The targets are per sequence, but the model predicts at every step."
            )
        if self.classes is None and targets.dtype.kind == "O":
            raise DataError(
                "The targets are words (such as {found!r}), but this model predicts numbers.",
                found=targets[0],
            )
        is_predicted = has_prediction(predicted)
        return (
            targets[is_predicted],
            predicted[is_predicted],
            assign_clusters(data, is_predicted),
        )

    def evaluate_held_out(self, data: Sequences) -> Evaluation:
        """Evaluate the model against baselines, with 95 % intervals.

        The result is stored as ``evaluation`` and appears in the model card.

        Args:
            data: The data that the model was trained on. Its rows marked test are used; without
                any, the validation rows, else the training rows.

        Returns:
            Metrics of the model and of the baselines.
        """
        part, rows = select_evaluation_rows(data, self.recipe)
        measured = predict_evaluation_set(self, part, rows)
        self.evaluation = evaluate_predictions(
            data, self.recipe, part, rows, measured.predictions, self.classes
        )
        return self.evaluation

    def prove(
        self, data: NewData, seconds: float = 5.0, on_progress: ShareCallback | None = None
    ) -> Proof:
        """Measure whether padding changes predictions, and by how much.

        See ``core.invariance.checks.prove``.

        Args:
            data: The training data or other data, in any form that ``predict`` accepts.
            seconds: Approximate time limit, without compilation and saving.
            on_progress: Called with the finished share, 0 to 1.

        Returns:
            A proof; ``proof.verdict`` is "holds", "leaks" or "undecided", ``proof.passed`` is True
            if it holds, and ``proof.table`` has one row per check.
        """
        return prove(self, self.as_sequences(data), seconds, on_progress)

    def trace(self, sequence: Sequences | npt.ArrayLike, masked: bool = True) -> Trace:
        """Trace the network while it reads one sequence, padded as in training.

        Args:
            sequence: (steps,) or (steps, features), or ``Sequences`` with one sequence.
            masked: False feeds padding as data, to show its effect.

        Returns:
            States, gates, predictions so far and attributions; see
            ``core.inspection.trace.Trace``.
        """
        one = sequence if isinstance(sequence, Sequences) else [sequence]
        return compute_trace(self, self.as_sequences(one), masked)

    def read_training_table(self, source: Source | pd.DataFrame) -> Sequences:
        """Read a table with targets in the way the training data was read, windows included.

        Args:
            source: A path, a buffer or a data frame, such as ``example.csv`` of a saved model.

        Raises:
            DataError: The table cannot be read like the training data.
        """
        return self.as_sequences(read_table(open_table(source), self._training_table)[0])

    def split_rows(self, data: Sequences) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Split the rows into training and validation sets, as ``train`` does with this recipe.

        Args:
            data: Sequences with targets.

        Returns:
            The training rows and the validation rows, row numbers; the latter may be empty.

        Raises:
            DataError: No row is marked train.
        """
        return split_rows(data, self.recipe)

    def build_initial_network(self) -> keras.Model:
        """Build the network with the weights that its training started from."""
        return get_network(self.recipe).build(self.recipe, self.preprocessing.shape)

    @property
    def _training_table(self) -> Schema:
        """How ``train.py`` and ``example.csv`` write the training data as a table."""
        inputs = self.preprocessing.inputs
        return self.table or Schema(
            "long",
            id="id",
            features=inputs.feature_names,
            categories=tuple(inputs.vocabularies),
            missing=inputs.missing,
        )

    def render_model_card(self, name: str = "") -> str:
        """Write the model card, in Markdown, with ``name`` or else its own name as its title."""
        return render_model_card(
            self,
            facts=self.facts,
            evaluation=self.evaluation,
            proof=self.proof,
            notes=self.notes,
            stopped=self.stopped,
            name=name or self.name,
        )

    def save(self, path: str | os.PathLike[str] | BinaryIO, name: str = "") -> None:
        """Save the model as a ZIP; ``core.load`` reads it.

        The ZIP holds a stock .keras file, the preprocessing, scripts that predict and train without
        this library, and a model card; see ``core.export.archive``.

        Args:
            path: Path or binary file to write to.
            name: Title of the model card, and name of the model when it is imported; by default
                the name that it was loaded with.
        """
        documents = {
            "recipe": self.recipe.to_dict(),
            "preprocessing": {
                "table": self._training_table.to_dict(),
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
                "fitted_to": None if self.fitted_to is None else self.fitted_to.to_dict(),
                "proof": None if self.proof is None else self.proof.to_dict(),
                "evaluation": None if self.evaluation is None else self.evaluation.to_dict(),
                "facts": None if self.facts is None else self.facts.to_dict(),
                "name": (name or self.name)[:MAX_NAME],
            },
        }
        family = get_network(self.recipe)
        texts = {
            "train.py": family.render_training_script(self.recipe, self.preprocessing.shape),
            "MODEL_CARD.md": self.render_model_card(name),
            archive.EXAMPLE: self.example,
        }
        archive.write_archive(path, self.network, documents, texts)


def load(
    path: str | os.PathLike[str] | BinaryIO, refuse_too_large: Callable[[int], None] | None = None
) -> TrainedModel:
    """Load a model written by ``TrainedModel.save``.

    Nothing in the file is executed or unpickled: the network is rebuilt from the checked recipe,
    and only then are the weights read.

    Args:
        path: Path or binary file to read from, or the folder that it was unpacked to.
        refuse_too_large: Called with the number of weights before the network is built; may raise
            to refuse the model.

    Raises:
        ModelFileError: The file is corrupted or was not written by ``save``.
    """
    with archive.open_archive(path) as saved:
        documents = saved.documents
        try:
            recipe = Recipe.from_dict(documents["recipe"])
            table = TABLE(documents["preprocessing"], "preprocessing.json")["table"]
            training = TRAINING(documents["training"], "training.json")
            preprocessing = Preprocessing.from_dict(
                recipe,
                documents["preprocessing"],
                documents["training"]["schema"] or documents["preprocessing"]["table"],
            )
        except (ValueError, RecursionError) as error:
            raise archive.make_error(error) from error
        weights = get_family(recipe).count_weights(recipe, preprocessing.shape)
        if refuse_too_large is not None:
            refuse_too_large(weights)
        saved.unpack_weights(weights, max(len(recipe.members), 1))
        network = get_network(recipe).build(recipe, preprocessing.shape)
        saved.read_weights(network)
    return TrainedModel(
        recipe=recipe,
        preprocessing=preprocessing,
        network=network,
        table=table,
        **training,
        example=saved.example,
    )


def _require_targets(data: Sequences) -> np.ndarray:
    """Return the targets; raise DataError if there are none."""
    if data.targets is None:
        raise DataError("This data has no targets, so predictions cannot be compared to it.")
    return data.targets


class Training(TypedDict):
    """Fields of a model in ``training.json``."""

    history: History
    notes: list[Note]
    stopped: bool
    best_epoch: int | None
    computed: Computation
    trained_on: str
    fitted_to: NotRequired[TrainingSet | None]
    schema: Schema | None
    proof: Proof | None
    evaluation: Evaluation | None
    facts: Facts | None
    name: NotRequired[str]


def _check_history(plain: object, where: str) -> History:
    """Check a training history: every entry has the same metrics, and the loss is one of them."""
    metrics = ("loss", "val_loss", "accuracy", "val_accuracy", "penalty")
    checks = dict.fromkeys(metrics, number())
    most = MAX_EPOCHS
    if isinstance(plain, Mapping) and "member" in plain:
        checks["member"], most = number(1, MAX_MEMBERS), MAX_EPOCHS * MAX_MEMBERS
    checks["seconds"] = number(0, MAX_SECONDS)
    history = record(
        dict[str, tuple[float, ...]],
        {},
        {name: list_of(check, most) for name, check in checks.items()},
    )(plain, where)
    lengths = {len(values) for values in history.values()}
    has_others = not isinstance(plain, Mapping) or history.keys() != plain.keys()
    if has_others or (history and "loss" not in history) or len(lengths) > 1:
        raise ValueError(f"{where} is none of a training")
    numbers = history.get("member", ())  # of one member after another
    if any(each % 1 for each in numbers) or list(numbers) != sorted(numbers):
        raise ValueError(f"{where} is none of an ensemble")
    return {name: list(values) for name, values in history.items()}


def _check_notes(plain: object, where: str) -> list[Note]:
    return list(list_of(_check_note, MAX_NOTES)(plain, where))


def _check_note(plain: object, where: str) -> Note:
    """Check a note and convert it to plain text: a template from a file may hold links."""
    return Note.from_plain(str(as_note(plain, where)))


def _build_computation(layers: Sequence[str], groups: int) -> Computation:
    return {"layers": list(layers), "groups": groups}


def _check_table(plain: object, where: str) -> Schema:
    return Schema.from_dict(plain)


TABLE = record(dict[str, Schema], {"table": _check_table})
TRAINING = record(
    Training,
    {
        "history": _check_history,
        "notes": _check_notes,
        "stopped": boolean,
        "best_epoch": optional(integer(1, MAX_EPOCHS)),
        "computed": record(
            _build_computation,
            {
                "layers": list_of(one_of(*IMPLEMENTATIONS), MAX_LAYERS * MAX_MEMBERS),
                "groups": integer(1, 1024),
            },
        ),
        "trained_on": text(64, "[0-9a-f]*"),
        "schema": optional(_check_table),
        "proof": optional(lambda plain, where: Proof.from_dict(plain)),
        "evaluation": optional(lambda plain, where: Evaluation.from_dict(plain)),
        "facts": optional(lambda plain, where: Facts.from_dict(plain)),
    },
    {"fitted_to": optional(TRAINING_SET), "name": text()},
)
