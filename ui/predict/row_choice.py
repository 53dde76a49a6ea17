"""Choice of one evaluated sequence: by error, by class, by id."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass

import numpy as np
import streamlit as st

from core.figures.text import format_number
from core.i18n import N_
from runs import Run
from ui.context import get_services
from ui.i18n import _, add_brackets, format_count, shorten
from ui.predict.evaluated_rows import ORDERS, EvaluatedRows, Order
from ui.session import workspace
from ui.session.state import State
from ui.shell.widgets import get_widget_key

ALL = ""  # any class
MAX_LABEL = 22  # characters of a class; more are cut off in a metric of half a page
MAX_OFFERED = 200  # sequences in the list; more would slow down every rerun
ORDER_NAMES: dict[Order, str] = {
    "largest": N_("Largest error first"),
    "smallest": N_("Smallest error first"),
    "data": N_("Order of the data"),
}


@dataclass(frozen=True)
class Choice:
    """What the visitor has chosen, stored as text in the workspace.

    Attributes:
        order: Order of the sequences.
        label: True class of the sequences to choose from; "" for all.
        query: Part of their ids.
        id: Id of the shown sequence; None for the first.
    """

    order: Order = "largest"
    label: str = ALL
    query: str = ""
    id: str | None = None

    @classmethod
    def from_text(cls, text: str | None) -> Choice:
        """Read the output of ``to_text``; the default for any other text."""
        try:
            choice = cls(**json.loads(text or "{}"))
        except (TypeError, ValueError):
            return cls()
        return choice if choice.order in ORDERS else cls()

    def to_text(self) -> str:
        """Convert to text."""
        return json.dumps(asdict(self))


def choose_row(visitor: State, run: Run, rows: EvaluatedRows) -> int | None:
    """Show the inputs for one sequence. Returns its row; None if no id matches."""
    box = f"predict-own-{run.id}"
    choice = Choice.from_text(visitor.typed_texts.get(box))
    key = f"{get_widget_key(visitor, 'own')}-{run.id}"

    def remember(id: str | None = None) -> None:
        state = st.session_state
        new = Choice(
            state.get(f"{key}-order", choice.order),
            state.get(f"{key}-class", choice.label),
            state.get(f"{key}-query", choice.query),
            id,
        )
        workspace.remember_text(visitor, get_services(), box, new.to_text())

    selected = _filter_rows(rows, choice, key, remember)
    if not len(selected):
        st.info(_("No sequence matches."))
        return None
    offered = selected[:MAX_OFFERED].tolist()
    remembered = None if choice.id is None else rows.row_of.get(choice.id)
    if remembered is not None and remembered not in offered and remembered in selected:
        offered.insert(0, remembered)
    row = _offer_rows(rows, offered, remembered, key, remember)
    if len(selected) > len(offered):
        st.caption(
            _("Listed: {n} of {all} sequences. Search to find others.").format(
                n=format_count(len(offered)), all=format_count(len(selected))
            )
        )
    return row


def _filter_rows(
    rows: EvaluatedRows, choice: Choice, key: str, remember: Callable[[], None]
) -> np.ndarray:
    """Show the inputs for order, class and id. Returns the rows that match."""
    with st.container(horizontal=True):
        order = st.selectbox(
            _("Order"),
            ORDERS,
            index=ORDERS.index(choice.order),
            format_func=lambda order: _(ORDER_NAMES[order]),
            key=f"{key}-order",
            help=_("The error of a class is 1 − the probability of the true class.")
            if rows.evaluation.classes is not None
            else _("The error is the absolute difference of prediction and target."),
            on_change=remember,
            width=165,
        )
        label, counts = ALL, rows.class_counts
        if len(counts) > 1:
            labels = [ALL, *counts]
            label = st.selectbox(
                _("True class"),
                labels,
                index=labels.index(choice.label) if choice.label in counts else 0,
                format_func=lambda label: (
                    _("all")
                    if label == ALL
                    else add_brackets(shorten(label, MAX_LABEL), format_count(counts[label]))
                ),
                key=f"{key}-class",
                on_change=remember,
                width=165,
            )
        query = ""
        if len(rows) > MAX_OFFERED:
            query = st.text_input(
                _("Search ID"),
                value=choice.query,
                key=f"{key}-query",
                icon=":material/search:",
                on_change=remember,
                width=165,
            )
    return rows.select(order, label, query.strip())


def _offer_rows(
    rows: EvaluatedRows,
    offered: list[int],
    remembered: int | None,
    key: str,
    remember: Callable[[str], None],
) -> int:
    """Show the list of sequences. Returns the chosen row."""
    # The first one is chosen again when order, class or search change the list.
    list_key = f"{key}-row-{hash(tuple(offered))}"

    def remember_row() -> None:
        remember(str(rows.evaluation.ids[st.session_state[list_key]]))

    return st.selectbox(
        _("Sequence"),
        offered,
        index=offered.index(remembered) if remembered in offered else 0,
        format_func=lambda row: _format_row(rows, row),
        key=list_key,
        on_change=remember_row,
    )


def _format_row(rows: EvaluatedRows, row: int) -> str:
    """Format a sequence of the list: its id and what is wrong."""
    part, id = rows.evaluation, shorten(str(rows.evaluation.ids[row]), 40)
    if rows.per_step:
        error = rows.errors[row]
        return (
            id
            if error < 0
            else _("{id} · mean error {error}").format(id=id, error=format_number(error))
        )
    prediction, true = format_value(part.values[row]), format_value(part.targets[row])
    return _("{id} · predicted {prediction}, true {target}").format(
        id=id, prediction=prediction, target=true
    )


def format_value(value: object) -> str:
    """Format a prediction or a target: a label, or a number."""
    if isinstance(value, str):
        return shorten(value, MAX_LABEL)
    return format_number(float(str(value)))
