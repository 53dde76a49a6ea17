"""A fitted model: a recipe, fitted preprocessing and a network. Needs TensorFlow.

Every analysis takes a ``FittedModel``. ``TrainedModel`` adds the record of its training and the
analyses.
"""

from __future__ import annotations

import io
import os
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeGuard

import keras
import numpy as np
import numpy.typing as npt
import pandas as pd

from .data.missing import Missing
from .data.read_report import Finding
from .data.schema import Schema
from .data.sequences import Sequences, default_names
from .engine.chunking import ShareCallback
from .errors import DataError, Note
from .families.registry import get_network
from .preprocessing.training_set import TrainingSet
from .preprocessing.transform import Prepared, Preprocessing
from .reading import open_table, read_sequences, read_with_schema
from .reading.formats.open import AnySource
from .reading.new_data import Reading
from .recipe.recipe import Recipe

NewData = Sequences | Iterable[npt.ArrayLike] | AnySource
MAX_WORDS = 10  # named in a finding


@dataclass(eq=False, kw_only=True)
class FittedModel:
    """A model that predicts.

    Attributes:
        recipe: Configuration of the network and its training.
        preprocessing: Transformations fitted on the training rows.
        network: Keras model of stock layers, with the inputs values (batch, steps, features) and
            mask (batch, steps) and the output (batch, outputs).
        schema: How the training data was read from a table; new tables are read in the same way.
            None if it was not read from a table.
        table: How the ``train.py`` of a saved model reads a table.
        trained_on: Digest of the training data (``Sequences.digest``).
        fitted_to: Which of its rows are the training set; None in a model of an earlier version.
    """

    recipe: Recipe
    preprocessing: Preprocessing
    network: keras.Model
    schema: Schema | None = None
    table: Schema | None = None
    trained_on: str = ""
    fitted_to: TrainingSet | None = None

    @property
    def classes(self) -> np.ndarray | None:
        """Class labels, (k,), in the column order of ``predict_proba``; None for regression."""
        return self.preprocessing.classes

    @property
    def reading(self) -> Reading:
        """How new data for this model is read."""
        return Reading(len(self.preprocessing.feature_names), self.schema or self.table)

    def predict(self, new: NewData, on_progress: ShareCallback | None = None) -> np.ndarray:
        """Predict the target of each sequence.

        Warns if sequences are longer than the recipe's maxlen and lose steps.

        Args:
            new: ``Sequences``, a list of sequences (never a single bare sequence), a data frame,
                or, if the model was trained on a table, a file like it (a path or a binary
                buffer).
            on_progress: Called about ten times per second with the finished share, 0 to 1.

        Returns:
            (n,) values in the target's unit, or class labels. With the recipe's return_sequences
            (total steps,), one per step of ``as_sequences(new).values``; NaN, or None for classes,
            at steps that maxlen or the mask mode removed.
        """
        return self.preprocessing.decode(self._outputs(new, on_progress))

    def predict_proba(self, new: NewData, on_progress: ShareCallback | None = None) -> np.ndarray:
        """Predict the probability of each of ``classes``.

        Args:
            new: See ``predict``.
            on_progress: See ``predict``.

        Returns:
            (n, k) probabilities. With the recipe's return_sequences (total steps, k).

        Raises:
            ValueError: The model is a regression.
        """
        if self.classes is None:
            raise ValueError("predict_proba is for classification; this model predicts numbers")
        return self._outputs(new, on_progress)

    def _outputs(self, new: NewData, on_progress: ShareCallback | None = None) -> np.ndarray:
        """Compute outputs and warn about steps that the network does not see."""
        prepared = self.preprocessing.prepare(self.as_sequences(new))
        for note in self.preprocessing.notes(prepared.masked):
            warnings.warn(note, stacklevel=3)
        return self.compute_outputs(prepared, on_progress)

    def compute_outputs(
        self, data: Sequences | Prepared, on_progress: ShareCallback | None = None
    ) -> np.ndarray:
        """Compute the raw network outputs.

        Args:
            data: Sequences with the model's features, or what ``preprocessing.prepare`` returned
                for them.
            on_progress: Called about ten times per second with the finished share, 0 to 1.

        Returns:
            (n, outputs) float32 in the order of the sequences: probabilities, or scaled values as
            ``preprocessing.decode`` expects them. With the recipe's return_sequences
            (total steps, outputs); NaN at steps that the network does not see.
        """
        known = data if isinstance(data, Prepared) else self.preprocessing.prepare(data)
        family = get_network(self.recipe)
        results = family.compute_outputs(self.recipe, self.network, known, on_progress)
        if not self.recipe.return_sequences:
            return results
        where, steps = known.source, len(known.masked.original.values)
        by_step = np.full((steps, results.shape[1]), np.nan, np.float32)
        by_step[where[where >= 0]] = results[where >= 0]
        return by_step

    def as_sequences(self, new: NewData) -> Sequences:
        """Convert new data to ``Sequences`` with the model's features, in the model's order.

        Features are matched by name. They are matched by position if either side has default
        names only ("value", or "x1", "x2", …), or a single feature of one column per step: the
        names of those columns differ between tables of the same feature.

        Args:
            new: See ``predict``.

        Raises:
            DataError: The features have other names, or a frame lacks one.
        """
        names = self.preprocessing.feature_names
        if isinstance(new, Sequences):
            data = new
        elif self.schema is not None and _is_table(new):
            data = self._note_unknown_words(read_with_schema(open_table(new), self.schema)[0])
        elif isinstance(new, pd.DataFrame):
            data = _from_frame(new, names, self.preprocessing.inputs.missing)
        else:
            data = Sequences.from_lists(
                new,  # type: ignore[arg-type]  # which refuses a path with an error of its own
                missing=self.preprocessing.inputs.missing,
            )
        actual = data.feature_names
        if _has_loose_names(names, self.reading.schema) or _has_loose_names(actual, data.schema):
            self._check_categories(data)
            return data
        if set(actual) != set(names):
            raise DataError(
                "The model was trained on the features {expected}; this data has {found}. "
                "Give the same features with the same names.",
                expected=", ".join(names),
                found=", ".join(actual),
            )
        data = data if actual == names else data.with_features(names)
        self._check_categories(data)
        return data

    def _note_unknown_words(self, data: Sequences) -> Sequences:
        """Add a finding to the report per feature with words that the model has not learned."""
        findings = []
        for name, words in data.categories.items():
            known = self.preprocessing.inputs.vocabularies.get(name)
            unknown = [] if known is None else [word for word in words if word not in known]
            if unknown:
                note = Note(
                    "`{name}` has words that are not in the training data, read as unknown: "
                    "{words}",
                    name=name,
                    words=", ".join(unknown[:MAX_WORDS]),
                )
                findings.append(Finding("warning", "unknown_words", note, name))
        return data.with_report(data.report.with_findings(*findings))

    def _check_categories(self, data: Sequences) -> None:
        """Check that the features of this data that hold words are those of the model."""
        vocabularies = self.preprocessing.inputs.vocabularies
        for name, known in zip(data.feature_names, self.preprocessing.feature_names, strict=False):
            if (name in data.categories) != (known in vocabularies):
                raise DataError(
                    "Feature {feature} contains words, but the model was trained on numbers. "
                    "Give numbers."
                    if name in data.categories
                    else "Feature {feature} contains numbers, but the model was trained on "
                    "words. Give a table with a column {feature} of words.",
                    feature=known,
                )


