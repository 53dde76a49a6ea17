import numpy as np

from tests.core.inspection.test_xray import both
from ui.results.xray import numbers


def test_the_picture_stands_in_numbers_for_those_who_cannot_use_it():
    xray = both()
    table = numbers(xray)
    assert table["time step"].tolist() == (xray.steps + 1).tolist()
    assert table["real step"].tolist() == xray.real[xray.steps].tolist()
    for side, name in zip(xray.sides, ("With the mask", "Without a mask"), strict=True):
        influence = table[f"{name}: influence on the answer"]
        np.testing.assert_allclose(influence, side.influence.sum(axis=1))
        last = table[f"{name}: the answer so far"].iloc[-1]
        assert last in side.answers[-1]
