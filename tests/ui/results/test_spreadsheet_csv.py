"""A spreadsheet executes no cell of a downloaded table."""

import pandas as pd

from ui.results.spreadsheet_csv import to_csv


def test_formulas_are_marked_as_text():
    frame = pd.DataFrame({"=id": ['=HYPERLINK("x")', " @a", "-2.5", "plain"], "n": [-1, 2, 3, 4]})
    assert to_csv(frame).decode().splitlines() == [
        "'=id,n",
        '"\'=HYPERLINK(""x"")",-1',
        "' @a,2",
        "-2.5,3",
        "plain,4",
    ]
