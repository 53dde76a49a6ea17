"""What one visitor has open: one dataclass under one key of the session state."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import streamlit as st

from core import LSTM, DataError, Recipe, Sequences
from core.missing import Missing
from core.reading import Layout, Table
from runs import Prediction
from ui import server

EXAMPLE_LISTS = [[1], [2, 5], [3, 9, 9, 4, 8]]
EXAMPLE_NAME = "Three sequences"


def example_data() -> Sequences:
    """The reference example, which every page shows until there is other data."""
    return Sequences.from_lists(EXAMPLE_LISTS, targets=[2, 4, 6], ids=["a", "b", "c"])


@dataclass
class State:
    """data      the sequences that Mask, Train and Predict work on
    name      what they are called on screen
    table, layout   the file they were read from, and how; None for the example
    recipe    the network, its training, and the padding
    run       the id of the last training on this data
    example_run     the id of the last training on the home page
    asked     the predictions asked for, by the place that shows them: (run, data, answer)
    missing   what was chosen to be done with missing values
    files     what came of the file last uploaded, by the place it was uploaded to
    refused   why pasted text or a choice of columns was not possible, by the place that shows
              it, until it has been shown
    opened    how many data sets were opened: part of every widget's key that
              belongs to a data set, so that new data starts with fresh inputs
    """

    data: Sequences
    recipe: Recipe
    name: str = EXAMPLE_NAME
    table: Table | None = None
    layout: Layout | None = None
    missing: Missing = "refuse"
    run: str | None = None
    example_run: str | None = None
    asked: dict[str, tuple[str, Sequences, Prediction]] = field(default_factory=dict)
    files: dict[str, tuple[str, Any]] = field(default_factory=dict)
    refused: dict[str, DataError] = field(default_factory=dict)
    opened: int = 0

    def open(
        self, name: str, table: Table, layout: Layout, missing: Missing, data: Sequences
    ) -> None:
        """Work on other data from now on."""
        self.name, self.table, self.opened = name, table, self.opened + 1
        self.use(layout, missing, data)

    def use(self, layout: Layout, missing: Missing, data: Sequences) -> None:
        """Read the same file in another way; the recipe starts anew where it has to."""
        self.leave(self.run)
        self.layout, self.missing, self.data, self.run = layout, missing, data, None
        self.files.pop("work", None)  # counted for other sequences
        self.recipe = first_recipe(data)

    def open_example(self) -> None:
        """Back to the reference example."""
        self.leave(self.run)
        self.data, self.recipe, self.run = example_data(), Recipe.example(), None
        self.files.pop("work", None)
        self.name, self.table, self.layout, self.missing = EXAMPLE_NAME, None, None, "refuse"
        self.opened += 1

    def leave(self, run_id: str | None) -> None:
        """A training that no page of this visitor shows any more must not hold a worker."""
        if run_id is not None:
            server.runs().stop(run_id)

    def once(self, place: str, file_id: str, read: Callable[[], Any]) -> Any:
        """What ``read()`` gave for this file; a rerun of the page does not read it again."""
        if self.files.get(place, ("",))[0] != file_id:
            self.keep(place, file_id, read())
        return self.files[place][1]

    def keep(self, place: str, file_id: str, outcome: Any) -> None:
        """Remember what came of reading a file."""
        self.files[place] = (file_id, outcome)

    @property
    def trained(self) -> str | None:
        """The id of the last training on this data, also if it was started on the home page."""
        return self.run or (self.example_run if self.table is None else None)

    def key(self, name: str) -> str:
        """A widget's key, of its own for each data set."""
        return f"{name}-{self.opened}"


def current() -> State:
    """This visitor's state, made on the first call."""
    if "state" not in st.session_state:
        st.session_state["state"] = State(data=example_data(), recipe=Recipe.example())
    return st.session_state["state"]


def seeded(key: str, value: object) -> str:
    """The key, with a value for its widget to begin with. A widget keeps its own value while
    its page is open; after another page was shown it begins with what the state remembers."""
    st.session_state.setdefault(key, value)
    return key


def first_recipe(data: Sequences) -> Recipe:
    """A recipe to begin with: the task from the targets, one bidirectional LSTM, and batches
    small enough that every epoch makes at least some twenty updates."""
    batch_size = int(np.clip(2 ** round(np.log2(max(len(data), 1) / 20)), 1, 64))
    recipe = Recipe(
        layers=(LSTM(64, bidirectional=True),), batch_size=batch_size, epochs=60, patience=15
    )
    return replace(recipe, task="classification", loss="") if has_classes(data) else recipe


def has_classes(data: Sequences) -> bool:
    """Words are classes; whole numbers are when they are few and each stands for several rows."""
    if data.targets is None or data.targets.dtype.kind == "f":
        return False
    if data.targets.dtype.kind == "O":
        return True
    different = len(np.unique(data.targets))
    return different <= 50 and different * 5 <= len(data)
