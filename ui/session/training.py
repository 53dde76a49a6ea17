"""Training on the open data: single runs and comparisons."""

from __future__ import annotations

from dataclasses import replace

from core import Recipe
from core.errors import UnpaddedError
from core.reading.new_data import Reading
from runs import ComparisonRequest, RunSummary
from ui.samples import EXAMPLE_NAME, load_example
from ui.session.services import Services
from ui.session.settings import record_settings, show_run
from ui.session.state import State
from ui.session.workspace import save


def train_example(state: State, services: Services) -> None:
    """Train on the reference example, for the home page. Raises UnpaddedError."""
    arguments = (state.owner.id, load_example(), Recipe.example(), EXAMPLE_NAME)
    state.example_run = services.runs.train(*arguments, reuse=True)
    save(state, services)


def start_training(state: State, services: Services, recipe: Recipe) -> str:
    """Train on the open data; returns the id of the run. Raises UnpaddedError."""
    run_id = _train(state, services, recipe, state.name)
    show_run(state, services, run_id)
    return run_id


def start_comparison(
    state: State, services: Services, recipes: dict[str, Recipe], seeds: tuple[int, ...]
) -> None:
    """Train each recipe with each seed on the open data.

    Raises:
        UnpaddedError: The runs exceed a limit of the server; none of them is kept.
    """
    run_ids: dict[str, list[str]] = {name: [] for name in recipes}
    try:
        for seed in seeds:
            for name, recipe in recipes.items():
                seeded, title = replace(recipe, seed=seed), f"{state.name}: {name}"
                run_ids[name].append(_train(state, services, seeded, title, defer_analyses=True))
    except UnpaddedError:
        for run_id in (each for ids in run_ids.values() for each in ids):
            services.runs.stop(state.owner.id, run_id)
            services.store.runs.delete(state.owner.id, run_id)
        raise
    services.store.runs.group(state.owner.id, run_ids)
    entries = {name: tuple(ids) for name, ids in run_ids.items()}
    state.comparison = ComparisonRequest(entries, seeds)
    record_settings(state)
    save(state, services)


def train_alone(state: State, services: Services, run_id: str) -> str:
    """Train a run that shares the result of another one.

    The new run is shown wherever the old one was. Raises UnpaddedError.

    Returns:
        Id of the new run.
    """
    new_id = services.runs.train_alone(state.owner.id, run_id)
    if state.example_run == run_id:
        state.example_run = new_id
        save(state, services)
    if state.run == run_id:
        show_run(state, services, new_id)
    return new_id


def continue_run(state: State, services: Services, run: RunSummary, epochs: int) -> str:
    """Continue an ended run up to a number of epochs, as a new run. Raises UnpaddedError.

    An ensemble keeps its number of epochs.

    Returns:
        Id of the new run, which is shown where the old one was on Train.
    """
    recipe = replace(run.recipe, epochs=epochs)
    new_id = services.runs.continue_run(state.owner.id, run.id, recipe)
    if state.run == run.id:
        show_run(state, services, new_id)
    return new_id


def _train(
    state: State, services: Services, recipe: Recipe, title: str, defer_analyses: bool = False
) -> str:
    return services.runs.train(
        state.owner.id,
        state.data_as_read,
        recipe,
        title,
        Reading.from_sequences(state.data).to_dict(),
        None if state.data_set is None else state.data_set.data,
        defer_analyses,
        reuse=True,
        hold_out=state.hold_out,
    )
