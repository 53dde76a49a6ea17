"""The question that a comparison answers."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from ui.compare.dimensions import Dimension
from ui.i18n import _, escape_markdown, join_list, translate_name
from ui.session.state import State


def format_question(
    visitor: State, dimensions: Mapping[str, Dimension], varied: Collection[str]
) -> str:
    """Format the question, such as "Which pooling over steps is best on gestures?".

    Args:
        visitor: The visitor, for the name of the data.
        dimensions: All dimensions by key.
        varied: Keys of those that vary.
    """
    name = escape_markdown(translate_name(visitor.name))
    labels = [_lower_first(dimensions[key].label) for key in varied]
    if len(labels) > 1:
        question = _("Which combination of {settings} is best on {name}?")
    elif "mask" in varied:
        question = _("Is masking worth it on {name}?")
    elif not labels:
        question = _("Which settings are best on {name}?")
    elif dimensions[next(iter(varied))].is_yes_or_no:
        question = _("Is “{settings}” worth it on {name}?")
    elif dimensions[next(iter(varied))].is_number:
        question = _("Which value of {settings} is best on {name}?")
    else:
        question = _("Which {settings} is best on {name}?")
    return question.format(settings=join_list(labels), name=name)


def _lower_first(label: str) -> str:
    """Write a label as part of a sentence; abbreviations keep their capitals."""
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]
