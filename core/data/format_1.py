"""Features as earlier versions stored them, with one-hot words and indicators among them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

UNKNOWN = "unknown"


@dataclass(frozen=True)
class Format1:
    """The features behind the columns of earlier versions.

    Attributes:
        feature_names: The features.
        vocabularies: Words per categorical feature, without the unknown one.
        indicated: Features with an indicator.
    """

    feature_names: tuple[str, ...]
    vocabularies: dict[str, tuple[str, ...]]
    indicated: tuple[str, ...]


def detect_format_1(
    columns: Sequence[str], categories: Mapping[str, Sequence[str]], indicated: Sequence[str]
) -> Format1:
    """Detect the features behind columns.

    Args:
        columns: Names of the stored columns.
        categories: Words per categorical feature, as the table was read.
        indicated: Features that may have an indicator.
    """
    present = set(columns)
    vocabularies = {}
    for name, words in categories.items():
        vocabulary = tuple(word for word in words if word != UNKNOWN)
        if present.issuperset(_name_words(name, vocabulary)):
            vocabularies[name] = vocabulary
    owners = {
        column: name for name, words in vocabularies.items() for column in _name_words(name, words)
    }
    indicators = {_name_indicator(name): name for name in indicated}
    found = [indicators[column] for column in columns if column in indicators]
    names = (owners.get(column, column) for column in columns if column not in indicators)
    return Format1(tuple(dict.fromkeys(names)), vocabularies, tuple(found))


def restore_values(
    columns: Sequence[str], values: np.ndarray, known: Format1
) -> tuple[np.ndarray, dict[str, tuple[str, ...]]]:
    """Restore the features of stored columns.

    Args:
        columns: Names of the stored columns.
        values: (steps, columns).
        known: The features behind them.

    Returns:
        (steps, features) with codes of words, and the sorted words per categorical feature.
    """
    places = {name: place for place, name in enumerate(columns)}
    restored, categories = [], {}
    for name in known.feature_names:
        if name not in known.vocabularies:
            restored.append(values[:, places[name]])
            continue
        stored = (*known.vocabularies[name], UNKNOWN)
        one_hot = values[:, [places[each] for each in _name_words(name, stored[:-1])]]
        is_missing = np.isnan(one_hot[:, 0])
        numbers = np.where(is_missing, 0, one_hot.argmax(axis=1))
        is_used = (numbers == len(stored) - 1).any()
        categories[name] = tuple(sorted(stored if is_used else stored[:-1]))
        codes = np.array(
            [categories[name].index(w) if w in categories[name] else 0 for w in stored]
        )
        restored.append(np.where(is_missing, np.nan, codes[numbers]))
    return np.column_stack(restored).astype(np.float32), categories


def list_indicated(columns: Sequence[str]) -> tuple[str, ...]:
    """List the columns that another column names as missing."""
    return tuple(name for name in columns if _name_indicator(name) in columns)


def _name_words(name: str, vocabulary: Sequence[str]) -> list[str]:
    return [f"{name}={word}" for word in (*vocabulary, UNKNOWN)]


def _name_indicator(name: str) -> str:
    return f"{name} missing"
