import pytest

from core import Progress
from core.engine.progress import average_members


def make_progress(**fields) -> Progress:
    defaults = {"epoch": 0, "epochs": 10, "batch": 0, "batches": 20, "sequences": 600}
    return Progress(**(defaults | {"history": {}, "seconds": 1.0} | fields))


def test_the_share_counts_epochs_and_batches():
    assert make_progress(epoch=3, batch=10).share == pytest.approx(0.35)


def test_the_time_left_follows_the_pace_so_far():
    assert make_progress(epoch=2, seconds=4.0).seconds_left == pytest.approx(16)


def test_a_long_first_epoch_has_a_time_left_after_some_seconds():
    assert make_progress(batch=1, seconds=1.0).seconds_left is None
    assert make_progress(batch=2, seconds=5.0).seconds_left == pytest.approx(495)
    assert make_progress(batch=0, seconds=5.0).seconds_left is None


def test_sequences_per_second_count_training_sequences():
    assert make_progress(epoch=1, batch=10, seconds=3.0).sequences_per_second == pytest.approx(300)
    assert make_progress(seconds=0.0).sequences_per_second == 0


def test_an_ensemble_is_averaged_per_epoch_over_the_members_that_have_it():
    history = {"member": [1.0, 1.0, 2.0], "loss": [4.0, 1.0, 2.0], "val_loss": [5.0, 3.0, 7.0]}
    assert average_members(history) == {"loss": [3.0, 1.0], "val_loss": [6.0, 3.0]}
    single = {"loss": [1.0, 2.0]}
    assert average_members(single) == single
    assert average_members({}) == {}
