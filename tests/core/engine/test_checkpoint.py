"""A run that is interrupted anywhere ends as if it had not been, bit for bit."""

import io
from dataclasses import replace

import numpy as np
import pytest

from core import GRU, LSTM, Recipe, Sequences, train
from core.data.serialization import pack_arrays, unpack_arrays
from core.engine import checkpoint as checkpoint_module
from core.engine.batching import PLAN_VERSION
from core.engine.checkpoint import Checkpoint
from core.engine.compiled import clear_idle_engines
from core.training.train import restore_model
from tests.support.matrix import sample

pytestmark = pytest.mark.slow  # it trains, saves or starts a process for each case


@pytest.fixture(autouse=True)
def checkpoint_every_batch(monkeypatch: pytest.MonkeyPatch):
    """Make one call per batch and one checkpoint per call."""
    monkeypatch.setattr("core.engine.chunking.CALL_SECONDS", 0.0)
    monkeypatch.setattr(checkpoint_module, "CHECKPOINT_SECONDS", 0.0)
    monkeypatch.setattr(checkpoint_module, "CHECKPOINT_SHARE", 1e9)


@pytest.fixture(scope="module")
def data() -> Sequences:
    rng = np.random.default_rng(3)
    parts = [rng.normal(size=(rng.integers(1, 14), 2)) for _ in range(40)]
    return Sequences.from_lists(parts, targets=rng.normal(size=40))


@pytest.fixture(scope="module")
def classes(data: Sequences) -> Sequences:
    names = np.array(["up", "down"])[(data.targets > 0).astype(int)]
    return Sequences.from_lists([data[i] for i in range(len(data))], targets=names)


SMALL = Recipe(layers=(LSTM(6),), epochs=5, batch_size=8)
RECIPES = {
    "adam": SMALL,
    "rmsprop": replace(SMALL, optimizer="rmsprop", learning_rate=None),
    "sgd, no validation": replace(SMALL, optimizer="sgd", learning_rate=0.05, validation_split=0),
    "dropout, both ways, two layers": replace(
        SMALL, layers=(LSTM(6, bidirectional=True, dropout=0.4), LSTM(5, dropout=0.2)), dense=(4,)
    ),
    "wide": replace(SMALL, layers=(LSTM(128, dropout=0.2),), epochs=2),
    "GRU with dropout": replace(SMALL, layers=(GRU(6, dropout=0.4),), epochs=3),
    "patience": replace(SMALL, patience=2, epochs=30, learning_rate=0.05),
    "classes": replace(SMALL, task="classification", loss="", class_weight="balanced"),
    "a rate that falls": replace(SMALL, schedule="plateau", epochs=14, learning_rate=0.05),
    "cosine, clipped": replace(SMALL, schedule="cosine", clip_norm=0.1, weight_decay=0.01),
}


def train_with_checkpoints(data: Sequences, recipe: Recipe, **options):
    """Return the trained model and its checkpoints, each packed and unpacked."""
    checkpoints: list[Checkpoint] = []
    model = train(data, recipe, on_checkpoint=checkpoints.append, **options)
    return model, [Checkpoint.from_bytes(each.to_bytes()) for each in checkpoints]


def assert_same_model(one, other) -> None:
    for name in one.history:
        if name != "seconds":
            assert one.history[name] == other.history[name]
    assert one.best_epoch == other.best_epoch
    for ours, theirs in zip(one.network.get_weights(), other.network.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)


def has_same_weights(one, other) -> bool:
    pairs = zip(one.network.get_weights(), other.network.get_weights(), strict=True)
    return all(np.array_equal(ours, theirs) for ours, theirs in pairs)


@pytest.mark.parametrize("name", sample(RECIPES, 4))
def test_it_ends_the_same_from_any_checkpoint(name: str, data: Sequences, classes: Sequences):
    recipe = RECIPES[name]
    data = classes if recipe.task == "classification" else data
    whole, checkpoints = train_with_checkpoints(data, recipe)
    calls = len(whole.history["loss"]) * (whole.recipe.epochs and 4)
    assert len(checkpoints) >= calls  # in the middle of epochs, and of validations
    rng = np.random.default_rng(0)
    chosen = {0, 1, len(checkpoints) - 1, *rng.integers(len(checkpoints), size=4).tolist()}
    for number in sorted(chosen):
        assert_same_model(train(data, recipe, resume=checkpoints[number]), whole)


