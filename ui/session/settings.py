"""Recipe, last run and comparison of the open data, which each data set keeps."""

from __future__ import annotations

from collections.abc import Mapping

from core import Recipe
from ui.session.services import Services
from ui.session.state import DataSettings, State
from ui.session.workspace import save

MAX_DATA_SETS = 200  # whose settings are kept


def choose_recipe(state: State, services: Services, recipe: Recipe) -> None:
    """Set the recipe; another one than before is shown to be changed."""
    if recipe != state.recipe:
        state.recipe, state.address.notes, state.editing = recipe, (), True
        record_settings(state)
        save(state, services)


def show_run(state: State, services: Services, run: str | None) -> None:
    """Show another run of the open data on Train, with its settings folded."""
    state.run, state.editing = run, False
    record_settings(state)
    save(state, services)


def edit_settings(state: State, services: Services, editing: bool) -> None:
    """Show the settings of the open data to be changed, or fold them."""
    state.editing = editing
    record_settings(state)
    save(state, services)


def choose_comparison(state: State, services: Services, choices: Mapping[str, str]) -> None:
    """Set what varies on Compare."""
    if choices != state.comparison_choices:
        state.comparison_choices = dict(choices)
        record_settings(state)
        save(state, services)


def record_settings(state: State) -> None:
    """Record the settings of the open data, and drop those of the data set open longest ago."""
    state.settings.pop(state.data_key, None)
    state.settings[state.data_key] = DataSettings(
        state.digest,
        state.recipe,
        state.run,
        state.comparison,
        state.editing,
        state.comparison_choices,
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
    state.editing = False
    state.comparison_choices = {}
    settings = state.settings.get(state.data_key)
    if settings is not None and settings.data == state.digest:
        state.recipe = settings.recipe or default
        state.run, state.comparison = settings.run, settings.comparison
        state.editing = settings.editing
        state.comparison_choices = settings.comparison_choices
    record_settings(state)
