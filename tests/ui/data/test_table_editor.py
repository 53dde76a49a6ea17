"""What Streamlit's data editor tells of is what is done to the cells."""

import pandas as pd

from ui.data.table_editor import edited


def test_cells_are_changed_rows_deleted_and_added():
    cells = pd.DataFrame({0: ["a", "b", "c"], 1: ["1", "2", "3"]}, index=[2, 3, 7])
    edits = {
        "edited_rows": {0: {"1": "5"}, 2: {"0": None}},
        "deleted_rows": [1],
        "added_rows": [{"0": "d"}, {}],
    }
    found = edited(cells, edits)
    assert found.index.tolist() == [2, 7, 8, 9]
    assert found.values.tolist() == [["a", "5"], ["", "3"], ["d", ""], ["", ""]]
    assert cells.loc[2, 1] == "1"  # what is shown is not changed behind its back


def test_nothing_edited_is_nothing_changed():
    cells = pd.DataFrame({0: ["a"], 1: ["1"]}, index=[2])
    found = edited(cells, {"edited_rows": {}, "deleted_rows": [], "added_rows": []})
    pd.testing.assert_frame_equal(found, cells)
