"""What one visitor has open: one dataclass under one key of the session state.

The session ends with the browser's tab; what is worth keeping is saved as the visitor's workspace
(``ui.session.workspace``) whenever it changes, and is there again after a refresh or the next day.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from core import DataError, Recipe, Sequences
from core.data.serialization import unpack
from core.errors import Note
from core.reading import Report
from core.reading.new_data import Reading
from core.recipe.suggest import Suggestion, suggest
from runs import Compared, DataSet, Question, RunLine
from runs.reading import jobs
from runs.store import NOT_KNOWN, Content
from ui import backend, samples
from ui.i18n import LANGUAGES, _
from ui.samples import EXAMPLE_NAME, example_data
from ui.session.workspace import Memory, Workspace
from ui.shell import auth
from ui.shell.auth import Owner

Navigation = Literal["opened", "history"]  # a page; Back or Forward on the page that is open

MAX_TYPED = 100_000  # characters of one box that are kept
MAX_BOXES = 20
MAX_UNITS = 200
PASTED = "paste-text"  # the key of the one box that stands in a form
EXAMPLE_KEY = "example"  # in the place of a data set's id


@dataclass
class State:
    """owner     whose this is
    data      the sequences that Mask, Train and Predict work on
    name      what they are called on screen
    kept      the data set as the server keeps it; None for the example
    recipe    the network, its training, and the padding
    run       the id of the last training on this data
    compared  the runs that are compared on this data, None where none are
    example_run     the id of the last training on the home page
    typed     what was typed into large boxes, by the place that shows them
    asked     the predictions asked for, by the place that shows them: (run, data, answer)
    files     what came of the file last uploaded, by the place it was uploaded to
    refused   why pasted text or a choice of columns was not possible, by the place that shows it
    opened    how many data sets were opened: part of every widget's key that
              belongs to a data set, so that new data starts with fresh inputs
    language  chosen to read in, None for the browser's
    linked    what the address of the page said last, see ``ui.url_state``
    pages     the page that followed its address last, by what it follows there
    link_notes  what it said in vain, for as long as the recipe is the one that was set instead
    units     the recipe and the last run of each data set that was open, by its id
    memory    of all this, on the server
    """

    owner: Owner
    data: Sequences = field(default_factory=example_data)
    recipe: Recipe = field(default_factory=Recipe.example)
    name: str = EXAMPLE_NAME
    kept: DataSet | None = None
    run: str | None = None
    compared: Compared | None = None
    example_run: str | None = None
    typed: dict[str, str] = field(default_factory=dict)
    asked: dict[str, tuple[str, Sequences | None, Question]] = field(default_factory=dict)
    files: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    refused: dict[str, Any] = field(default_factory=dict)
    opened: int = 0
    language: str | None = None
    linked: dict[str, str] = field(default_factory=dict)
    pages: dict[str, str] = field(default_factory=dict)
    link_notes: tuple[Note, ...] = ()
    units: dict[str, dict[str, Any]] = field(default_factory=dict)
    memory: Memory = field(init=False)
    _seen: tuple[jobs.Columns, Report] | None = None

    def __post_init__(self) -> None:
        self.memory = Memory(self.owner)

    def open(self, name: str, file: bytes, opened: jobs.Opened, known: str = "") -> None:
        """Work on other data from now on; it takes the place of a ``known`` data set. Raises
        DataError, and changes nothing, when the server cannot keep it."""
        self._keep(name, Content.compressed(file), opened, known)
        self._seen, self.opened = (opened.columns, opened.report), self.opened + 1
        self.save()

    def read_again(self, schema_of: jobs.SchemaOf) -> jobs.Refused | None:
        """Read the same file in another way; the recipe starts anew where it has to. Returns why
        it was refused; raises DataError when the server cannot keep it, or has it no more."""
        file = self._file()
        most = backend.store().limits.steps
        opened = self.have_read(jobs.open_kept, file.content, most, schema_of)
        if isinstance(opened, jobs.Refused):
            return opened
        self._keep(self.name, file, opened, self.kept.id)
        self._seen = opened.columns, opened.report
        self.save()
        return None

    def open_kept(self, data_set: DataSet) -> None:
        """Work on a data set that the server keeps. Raises DataError when it does not any more."""
        kept = backend.store().contents.get(self.owner.id, data_set.id)
        if kept is None:
            raise DataError(NOT_KNOWN)
        self._settle(kept, _unpacked(kept.data))
        self._seen, self.opened = None, self.opened + 1
        self.save()

    def open_example(self) -> None:
        """Back to the reference example."""
        self.data = example_data()
        self.name, self.kept = EXAMPLE_NAME, None
        self._take_up(EXAMPLE_KEY, example_digest(), Recipe.example())
        self._seen, self.opened = None, self.opened + 1
        self.files.pop("work", None)  # counted for other sequences
        self.save()

    def open_run(self, run: RunLine) -> None:
        """Work on what a run was trained on, with its recipe."""
        sets = backend.store().contents.list(self.owner.id)
        kept = next((each for each in sets if each.data == run.data), None)
        if kept is not None:
            self.open_kept(kept)
        elif run.data == example_digest():
            self.open_example()
        else:
            raise DataError(
                "The data of this run is no longer among your data sets. Open its file again."
            )
        self.choose(run.recipe)

    def train(self, recipe: Recipe) -> None:
        """Train on the open data. Raises DataError."""
        stored = None if self.kept is None else self.kept.data
        reading = Reading.of(self.data).to_dict()
        owner = self.owner.id
        given = (owner, self.data, recipe, self.name, reading, stored)
        self.show(backend.runs().train(*given, reuse=True))

    def compare(self, recipes: dict[str, Recipe], seeds: tuple[int, ...]) -> None:
        """Train each recipe with each seed on the open data. Raises DataError, and leaves nothing
        behind, when that is more than the server takes."""
        stored = None if self.kept is None else self.kept.data
        reading, owner, begun = Reading.of(self.data).to_dict(), self.owner.id, []
        try:
            for seed in seeds:
                for name, recipe in recipes.items():
                    one, title = replace(recipe, seed=seed), f"{self.name}: {name}"
                    given = (owner, self.data, one, title, reading, stored)
                    begun.append(backend.runs().train(*given, one_of_many=True, reuse=True))
        except DataError:
            for run in begun:
                backend.runs().stop(owner, run)
                backend.store().runs.delete(owner, run)
            raise
        names = list(recipes)
        self.compared = Compared(
            {name: tuple(begun[place :: len(names)]) for place, name in enumerate(names)}, seeds
        )
        self._note_unit()
        self.save()

    def train_alone(self, run_id: str) -> str:
        """Have a run that shares another one's result trained by itself; the id of the run that is,
        which is shown wherever that one was. Raises DataError."""
        new = backend.runs().train_alone(self.owner.id, run_id)
        if self.example_run == run_id:
            self.example_run = new
            self.save()
        if self.run == run_id:
            self.show(new)
        return new

    def show(self, run: str | None) -> None:
        """Have another run of the open data on Train."""
        self.run = run
        self._note_unit()
        self.save()

    def choose(self, recipe: Recipe) -> None:
        """Go on with another recipe."""
        if recipe != self.recipe:
            self.recipe, self.link_notes = recipe, ()
            self._note_unit()
            self.save()

    def read_in(self, language: str) -> None:
        """Show every word in this language from now on."""
        self.language = language
        self.save()

    def remember(self, place: str, text: str) -> None:
        """Keep what was typed into a box, of the last boxes typed into."""
        if self.typed.get(place) != text:
            self.typed.pop(place, None)
            self.typed[place] = text[:MAX_TYPED]
            for oldest in list(self.typed)[:-MAX_BOXES]:
                del self.typed[oldest]
            self.save()

    def once(self, place: str, file_id: Any, read: Callable[[], Any]) -> Any:
        """What ``read()`` gave for this file, or this text; a rerun does not read it again."""
        if self.files.get(place, ("",))[0] != file_id:
            self.keep(place, file_id, read())
        return self.files[place][1]

    def navigation(self, place: str) -> Navigation | None:
        """How the browser came to the page's address, if it did so just now; asked once per run
        and place. Otherwise the address is one that the page has set itself, or even the one
        before: a browser sends that as long as it has not heard of the new one."""
        context = get_script_run_ctx()
        is_open = self.pages.get(place) == context.page_script_hash
        self.pages[place] = context.page_script_hash
        if not is_open:
            return "opened"
        return "history" if context.is_history_navigation else None

    def refuse(self, place: str, why: Any) -> None:
        """Remember why something was not possible; None: it was."""
        self.refused[place] = why

    def keep(self, place: str, file_id: Any, outcome: Any) -> None:
        """Remember what came of reading a file."""
        self.files[place] = (file_id, outcome)

    @property
    def is_example(self) -> bool:
        return self.kept is None

    @property
    def digest(self) -> str:
        """The address of the open data."""
        return example_digest() if self.kept is None else self.kept.data

    @property
    def columns(self) -> jobs.Columns:
        """Those of the file the open data was read from, which is read again when they are first
        asked for. Raises DataError when it has been deleted, in another tab."""
        return self._look()[0]

    @property
    def report(self) -> Report:
        """What became of the rows of that file; raises DataError as ``columns`` does."""
        return self._look()[1]

    def _look(self) -> tuple[jobs.Columns, Report]:
        if self._seen is None:
            self._seen = self.have_read(jobs.look_at_kept, self._file().content, self.data.schema)
        return self._seen

    def have_read(self, job: Callable[..., Any], content: bytes, *args: Any) -> Any:
        """The result of a job of ``runs.reading.jobs``; raises its DataError."""
        return backend.reading().call(self.owner.id, auth.network(), job, content, *args)

    def _file(self) -> Content:
        """The file the open data was read from, compressed. Raises DataError as ``columns``."""
        content = backend.store().contents.read(self.kept.file)
        if content is None:
            raise DataError(NOT_KNOWN)
        return Content(self.kept.file, content)

    def suggested(self) -> Suggestion:
        """For the open data."""
        known = EXAMPLE_KEY if self.kept is None else self.kept.data
        return self.once("suggested", known, lambda: suggest(self.data))

    @property
    def trained(self) -> str | None:
        """The id of the last training on this data, also if it was started on the home page."""
        return self.run or (self.example_run if self.is_example else None)

    def key(self, name: str) -> str:
        """A widget's key, of its own for each data set."""
        return f"{name}-{self.opened}"

    def save(self) -> None:
        """Have the server remember what is open, if it has changed."""
        self.memory.save(self._workspace())

    def restore(self) -> None:
        """Bring back what was open when the visitor was last here, unless something else has been
        opened since."""
        fresh = State(self.owner)._workspace()
        self.memory.begin_with(fresh)
        workspace = self.memory.read()
        if not workspace or self._workspace() != fresh:
            self.save()
            return
        self.units = workspace.get("units", {})
        self.example_run = workspace.get("example_run")
        self.typed = workspace.get("typed", {})
        chosen = workspace.get("language")
        self.language = chosen if chosen in LANGUAGES else None  # of another version of the app
        name = workspace.get("data_set")
        try:
            kept = name and backend.store().contents.get(self.owner.id, name)
            if kept:
                self._settle(kept, _unpacked(kept.data))
            else:
                self._take_up(EXAMPLE_KEY, example_digest(), Recipe.example())
        except DataError:  # deleted at this moment, in another tab
            self._take_up(EXAMPLE_KEY, example_digest(), Recipe.example())
        self.memory.begin_with(self._workspace())

    def _workspace(self) -> Workspace:
        return {
            "data_set": None if self.kept is None else self.kept.id,
            "units": self.units,
            "example_run": self.example_run,
            "typed": self.typed,
            "language": self.language,
        }

    def _take_up(self, key: str, data: str, first: Recipe) -> None:
        """The recipe and the run that went with the data when it was last open."""
        unit = self.units.get(key, {})
        same = unit.get("data") == data
        self.recipe, self.run = first, unit["run"] if same else None
        self.link_notes = ()
        compared = unit.get("compared") if same else None
        self.compared = None
        if compared:
            entries = {name: tuple(runs) for name, runs in compared["entries"].items()}
            self.compared = Compared(entries, tuple(compared["seeds"]))
        if same:
            with contextlib.suppress(ValueError):  # of another version of the app
                self.recipe = Recipe.from_dict(unit["recipe"])
        self._note_unit()

    def _note_unit(self) -> None:
        key, data = EXAMPLE_KEY, example_digest()
        if self.kept is not None:
            key, data = self.kept.id, self.kept.data
        self.units.pop(key, None)
        compared = None if self.compared is None else asdict(self.compared)
        recipe = self.recipe.to_dict()
        self.units[key] = {"data": data, "recipe": recipe, "run": self.run, "compared": compared}
        for oldest in list(self.units)[:-MAX_UNITS]:
            del self.units[oldest]

    def _keep(self, name: str, file: Content, opened: jobs.Opened, known: str = "") -> None:
        packed, data = Content.of(opened.packed), opened.sequences()
        new = DataSet(
            name=name,
            data=packed.digest,
            file=file.digest,
            sequences=len(data),
            features=data.features,
            steps=int(data.lengths.sum()),
            id=known,
        )
        self._settle(backend.store().contents.keep(self.owner.id, new, packed, file), data)

    def _settle(self, kept: DataSet, data: Sequences) -> None:
        self.kept, self.name, self.data = kept, kept.name, data
        self._take_up(kept.id, kept.data, Recipe.suggest(data))
        self.files.pop("work", None)  # counted for other sequences


def current() -> State:
    """This visitor's state, restored on the first call of a session."""
    known: State | None = st.session_state.get("state")
    if known is not None and known.memory.forgotten:
        st.session_state.clear()
        st.toast(_("Everything of yours was deleted, in another tab."), icon=":material/info:")
        known = None
    if known is None:
        known = st.session_state["state"] = State(auth.owner())
        known.restore()
    elif known.memory.is_due:
        known.save() if known.memory.is_read else known.restore()
    return known


def example_digest() -> str:
    """The address of the example's data, which every visitor shares."""
    return samples.digest(None)


def _unpacked(digest: str) -> Sequences:
    content = backend.store().contents.read(digest)
    if content is None:
        raise DataError(NOT_KNOWN)
    return unpack(content)
