"""A sample of the random models of the benchmark of the padding check."""

import warnings

import pytest

from benchmarks.checks import FAMILIES, FORMS, MODELS, check_case, draw_case
from tests.support.matrix import sample

pytestmark = pytest.mark.slow  # it trains a model for each case


def test_every_family_is_checked_in_every_form():
    cases = [draw_case(number) for number in range(MODELS)]
    assert {(each.family, each.form) for each in cases} == {(a, b) for a in FAMILIES for b in FORMS}
    assert len({each.recipe for each in cases}) == MODELS


@pytest.mark.parametrize("number", sample(range(0, 190, 19), 3))
def test_a_random_model_that_does_not_leak_raises_no_alarm(number):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        proof = check_case(draw_case(number))
    assert proof.verdict == "holds", proof