def test_a_run_interrupted_repeatedly_ends_the_same(data: Sequences):
    recipe = RECIPES["dropout, both ways, two layers"]
    whole, checkpoints = train_with_checkpoints(data, recipe)
    resume = checkpoints[2]
    for _ in range(3):
        _, more = train_with_checkpoints(data, recipe, resume=resume)
        resume = more[min(3, len(more) - 1)]
    assert_same_model(train(data, recipe, resume=resume), whole)


def test_a_checkpoint_does_not_change_later(data: Sequences):
    """Another thread may store it while training continues."""
    seen: list[tuple[Checkpoint, bytes]] = []

    def record(checkpoint: Checkpoint) -> None:
        seen.append((checkpoint, checkpoint.to_bytes()))

    train(data, RECIPES["adam"], on_checkpoint=record)
    assert len({content for _, content in seen}) == len(seen)
    for checkpoint, content in seen:
        assert checkpoint.to_bytes() == content


def test_a_finished_run_continues_like_one_with_more_epochs_from_the_start(data: Sequences):
    recipe = RECIPES["dropout, both ways, two layers"]
    short, checkpoints = train_with_checkpoints(data, recipe)
    longer = replace(recipe, epochs=9)
    continued = train(data, longer, resume=checkpoints[-1])
    assert_same_model(continued, train(data, longer))
    assert len(short.history["loss"]) == 5
    assert continued.history["loss"][:5] == short.history["loss"]


def test_a_schedule_over_all_epochs_does_not_allow_more_epochs(data: Sequences):
    recipe = RECIPES["cosine, clipped"]
    _, checkpoints = train_with_checkpoints(data, recipe)
    with pytest.raises(ValueError, match=r"epochs is 9.*may change patience only"):
        train(data, replace(recipe, epochs=9), resume=checkpoints[-1])


def test_a_stopped_run_resumes_in_the_middle_of_its_epoch(data: Sequences):
    calls = []

    def stop_after_some_batches() -> bool:
        calls.append(None)
        return len(calls) > 8

    recipe = RECIPES["adam"]
    stopped, checkpoints = train_with_checkpoints(data, recipe, should_stop=stop_after_some_batches)
    assert stopped.stopped
    assert checkpoints[-1].batch > 0
    assert_same_model(train(data, recipe, resume=checkpoints[-1]), train(data, recipe))


def test_patience_restarts_when_a_run_continues_and_the_best_epoch_is_kept(data: Sequences):
    recipe = RECIPES["patience"]
    ended, checkpoints = train_with_checkpoints(data, recipe)
    epochs = len(ended.history["loss"])
    assert epochs < recipe.epochs
    assert_same_model(train(data, recipe, resume=checkpoints[-1]), ended)  # patience is exhausted
    # Also if the number of epochs is unchanged and patience had left some over.
    for longer in (recipe, replace(recipe, epochs=60)):
        continued = train(data, longer, resume=checkpoints[-1].reset_patience())
        assert len(continued.history["loss"]) >= epochs + recipe.patience
    losses = continued.history["val_loss"]
    assert losses[continued.best_epoch - 1] == min(losses)


def test_the_model_at_a_checkpoint_needs_no_data(data: Sequences):
    recipe = RECIPES["patience"]
    ended, checkpoints = train_with_checkpoints(data, recipe)
    model = restore_model(checkpoints[-1])
    assert model.stopped
    assert_same_model(model, ended)
    np.testing.assert_array_equal(model.predict(data), ended.predict(data))
    saved = io.BytesIO()
    model.save(saved)


