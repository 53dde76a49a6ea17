"""State of one visitor, as plain dataclasses.

The session ends with the browser's tab. Everything worth keeping is saved as the visitor's
workspace (``ui.session.workspace``) whenever it changes, and is restored after a refresh or on a
later day (``ui.session.restore``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias, TypeVar

from core import Recipe, Sequences
from core.data.padding import PaddingCost
from core.errors import Note, UnpaddedError
from core.evaluation.next_steps import NextStep
from core.experiments.compare import Comparison
from core.experiments.early_prediction import EarlyPrediction
from core.families.family import EpochCost
from core.figures import ValueSpan
from core.inspection.xray import XRay
from core.preprocessing.hold_out import HoldOut, Method
from core.reading import Report
from core.reading.new_data import Reading
from core.recipe.suggestion_reasons import Suggestion
from runs import ComparisonRequest, DataSet, Prediction, Request, StoreError, TableReading
from runs.reading.reading_jobs import Columns
from ui import samples
from ui.samples import EXAMPLE_NAME, load_example
from ui.session.cache import Cached
from ui.session.refusal import Refusal

EXAMPLE_KEY = "example"  # used as the id of a data set

Result = TypeVar("Result")
# By run and sequences.
SentRequest: TypeAlias = Cached[tuple[str, Sequences | None], Request[Result]]
NewData: TypeAlias = tuple[Sequences, Report]


@dataclass(frozen=True)
class Owner:
    """A visitor as an owner of data and runs.

    Attributes:
        id: Id under which the server stores the visitor's data. It grants no access, and so neither
            does a copy of the database.
        lasting: The visitor will be recognised in another session.
        login: Name of the logged-in user; None if nobody is logged in.
    """

    id: str
    lasting: bool
    login: str | None


@dataclass(frozen=True)
class FileDescription:
    """Columns of the file of the open data, and the report on its rows."""

    columns: Columns
    report: Report


@dataclass(frozen=True)
class DataSettings:
    """Settings that a data set has when it is opened again.

    Attributes:
        data: Digest of the data to which the rest belongs.
        recipe: Its recipe; None if it is of another version.
        run: Id of the last run.
        comparison: Runs that were compared last.
        editing: The settings are shown to be changed, although there is a run.
        comparison_choices: What varies on Compare, as ``ui.compare.choices`` writes it.
    """

    data: str
    recipe: Recipe | None
    run: str | None
    comparison: ComparisonRequest | None
    editing: bool = False
    comparison_choices: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Place:
    """A place on the pages where sequences are given to the model of a run.

    Attributes:
        name: Prefix of its widget keys.
        read: What was typed or uploaded, by the text or the id of the file.
        prediction: Request to predict.
        inspection: Request to inspect one sequence.
        early_prediction: Request to evaluate on prefixes.
    """

    name: str
    read: Cached[str | tuple[str, Reading], NewData | UnpaddedError] = field(default_factory=Cached)
    prediction: SentRequest[Prediction] = field(default_factory=Cached)
    inspection: SentRequest[XRay] = field(default_factory=Cached)
    early_prediction: SentRequest[EarlyPrediction] = field(default_factory=Cached)


@dataclass
class Places:
    """All places where sequences are given to a model."""

    home: Place = field(default_factory=lambda: Place("home"))
    own: Place = field(default_factory=lambda: Place("own"))  # sequences of the open data
    typed: Place = field(default_factory=lambda: Place("typed"))  # below a run, and on Predict
    file: Place = field(default_factory=lambda: Place("file"))  # the uploader beside it
    mask: Place = field(default_factory=lambda: Place("mask"))  # the open data
    run: Place = field(default_factory=lambda: Place("run"))  # what a run was evaluated on


@dataclass
class Results:
    """Results that pages show again without computing them again.

    Attributes:
        upload: Why an uploaded file was refused, None if it was opened; by the id of the file.
        imported: Request to import a model, by the id of the file.
        suggestions: Suggested recipe per family, None for the suggested family; by the data's
            digest.
        epoch_costs: Cost of one epoch per recipe fields that it depends on; by the data's digest.
        erases: Whether a mask by value erases real steps, by the data's digest and the value.
        padding_cost: Cost of padding, by the data's digest, maxlen, truncating and mask value.
        value_span: Range of the colours and whether values lie outside, by the data's digest and
            the number of the feature.
        comparison: Request to compare runs.
        next_steps: What to try after a run, by the run, whether it is evaluated, and the data.
        conclusions: Request to compare the runs of a stored comparison, by its id.
    """

    upload: Cached[str, Refusal | None] = field(default_factory=Cached)
    imported: Cached[str, Request[str]] = field(default_factory=Cached)
    suggestions: Cached[str, dict[str | None, Suggestion]] = field(default_factory=Cached)
    epoch_costs: Cached[str, dict[tuple[object, ...], EpochCost]] = field(default_factory=Cached)
    erases: Cached[tuple[str, float], bool] = field(default_factory=Cached)
    padding_cost: Cached[tuple[object, ...], PaddingCost] = field(default_factory=Cached)
    value_span: Cached[tuple[str, int], tuple[ValueSpan, bool]] = field(default_factory=Cached)
    comparison: Cached[ComparisonRequest, Request[Comparison]] = field(default_factory=Cached)
    next_steps: Cached[tuple[str, bool, str], tuple[NextStep, ...]] = field(default_factory=Cached)
    conclusions: dict[str, Request[Comparison]] = field(default_factory=dict)


@dataclass
class Refusals:
    """Why something was refused; None if it was not, or if the reason has been shown."""

    sample: UnpaddedError | None = None
    pasted: Refusal | None = None
    columns: UnpaddedError | None = None  # chosen for the open data
    edited: Refusal | None = None  # the open data, edited in the page
    data_set: UnpaddedError | None = None  # to be opened or deleted
    test_set: UnpaddedError | None = None  # to be held out
    example_run: UnpaddedError | None = None
    continuation: UnpaddedError | None = None  # of a run
    run: UnpaddedError | None = None  # to be changed, or its data to be opened


@dataclass
class Address:
    """Contents of the pages' URLs; see ``ui.url_state`` and ``ui.runs.detail``.

    Attributes:
        parameters: Data and settings that the last URL named.
        error: Why its data could not be opened.
        notes: Parts of it that were not applied, until the recipe changes.
        settings_page: Hash of the page that followed the data and settings of its URL last.
        run_page: Hash of the page that followed the run in its URL last.
        compare_page: Hash of the page that followed the comparison in its URL last.
        missing_run: Run in its URL that did not exist.
    """

    parameters: Mapping[str, str] = field(default_factory=dict)
    error: UnpaddedError | None = None
    notes: tuple[Note, ...] = ()
    settings_page: str | None = None
    run_page: str | None = None
    compare_page: str | None = None
    missing_run: str | None = None


@dataclass
class Memory:
    """Knowledge of an open tab about the visitor's stored workspace.

    Attributes:
        saved: Workspace with which to compare: only differences from it are saved.
        visitor_created: When the visitor was created; None until the workspace was read.
        tried_at: Monotonic time of the last attempt to read or save, in seconds.
        error: Why the last attempt failed.
        is_deleted: All data of the visitor was deleted in another tab.
    """

    saved: Mapping[str, object] = field(default_factory=dict)
    visitor_created: float | None = None
    tried_at: float = 0.0
    error: StoreError | None = None
    is_deleted: bool = False


@dataclass
class State:
    """State of one visitor.

    Attributes:
        owner: The visitor.
        data: Sequences that Mask, Train and Predict use, with the test set that is held out.
        data_as_read: The same, with no other split than the one that its file marks.
        hold_out: Test set that is held out; None if the data is too small or marks one.
        name: Display name of the data.
        data_set: The data set in the store; None for the example.
        reading: How its file was read; None for the example, and for data of earlier versions.
        file: Description of its file; None until it is needed.
        test_set_methods: Methods that can hold out a test set of the open data.
        recipe: Network, training and padding.
        run: Id of the last run on this data.
        comparison: Runs that are compared on this data; None if there are none.
        editing: The settings are shown to be changed, although there is a run.
        comparison_choices: What varies on Compare; empty before it is chosen.
        settings: Recipe, last run and comparison of each data set that was open, by its id.
        example_run: Id of the last run on the home page.
        typed_texts: Values of inputs that a reload brings back, as text, by box.
        language: Chosen language; None for the browser's.
        open_count: Number of data sets opened. It is part of the key of every widget that belongs
            to a data set, so that new data starts with fresh inputs.
        places: Sequences given to models, with the requests about them.
        results: Other results that are not computed again.
        refusals: Why something was refused.
        address: What the URLs of the pages said.
        memory: The stored copy of this state.
    """

    owner: Owner
    data: Sequences = field(default_factory=load_example)
    data_as_read: Sequences = field(default_factory=load_example)
    hold_out: HoldOut | None = None
    test_set_methods: tuple[Method, ...] = ()
    name: str = EXAMPLE_NAME
    data_set: DataSet | None = None
    reading: TableReading | None = None
    file: FileDescription | None = None
    recipe: Recipe = field(default_factory=Recipe.example)
    run: str | None = None
    comparison: ComparisonRequest | None = None
    editing: bool = False
    comparison_choices: Mapping[str, str] = field(default_factory=dict)
    settings: dict[str, DataSettings] = field(default_factory=dict)
    example_run: str | None = None
    typed_texts: dict[str, str] = field(default_factory=dict)
    language: str | None = None
    open_count: int = 0
    places: Places = field(default_factory=Places)
    results: Results = field(default_factory=Results)
    refusals: Refusals = field(default_factory=Refusals)
    address: Address = field(default_factory=Address)
    memory: Memory = field(default_factory=Memory)

    @property
    def is_example(self) -> bool:
        """True if the reference example is open."""
        return self.data_set is None

    @property
    def data_key(self) -> str:
        """Key of the open data in ``settings``."""
        return EXAMPLE_KEY if self.data_set is None else self.data_set.id

    @property
    def digest(self) -> str:
        """Digest of the open data."""
        return samples.compute_digest(None) if self.data_set is None else self.data_set.data

    @property
    def split_digest(self) -> str:
        """Digest of the open data and its test set, for results that depend on both."""
        return self.digest if self.hold_out is None else self.digest + self.hold_out.digest

    @property
    def last_run(self) -> str | None:
        """Id of the last run on this data, including one that was started on the home page."""
        return self.run or (self.example_run if self.is_example else None)
