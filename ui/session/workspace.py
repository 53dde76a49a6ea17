"""Workspace of a visitor on the server: its format, and saving it for a later session."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Mapping
from typing import NotRequired, TypedDict, cast

from core import Recipe
from runs import ComparisonRequest, StoreError
from ui.session.services import Services
from ui.session.state import DataSettings, State

MAX_TYPED_CHARACTERS = 100_000  # per text
MAX_TYPED_TEXTS = 200
MAX_ALL_TYPED_CHARACTERS = 2_000_000


class StoredComparison(TypedDict):
    """Stored form of a ``ComparisonRequest``."""

    entries: dict[str, list[str]]
    seeds: list[int]


class StoredSettings(TypedDict):
    """Stored form of ``DataSettings``."""

    data: str
    recipe: dict[str, object] | None
    run: str | None
    compared: StoredComparison | None
    editing: NotRequired[bool]  # missing in earlier versions
    varied: NotRequired[dict[str, str]]  # likewise


class Workspace(TypedDict, total=False):
    """What is remembered of a visitor. Dictionaries in it are saved entry by entry."""

    data_set: str | None
    units: dict[str, StoredSettings]
    example_run: str | None
    typed: dict[str, str]
    language: str | None


def remember_text(state: State, services: Services, box: str, text: str) -> None:
    """Remember the text of a box, for the boxes that were used last."""
    texts = state.typed_texts
    if texts.get(box) != text:
        texts.pop(box, None)
        texts[box] = text[:MAX_TYPED_CHARACTERS]
        while (
            len(texts) > MAX_TYPED_TEXTS or sum(map(len, texts.values())) > MAX_ALL_TYPED_CHARACTERS
        ):
            del texts[next(iter(texts))]  # the oldest
        save(state, services)


def set_language(state: State, services: Services, language: str) -> None:
    """Set the language of all texts."""
    state.language = language
    save(state, services)


def save(state: State, services: Services) -> None:
    """Save what has changed since the last save, without overwriting changes of another tab.

    A failed save can be retried; ``state.memory.error`` holds the reason.
    """
    memory, workspace = state.memory, build_workspace(state)
    changes = _compute_changes(memory.saved, workspace)
    if not changes or memory.visitor_created is None:
        return
    memory.tried_at = time.monotonic()
    try:
        memory.is_deleted = not services.store.visitors.save(
            state.owner.id, memory.visitor_created, changes
        )
        memory.saved, memory.error = workspace, None
    except StoreError as error:
        memory.error = error


def read_workspace(state: State, services: Services) -> Workspace:
    """Read the workspace; {} for a new visitor, and while it cannot be read."""
    memory, owner = state.memory, state.owner
    memory.tried_at = time.monotonic()
    try:
        workspace, memory.visitor_created = services.store.visitors.record_visit(
            owner.id, owner.login is not None, services.network
        )
    except StoreError as error:
        memory.error = error
        return {}
    memory.error = None
    return cast(Workspace, workspace)


def build_workspace(state: State) -> Workspace:
    """Build what is remembered of this visitor."""
    return {
        "data_set": None if state.data_set is None else state.data_set.id,
        "units": {key: _encode_settings(each) for key, each in state.settings.items()},
        "example_run": state.example_run,
        "typed": dict(state.typed_texts),
        "language": state.language,
    }


def _encode_settings(settings: DataSettings) -> StoredSettings:
    recipe, compared = settings.recipe, settings.comparison
    return {
        "data": settings.data,
        "recipe": None if recipe is None else recipe.to_dict(),
        "run": settings.run,
        "compared": None if compared is None else _encode_comparison(compared),
        "editing": settings.editing,
        "varied": dict(settings.comparison_choices),
    }


def _encode_comparison(comparison: ComparisonRequest) -> StoredComparison:
    entries = {name: list(runs) for name, runs in comparison.entries.items()}
    return {"entries": entries, "seeds": list(comparison.seeds)}


def decode_settings(stored: StoredSettings) -> DataSettings:
    """Decode the settings of a data set."""
    recipe = comparison = None
    if stored["recipe"] is not None:
        with contextlib.suppress(ValueError):  # a recipe of another version
            recipe = Recipe.from_dict(stored["recipe"])
    compared = stored.get("compared")
    if compared is not None:
        entries = {name: tuple(runs) for name, runs in compared["entries"].items()}
        comparison = ComparisonRequest(entries, tuple(compared["seeds"]))
    editing = stored.get("editing", False)
    varied = stored.get("varied", {})
    return DataSettings(stored["data"], recipe, stored["run"], comparison, editing, varied)


def _compute_changes(
    previous: Mapping[str, object], current: Mapping[str, object]
) -> dict[str, object]:
    """List the changed values.

    Of a dictionary only the changed entries are listed, with None for removed ones.
    """
    changes: dict[str, object] = {}
    for name, value in current.items():
        old = previous.get(name)
        if isinstance(value, dict) and isinstance(old, dict):
            entries = {key: each for key, each in value.items() if old.get(key) != each}
            entries |= dict.fromkeys(old.keys() - value.keys())
            if entries:
                changes[name] = entries
        elif value != old:
            changes[name] = value
    return changes
