"""Predictions for the visitor's own data: one sequence beside its true target, and all as files."""

from __future__ import annotations

import streamlit as st

from core import Sequences
from core.evaluation.evaluation_set import EvaluationSet
from runs import Run, Runs
from ui import backend
from ui.context import get_services
from ui.i18n import _, format_count, ngettext
from ui.predict import one_prediction
from ui.predict.evaluated_rows import EvaluatedRows
from ui.predict.row_choice import choose_row
from ui.results import predictions_table, xray
from ui.results.file_names import name_file
from ui.session.requests import send_request
from ui.session.state import State
from ui.shell import requests
from ui.shell.target_name import get_run_target_name

MAX_PREDICTED = 1000  # sequences of a run without stored predictions


def show_tab(visitor: State, run: Run) -> None:
    """Show the sequences on which the run was evaluated, the one with the largest error first."""
    rows = _load_rows(visitor, run)
    if rows is None:
        return
    st.caption(_describe_part(rows))
    row = choose_row(visitor, run, rows)
    if row is None:
        return
    target = get_run_target_name(run)
    one_prediction.show_prediction(rows, row, run, target)
    _show_inspection(visitor, run, rows, row)
    with st.container(horizontal=True, vertical_alignment="center"):
        predictions_table.show_downloads(
            lambda: predictions_table.build_evaluation_table(
                rows.evaluation, rows.per_step, target.column
            ),
            name_file(run, "predictions"),
            _("All predictions"),
            _("All {n} sequences with target, prediction and probabilities.").format(
                n=format_count(len(rows))
            ),
            key="own",
        )


def _load_rows(visitor: State, run: Run) -> EvaluatedRows | None:
    """Return the evaluated sequences; None while they are predicted, or without any."""
    if run.has_predictions:
        rows = _read_rows(run.id, run.recipe.return_sequences)
        if rows is None:
            st.info(_("The stored predictions of this run were deleted."))
        return rows
    if visitor.data.targets is None:
        st.info(_("This data has no targets."))
        return None
    data = _select_first(visitor.digest, visitor.data)
    request = send_request(
        visitor.places.own.prediction, visitor, get_services(), Runs.predict, run, data
    )
    requests.show_result(request, lambda request: None)
    if not request.done or request.error is not None:
        return None
    result, targets = request.result, data.require_targets()
    if data.per_step != result.per_step:
        st.info(_("The targets of this data are not those of the model."))
        return None
    part = EvaluationSet(
        "all", data.ids, data.lengths, targets, result.values, result.classes, result.probabilities
    )
    return EvaluatedRows(part, result.per_step)


@st.cache_resource(show_spinner=False, max_entries=8)
def _read_rows(run_id: str, per_step: bool) -> EvaluatedRows | None:
    """Return the stored predictions of a run, which never change."""
    evaluation = backend.get_runs().read_predictions(run_id)
    return None if evaluation is None else EvaluatedRows(evaluation, per_step)


@st.cache_resource(show_spinner=False, max_entries=8)
def _select_first(digest: str, _data: Sequences) -> Sequences:
    """Return the same object in each rerun, which is quick to compare."""
    return _data[:MAX_PREDICTED]


def _describe_part(rows: EvaluatedRows) -> str:
    """Say which sequences these are."""
    n = len(rows)
    return {
        "test": ngettext(
            "Test set: {n} sequence the model was not trained on.",
            "Test set: {n} sequences the model was not trained on.",
            n,
        ),
        "validation": ngettext(
            "There is no test set. This is the validation set of {n} sequence.",
            "There is no test set. This is the validation set of {n} sequences.",
            n,
        ),
        "training": ngettext(
            "There is no test or validation set. The model was trained on this {n} sequence.",
            "There is no test or validation set. The model was trained on these {n} sequences.",
            n,
        ),
        "all": ngettext(
            "This run was not evaluated. This is the first sequence of the data.",
            "This run was not evaluated. These are the first {n} sequences of the data.",
            n,
        ),
    }[rows.evaluation.part]


def _show_inspection(visitor: State, run: Run, rows: EvaluatedRows, row: int) -> None:
    """Show the inspection view of the sequence."""
    place = _index_ids(visitor.digest, visitor.data).get(str(rows.evaluation.ids[row]))
    if place is not None:
        xray.show_sequence(visitor, run, visitor.data[[place]], visitor.places.own)


@st.cache_resource(show_spinner=False, max_entries=8)
def _index_ids(digest: str, _data: Sequences) -> dict[str, int]:
    """Return the row per id of the open data."""
    return {str(id): row for row, id in enumerate(_data.ids)}
