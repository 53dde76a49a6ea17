"""Turn the features of sequences into the numbers that a network reads."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from ..data.missing import Missing, carry_forward
from ..data.sequences import Sequences
from ..data.validation import number_copies
from ..recipe.network_shape import NetworkShape, count_usual_steps

UNKNOWN = "unknown"  # the word that stands for all words outside the vocabulary


@dataclass(frozen=True, eq=False)
class InputEncoder:
    """Fitted imputation, one-hot encoding and missing-value indicators.

    A feature of numbers is one input, in raw units. A categorical feature is one input per word of
    its vocabulary and one for the unknown word, each 0 or 1. A feature that lacks a value in a real
    training step has an indicator, 1 where its value is missing.

    Attributes:
        feature_names: (f,) names of the features.
        vocabularies: per categorical feature its words in real training steps, sorted.
        missing: "forward" fills a missing value with the last known one of the sequence, if there
            is one; all others are filled with ``fill``.
        indicated: features with an indicator.
        names: (i,) names of the inputs, in the order of the network.
        fill: (i,) float64 replacement of missing values, the mean of the known ones in real
            training steps.
    """

    feature_names: tuple[str, ...]
    vocabularies: Mapping[str, tuple[str, ...]]
    missing: Missing
    indicated: tuple[str, ...]
    names: tuple[str, ...]
    fill: npt.NDArray[np.float64]

    @classmethod
    def fit(cls, training: Sequences, like: InputEncoder | None = None) -> InputEncoder:
        """Fit to the real steps of the training set.

        Args:
            training: The training set.
            like: Takes everything but the fill values from this encoder.
        """
        names = training.feature_names
        if like is None:
            has_missing = np.any(np.isnan(training.values), axis=0)
            indicated = tuple(n for n, lacks in zip(names, has_missing, strict=True) if lacks)
            vocabularies = {
                name: _list_used_words(training.values[:, names.index(name)], words)
                for name, words in training.categories.items()
            }
            inputs = name_inputs(names, vocabularies, indicated)
            like = cls(names, vocabularies, training.missing, indicated, inputs, np.empty(0))
        known = replace(like, missing="mean").expand(training)  # without values carried forward
        return replace(like, fill=_mean_of_known(known))

    def encode(self, data: Sequences) -> Sequences:
        """Return sequences with the inputs as features, in raw units, without missing values.

        Args:
            data: Sequences with the features of the training set.
        """
        values = self.fill_missing(self.expand(data))
        if values is data.values:
            return data
        return data.with_numbers(values, self.names)

    def expand(self, data: Sequences) -> np.ndarray:
        """Return the inputs, (total steps, i) float32, with NaN where a value is missing."""
        values = data.values
        if self.missing == "forward":
            values = carry_forward(values, data.lengths)
        if self._is_identity:
            return values
        blocks, first = [], 0
        for feature, name in enumerate(self.feature_names):
            if name in self.vocabularies:
                blocks.append(values[:, first:feature])
                vocabulary = self.vocabularies[name]
                codes, words = values[:, feature], data.categories[data.feature_names[feature]]
                blocks.append(_encode_one_hot(codes, words, vocabulary))
                first = feature + 1
        blocks.append(values[:, first:])
        indicated = [self.feature_names.index(name) for name in self.indicated]
        blocks.append(np.isnan(data.values[:, indicated]).astype(np.float32))
        return np.concatenate(blocks, axis=1)[:, self._order]

    def fill_missing(self, values: np.ndarray) -> np.ndarray:
        """Replace NaN in inputs (…, i) by the fill values."""
        absent = np.isnan(values)
        return np.where(absent, self.fill, values).astype(np.float32) if absent.any() else values

    def find_unknown(self, data: Sequences) -> dict[str, np.ndarray]:
        """Find the words outside the vocabularies.

        Returns:
            Per categorical feature that has any, the (k,) steps that hold one.
        """
        found = {}
        for feature, name in enumerate(self.feature_names):
            if name not in self.vocabularies:
                continue
            known = {*self.vocabularies[name], UNKNOWN}
            words = data.categories[data.feature_names[feature]]
            is_unknown = np.array([*(word not in known for word in words), False])  # NaN: missing
            codes = data.values[:, feature]
            steps = np.flatnonzero(is_unknown[np.where(np.isnan(codes), -1, codes).astype(int)])
            if len(steps):
                found[name] = steps
        return found

    @cached_property
    def coded(self) -> tuple[int, ...]:
        """Numbers of the inputs of 0 and 1: words and indicators."""
        is_coded: list[bool] = []
        for name in self.feature_names:
            words = self.vocabularies.get(name)
            is_coded += [False] if words is None else [True] * (len(words) + 1)
        is_coded += [True] * len(self.indicated)
        return tuple(np.flatnonzero(np.array(is_coded)[self._order]).tolist())

    @cached_property
    def _is_identity(self) -> bool:
        return not self.vocabularies and not self.indicated

    @cached_property
    def _order(self) -> np.ndarray:
        """(i,) place of each input in the order of ``name_inputs``.

        Models of earlier versions have another order.
        """
        listed = name_inputs(self.feature_names, self.vocabularies, self.indicated)
        places = {name: place for place, name in enumerate(listed)}
        return np.array([places[name] for name in self.names])


def name_inputs(
    feature_names: Sequence[str],
    vocabularies: Mapping[str, Sequence[str]],
    indicated: Collection[str],
) -> tuple[str, ...]:
    """Name the inputs: the features in their order, words as "name=word", then the indicators."""
    names: list[str] = []
    for name in feature_names:
        words = vocabularies.get(name)
        names += [name] if words is None else [f"{name}={word}" for word in (*words, UNKNOWN)]
    names += [f"{name} missing" for name in feature_names if name in indicated]
    return tuple(number_copies(names))


def estimate_inputs(data: Sequences) -> int:
    """Estimate the number of inputs of a network that is trained on this data.

    All words count, those of test sequences too; missing-value indicators do not.
    """
    return data.features + sum(len(words) for words in data.categories.values())


def estimate_shape(data: Sequences, outputs: int) -> NetworkShape:
    """Estimate the shape of a network that is trained on this data; see ``estimate_inputs``."""
    inputs, numeric = estimate_inputs(data), data.features - len(data.categories)
    return NetworkShape(
        inputs=inputs,
        outputs=outputs,
        usual_steps=count_usual_steps(data.lengths),
        sequences=len(data),
        coded=tuple(range(numeric, inputs)),
    )


def _list_used_words(codes: np.ndarray, words: tuple[str, ...]) -> tuple[str, ...]:
    used = np.unique(codes[~np.isnan(codes)]).astype(np.int64)
    return tuple(words[code] for code in used if words[code] != UNKNOWN)


def _encode_one_hot(
    codes: np.ndarray, words: Sequence[str], vocabulary: Sequence[str]
) -> np.ndarray:
    """Encode codes, (steps,), as (steps, words + 1) float32; the last input is the unknown word."""
    places = {word: place for place, word in enumerate(vocabulary)}
    rows = np.zeros((len(words) + 1, len(vocabulary) + 1), np.float32)
    for code, word in enumerate(words):
        rows[code, places.get(word, len(vocabulary))] = 1
    rows[-1] = np.nan
    return rows[np.where(np.isnan(codes), len(words), codes).astype(np.int64)]


def _mean_of_known(values: np.ndarray) -> np.ndarray:
    """Average the known values per input in float64, (i,); 0 where none is known."""
    known = ~np.isnan(values)
    sums = np.where(known, values, 0).sum(axis=0, dtype=np.float64)
    means: np.ndarray = sums / np.maximum(known.sum(axis=0), 1)
    return means