def _has_loose_names(names: tuple[str, ...], schema: Schema | None) -> bool:
    """Tell if features are matched by position: unnamed ones, and the only one of a wide table."""
    is_single_wide = len(names) == 1 and schema is not None and schema.layout == "wide"
    return is_single_wide or names == default_names(len(names))


def _is_table(new: NewData) -> TypeGuard[AnySource]:
    """Tell if a table is read from data of this type."""
    if isinstance(new, list | tuple):  # the files of a ZIP, or a table per sequence
        kinds = (str, os.PathLike, io.IOBase, pd.DataFrame)
        return len(new) > 0 and all(isinstance(each, kinds) for each in new)
    return isinstance(new, pd.DataFrame | str | os.PathLike | io.IOBase | dict) or hasattr(
        new, "__arrow_c_stream__"
    )


def _from_frame(frame: pd.DataFrame, names: tuple[str, ...], policy: Missing) -> Sequences:
    """Read the frame's columns of these names; if it has none of them, detect the columns."""
    columns = [str(name).strip() for name in frame.columns]
    missing = [name for name in names if name not in columns]
    if missing and len(missing) < len(names):
        raise DataError(
            "There is no column {feature!r}, but the model was trained on this feature. The "
            "columns are {columns}.",
            feature=missing[0],
            columns=", ".join(columns),
        )
    return read_sequences(frame, features=None if missing else list(names), missing=policy)
