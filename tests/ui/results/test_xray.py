import numpy as np

from tests.support.xrays import make_xray
from ui.results.xray import build_table


def test_the_figure_has_an_accessible_table():
    xray = make_xray()
    table = build_table(xray)
    assert table["time step"].tolist() == (xray.steps + 1).tolist()
    assert table["real step"].tolist() == xray.real[xray.steps].tolist()
    for side, name in zip(xray.sides, ("With the mask", "Without a mask"), strict=True):
        influence = table[f"{name}: attribution"]
        np.testing.assert_allclose(influence, side.attributions.sum(axis=1))
        last = table[f"{name}: prediction so far"].iloc[-1]
        assert last in side.predictions[-1]
