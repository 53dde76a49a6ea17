"""Names shortened for an axis."""

import pytest

from core.figures.text import escape_text, shorten_all


@pytest.mark.parametrize(
    "ids",
    [
        [f"patient_00000{i:03d}_visit_left" for i in range(200)],
        [f"a_very_long_common_beginning_{i}" for i in range(200)],
        ["patient-0001-a", "patient-000000000001-b", "patient-000000000002-b"],
    ],
)
def test_different_ids_stay_different_when_they_are_shortened(ids):
    short = shorten_all(ids, 14)
    assert len(set(short)) == len(ids)
    assert max(map(len, short)) <= 14


def test_equal_ids_are_shortened_like_any_other():
    assert shorten_all(["patient-0001-visit-0012"] * 2, 12) == ["patien…-0012"] * 2
    assert shorten_all([], 12) == []


def test_a_name_is_not_a_template_of_a_hover():
    assert escape_text("%{x} 100 % {y}") == "%&#123;x} 100 % {y}"
