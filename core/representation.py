"""Short representations of results, for the Python prompt."""

from __future__ import annotations

MAX_REPR = 700  # characters


def shorten_repr(text: str) -> str:
    """Cut a representation that ends with a bracket to ``MAX_REPR`` characters."""
    return text if len(text) <= MAX_REPR else f"{text[: MAX_REPR - 2]}…{text[-1]}"
