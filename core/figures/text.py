"""Text in figures: escaped, shortened, measured."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape, unescape
from unicodedata import east_asian_width

PHONE_WIDTH = 340  # pixels for a plot and its labels on a narrow phone


def escape_text(value: object, limit: int = 300) -> str:
    """Convert a value to text that Plotly displays literally: not as HTML, nor as a template.

    >>> escape_text("<b>x</b>"), escape_text("%{y}"), escape_text("patient-0001-visit-0012", 12)
    ('&lt;b&gt;x&lt;/b&gt;', '%&#123;y}', 'patien…-0012')
    """
    return escape(shorten_text(value, limit), quote=False).replace("%{", "%&#123;")


def shorten_text(value: object, limit: int) -> str:
    """Convert a value to text of one line.

    Text of more than ``limit`` characters loses its middle, because ids often differ only at the
    end.
    """
    result = re.sub(r"\s+", " ", str(value)).strip()
    if len(result) > limit:
        end = (limit - 1) // 2
        result = result[: limit - 1 - end] + "…" + result[len(result) - end :]
    return result


def shorten_all(ids: Iterable[object], limit: int) -> list[str]:
    """Shorten ids to at most ``limit`` characters each and keep distinct ids distinct.

    Where ``escape_text`` maps distinct ids to the same text, the long ids keep their beginning
    and the part in which they differ.

    >>> shorten_all(["patient-0001-left-hand", "patient-0002-left-hand"], 12)
    ['patient-0…1…', 'patient-0…2…']
    """
    texts = [re.sub(r"\s+", " ", str(id)).strip() for id in ids]
    shortened = [escape_text(id, limit) for id in texts]
    if len(set(shortened)) == len(set(texts)):
        return shortened
    long_ids = [id for id in texts if len(id) > limit]
    prefix = _count_common_prefix(long_ids)
    suffix = _count_common_prefix([id[prefix:][::-1] for id in long_ids])
    middles = [id[prefix : len(id) - suffix] for id in texts]
    middle_width = max(len(id) for id in long_ids) - prefix - suffix
    kept_prefix = max(
        0, min(prefix, limit - 2 - middle_width)
    )  # characters kept of the common prefix
    middle_room = limit - kept_prefix - 2
    return [
        escape_text(f"{id[:kept_prefix]}…") + escape_text(middle, middle_room) + "…" * (suffix > 0)
        if len(id) > limit
        else escape_text(id)
        for id, middle in zip(texts, middles, strict=True)
    ]


def format_number(value: float) -> str:
    """Format a number to fit a cell.

    >>> [format_number(v) for v in (9.0, -0.0, 1.860936, 12345.0, 1234567.0)]
    ['9', '0', '1.86', '12345', '1.23e+06']
    """
    value = float(value) + 0.0  # −0 becomes 0
    return str(int(value)) if value.is_integer() and abs(value) < 1e5 else f"{value:.3g}"


def measure_longest(names: list[str]) -> int:
    """Measure the longest name on an axis in pixels: 7 per character, 14 per Chinese character.

    >>> measure_longest(["speaker", "说话人"])
    49
    """
    return 7 * max((_measure_width(unescape(name)) for name in names), default=0)


def _measure_width(name: str) -> int:
    return sum(1 + (east_asian_width(character) in "WF") for character in name)


def has_horizontal_room(names: list[str]) -> bool:
    """Return True if horizontal names fit below their columns on a phone."""
    return len(names) * (measure_longest(names) + 4) <= PHONE_WIDTH - 20


def _count_common_prefix(texts: list[str]) -> int:
    """Count the characters of the common prefix of all texts."""
    first, last = min(texts), max(texts)  # sorted between these two, all texts share their prefix
    pairs = enumerate(zip(first, last, strict=False))
    return next((index for index, (a, b) in pairs if a != b), min(len(first), len(last)))