def test_a_run_of_the_stock_layers_resumes_on_the_fast_ones(data: Sequences, monkeypatch):
    """Earlier versions computed GRU layers so; a machine with a GPU does."""
    recipe = RECIPES["GRU with dropout"]
    with monkeypatch.context() as patch:
        for module in ("compiled", "spec"):
            patch.setattr(f"core.engine.{module}.uses_stock_layers", lambda recipe: True)
        clear_idle_engines()
        whole, checkpoints = train_with_checkpoints(data, recipe)
        assert whole.computed["layers"] == ["keras"]
    clear_idle_engines()
    resumed = train(data, recipe, resume=checkpoints[len(checkpoints) // 2])
    assert resumed.computed["layers"] == ["stepwise"]
    for ours, theirs in zip(
        resumed.network.get_weights(), whole.network.get_weights(), strict=True
    ):
        np.testing.assert_allclose(ours, theirs, atol=1e-4)


def test_a_resumed_run_keeps_its_number_of_groups(data: Sequences, monkeypatch):
    """Another machine has other cores, and another number of groups changes the last bits."""
    recipe = replace(RECIPES["adam"], batch_size=32)
    whole, checkpoints = train_with_checkpoints(data, recipe)
    monkeypatch.setattr(
        "core.families.recurrent.fit.count_groups", lambda: whole.computed["groups"] + 1
    )
    resumed = train(data, recipe, resume=checkpoints[1])
    assert_same_model(resumed, whole)


@pytest.mark.parametrize(
    ("changes", "message"),
    [({"batch_size": 4}, "batch_size is 4, and 8"), ({"layers": (LSTM(7),)}, "layers is")],
)
def test_another_recipe_is_refused_with_the_name_of_the_field(data, changes, message):
    _, checkpoints = train_with_checkpoints(data, RECIPES["adam"])
    with pytest.raises(ValueError, match=message):
        train(data, replace(RECIPES["adam"], **changes), resume=checkpoints[0])


def test_other_data_is_refused(data: Sequences):
    _, checkpoints = train_with_checkpoints(data, RECIPES["adam"])
    with pytest.raises(ValueError, match="other data"):
        train(data[:39], RECIPES["adam"], resume=checkpoints[0])


def test_damaged_bytes_are_refused_and_nothing_is_unpickled(data: Sequences):
    _, [first, *_] = train_with_checkpoints(data, RECIPES["adam"])
    content = first.to_bytes()
    evil = io.BytesIO()
    np.savez(evil, description=np.array([object()], dtype=object))
    for damaged in (
        b"",
        b"PK",
        content[: len(content) // 2],
        pack_arrays({}, {}),
        pack_arrays({"recipe": 3}, {}),
        evil.getvalue(),
    ):
        with pytest.raises(ValueError, match="not a checkpoint of Unpadded"):
            Checkpoint.from_bytes(damaged)


def test_a_checkpoint_names_its_format_and_a_newer_one_is_refused(
    data: Sequences, monkeypatch: pytest.MonkeyPatch
):
    _, [first, *_] = train_with_checkpoints(data, RECIPES["adam"])
    content = first.to_bytes()
    assert unpack_arrays(content, dict)[0]["format"] == 4
    monkeypatch.setattr("core.engine.checkpoint.FORMAT", 0)
    with pytest.raises(ValueError, match="newer version"):
        Checkpoint.from_bytes(content)


def replace_plain(checkpoint: Checkpoint, **changes) -> bytes:
    """Pack a checkpoint with other plain values; None removes a value."""
    plain, arrays = unpack_arrays(checkpoint.to_bytes(), dict)
    removed = [name for name, value in changes.items() if value is None]
    plain = {name: value for name, value in (plain | changes).items() if name not in removed}
    return pack_arrays(plain, arrays)


@pytest.mark.parametrize("name", ["adam", "a rate that falls"])
def test_a_run_keeps_its_plan_version_to_the_end(name: str, data: Sequences):
    """Checkpoints of earlier versions have no version, and are of version 1."""
    recipe, longer = RECIPES[name], replace(RECIPES[name], epochs=20)
    with pytest.MonkeyPatch.context() as earlier:
        earlier.setattr("core.families.recurrent.fit.PLAN_VERSION", 1)
        whole, checkpoints = train_with_checkpoints(data, recipe)
        more = train(data, longer)
    assert not has_same_weights(whole, train(data, recipe))
    for checkpoint, end, wanted in (
        (checkpoints[0], recipe, whole),
        (checkpoints[len(checkpoints) // 2], recipe, whole),
        (checkpoints[-1], longer, more),
    ):
        content = replace_plain(checkpoint, format=2, plan_version=None)
        resumed, later = train_with_checkpoints(data, end, resume=Checkpoint.from_bytes(content))
        assert_same_model(resumed, wanted)
        assert {each.plan_version for each in later} == {1}


def test_a_checkpoint_of_an_unknown_plan_version_is_refused(data: Sequences):
    _, [first, *_] = train_with_checkpoints(data, RECIPES["adam"])
    assert first.plan_version == PLAN_VERSION
    for version in (0, PLAN_VERSION + 1, "1", [1]):
        with pytest.raises(ValueError, match="newer version"):
            Checkpoint.from_bytes(replace_plain(first, plan_version=version))


def test_nothing_is_copied_without_a_listener(data: Sequences, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delattr("core.engine.compiled.Engine.get_state")
    train(data, RECIPES["adam"])
