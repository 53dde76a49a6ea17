"""Opening of data: files, samples and stored data sets."""

from __future__ import annotations

import logging
import zlib
from collections.abc import Callable, Sequence
from typing import TypeVar

from core import DataError, Recipe, Sequences
from core.data.choices import Choices, merge_choices
from core.data.serialization import unpack
from core.errors import UnpaddedError
from core.preprocessing.hold_out import HoldOut
from core.reading.choices import describe_schema
from core.reading.new_data import Reading
from core.recipe.recipe import FIELDS
from core.recipe.suggestion_reasons import Suggestion, suggest
from runs import DataSet, RunSummary, TableReading
from runs.reading import reading_jobs
from runs.store import NOT_KNOWN, Content
from ui.samples import EXAMPLE_NAME, Sample, compute_digest, load_example
from ui.session import test_set
from ui.session.refusal import Refusal
from ui.session.services import Services
from ui.session.settings import choose_recipe, edit_settings, restore_settings
from ui.session.state import FileDescription, NewData, State
from ui.session.workspace import save

Result = TypeVar("Result")
log = logging.getLogger("unpadded.server")


def open_table(
    state: State,
    services: Services,
    name: str,
    read: Callable[[], bytes],
    choices: Sequence[Choices] = (),
    is_edited: bool = False,
    replaces: str = "",
) -> Refusal | None:
    """Read a file or pasted text and open it.

    Args:
        state: The visitor's state, unchanged if the file is refused.
        services: The server.
        name: Display name.
        read: Returns the content; called as often as needed.
        choices: What the visitor chose, one set per answer.
        is_edited: The content was edited in the page.
        replaces: Id of the data set that it replaces; "" for none.

    Returns:
        Why it was refused; None if it was opened.
    """
    checksum = 0
    try:
        content = read()
        checksum = zlib.crc32(content)
        max_steps = services.store.limits.steps
        how = merge_choices(*choices)
        result = _run_job(state, services, reading_jobs.open_file, content, max_steps, how)
    except UnpaddedError as error:  # such as a file that takes the reading process too long
        return Refusal(error, name, read, checksum, choices=tuple(choices), is_edited=is_edited)
    columns, answers = result.columns, tuple(choices)
    if isinstance(result, reading_jobs.Refused):
        grid = result.grid
        return Refusal(result.error, name, read, checksum, grid, columns, answers, is_edited)
    try:
        file = Content.from_text(content)
        _open_result(state, services, name, file, result, answers, replaces)
    except UnpaddedError as error:  # such as too many data sets
        grid = result.columns.grid
        return Refusal(error, name, read, checksum, grid, columns, answers, is_edited)
    renew_widgets(state)
    save(state, services)
    return None


def answer(state: State, services: Services, choices: Choices) -> reading_jobs.Refused | None:
    """Read the file of the open data again with a further choice (see ``read_again``)."""
    return read_again(state, services, (*list_choices(state), choices))


def take_answer_back(state: State, services: Services) -> reading_jobs.Refused | None:
    """Read the file of the open data again without the last choice (see ``read_again``)."""
    return read_again(state, services, list_choices(state)[:-1])


def list_choices(state: State) -> tuple[Choices, ...]:
    """List what was chosen about the open data, one set per answer.

    Data of earlier versions is read by its schema.
    """
    if state.reading is not None:
        return state.reading.choices
    return () if state.data.schema is None else (describe_schema(state.data.schema),)


def read_again(
    state: State, services: Services, choices: Sequence[Choices]
) -> reading_jobs.Refused | None:
    """Read the file of the open data by other choices, and reset the recipe where necessary.

    Returns:
        Why it was refused; None if it was read.

    Raises:
        UnpaddedError: The server cannot store the result, or no longer has the file.
    """
    file, max_steps = _load_file(state, services), services.store.limits.steps
    job, how = reading_jobs.open_stored, merge_choices(*choices)
    result = _run_job(state, services, job, file.content, max_steps, how)
    if isinstance(result, reading_jobs.Refused):
        return result
    _open_result(state, services, state.name, file, result, choices, state.data_key)
    save(state, services)
    return None


