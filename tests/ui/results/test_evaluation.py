"""Tables of an evaluation."""

import numpy as np
import pytest

from ui.results.evaluation import build_class_table


def test_the_class_table_has_recall_precision_and_f1_in_percent():
    table = build_class_table(["a", "b", "c"], [[4, 5, 3], [2, 0, 0], [0, 1, 0]])
    assert table["Count"].tolist() == [4, 2, 0]
    assert table["Recall"].tolist() == pytest.approx([75, 0, np.nan], nan_ok=True)
    assert table["Precision"].tolist() == pytest.approx([60, np.nan, 0], nan_ok=True)
    assert table["F1"].tolist() == pytest.approx([6 / 9, 0, 0])
