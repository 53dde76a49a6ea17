"""The table of a comparison, as it is shown."""

import numpy as np

from core.errors import Note
from core.experiments.compare import Comparison, Entry
from ui.compare.result import build_table


def make_comparison(scores: list[float]) -> Comparison:
    entry = Entry("masked", {"rmse": np.array(scores)}, np.ones((len(scores), 1)), None, 3.0, 70.0)
    return Comparison("test", "rmse", tuple(range(len(scores))), "same", (entry,), Note("none"))


def test_the_spread_is_shown_where_there_are_two_seeds():
    assert build_table(make_comparison([1.0, 2.0]))["RMSE"].tolist() == ["1.5 ± 0.7071"]
    assert build_table(make_comparison([1.0]))["RMSE"].tolist() == ["1"]
