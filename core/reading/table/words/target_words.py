"""Words among targets that are numbers: n.a., TBD, #DIV/0!, <0.5."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from ..number_text import NUMBER

# For a value that is not known; compared in lower case.
_UNKNOWN = (
    "- -- --- – — . .. n.a. n.a n.d. n.d nd n/d tbd tba pending unknown missing invalid error "
    "#div/0! #value! #ref! #num! #name? #null! #error!"
)
UNKNOWN_WORDS = frozenset(_UNKNOWN.split())
CENSORED = re.compile(rf"[<>≤≥]\s*=?\s*({NUMBER})", re.IGNORECASE)  # below or above a limit
MAX_CLASSES = 20  # distinct whole numbers that may be classes, beside classes that are words
MAX_WORD_SHARE = 0.2  # of the rows


def are_unknown_targets(
    texts: Sequence[str], values: np.ndarray, bad: np.ndarray, counts: np.ndarray
) -> bool:
    """Return True if the words among targets are unknown numbers, not classes.

    They are if all of them say that a value is unknown, or if they are few among numbers that
    are no classes: with decimals, or of many different values.

    Args:
        texts: Distinct targets.
        values: (distinct,) their numbers, NaN for words.
        bad: (k,) indices of the words.
        counts: (distinct,) rows per target.
    """
    numbers = values[np.isfinite(values)]
    if len(numbers) == 0:
        return False
    words = [texts[index].strip().lower() for index in bad.tolist()]
    if all(word in UNKNOWN_WORDS or CENSORED.fullmatch(word) for word in words):
        return True
    is_measured = len(numbers) > MAX_CLASSES or bool((numbers != np.floor(numbers)).any())
    are_few = counts[bad].sum() <= MAX_WORD_SHARE * counts.sum() and len(words) < len(numbers)
    return is_measured and bool(are_few)
