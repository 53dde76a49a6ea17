"""A small table edited in the page: its cells, as the text they are in the file."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from core.reading.editable import Grid
from ui.i18n import _, ngettext, plain, shortened

ROW = "row"  # the column that shows the numbers; those of cells are numbers themselves
MARK = "⚠ "
ROW_HEIGHT, MAX_HEIGHT = 35, 420  # pixels


def table(
    key: str,
    name: str,
    grid: Grid,
    read: Callable[[bytes], None],
    wrong: Collection[str] = (),
    opened: bool = False,
) -> None:
    """The cells of a file to change, folded away unless ``opened``; then ``read`` is called with
    the text of the edited file. The numbers of the rows are those of messages; rows in which
    something is ``wrong`` are marked and stand first, since a phone shows eight."""
    title, short = _("Edit {name} here"), shortened(name)
    place = st.expander(
        title.format(name=f"“{plain(short)}”"),
        icon=":material/edit:",
        expanded=opened,
        key=f"{key}-open",
        on_change="rerun",
    )
    # The cells are sent only to those who look at them, and edits stay when it is folded again.
    if not place.open and f"{key}-cells" not in st.session_state:
        return
    grid, is_wrong = _wrong_first(grid, wrong)
    with place:
        cells = grid.cells.rename(columns=str).reset_index(drop=True)
        cells.insert(0, ROW, [MARK * (str(row) in wrong) + str(row) for row in grid.cells.index])
        labels = {str(i): label or str(i + 1) for i, label in enumerate(grid.names)}
        if not labels:
            labels = {"0": _("The line as it stands in the file")}
        st.data_editor(
            cells,
            key=f"{key}-cells",
            num_rows="dynamic",
            hide_index=True,
            placeholder="",
            height=min(ROW_HEIGHT * (len(cells) + 2) + 3, MAX_HEIGHT),
            column_config={
                ROW: st.column_config.TextColumn(_("Row"), disabled=True, pinned=True, width=70),
                **{i: st.column_config.TextColumn(label) for i, label in labels.items()},
            },
            alt=title.format(name=f"“{short}”"),
            # In a form, or with a run for each edit, Streamlit sends an edit 150 ms late: after the
            # click that reads it.
            on_change="ignore",
        )
        said = _("Rows have the numbers they have in messages, and new ones go to the end.")
        if is_wrong.any():
            said = (
                ngettext(
                    "{n} row with something wrong is marked ⚠ and stands first.",
                    "{n} rows with something wrong are marked ⚠ and stand first.",
                    is_wrong.sum(),
                )
                + " "
                + said
            )
        st.caption(said)
        st.button(
            _("Read the edited table"),
            key=f"{key}-read",
            icon=":material/check:",
            on_click=_read,
            args=(f"{key}-cells", grid, read),
        )


def unread(key: str, grid: Grid, wrong: Collection[str] = ()) -> bytes | None:
    """The text of the file with the edits of a ``table`` that nobody has asked to read yet; None
    when there are none."""
    edits = st.session_state.get(f"{key}-cells")
    if not edits or not any(edits.values()):
        return None
    grid, _is_wrong = _wrong_first(grid, wrong)
    return grid.write(edited(grid.cells, edits))


def _wrong_first(grid: Grid, wrong: Collection[str]) -> tuple[Grid, np.ndarray]:
    """The grid as it is shown, and (rows,) bool, in which of the file's rows something is wrong."""
    is_wrong = np.array([str(row) in wrong for row in grid.cells.index])
    return replace(grid, cells=grid.cells.iloc[np.argsort(~is_wrong, kind="stable")]), is_wrong


def _read(key: str, grid: Grid, read: Callable[[bytes], None]) -> None:
    read(grid.write(edited(grid.cells, st.session_state[key])))


def edited(cells: pd.DataFrame, edits: dict[str, Any]) -> pd.DataFrame:
    """Cells, (rows, columns) text, with the edits that Streamlit's data editor tells of; added
    rows are numbered after the last. An emptied cell is blank text."""
    columns = {str(number): number for number in cells.columns}
    changed = cells.copy()
    for row, cells_of_row in edits["edited_rows"].items():
        for column, text in cells_of_row.items():
            changed.iat[int(row), columns[column]] = text or ""
    changed = changed.drop(changed.index[edits["deleted_rows"]])
    added = (
        pd.DataFrame(edits["added_rows"], columns=list(columns), dtype=object)
        .fillna("")
        .astype(str)
    )
    first = cells.index.max() + 1
    added = added.set_axis(cells.columns, axis=1).set_axis(range(first, first + len(added)))
    return pd.concat([changed, added])
