"""Mark messages for translation without translating them."""

from __future__ import annotations


def N_(message: str) -> str:
    """Return the English text unchanged, marked for the message catalogues.

    For texts in constants and defaults, which are translated where they are shown (``ui.i18n``).
    Literal arguments of ``DataError`` and ``Note`` are extracted without a mark.
    """
    return message
