"""Categorical features: words, stored as their numbers in a sorted list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from ..errors import DataError

Categories = Mapping[str, tuple[str, ...]]


def encode_words(
    words: Sequence[str | None],
) -> tuple[npt.NDArray[np.float32], tuple[str, ...]]:
    """Encode words by their position in the sorted list of all of them.

    >>> codes, categories = encode_words(["b", None, "a"])
    >>> codes.tolist(), categories
    ([1.0, nan, 0.0], ('a', 'b'))

    Args:
        words: (k,); None is missing.

    Returns:
        (k,) float32 codes, NaN where missing, and the sorted words.
    """
    categories = tuple(sorted({word for word in words if word is not None}))
    codes = {word: code for code, word in enumerate(categories)}
    return np.array(
        [np.nan if word is None else codes[word] for word in words], np.float32
    ), categories


def decode_words(codes: np.ndarray, categories: Sequence[str]) -> npt.NDArray[np.object_]:
    """Convert codes, (k,), to words; None where a code is NaN."""
    words = np.array([*categories, None], dtype=object)
    return words[np.where(np.isnan(codes), len(categories), codes).astype(np.int64)]


def check_categories(
    categories: Mapping[str, Sequence[str]], values: np.ndarray, names: tuple[str, ...]
) -> dict[str, tuple[str, ...]]:
    """Check that every code of a categorical feature is the number of one of its words.

    Args:
        categories: sorted words per categorical feature.
        values: (total steps, features).
        names: one per feature.

    Raises:
        DataError: names the feature.
    """
    checked = {str(name): tuple(map(str, words)) for name, words in categories.items()}
    for name, words in checked.items():
        if name not in names:
            raise DataError(
                "There is no feature {feature!r}, but categories are given for it.", feature=name
            )
        if list(words) != sorted(set(words)):
            raise DataError(
                "The categories of {feature} are not sorted, or one is repeated. Sort them, "
                "each once.",
                feature=name,
            )
        codes = values[:, names.index(name)]
        codes = codes[~np.isnan(codes)]
        if len(codes) and (codes.min() < 0 or codes.max() >= len(words) or (codes % 1).any()):
            raise DataError(
                "Feature {feature} has a value that is not the code of one of its {n} "
                "categories. Codes count the sorted words from 0.",
                feature=name,
                n=len(words),
            )
    return checked
