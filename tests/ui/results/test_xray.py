import numpy as np
import pytest

from core import Recipe
from tests.support.xrays import make_xray
from ui.results.xray import build_legend, build_table

OCCLUDED = Recipe(family="random_convolution")


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


@pytest.mark.parametrize(
    ("recipe", "method"),
    [
        (Recipe(), "integrated gradients"),
        (OCCLUDED, "occlusion"),
        (Recipe(members=2), "integrated gradients"),
        (Recipe(members=[Recipe(), OCCLUDED]), "occlusion"),
    ],
)
def test_the_legend_names_the_method_of_the_attributions(recipe, method):
    legend = build_legend(make_xray(), recipe)
    assert [each for each in ("integrated gradients", "occlusion") if each in legend] == [method]
