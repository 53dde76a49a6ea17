"""``FittedModel``: a recipe, fitted preprocessing and a network, which together predict.

Every analysis of a model takes one; ``TrainedModel`` adds what is known of its training, and the
analyses. Needs TensorFlow.
"""

from __future__ import annotations

import io
import os
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import keras
import numpy as np
import pandas as pd

from .data.missing import base_names, indicator_name
from .data.schema import Schema
from .data.sequences import Sequences, default_names, step_indices
from .engine.chunking import Pace
from .engine.compiled import Data, Kind, engine_for, group_count
from .errors import DataError
from .preprocessing.transform import Preprocessing
from .reading import open_table, read_like, read_sequences
from .recipe.recipe import Recipe

OnShare = Callable[[float], None]
TABLES = (pd.DataFrame, str, os.PathLike, io.IOBase)  # what a table is read from


@dataclass(eq=False, kw_only=True)
class FittedModel:
    """A model that predicts.

    Attributes:
        network: the Keras model, stock layers only: inputs values (batch, steps, features) and
            mask (batch, steps), output (batch, outputs).
        schema: how the training data was read from a table, None when it was not: new tables are
            read in the same way.
        table: how the ``predict.py`` of a saved model reads a table.
        trained_on: the digest of the data it was trained on (``Sequences.digest``).
    """

    recipe: Recipe
    preprocessing: Preprocessing
    network: keras.Model
    schema: Schema | None = None
    table: Schema | None = None
    trained_on: str = ""

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
