"""The speed of the server follows from the trainings that finished last."""

from dataclasses import replace

import pytest

from core import Recipe
from core.recipe.members import Member
from runs.server_speed import HIGH, LAST, Timing, get_speed, measure_speeds, name_family


def test_a_family_is_as_slow_as_its_last_trainings_were():
    newest_first = [Timing("recurrent", 2.0, 6.0)] * LAST + [Timing("recurrent", 2.0, 2.0)] * 50
    assert measure_speeds(newest_first) == {"recurrent": 3.0}


def test_one_accident_does_not_change_the_speed():
    timings = [Timing("recurrent", 1.0, 1000.0), *[Timing("recurrent", 1.0, 1.5)] * 4]
    assert measure_speeds(timings) == {"recurrent": 1.5}
    assert measure_speeds(timings[:1]) == {"recurrent": HIGH}
    assert measure_speeds([Timing("recurrent", 0.0, 5.0)]) == {}


def test_a_family_without_a_training_is_as_slow_as_the_others():
    assert get_speed({}, "recurrent") == 1.0
    assert get_speed({"recurrent": 2.0, "convolution": 8.0}, "recurrent") == 2.0
    assert get_speed({"recurrent": 2.0, "convolution": 8.0}, "ensemble") == pytest.approx(4.0)


def test_ensembles_have_a_speed_of_their_own():
    assert name_family(Recipe()) == "recurrent"
    assert name_family(replace(Recipe(), members=(Member(), Member()))) == "ensemble"
