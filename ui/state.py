"""What one visitor has open: one dataclass under one key of the session state.

The session ends with the browser's tab; what is worth keeping is saved as the visitor's workspace
(``saved``) whenever it changes, and is there again after a refresh or the next day.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

import streamlit as st

from core import DataError, Recipe, Sequences
from core.missing import Missing
from core.packing import pack, unpack
from core.reading import Layout, Table, open_table
from runs import DataSet, Prediction, RunLine, StoreError
from runs.store import Content
from ui import identity, server
from ui.first_recipe import first_recipe
from ui.identity import Owner
from ui.reading import Reading, layout_from

EXAMPLE_LISTS = [[1], [2, 5], [3, 9, 9, 4, 8]]
EXAMPLE_NAME = "Three sequences"
MOST_TYPED = 100_000  # characters of one box that are kept
MOST_BOXES = 20


def example_data() -> Sequences:
    """The reference example, which every page shows until there is other data."""
    return Sequences.from_lists(EXAMPLE_LISTS, targets=[2, 4, 6], ids=["a", "b", "c"])


@dataclass
class State:
    """owner     whose this is
    data      the sequences that Mask, Train and Predict work on
    name      what they are called on screen
    kept      the data set as the server keeps it; None for the example
    layout    how the file was read; None for the example
    missing   what was chosen to be done with missing values
    recipe    the network, its training, and the padding
    run       the id of the last training on this data
    example_run     the id of the last training on the home page
    typed     what was typed into large boxes, by the place that shows them
    asked     the predictions asked for, by the place that shows them: (run, data, answer)
    files     what came of the file last uploaded, by the place it was uploaded to
    refused   why pasted text or a choice of columns was not possible, by the place that shows
              it, until it has been shown
    opened    how many data sets were opened: part of every widget's key that
              belongs to a data set, so that new data starts with fresh inputs
    trouble   why the workspace could not be read or saved, as long as it cannot
    """

    owner: Owner
    data: Sequences = field(default_factory=example_data)
    recipe: Recipe = field(default_factory=Recipe.example)
    name: str = EXAMPLE_NAME
    kept: DataSet | None = None
    layout: Layout | None = None
    missing: Missing = "refuse"
    run: str | None = None
    example_run: str | None = None
    typed: dict[str, str] = field(default_factory=dict)
    asked: dict[str, tuple[str, Sequences, Prediction]] = field(default_factory=dict)
    files: dict[str, tuple[str, Any]] = field(default_factory=dict)
    refused: dict[str, DataError] = field(default_factory=dict)
    opened: int = 0
    trouble: StoreError | None = None
    is_new: bool = True  # until the workspace has been restored
    _table: Table | None = None
    _saved: dict[str, Any] = field(default_factory=dict)

    def open(
        self,
        name: str,
        file: bytes,
        table: Table,
        layout: Layout,
        missing: Missing,
        data: Sequences,
    ) -> None:
        """Work on other data from now on. Raises DataError, and changes nothing, when the server
        cannot keep it."""
        self._keep(name, file, layout, missing, data)
        self._table, self.opened = table, self.opened + 1
        self.save()

    def use(self, layout: Layout, missing: Missing, data: Sequences) -> None:
        """Read the same file in another way; the recipe starts anew where it has to."""
        file = server.store().contents.read_compressed(self.kept.file)
        self._keep(self.name, file, layout, missing, data, self.kept.id)
        self.save()

    def open_kept(self, data_set: DataSet) -> None:
        """Work on a data set that the server keeps."""
        self._settle(data_set, _unpacked(data_set.data))
        self._table, self.opened = None, self.opened + 1
        self.save()

    def open_example(self) -> None:
        """Back to the reference example."""
        self.data, self.recipe, self.run = example_data(), Recipe.example(), None
        self.name, self.kept, self.layout, self.missing = EXAMPLE_NAME, None, None, "refuse"
        self._table, self.opened = None, self.opened + 1
        self.files.pop("work", None)  # counted for other sequences
        self.save()

    def open_run(self, run: RunLine) -> None:
        """Work on what a run was trained on, with its recipe."""
        sets = server.store().contents.list(self.owner.id)
        kept = next((each for each in sets if each.data == run.data), None)
        if kept is not None:
            self.open_kept(kept)
        elif run.data == example_digest():
            self.open_example()
        else:
            raise DataError(
                "The data of this run is no longer among your data sets. Open its file again."
            )
        self.recipe = run.recipe
        self.save()

    def train(self, recipe: Recipe) -> str:
        """Train on the open data; returns the run's id. Raises DataError."""
        stored = None if self.kept is None else self.kept.data
        reading = self.reading.to_dict()
        owner = self.owner.id
        return server.runs().train(owner, self.data, recipe, self.name, reading, stored)

    def choose(self, recipe: Recipe) -> None:
        """Go on with another recipe."""
        if recipe != self.recipe:
            self.recipe = recipe
            self.save()

    def remember(self, place: str, text: str) -> None:
        """Keep what was typed into a box, of the last boxes typed into."""
        if self.typed.get(place) != text:
            self.typed.pop(place, None)
            self.typed[place] = text[:MOST_TYPED]
            for oldest in list(self.typed)[:-MOST_BOXES]:
                del self.typed[oldest]
            self.save()

    def once(self, place: str, file_id: str, read: Callable[[], Any]) -> Any:
        """What ``read()`` gave for this file; a rerun of the page does not read it again."""
        if self.files.get(place, ("",))[0] != file_id:
            self.keep(place, file_id, read())
        return self.files[place][1]

    def keep(self, place: str, file_id: str, outcome: Any) -> None:
        """Remember what came of reading a file."""
        self.files[place] = (file_id, outcome)

    @property
    def is_example(self) -> bool:
        return self.kept is None

    @property
    def table(self) -> Table:
        """The file the open data was read from; read again when it is first asked for."""
        if self._table is None:
            file = io.BytesIO(server.store().contents.read_compressed(self.kept.file))
            self._table = open_table(file)
        return self._table

    @property
    def reading(self) -> Reading:
        return Reading(self.data.features, self.layout, self.missing)

    @property
    def trained(self) -> str | None:
        """The id of the last training on this data, also if it was started on the home page."""
        return self.run or (self.example_run if self.is_example else None)

    def key(self, name: str) -> str:
        """A widget's key, of its own for each data set."""
        return f"{name}-{self.opened}"

    def save(self) -> None:
        """Save the workspace, if it has changed. What fails is shown by the frame; the visitor
        can go on, and the next change tries again."""
        workspace = {
            "data_set": None if self.kept is None else self.kept.id,
            "recipe": self.recipe.to_dict(),
            "run": self.run,
            "example_run": self.example_run,
            "typed": self.typed,
        }
        if workspace == self._saved:
            return
        try:
            server.store().visitors.save(self.owner.id, workspace)
            self._saved, self.trouble = workspace | {"typed": dict(self.typed)}, None
        except StoreError as error:
            self.trouble = error

    def restore(self) -> None:
        """Bring back what was open when the visitor was last here."""
        try:
            workspace = server.store().visitors.welcome(self.owner.id, self.owner.login is not None)
            name = workspace.get("data_set")
            kept = name and server.store().contents.get(self.owner.id, name)
            if kept:
                self._settle(kept, _unpacked(kept.data))
            if workspace and (kept or not name):
                self.recipe = Recipe.from_dict(workspace["recipe"])
                self.run = workspace["run"]
            self.example_run = workspace.get("example_run")
            self.typed = dict(workspace.get("typed", {}))
            self._saved, self.trouble, self.is_new = workspace, None, False
        except StoreError as error:
            self.trouble = error

    def _keep(
        self,
        name: str,
        file: bytes,
        layout: Layout,
        missing: Missing,
        data: Sequences,
        known: str = "",
    ) -> None:
        packed, text = Content.of(pack(data)), Content.compressed(file)
        new = DataSet(
            name=name,
            data=packed.digest,
            file=text.digest,
            layout=asdict(layout),
            missing=missing,
            sequences=len(data),
            features=data.features,
            steps=int(data.lengths.sum()),
            id=known,
        )
        self._settle(server.store().contents.keep(self.owner.id, new, packed, text), data)

    def _settle(self, kept: DataSet, data: Sequences) -> None:
        self.kept, self.name, self.data, self.run = kept, kept.name, data, None
        self.layout, self.missing = layout_from(kept.layout), kept.missing
        self.recipe = first_recipe(data)
        self.files.pop("work", None)  # counted for other sequences


def current() -> State:
    """This visitor's state, restored on the first call of a session."""
    if "state" not in st.session_state:
        st.session_state["state"] = State(identity.owner())
        st.session_state["state"].restore()
    return st.session_state["state"]


def seeded(key: str, value: object) -> str:
    """The key, with a value for its widget to begin with. A widget keeps its own value while
    its page is open; after another page was shown it begins with what the state remembers."""
    st.session_state.setdefault(key, value)
    return key


@st.cache_resource(show_spinner=False)
def example_digest() -> str:
    """The address of the example's data, which every visitor shares."""
    return Content.of(pack(example_data())).digest


def _unpacked(digest: str) -> Sequences:
    return unpack(server.store().contents.read(digest))
