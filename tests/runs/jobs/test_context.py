"""A worker keeps the models that it used last."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from core import Recipe, Sequences, train
from core.errors import DataError
from runs.jobs.context import MAX_MODELS, ModelCache, get_store
from runs.settings import Settings
from runs.store import Store


@pytest.fixture
def empty_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A new store as the one of this process."""
    monkeypatch.setenv("UNPADDED_DATA", str(tmp_path))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    Store.from_settings(Settings.from_environment()).close()  # as a server creates it
    get_store.cache_clear()
    yield
    get_store().close()
    get_store.cache_clear()


@pytest.mark.slow
@pytest.mark.usefixtures("empty_store")
def test_the_model_used_longest_ago_is_dropped_first(example: Sequences):
    model, cache = train(example, replace(Recipe.example(), epochs=1)), ModelCache()
    for number in range(MAX_MODELS):
        cache.put(f"run {number}", model)
    assert cache.get("run 0") is model
    cache.put("another run", model)
    assert cache.get("run 0") is model
    with pytest.raises(DataError, match="no trained model"):  # nor has the store one
        cache.get("run 1")
