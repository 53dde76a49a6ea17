"""Training of an ensemble: progress, history, a stop, and checkpoints."""

from dataclasses import replace

import numpy as np
import pytest

from core import GRU, LSTM, Recipe, Sequences, train
from core.engine import checkpoint as checkpoint_module
from core.engine.checkpoint import Checkpoint
from core.families.ensemble.declaration import locate_member
from core.families.registry import get_family
from core.preprocessing.splits import split_rows
from core.training.train import restore_model

RECIPE = Recipe(task="classification", layers=(LSTM(4, dropout=0.3),), epochs=3, batch_size=8)
ENSEMBLE = replace(
    RECIPE,
    n_kernels=84,
    members=[
        replace(RECIPE, n_kernels=84, layers=(GRU(3),), patience=1, epochs=9, learning_rate=0.5),
        replace(RECIPE, n_kernels=84, family="random_convolution"),
        replace(RECIPE, n_kernels=84),
    ],
)


@pytest.fixture(autouse=True)
def checkpoint_every_batch(monkeypatch: pytest.MonkeyPatch):
    """Make one call per batch and one checkpoint per call."""
    monkeypatch.setattr("core.engine.chunking.CALL_SECONDS", 0.0)
    monkeypatch.setattr("core.families.recurrent.fit.REPORT_SECONDS", 0.0)
    monkeypatch.setattr(checkpoint_module, "CHECKPOINT_SECONDS", 0.0)
    monkeypatch.setattr(checkpoint_module, "CHECKPOINT_SHARE", 1e9)


@pytest.fixture(scope="module")
def data() -> Sequences:
    rng = np.random.default_rng(5)
    parts = [rng.normal(size=(rng.integers(3, 12), 2)) for _ in range(30)]
    names = np.array(["low", "high"])[[int(part.mean() > 0) for part in parts]]
    return Sequences.from_lists(parts, targets=names)


def train_with_checkpoints(data: Sequences, recipe: Recipe, **options):
    """Return the trained model and its checkpoints, each packed and unpacked."""
    checkpoints: list[Checkpoint] = []
    model = train(data, recipe, on_checkpoint=checkpoints.append, **options)
    return model, [Checkpoint.from_bytes(each.to_bytes()) for each in checkpoints]


def assert_same_model(one, other) -> None:
    assert one.recipe == other.recipe
    for name in one.history:
        if name != "seconds":
            assert one.history[name] == other.history[name]
    for ours, theirs in zip(one.network.get_weights(), other.network.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.slow
def test_it_ends_the_same_from_any_checkpoint(data):
    whole, checkpoints = train_with_checkpoints(data, ENSEMBLE)
    finished = [checkpoint.count_finished() for checkpoint in checkpoints]
    assert sorted(set(finished)) == [0, 1, 2, 3]
    between = [number for number, each in enumerate(checkpoints) if not each.weights]
    assert len(between) == 3
    chosen = {0, 2, *between, *(number + 1 for number in between[1:2]), len(checkpoints) - 2}
    for number in sorted(chosen):
        assert_same_model(train(data, ENSEMBLE, resume=checkpoints[number]), whole)


@pytest.mark.slow
def test_the_history_has_one_row_per_epoch_of_each_member(data):
    history = train(data, ENSEMBLE).history
    assert history.keys() == {
        *("member", "loss", "val_loss", "accuracy", "val_accuracy", "seconds"),
    }
    members = np.array(history["member"])
    assert (np.diff(members) >= 0).all()
    assert 2 <= (members == 1).sum() < 9  # its patience ends
    assert (members == 2).sum() == 1  # in closed form
    assert (members == 3).sum() == 3
    for values in history.values():
        assert len(values) == len(members)
        assert np.isfinite(values).all()


@pytest.mark.slow
def test_progress_covers_all_members_and_never_falls(data):
    seen = []
    model = train(data, ENSEMBLE, on_progress=seen.append)
    assert {progress.epochs for progress in seen} == {9 + 1 + 3}
    shares = [progress.share for progress in seen]
    assert shares == sorted(shares)
    assert shares[-1] == 1
    assert seen[-1].history == model.history
    seconds = [progress.seconds for progress in seen]
    assert min(np.diff(seconds)) > -0.1  # members start their clocks after they are compiled


@pytest.mark.slow
@pytest.mark.parametrize("calls", [1, 5, 25, 10**9])
def test_a_stop_keeps_the_members_that_have_learned_something(data, calls):
    ensemble, asked = replace(RECIPE, members=3), []

    def should_stop() -> bool:
        asked.append(None)
        return len(asked) > calls

    model, checkpoints = train_with_checkpoints(data, ensemble, should_stop=should_stop)
    assert model.stopped == (calls < 10**9)
    members = {int(member) for member in model.history.get("member", [])} or {1}
    assert members == set(range(1, len(model.recipe.members) + 1))
    assert model.predict_proba(data).shape == (30, 2)
    assert ("members." in "".join(map(str, model.notes))) == (len(members) < 3)
    restored = restore_model(checkpoints[-1])
    assert_same_model(restored, model)
    assert_same_model(train(data, ensemble, resume=checkpoints[-1]), train(data, ensemble))


@pytest.mark.slow
def test_a_checkpoint_knows_the_progress_of_the_ensemble(data):
    _, checkpoints = train_with_checkpoints(data, ENSEMBLE)
    progress = [checkpoint.progress for checkpoint in checkpoints]
    shares = [each.share for each in progress]
    assert shares == sorted(shares)
    assert shares[-1] == 1
    assert progress[-1].history["member"][-1] == 3


@pytest.mark.slow
def test_no_other_ensemble_resumes_from_a_checkpoint(data):
    _, checkpoints = train_with_checkpoints(data, ENSEMBLE)
    for other in (replace(ENSEMBLE, epochs=4), replace(ENSEMBLE, members=2), RECIPE):
        with pytest.raises(ValueError, match="checkpoint"):
            train(data, other, resume=checkpoints[-1])


@pytest.mark.slow
def test_members_share_the_validation_sequences(data):
    """Each member validates on the rows that the ensemble holds out, whatever its own seed."""
    ensemble = replace(RECIPE, members=2, epochs=1, seed=4)
    history = train(data, ensemble).history
    marks = np.full(len(data), "train", object)
    marks[split_rows(data, ensemble)[1]] = "validation"
    marked = replace(data, split=marks)
    for number, member in enumerate(ensemble.list_members()):
        alone = train(marked, member).history
        assert alone["val_loss"] == [history["val_loss"][number]]


def test_the_same_recipe_gives_the_same_weights_and_another_seed_others(data):
    ensemble = replace(RECIPE, members=2, epochs=1)
    model = train(data, ensemble)
    assert_same_model(train(data, ensemble), model)
    other = train(data, replace(ensemble, seed=1))
    pairs = zip(model.network.get_weights(), other.network.get_weights(), strict=True)
    assert not any(np.array_equal(ours, theirs) for ours, theirs in pairs if ours.ndim == 2)


def test_the_current_member_follows_from_the_finished_epochs():
    family = get_family(ENSEMBLE)
    assert family.has_epochs
    assert family.count_passes(ENSEMBLE) == 9
    located = [locate_member(ENSEMBLE, epoch) for epoch in range(9 + 1 + 3 + 1)]
    assert [number for number, _, _ in located] == [1] * 9 + [2] + [3] * 4
    assert [done for _, _, done in located] == [*range(9), 0, 0, 1, 2, 3]
    # A member in closed form would start over.
    assert [epoch for epoch in range(13) if not family.can_pause(ENSEMBLE, epoch)] == [9]
