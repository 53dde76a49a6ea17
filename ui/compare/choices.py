"""What a comparison varies, as text: in the URL, in the form, and stored with the data set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

from ui.compare.dimensions import Dimension
from ui.context import get_services
from ui.session.data import renew_widgets
from ui.session.settings import choose_comparison
from ui.session.state import State
from ui.shell.navigation import get_navigation

VARY = "vary."  # followed by the key of a dimension; its value lists values
SEPARATOR = "|"  # in no text of a value
SEEDS, FOLDS = "seeds", "folds"
MAX_SEEDS, DEFAULT_SEEDS = 10, 5  # with five, intervals over seeds are narrow enough to be useful
WORDS = {"yes": True, "no": False}
MAX_VALUES = 20  # per dimension that are read from a URL


@dataclass(frozen=True)
class Choices:
    """What a comparison varies.

    Attributes:
        varied: Values as text by the key of a dimension, in the order in which they were chosen.
        seeds: Number of seeds.
        folds: Whether each seed evaluates on another fold; None for the default for the data.
    """

    varied: Mapping[str, tuple[str, ...]]
    seeds: int = DEFAULT_SEEDS
    folds: bool | None = None

    @classmethod
    def from_texts(cls, texts: Mapping[str, str], dimensions: Mapping[str, Dimension]) -> Choices:
        """Read choices, without what does not exist or cannot be read.

        Args:
            texts: What ``to_texts`` returned, or URL parameters that anybody may have written.
            dimensions: The dimensions that exist for the open data.
        """
        varied = {}
        for key, text in texts.items():
            dimension = dimensions.get(key.removeprefix(VARY))
            if key.startswith(VARY) and dimension is not None:
                varied[key.removeprefix(VARY)] = _read_values(text, dimension)
        seeds = texts.get(SEEDS, "")
        number = int(seeds[:3]) if seeds.isdecimal() else DEFAULT_SEEDS
        return cls(
            varied or {"mask": _format_defaults(dimensions["mask"])},
            min(max(number, 1), MAX_SEEDS),
            WORDS.get(texts.get(FOLDS, "")),
        )

    @classmethod
    def from_values(
        cls,
        values: Mapping[str, Sequence[object]],
        dimensions: Mapping[str, Dimension],
        seeds: int,
        folds: bool | None,
    ) -> Choices:
        """Collect what the form holds."""
        varied = {key: tuple(map(dimensions[key].to_text, each)) for key, each in values.items()}
        return cls(varied, seeds, folds)

    def to_texts(self) -> dict[str, str]:
        """Convert to texts by key."""
        texts = {f"{VARY}{key}": SEPARATOR.join(values) for key, values in self.varied.items()}
        texts[SEEDS] = str(self.seeds)
        if self.folds is not None:
            texts[FOLDS] = "yes" if self.folds else "no"
        return texts


def _read_values(text: str, dimension: Dimension) -> tuple[str, ...]:
    values = []
    for part in text.split(SEPARATOR)[:MAX_VALUES]:
        try:
            values.append(dimension.to_text(dimension.from_text(part)))
        except ValueError:
            continue
    return tuple(dict.fromkeys(values)) or _format_defaults(dimension)


def _format_defaults(dimension: Dimension) -> tuple[str, ...]:
    return tuple(map(dimension.to_text, dimension.defaults))


def follow_address(visitor: State) -> None:
    """Apply what the page's URL says about the comparison, when the browser navigates to it."""
    texts = _select_own(st.query_params)
    visitor.address.compare_page, navigation = get_navigation(visitor.address.compare_page)
    if navigation and texts and texts != visitor.comparison_choices:
        choose_comparison(visitor, get_services(), texts)
        renew_widgets(visitor)  # so that the form starts with it


def update_address(choices: Choices) -> None:
    """Write the choices to the address bar, beside everything else."""
    current, texts = st.query_params.to_dict(), choices.to_texts()
    others = {key: text for key, text in current.items() if not _is_own(key)}
    if current != others | texts:
        st.query_params.from_dict(others | texts)


def _is_own(key: str) -> bool:
    return key in (SEEDS, FOLDS) or key.startswith(VARY)


def _select_own(address: Mapping[str, str]) -> dict[str, str]:
    return {key: text for key, text in address.items() if _is_own(key)}