def open_sample(state: State, services: Services, sample: Sample) -> None:
    """Open a sample. Raises UnpaddedError if the server has no room for it."""
    if sample.path is None:
        open_example(state, services)
        return
    refusal = open_table(state, services, sample.name, sample.path.read_bytes)
    if refusal is not None:
        raise refusal.error


def open_example(state: State, services: Services) -> None:
    """Open the reference example."""
    activate_example(state)
    renew_widgets(state)
    save(state, services)


def open_data_set(state: State, services: Services, data_set: DataSet) -> None:
    """Open a stored data set. Raises DataError if it has been deleted."""
    activate_data_set(state, services, data_set.id)
    renew_widgets(state)
    save(state, services)


def open_run(state: State, services: Services, run: RunSummary) -> None:
    """Open the data and recipe of a run to be changed.

    Raises:
        DataError: The data has been deleted.
    """
    sets = services.store.data_sets.list(state.owner.id)
    data_set = next((each for each in sets if each.data == run.data), None)
    if data_set is not None:
        open_data_set(state, services, data_set)
    elif run.data == compute_digest(None):
        open_example(state, services)
    else:
        raise DataError("The data set of this run was deleted. Open its file again.")
    choose_recipe(state, services, run.recipe)
    edit_settings(state, services, True)


def rename_data_set(state: State, services: Services, data_set: DataSet, name: str) -> None:
    """Rename a data set; its runs keep their names. Raises UnpaddedError."""
    services.store.data_sets.rename(state.owner.id, data_set.id, name)
    if state.data_key == data_set.id:
        state.data_set = services.store.data_sets.get(state.owner.id, data_set.id)
        state.name = name if state.data_set is None else state.data_set.name


def delete_data_set(
    state: State, services: Services, data_set: DataSet, runs: Sequence[str]
) -> None:
    """Delete a data set and some runs; the example is opened in place of open data.

    Raises UnpaddedError.
    """
    services.store.data_sets.delete(state.owner.id, data_set.id)
    services.store.runs.delete(state.owner.id, *runs)
    if state.data_key == data_set.id:
        open_example(state, services)


def describe_file(state: State, services: Services) -> FileDescription:
    """Describe the file of the open data, which is read again on the first call.

    Raises:
        UnpaddedError: It has been deleted in another tab.
    """
    if state.file is None:
        job, schema = reading_jobs.describe_stored, state.data.schema
        content = _load_file(state, services).content
        state.file = FileDescription(*_run_job(state, services, job, content, schema))
    return state.file


def read_new_data(
    state: State,
    services: Services,
    content: bytes,
    reading: Reading,
    choices: Choices,
    is_typed: bool = False,
) -> NewData:
    """Read sequences to predict. Raises UnpaddedError.

    Args:
        state: The visitor's state.
        services: The server.
        content: Bytes of the file or of the typed text.
        reading: How the training data was read.
        choices: What the visitor chose about its problems.
        is_typed: The content was typed on the page.
    """
    job, max_steps = reading_jobs.read_new, services.store.limits.steps
    result = _run_job(state, services, job, content, reading, max_steps, choices, is_typed)
    return result.sequences(), result.report


def suggest_recipe(state: State, family: str | None = None) -> Suggestion:
    """Suggest a recipe for the open data, of this family or of the one that suits it best."""
    suggestions = state.results.suggestions.get(state.split_digest, dict)
    if family not in suggestions:
        suggestions[family] = suggest(state.data, family)
    return suggestions[family]


