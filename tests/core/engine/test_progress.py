import pytest

from core import Progress


def progress(**fields) -> Progress:
    whole = {"epoch": 0, "epochs": 10, "batch": 0, "batches": 20, "sequences": 600}
    return Progress(**(whole | {"history": {}, "seconds": 1.0} | fields))


def test_the_share_counts_epochs_and_batches():
    assert progress(epoch=3, batch=10).share == pytest.approx(0.35)


def test_the_time_left_follows_the_pace_so_far():
    assert progress(epoch=2, seconds=4.0).seconds_left == pytest.approx(16)


def test_a_long_first_epoch_has_a_time_left_after_some_seconds():
    assert progress(batch=1, seconds=1.0).seconds_left is None
    assert progress(batch=2, seconds=5.0).seconds_left == pytest.approx(495)
    assert progress(batch=0, seconds=5.0).seconds_left is None


def test_sequences_a_second_are_those_learned_from():
    assert progress(epoch=1, batch=10, seconds=3.0).sequences_per_second == pytest.approx(300)
    assert progress(seconds=0.0).sequences_per_second == 0
