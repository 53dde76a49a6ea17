"""Marking text that is shown in another language than it is written in."""

from __future__ import annotations


def N_(message: str) -> str:
    """The English text itself, marked for the catalogues: it stands in a table or a default, and
    whoever shows it translates it (``ui.i18n``). What is given to ``DataError`` or ``Note``
    directly is found without a mark."""
    return message
