"""Recipe, last run and comparison of the open data, which each data set keeps."""

from __future__ import annotations

from core import Recipe
from ui.session.services import Services
from ui.session.state import DataSettings, State
from ui.session.workspace import save

MAX_DATA_SETS = 200  # whose settings are kept


def choose_recipe(state: State, services: Services, recipe: Recipe) -> None:
    """Set the recipe."""
    if recipe != state.recipe:
        state.recipe, state.address.notes = recipe, ()
        record_settings(state)
        save(state, services)


def show_run(state: State, services: Services, run: str | None) -> None:
    """Show another run of the open data on Train."""
    state.run = run
    record_settings(state)
    save(state, services)


def record_settings(state: State) -> None:
    """Record the settings of the open data, and drop those of the data set open longest ago."""
    state.settings.pop(state.data_key, None)
    state.settings[state.data_key] = DataSettings(
        state.digest, state.recipe, state.run, state.comparison
    )
    for oldest in list(state.settings)[:-MAX_DATA_SETS]:
        del state.settings[oldest]


def restore_settings(state: State, default: Recipe) -> None:
    """Restore the settings that the open data had when it was last open.

    Args:
        state: The visitor's state.
        default: Recipe of data that was read in another way since, or was never open.
    """
    state.recipe, state.run, state.comparison, state.address.notes = default, None, None, ()
    settings = state.settings.get(state.data_key)
    if settings is not None and settings.data == state.digest:
        state.recipe = settings.recipe or default
        state.run, state.comparison = settings.run, settings.comparison
    record_settings(state)
