"""Downloads of a run: model, predictions and training curves."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import streamlit as st

from core.errors import Note
from core.families.registry import get_family
from runs import Request, Run
from runs.jobs.export import Export
from ui import backend
from ui.context import recall_input, remember_input
from ui.i18n import _, ngettext, translate
from ui.results import evaluation, predictions_table, progress
from ui.results.file_names import name_file
from ui.results.spreadsheet_csv import to_csv
from ui.session.state import State
from ui.shell import requests
from ui.shell.plots import to_html
from ui.shell.target_name import get_run_target_name
from ui.shell.widgets import get_widget_key


def show_section(visitor: State, run: Run) -> None:
    """Offer the downloads of a run with a model to its owner.

    The model is exported and verified when the section is opened: its script runs in a separate
    process, which takes some seconds.
    """
    with st.container(border=True):
        box = f"export-{run.id}"
        is_open = st.toggle(
            _("Export"),
            value=recall_input(box, False),
            key=f"{get_widget_key(visitor, 'takeaway')}-{run.id}",
            help=_(
                "The model, its predictions and its training curves. The Keras model comes with "
                "scripts that predict and train without this app."
            ),
        )
        remember_input(box, is_open, False)
        if is_open:
            requests.show_result(
                backend.get_runs().export(run),
                lambda request: _show_downloads(request, run),
                _("Verifying the exported model in a separate process …"),
            )


def _show_downloads(request: Request[Export], run: Run) -> None:
    export: Export = request.result
    _show_verification(export)
    with st.container(horizontal=True, vertical_alignment="center"):
        _show_button(
            _("Model (ZIP)"),
            lambda: backend.get_runs().read_model(run.id) or b"",  # read on download
            (f"{name_file(run, 'model')}.zip", "application/zip"),
            _(
                "Keras model, predict.py, train.py, model card, how the table is read, and three "
                "example sequences."
            ),
        )
        if export.onnx:
            _show_button(
                _("Model (ONNX)"),
                lambda: backend.get_runs().read_onnx(run.id) or b"",
                (f"{name_file(run, 'model')}.onnx", "application/octet-stream"),
                _(
                    "For programs without Python. Inputs: unscaled values and the length of each "
                    "sequence. Verified with ONNX Runtime."
                ),
            )
        if run.has_predictions:
            _offer_predictions(run)
        if run.history.get("loss"):
            _offer_curves(run, request)


def _show_verification(export: Export) -> None:
    """Show whether the exported script makes the same predictions as the app."""
    if export.difference is not None and export.agrees:
        text = ngettext(
            "Verified: predict.py gives the same predictions as this app on {n} sequence; largest "
            "difference {difference:.0e}.",
            "Verified: predict.py gives the same predictions as this app on {n} sequences; "
            "largest difference {difference:.0e}.",
            export.sequences,
            difference=max(export.difference, 1e-9),
        )
        st.markdown(f":material/verified: {text}")
    elif export.difference is not None:
        st.warning(
            _(
                "Predictions of predict.py differ from this app by up to {difference:.2g}; the "
                "limit is {allowed:.0e}. Predict in the app, and please report this."
            ).format(difference=export.difference, allowed=export.allowed),
            icon=":material/warning:",
        )
    else:
        text = _("The exported script could not be verified. Do not rely on it.")
        if export.trouble is not None:
            template, values = export.trouble
            text += " " + translate(Note(template, **values))
        st.warning(text, icon=":material/warning:")


def build_predictions(run: Run) -> pd.DataFrame:
    """Build the table of a run's predictions; an empty one if it was deleted meanwhile."""
    predictions = backend.get_runs().read_predictions(run.id)
    if predictions is None:
        return pd.DataFrame()
    column = get_run_target_name(run).column
    return predictions_table.build_evaluation_table(
        predictions, run.recipe.return_sequences, column
    )


def _offer_predictions(run: Run) -> None:
    predictions_table.show_downloads(
        lambda: build_predictions(run),
        name_file(run, "predictions"),
        _("Predictions"),
        _("Predictions and targets of the evaluated sequences, with probabilities."),
    )


def _build_curves(run: Run) -> pd.DataFrame:
    """Build the table of the history, by epoch or by penalty."""
    table = pd.DataFrame(run.history)
    if not get_family(run.recipe).has_epochs:
        return table
    epochs = pd.Series(range(1, len(table) + 1))
    if "member" in table:  # each member of an ensemble begins at epoch 1
        epochs = table.groupby("member").cumcount() + 1
    table.insert(0, "epoch", epochs)
    return table


def _offer_curves(run: Run, request: Request[Export]) -> None:
    _show_button(
        _("Curves (CSV)"),
        lambda: to_csv(_build_curves(run)),
        (f"{name_file(run, 'curves')}.csv", "text/csv"),
        _("Metrics and seconds per epoch, or per penalty."),
    )
    figures = progress.build_figures(run)
    evaluation_request = backend.get_runs().evaluate(run)
    if evaluation_request.done and evaluation_request.error is None:
        figures |= evaluation.build_figures(evaluation_request.result, run)
    _show_button(
        _("Charts (HTML)"),
        lambda: to_html(figures),
        (f"{name_file(run, 'charts')}.html", "text/html"),
        _("A page with these charts that works without this app. Each can be saved as PNG."),
    )


def _show_button(
    label: str, content: Callable[[], bytes], file: tuple[str, str], description: str
) -> None:
    name, mime = file
    st.download_button(
        label,
        content,
        file_name=name,
        mime=mime,
        on_click="ignore",
        icon=":material/download:",
        help=description,
    )
