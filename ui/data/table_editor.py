"""Editor for the cells of a small table, as the text in its file."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from typing import TypedDict

import numpy as np
import pandas as pd
import streamlit as st

from core.reading.editable import Grid
from ui.i18n import _, escape_markdown, ngettext, shorten

ROW = "row"  # name of the column of row numbers; names of cell columns are digits
MARK = "⚠ "
ROW_HEIGHT, MAX_HEIGHT = 35, 420  # pixels


class Edits(TypedDict):
    """State of Streamlit's data editor.

    Attributes:
        edited_rows: New texts by column, by number of the row; None for an emptied cell.
        added_rows: Texts by column.
        deleted_rows: Numbers of rows.
    """

    edited_rows: dict[int, dict[str, str | None]]
    added_rows: list[dict[str, str | None]]
    deleted_rows: list[int]


def show_table(
    key: str,
    name: str,
    grid: Grid,
    read: Callable[[bytes], None],
    wrong: Collection[str] = (),
    expanded: bool = False,
) -> None:
    """Show the editor, collapsed unless ``expanded``.

    Args:
        key: Prefix of the widget keys.
        name: Display name of the file.
        grid: Cells of the file.
        read: Called with the text of the edited file.
        wrong: Numbers of the rows with a problem, as in messages. They are marked and shown first,
            because a phone shows eight rows.
        expanded: Show the cells at first.
    """
    title, short_name = _("Edit {name} here"), shorten(name)
    expander = st.expander(
        title.format(name=f"“{escape_markdown(short_name)}”"),
        icon=":material/edit:",
        expanded=expanded,
        key=f"{key}-open",
        on_change="rerun",
    )
    # The cells are sent only when shown, and edits are kept when the section is collapsed again.
    if not expander.open and f"{key}-cells" not in st.session_state:
        return
    grid, is_wrong = _sort_wrong_first(grid, wrong)
    with expander:
        cells = grid.cells.rename(columns=str).reset_index(drop=True)
        cells.insert(0, ROW, [MARK * (str(row) in wrong) + str(row) for row in grid.cells.index])
        labels = {str(i): label or str(i + 1) for i, label in enumerate(grid.names)}
        if not labels:
            labels = {"0": _("Line of the file")}
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
            alt=title.format(name=f"“{short_name}”"),
            # In a form, or with a rerun per edit, Streamlit sends an edit 150 ms late: after
            # the click that reads it.
            on_change="ignore",
        )
        caption = _("Row numbers are those of messages. New rows are added at the end.")
        if is_wrong.any():
            caption = (
                ngettext(
                    "{n} row with a problem is marked ⚠ and listed first.",
                    "{n} rows with a problem are marked ⚠ and listed first.",
                    is_wrong.sum(),
                )
                + " "
                + caption
            )
        st.caption(caption)
        st.button(
            _("Read the edited table"),
            key=f"{key}-read",
            icon=":material/check:",
            on_click=_read,
            args=(f"{key}-cells", grid, read),
        )


def get_unread_edits(key: str, grid: Grid, wrong: Collection[str] = ()) -> bytes | None:
    """Return the text of the file with edits that were not read yet; None if there are none."""
    edits = st.session_state.get(f"{key}-cells")
    if not edits or not any(edits.values()):
        return None
    grid, _is_wrong = _sort_wrong_first(grid, wrong)
    return grid.write(apply_edits(grid.cells, edits))


def _sort_wrong_first(grid: Grid, wrong: Collection[str]) -> tuple[Grid, np.ndarray]:
    """Sort the rows with a problem first.

    Returns:
        The sorted grid, and (rows,) bool: whether each row of the file has a problem.
    """
    is_wrong = np.array([str(row) in wrong for row in grid.cells.index])
    return replace(grid, cells=grid.cells.iloc[np.argsort(~is_wrong, kind="stable")]), is_wrong


def _read(key: str, grid: Grid, read: Callable[[bytes], None]) -> None:
    read(grid.write(apply_edits(grid.cells, st.session_state[key])))


def apply_edits(cells: pd.DataFrame, edits: Edits) -> pd.DataFrame:
    """Apply the edits of Streamlit's data editor.

    Args:
        cells: (rows, columns) text.
        edits: State of the data editor.

    Returns:
        The edited cells. Added rows are numbered after the last; an emptied cell is blank text.
    """
    columns = {str(name): number for number, name in enumerate(cells.columns)}
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
    first_number = cells.index.max() + 1
    added = added.set_axis(cells.columns, axis=1).set_axis(
        range(first_number, first_number + len(added))
    )
    return pd.concat([changed, added])