def suggest_family(state: State, recipe: Recipe, family: str) -> Recipe:
    """Suggest a recipe of a family for the open data, with the padding of another recipe."""
    padding = {
        name: getattr(recipe, name) for name, each in FIELDS.items() if each.section == "padding"
    }
    return suggest_recipe(state, family).recipe.adapt(**padding)


def renew_widgets(state: State) -> None:
    """Let the forms start again for newly opened data, without the refusals of other files."""
    state.open_count += 1
    state.refusals.columns = state.refusals.edited = state.refusals.pasted = None
    if state.results.upload.last is not None:  # the file may still be in the uploader
        state.results.upload.last = state.results.upload.last[0], None


def activate_example(state: State) -> None:
    """Use the reference example in all pages, with the settings that it had last."""
    state.data_set, state.name, state.file, state.reading = None, EXAMPLE_NAME, None, None
    state.data_as_read = load_example()
    test_set.use(state, None)
    restore_settings(state, Recipe.example())


def activate_data_set(state: State, services: Services, data_set_id: str) -> None:
    """Use a stored data set in all pages. Raises DataError if it has been deleted."""
    data_sets = services.store.data_sets
    data_set = data_sets.get(state.owner.id, data_set_id)
    content = None if data_set is None else data_sets.read_content(data_set.data)
    if data_set is None or content is None:
        raise DataError(NOT_KNOWN)
    reading = _load_reading(services, data_set_id)
    data = unpack(content)
    if reading is not None:
        data = data.with_report(reading.report)
    found = data_sets.read_hold_out(data_set_id)
    if found is None:
        found = test_set.choose(services, state.owner.id, data_set.data, data)
        if found is not None:
            data_sets.save_hold_out(state.owner.id, data_set_id, found)
    _activate(state, data_set, data, found, reading)


def _load_reading(services: Services, data_set_id: str) -> TableReading | None:
    """Load how a data set was read; a damaged row is as none, for the data itself is intact."""
    try:
        return services.store.data_sets.read_reading(data_set_id)
    except ValueError as error:
        log.warning("%s", error)
        return None


def _activate(
    state: State,
    data_set: DataSet,
    data: Sequences,
    chosen: HoldOut | None,
    reading: TableReading | None,
    file: FileDescription | None = None,
) -> None:
    state.data_set, state.name, state.file, state.reading = data_set, data_set.name, file, reading
    state.data_as_read = data
    test_set.use(state, chosen)
    restore_settings(state, Recipe.suggest(state.data))


def _run_job(
    state: State, services: Services, job: Callable[..., Result], content: bytes, *args: object
) -> Result:
    """Run a job of ``runs.reading.reading_jobs`` on a file. Raises its UnpaddedError."""
    owner, network = state.owner.id, services.network
    result: Result = services.guard.call(owner, network, job, content, *args)
    return result


def _load_file(state: State, services: Services) -> Content:
    """Load the compressed file of the open data. Raises DataError if it has been deleted."""
    digest = None if state.data_set is None else state.data_set.file
    content = None if digest is None else services.store.data_sets.read_content(digest)
    if digest is None or content is None:
        raise DataError(NOT_KNOWN)
    return Content(digest, content)


def _open_result(
    state: State,
    services: Services,
    name: str,
    file: Content,
    result: reading_jobs.Opened,
    choices: Sequence[Choices],
    replaces: str,
) -> None:
    """Store a file that was read as a data set and use it. Raises UnpaddedError."""
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
    reading = TableReading(tuple(choices), result.findings)
    data_sets, owner = services.store.data_sets, state.owner.id
    chosen = data_sets.read_hold_out(replaces) if replaces else None
    if not (replaces == state.data_key and packed.digest == state.digest):
        chosen = test_set.choose(services, owner, packed.digest, data, chosen)
    stored = data_sets.save(owner, data_set, packed, file, reading=reading, hold_out=chosen)
    chosen = data_sets.read_hold_out(stored.id)
    _activate(state, stored, data, chosen, reading, FileDescription(result.columns, result.report))
