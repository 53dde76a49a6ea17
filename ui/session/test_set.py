"""Test set that is held out from the open data."""

from __future__ import annotations

from core import Recipe, Sequences
from core.preprocessing.hold_out import (
    MIN_SEQUENCES,
    NO_HOLD_OUT,
    HoldOut,
    Method,
    hold_out,
    list_methods,
    suggest_hold_out,
)
from ui.session.services import Services
from ui.session.settings import choose_recipe
from ui.session.state import State


def choose(
    services: Services, owner: str, digest: str, data: Sequences, previous: HoldOut | None = None
) -> HoldOut | None:
    """Choose the test set of data for which none is recorded.

    Data with runs keeps the test set of the last run, also if that is none.

    Args:
        services: The server.
        owner: Id of the visitor.
        digest: Digest of the data.
        data: The data as read.
        previous: Test set of the same file, read in another way; its method is kept.
    """
    methods = list_methods(data)
    if not methods:
        return None
    last = services.store.runs.read_last_hold_out(owner, digest)
    if last is not None:
        return last
    if previous is not None and previous.method is None:
        return NO_HOLD_OUT
    if previous is not None and previous.method in methods and len(data) >= MIN_SEQUENCES:
        return _draw(data, previous.method)
    return suggest_hold_out(data)


def change_method(state: State, services: Services, method: Method | None) -> None:
    """Hold out another test set from the open data, or none. Raises UnpaddedError.

    Runs keep the test set that they were trained with. A recipe that was not edited becomes the one
    that is suggested now.
    """
    if state.data_set is None:
        return
    chosen = NO_HOLD_OUT if method is None else _draw(state.data_as_read, method)
    services.store.data_sets.save_hold_out(state.owner.id, state.data_set.id, chosen)
    is_edited = state.recipe != Recipe.suggest(state.data)
    use(state, chosen)
    if not is_edited:
        choose_recipe(state, services, Recipe.suggest(state.data))


def use(state: State, chosen: HoldOut | None) -> None:
    """Mark a test set in the open data."""
    data = state.data_as_read
    state.data = data if chosen is None else chosen.apply(data)
    state.hold_out, state.test_set_methods = chosen, list_methods(data)


def _draw(data: Sequences, method: Method) -> HoldOut:
    return HoldOut(method, 0, hold_out(data, method))
