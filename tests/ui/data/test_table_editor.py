"""The edits of Streamlit's data editor are applied to the cells."""

import pandas as pd

from ui.data.table_editor import apply_edits


def test_cells_are_edited_and_rows_deleted_and_added():
    cells = pd.DataFrame({0: ["a", "b", "c"], 1: ["1", "2", "3"]}, index=[2, 3, 7])
    edits = {
        "edited_rows": {0: {"1": "5"}, 2: {"0": None}},
        "deleted_rows": [1],
        "added_rows": [{"0": "d"}, {}],
    }
    edited = apply_edits(cells, edits)
    assert edited.index.tolist() == [2, 7, 8, 9]
    assert edited.values.tolist() == [["a", "5"], ["", "3"], ["d", ""], ["", ""]]
    assert cells.loc[2, 1] == "1"  # what is shown is not changed behind its back


def test_no_edits_change_nothing():
    cells = pd.DataFrame({0: ["a"], 1: ["1"]}, index=[2])
    edited = apply_edits(cells, {"edited_rows": {}, "deleted_rows": [], "added_rows": []})
    pd.testing.assert_frame_equal(edited, cells)
