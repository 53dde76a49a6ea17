"""How the cases of messages are declared, and compared with what is shown.

A case makes the situation in which a message appears, and counts its numbers from the arrays. It
returns what shows the message and the numbers by placeholder.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from string import Formatter

from tests.messages.catalogue import Message, find_message

Texts = str | Iterable[str]
Result = tuple[Texts, dict[str, object]]
Case = Callable[[], Result]

CASES: dict[Message, list[Case]] = {}
DIGITS = r"[\d.,]"


def case(*names: str) -> Callable[[Case], Case]:
    """Declare a case of one message, or of several with the same numbers."""

    def declare(function: Case) -> Case:
        for name in names:
            CASES.setdefault(find_message(name), []).append(function)
        return function

    return declare


def is_shown(forms: Message, texts: Texts, numbers: dict[str, object]) -> bool:
    """Tell if a text contains the message with these numbers, and any words.

    A message with a plural has it unless {n} is 1.
    """
    pattern = re.compile(_build_pattern(choose_form(forms, numbers), numbers), re.DOTALL)
    return any(pattern.search(_clean(text)) for text in list_texts(texts))


def list_similar(forms: Message, texts: Texts) -> list[str]:
    """List the texts that contain the message with any numbers."""
    patterns = [re.compile(_build_pattern(form, {}), re.DOTALL) for form in forms]
    return [
        text for text in list_texts(texts) if any(each.search(_clean(text)) for each in patterns)
    ]


def choose_form(forms: Message, numbers: dict[str, object]) -> str:
    """Choose the singular or the plural of a message."""
    return forms[0] if str(numbers.get("n")) == "1" else forms[-1]


def list_texts(texts: Texts) -> list[str]:
    """List the texts of a case, which may be notes or a single one."""
    return [texts] if isinstance(texts, str) else [str(text) for text in texts]


def _clean(text: str) -> str:
    """Remove what the pages add to a text: escapes of Markdown, and word joiners in addresses."""
    return text.replace("\\", "").replace("\u2060", "")


def _build_pattern(form: str, numbers: dict[str, object]) -> str:
    """Build the pattern of a message; a number may be written with thousands separators."""
    parts = []
    for literal, name, spec, _conversion in Formatter().parse(form):
        parts.append(re.escape(_clean(literal)))
        if name is None:
            continue
        if name not in numbers:
            parts.append(".+?" if parts[-1] or literal else ".*?")
            continue
        value = numbers[name]
        ways = [format(value, spec) if spec else str(value)]
        if isinstance(value, int) and not spec:
            ways.append(f"{value:,}")
        parts.append("(?:" + "|".join(re.escape(way) for way in ways) + ")")
    return rf"(?<!{DIGITS}){''.join(parts)}(?!\d)"
