import pytest

from core.figures import plot_calibration
from tests.support.figures import LIMIT


@pytest.mark.parametrize("dark", [False, True])
def test_a_calibration_plot_is_small(dark):
    figure = plot_calibration([[0.95, 0.9, 12], [0.5, 0.4, 3]], dark=dark)
    assert len(figure.to_json()) < LIMIT


def test_a_calibration_point_grows_with_its_count():
    _, points = plot_calibration([[0.95, 0.9, 400], [0.5, 0.4, 4]]).data
    assert points.marker.size[0] > 2 * points.marker.size[1]
