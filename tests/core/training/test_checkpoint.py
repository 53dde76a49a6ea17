"""A training that was interrupted anywhere ends as if it had not been, bit by bit."""

import io
from dataclasses import replace

import numpy as np
import pytest

from core import GRU, LSTM, Recipe, Sequences, train
from core.data.serialization import pack_arrays
from core.training import loop
from core.training.checkpoint import Checkpoint
from core.training.loop import model_of


@pytest.fixture(autouse=True)
def every_batch(monkeypatch: pytest.MonkeyPatch):
    """A call a batch, and a checkpoint a call."""
    monkeypatch.setattr("core.engine.chunking.CALL_SECONDS", 0.0)
    monkeypatch.setattr(loop, "CHECKPOINT_SECONDS", 0.0)
    monkeypatch.setattr(loop, "CHECKPOINT_SHARE", 1e9)


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


def recorded(data: Sequences, recipe: Recipe, **options):
    """The trained model and its checkpoints, each through bytes and back."""
    kept: list[Checkpoint] = []
    model = train(data, recipe, on_checkpoint=kept.append, **options)
    return model, [Checkpoint.from_bytes(each.to_bytes()) for each in kept]


def same(one, other) -> None:
    for name in one.history:
        if name != "seconds":
            assert one.history[name] == other.history[name]
    assert one.best_epoch == other.best_epoch
    for ours, theirs in zip(one.network.get_weights(), other.network.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("name", RECIPES)
def test_it_ends_the_same_from_any_checkpoint(name: str, data: Sequences, classes: Sequences):
    recipe = RECIPES[name]
    data = classes if recipe.task == "classification" else data
    whole, kept = recorded(data, recipe)
    calls = len(whole.history["loss"]) * (whole.recipe.epochs and 4)
    assert len(kept) >= calls  # in the middle of epochs, and of validations
    rng = np.random.default_rng(0)
    chosen = {0, 1, len(kept) - 1, *rng.integers(len(kept), size=4).tolist()}
    for number in sorted(chosen):
        same(train(data, recipe, resume=kept[number]), whole)


def test_interrupted_again_and_again_it_still_ends_the_same(data: Sequences):
    recipe = RECIPES["dropout, both ways, two layers"]
    whole, kept = recorded(data, recipe)
    resume = kept[2]
    for _ in range(3):
        _, more = recorded(data, recipe, resume=resume)
        resume = more[min(3, len(more) - 1)]
    same(train(data, recipe, resume=resume), whole)


def test_a_checkpoint_does_not_change_any_more(data: Sequences):
    """It is stored by somebody else while the training goes on."""
    seen: list[tuple[Checkpoint, bytes]] = []
    train(data, RECIPES["adam"], on_checkpoint=lambda kept: seen.append((kept, kept.to_bytes())))
    assert len({content for _, content in seen}) == len(seen)
    for kept, content in seen:
        assert kept.to_bytes() == content


def test_a_finished_training_goes_on_as_one_that_was_longer_from_the_beginning(data: Sequences):
    recipe = RECIPES["dropout, both ways, two layers"]
    short, kept = recorded(data, recipe)
    longer = replace(recipe, epochs=9)
    gone_on = train(data, longer, resume=kept[-1])
    same(gone_on, train(data, longer))
    assert len(short.history["loss"]) == 5
    assert gone_on.history["loss"][:5] == short.history["loss"]


def test_a_rate_that_depends_on_all_epochs_allows_no_more_of_them(data: Sequences):
    recipe = RECIPES["cosine, clipped"]
    _, kept = recorded(data, recipe)
    with pytest.raises(ValueError, match=r"epochs is 9.*may change patience only"):
        train(data, replace(recipe, epochs=9), resume=kept[-1])


def test_a_stopped_training_goes_on_in_the_middle_of_its_epoch(data: Sequences):
    asked = []

    def after_some_batches() -> bool:
        asked.append(None)
        return len(asked) > 8

    recipe = RECIPES["adam"]
    stopped, kept = recorded(data, recipe, should_stop=after_some_batches)
    assert stopped.stopped
    assert kept[-1].batch > 0
    same(train(data, recipe, resume=kept[-1]), train(data, recipe))


def test_patience_counts_anew_when_a_training_goes_on_and_the_best_stays_the_best(data: Sequences):
    recipe = RECIPES["patience"]
    ended, kept = recorded(data, recipe)
    epochs = len(ended.history["loss"])
    assert epochs < recipe.epochs
    same(train(data, recipe, resume=kept[-1]), ended)  # it has run out
    # Also when the epochs it is given are those that patience had left over.
    for longer in (recipe, replace(recipe, epochs=60)):
        gone_on = train(data, longer, resume=kept[-1].anew())
        assert len(gone_on.history["loss"]) >= epochs + recipe.patience
    losses = gone_on.history["val_loss"]
    assert losses[gone_on.best_epoch - 1] == min(losses)


def test_the_model_at_a_checkpoint_needs_no_data(data: Sequences):
    recipe = RECIPES["patience"]
    ended, kept = recorded(data, recipe)
    model = model_of(kept[-1])
    assert model.stopped
    same(model, ended)
    np.testing.assert_array_equal(model.predict(data), ended.predict(data))
    saved = io.BytesIO()
    model.save(saved)


def test_the_number_of_groups_stays_that_of_the_beginning(data: Sequences, monkeypatch):
    """Another machine has other cores, and another number of groups gives other last bits."""
    recipe = replace(RECIPES["adam"], batch_size=32)
    whole, kept = recorded(data, recipe)
    monkeypatch.setattr("core.engine.compiled.group_count", lambda: whole.computed["groups"] + 1)
    resumed = train(data, recipe, resume=kept[1])
    same(resumed, whole)


@pytest.mark.parametrize(
    ("changes", "named"),
    [({"batch_size": 4}, "batch_size is 4, and 8"), ({"layers": (LSTM(7),)}, "layers is")],
)
def test_another_recipe_is_refused_by_the_name_of_what_differs(data, changes, named):
    _, kept = recorded(data, RECIPES["adam"])
    with pytest.raises(ValueError, match=named):
        train(data, replace(RECIPES["adam"], **changes), resume=kept[0])


def test_other_data_is_refused(data: Sequences):
    _, kept = recorded(data, RECIPES["adam"])
    with pytest.raises(ValueError, match="other data"):
        train(data[:39], RECIPES["adam"], resume=kept[0])


def test_damaged_bytes_are_refused_and_nothing_is_unpickled(data: Sequences):
    _, [first, *_] = recorded(data, RECIPES["adam"])
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
        with pytest.raises(ValueError, match="no checkpoint of ours"):
            Checkpoint.from_bytes(damaged)


def test_nothing_is_copied_for_nobody(data: Sequences, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delattr("core.engine.compiled.Engine.state")
    train(data, RECIPES["adam"])
