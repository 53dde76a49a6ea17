"""State of one visitor: one dataclass under one key of the session state.

The session ends with the browser's tab. Everything worth keeping is saved as the visitor's
workspace (``ui.session.workspace``) whenever it changes, and is restored after a refresh or on a
later day.
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
from core.errors import Note, UnpaddedError
from core.reading import Report
from core.reading.new_data import Reading
from core.recipe.suggestion_reasons import Suggestion, suggest
from runs import ComparisonRequest, DataSet, Request, RunSummary
from runs.reading import reading_jobs
from runs.store import NOT_KNOWN, Content
from ui import backend, samples
from ui.i18n import LANGUAGES, _
from ui.samples import EXAMPLE_NAME, load_example
from ui.session.workspace import Memory, Workspace
from ui.shell import auth
from ui.shell.auth import Owner

Navigation = Literal["opened", "history"]  # another page; Back or Forward on the open page

MAX_TYPED_CHARACTERS = 100_000  # per text
MAX_TYPED_TEXTS = 20
MAX_DATA_SETTINGS = 200
PASTE_KEY = "paste-text"  # key of the only text box in a form
EXAMPLE_KEY = "example"  # used as the id of a data set


@dataclass
class State:
    """State of one visitor.

    Attributes:
        owner: The visitor.
        data: Sequences that Mask, Train and Predict use.
        recipe: Network, training and padding.
        name: Display name of the data.
        data_set: The data set in the store; None for the example.
        run: Id of the last run on this data.
        comparison: Runs that are compared on this data; None if there are none.
        example_run: Id of the last run on the home page.
        typed_texts: Text typed into large boxes, by place.
        requests: Requests to models, by place: (run id, data, request).
        read_results: Result of reading the last file, by the place of its upload.
        refusals: Why pasted text or a choice of columns was refused, by place.
        open_count: Number of data sets opened. It is part of the key of every widget that belongs
            to a data set, so that new data starts with fresh inputs.
        language: Chosen language; None for the browser's.
        last_address: What the page's URL said last, see ``ui.url_state``.
        pages: Hash of the page that followed its URL last, by place.
        link_notes: Parts of a link that were not applied, until the recipe changes.
        data_settings: Recipe, last run and comparison of each data set that was open, by its id.
        memory: The stored copy of this state.
    """

    owner: Owner
    data: Sequences = field(default_factory=load_example)
    recipe: Recipe = field(default_factory=Recipe.example)
    name: str = EXAMPLE_NAME
    data_set: DataSet | None = None
    run: str | None = None
    comparison: ComparisonRequest | None = None
    example_run: str | None = None
    typed_texts: dict[str, str] = field(default_factory=dict)
    requests: dict[str, tuple[str, Sequences | None, Request]] = field(default_factory=dict)
    read_results: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    refusals: dict[str, Any] = field(default_factory=dict)
    open_count: int = 0
    language: str | None = None
    last_address: dict[str, str] = field(default_factory=dict)
    pages: dict[str, str] = field(default_factory=dict)
    link_notes: tuple[Note, ...] = ()
    data_settings: dict[str, dict[str, Any]] = field(default_factory=dict)
    memory: Memory = field(init=False)
    _details: tuple[reading_jobs.Columns, Report] | None = None

    def __post_init__(self) -> None:
        self.memory = Memory(self.owner)

    def open(self, name: str, file: bytes, result: reading_jobs.Opened, replaces: str = "") -> None:
        """Open new data.

        Args:
            name: Display name.
            file: Content of the file.
            result: Result of reading the file.
            replaces: Id of the data set that it replaces; "" for none.

        Raises:
            UnpaddedError: The server cannot store it; the state is unchanged.
        """
        self._store_data_set(name, Content.from_text(file), result, replaces)
        self._details, self.open_count = (result.columns, result.report), self.open_count + 1
        self.save()

    def read_again(self, schema_of: reading_jobs.SchemaOf) -> reading_jobs.Refused | None:
        """Read the same file with another schema, and reset the recipe where necessary.

        Returns:
            Why it was refused; None if it was read.

        Raises:
            UnpaddedError: The server cannot store the result, or no longer has the file.
        """
        file = self._load_file()
        max_steps = backend.get_store().limits.steps
        result = self.run_reading_job(reading_jobs.open_stored, file.content, max_steps, schema_of)
        if isinstance(result, reading_jobs.Refused):
            return result
        self._store_data_set(self.name, file, result, self.data_set.id)
        self._details = result.columns, result.report
        self.save()
        return None

    def open_data_set(self, data_set: DataSet) -> None:
        """Open a stored data set. Raises DataError if it has been deleted."""
        stored = backend.get_store().data_sets.get(self.owner.id, data_set.id)
        if stored is None:
            raise DataError(NOT_KNOWN)
        self._activate(stored, _load_sequences(stored.data))
        self._details, self.open_count = None, self.open_count + 1
        self.save()

    def open_example(self) -> None:
        """Open the reference example."""
        self.data = load_example()
        self.name, self.data_set = EXAMPLE_NAME, None
        self._restore_settings(EXAMPLE_KEY, get_example_digest(), Recipe.example())
        self._details, self.open_count = None, self.open_count + 1
        self.read_results.pop("work", None)  # estimated for other sequences
        self.save()

    def open_run(self, run: RunSummary) -> None:
        """Open the data and recipe of a run. Raises DataError if the data has been deleted."""
        sets = backend.get_store().data_sets.list(self.owner.id)
        data_set = next((each for each in sets if each.data == run.data), None)
        if data_set is not None:
            self.open_data_set(data_set)
        elif run.data == get_example_digest():
            self.open_example()
        else:
            raise DataError(
                "The data of this run is no longer among your data sets. Open its file again."
            )
        self.choose_recipe(run.recipe)

    def train(self, recipe: Recipe) -> None:
        """Train on the open data. Raises DataError."""
        digest = None if self.data_set is None else self.data_set.data
        reading = Reading.from_sequences(self.data).to_dict()
        owner = self.owner.id
        arguments = (owner, self.data, recipe, self.name, reading, digest)
        self.show_run(backend.get_runs().train(*arguments, reuse=True))

    def compare(self, recipes: dict[str, Recipe], seeds: tuple[int, ...]) -> None:
        """Train each recipe with each seed on the open data.

        Raises:
            UnpaddedError: The runs exceed a limit of the server; none of them is kept.
        """
        digest = None if self.data_set is None else self.data_set.data
        reading, owner, run_ids = Reading.from_sequences(self.data).to_dict(), self.owner.id, []
        try:
            for seed in seeds:
                for name, recipe in recipes.items():
                    seeded, title = replace(recipe, seed=seed), f"{self.name}: {name}"
                    arguments = (owner, self.data, seeded, title, reading, digest)
                    run_ids.append(
                        backend.get_runs().train(*arguments, defer_analyses=True, reuse=True)
                    )
        except UnpaddedError:
            for run_id in run_ids:
                backend.get_runs().stop(owner, run_id)
                backend.get_store().runs.delete(owner, run_id)
            raise
        names = list(recipes)
        self.comparison = ComparisonRequest(
            {name: tuple(run_ids[column :: len(names)]) for column, name in enumerate(names)}, seeds
        )
        self._record_settings()
        self.save()

    def train_alone(self, run_id: str) -> str:
        """Train a run that shares the result of another one.

        The new run is shown wherever the old one was. Raises DataError.

        Returns:
            Id of the new run.
        """
        new_id = backend.get_runs().train_alone(self.owner.id, run_id)
        if self.example_run == run_id:
            self.example_run = new_id
            self.save()
        if self.run == run_id:
            self.show_run(new_id)
        return new_id

    def show_run(self, run: str | None) -> None:
        """Show another run of the open data on Train."""
        self.run = run
        self._record_settings()
        self.save()

    def choose_recipe(self, recipe: Recipe) -> None:
        """Set the recipe."""
        if recipe != self.recipe:
            self.recipe, self.link_notes = recipe, ()
            self._record_settings()
            self.save()

    def set_language(self, language: str) -> None:
        """Set the language of all texts."""
        self.language = language
        self.save()

    def remember_text(self, place: str, text: str) -> None:
        """Remember the text of a box, for the boxes that were used last."""
        if self.typed_texts.get(place) != text:
            self.typed_texts.pop(place, None)
            self.typed_texts[place] = text[:MAX_TYPED_CHARACTERS]
            for oldest in list(self.typed_texts)[:-MAX_TYPED_TEXTS]:
                del self.typed_texts[oldest]
            self.save()

    def read_once(self, place: str, file_id: Any, read: Callable[[], Any]) -> Any:
        """Return the result of ``read()`` for this file or text; a rerun does not repeat it."""
        if self.read_results.get(place, ("",))[0] != file_id:
            self.store_result(place, file_id, read())
        return self.read_results[place][1]

    def get_navigation(self, place: str) -> Navigation | None:
        """Return how the browser has just navigated to the page's URL, once per run and place.

        Returns:
            None if it did not navigate: the page has set the URL itself, or the URL is the previous
                one,
            which a browser sends until it has received the new one.
        """
        context = get_script_run_ctx()
        is_open = self.pages.get(place) == context.page_script_hash
        self.pages[place] = context.page_script_hash
        if not is_open:
            return "opened"
        return "history" if context.is_history_navigation else None

    def store_refusal(self, place: str, refusal: Any) -> None:
        """Store why something was refused; None if it was accepted."""
        self.refusals[place] = refusal

    def store_result(self, place: str, file_id: Any, outcome: Any) -> None:
        """Store the result of reading a file."""
        self.read_results[place] = (file_id, outcome)

    @property
    def is_example(self) -> bool:
        """True if the reference example is open."""
        return self.data_set is None

    @property
    def digest(self) -> str:
        """Digest of the open data."""
        return get_example_digest() if self.data_set is None else self.data_set.data

    @property
    def columns(self) -> reading_jobs.Columns:
        """Columns of the file of the open data, which is read again on the first access.

        Raises DataError if it has been deleted in another tab.
        """
        return self._load_details()[0]

    @property
    def report(self) -> Report:
        """Report on the rows of that file. Raises DataError like ``columns``."""
        return self._load_details()[1]

    def _load_details(self) -> tuple[reading_jobs.Columns, Report]:
        if self._details is None:
            self._details = self.run_reading_job(
                reading_jobs.describe_stored, self._load_file().content, self.data.schema
            )
        return self._details

    def run_reading_job(self, job: Callable[..., Any], content: bytes, *args: Any) -> Any:
        """Run a job of ``runs.reading.reading_jobs`` on a file. Raises its DataError."""
        return backend.get_guard().call(
            self.owner.id, auth.get_visitor_network(), job, content, *args
        )

    def _load_file(self) -> Content:
        """Load the compressed file of the open data. Raises DataError like ``columns``."""
        content = backend.get_store().data_sets.read_content(self.data_set.file)
        if content is None:
            raise DataError(NOT_KNOWN)
        return Content(self.data_set.file, content)

    def suggest_recipe(self) -> Suggestion:
        """Suggest a recipe for the open data."""
        data_key = EXAMPLE_KEY if self.data_set is None else self.data_set.data
        return self.read_once("suggested", data_key, lambda: suggest(self.data))

    @property
    def last_run(self) -> str | None:
        """Id of the last run on this data, including one that was started on the home page."""
        return self.run or (self.example_run if self.is_example else None)

    def get_widget_key(self, name: str) -> str:
        """Return the key of a widget, which is different for each data set."""
        return f"{name}-{self.open_count}"

    def save(self) -> None:
        """Save the workspace, if it has changed."""
        self.memory.save(self.build_workspace())

    def restore(self) -> None:
        """Restore the saved workspace, unless other data has been opened since."""
        fresh = State(self.owner).build_workspace()
        self.memory.set_baseline(fresh)
        workspace = self.memory.read()
        if not workspace or self.build_workspace() != fresh:
            self.save()
            return
        self.data_settings = workspace.get("units", {})
        self.example_run = workspace.get("example_run")
        self.typed_texts = workspace.get("typed", {})
        language = workspace.get("language")
        self.language = language if language in LANGUAGES else None  # may be of another version
        data_set_id = workspace.get("data_set")
        try:
            data_set = data_set_id and backend.get_store().data_sets.get(self.owner.id, data_set_id)
            if data_set:
                self._activate(data_set, _load_sequences(data_set.data))
            else:
                self._restore_settings(EXAMPLE_KEY, get_example_digest(), Recipe.example())
        except UnpaddedError:  # just deleted in another tab
            self._restore_settings(EXAMPLE_KEY, get_example_digest(), Recipe.example())
        self.memory.set_baseline(self.build_workspace())

    def build_workspace(self) -> Workspace:
        """Return what is remembered of this visitor."""
        return {
            "data_set": None if self.data_set is None else self.data_set.id,
            "units": self.data_settings,
            "example_run": self.example_run,
            "typed": self.typed_texts,
            "language": self.language,
        }

    def _restore_settings(self, key: str, data: str, default: Recipe) -> None:
        """Restore the recipe and run that the data had when it was last open."""
        settings = self.data_settings.get(key, {})
        is_same = settings.get("data") == data
        self.recipe, self.run = default, settings["run"] if is_same else None
        self.link_notes = ()
        compared = settings.get("compared") if is_same else None
        self.comparison = None
        if compared:
            entries = {name: tuple(runs) for name, runs in compared["entries"].items()}
            self.comparison = ComparisonRequest(entries, tuple(compared["seeds"]))
        if is_same:
            with contextlib.suppress(ValueError):  # a recipe of another version
                self.recipe = Recipe.from_dict(settings["recipe"])
        self._record_settings()

    def _record_settings(self) -> None:
        key, data = EXAMPLE_KEY, get_example_digest()
        if self.data_set is not None:
            key, data = self.data_set.id, self.data_set.data
        self.data_settings.pop(key, None)
        compared = None if self.comparison is None else asdict(self.comparison)
        recipe = self.recipe.to_dict()
        self.data_settings[key] = {
            "data": data,
            "recipe": recipe,
            "run": self.run,
            "compared": compared,
        }
        for oldest in list(self.data_settings)[:-MAX_DATA_SETTINGS]:
            del self.data_settings[oldest]

    def _store_data_set(
        self, name: str, file: Content, result: reading_jobs.Opened, replaces: str = ""
    ) -> None:
        packed, data = Content.from_bytes(result.packed), result.sequences()
        data_set = DataSet(
            name=name,
            data=packed.digest,
            file=file.digest,
            sequences=len(data),
            features=data.features,
            steps=int(data.lengths.sum()),
            id=replaces,
        )
        self._activate(
            backend.get_store().data_sets.save(self.owner.id, data_set, packed, file), data
        )

    def _activate(self, data_set: DataSet, data: Sequences) -> None:
        self.data_set, self.name, self.data = data_set, data_set.name, data
        self._restore_settings(data_set.id, data_set.data, Recipe.suggest(data))
        self.read_results.pop("work", None)  # estimated for other sequences


def get_state() -> State:
    """Return this visitor's state, which the first call of a session restores."""
    state: State | None = st.session_state.get("state")
    if state is not None and state.memory.is_deleted:
        st.session_state.clear()
        st.toast(_("Everything of yours was deleted, in another tab."), icon=":material/info:")
        state = None
    if state is None:
        state = st.session_state["state"] = State(auth.identify_owner())
        state.restore()
    elif state.memory.is_due:
        state.save() if state.memory.is_read else state.restore()
    return state


def get_example_digest() -> str:
    """Return the digest of the example's data, which all visitors share."""
    return samples.compute_digest(None)


def _load_sequences(digest: str) -> Sequences:
    content = backend.get_store().data_sets.read_content(digest)
    if content is None:
        raise DataError(NOT_KNOWN)
    return unpack(content)
