"""What a trained model and its training give to take away."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from core.errors import Note
from runs import Question, Run
from runs.jobs.export import Export
from ui import backend
from ui.i18n import _, ngettext, told
from ui.results import evaluation, predictions_table
from ui.session import requests
from ui.session.state import State
from ui.shell.plots import as_page
from ui.train import progress


def section(visitor: State, run: Run) -> None:
    """For the owner of a run that has a model. The model is put together and tried once it is
    opened: its script runs in a process of its own, which takes some seconds."""
    with st.container(border=True):
        wanted = st.toggle(
            _("Take it away: the model, its answers, its curves"),
            key=f"{visitor.key('takeaway')}-{run.id}",
            help=_(
                "A stock Keras model with a script that predicts with it without this app, from "
                "tables like yours, and one that trains it again in plain Keras."
            ),
        )
        if wanted:
            requests.answer(
                backend.runs().export(run),
                lambda asked: _offer(asked, run),
                _("Trying the model in a process of its own …"),
            )


def _offer(asked: Question, run: Run) -> None:
    found: Export = asked.result
    _tried(found)
    with st.container(horizontal=True, vertical_alignment="center"):
        _download(
            _("Model (ZIP)"),
            lambda: backend.runs().model(run.id) or b"",  # read when it is asked for
            ("unpadded-model.zip", "application/zip"),
            _(
                "The model as a Keras file, predict.py, train.py, a model card, how your table "
                "is read, and three of its sequences as an example."
            ),
        )
        if found.onnx:
            _download(
                _("Model (ONNX)"),
                lambda: backend.runs().onnx(run.id) or b"",
                ("unpadded-model.onnx", "application/octet-stream"),
                _(
                    "For programs without Python: values as they were measured go in, with the "
                    "length of each sequence. Checked by ONNX Runtime."
                ),
            )
        if run.has_answers:
            _answers(run)
        if run.history.get("loss"):
            _training(run, asked)


def _tried(found: Export) -> None:
    if found.agrees:
        said = ngettext(
            "Tried in a process of its own: predict.py answers as this app does about {n} "
            "sequence; largest difference {difference:.0e}.",
            "Tried in a process of its own: predict.py answers as this app does about {n} "
            "sequences; largest difference {difference:.0e}.",
            found.sequences,
            difference=max(found.difference, 1e-9),
        )
        st.markdown(f":material/verified: {said}")
    elif found.difference is not None:
        st.warning(
            _(
                "The script predict.py of this model answers otherwise than this app, by up to "
                "{difference:.2g} where {allowed:.0e} is allowed. Predict here instead, and "
                "please report it."
            ).format(difference=found.difference, allowed=found.allowed),
            icon=":material/warning:",
        )
    else:
        template, values = found.trouble
        st.warning(
            _("This model could not be tried outside this app, so do not rely on its script.")
            + " "
            + told(Note(template, **values)),
            icon=":material/warning:",
        )


def _answers(run: Run) -> None:
    predictions_table.downloads(
        lambda: predictions_table.measured(
            backend.runs().measured(run.id), run.recipe.return_sequences
        ),
        "answers",
        _("Answers"),
        _("What it answered for the sequences it was measured on, beside their targets."),
    )


def _training(run: Run, asked: Question) -> None:
    _download(
        _("Curves (CSV)"),
        lambda: predictions_table.as_csv(
            pd.DataFrame({"epoch": range(1, len(run.history["loss"]) + 1), **run.history})
        ),
        ("curves.csv", "text/csv"),
        _("The losses of each epoch, and the seconds it took."),
    )
    figures = progress.figures(run)
    known = backend.runs().evaluation(run)
    if known.done and known.error is None:
        figures |= evaluation.figures(known.result, run.id)
    _download(
        _("Pictures (HTML)"),
        lambda: as_page(figures),
        ("pictures.html", "text/html"),
        _("A page that shows these pictures without this app, each with a camera for a PNG."),
    )


def _download(label: str, content, file: tuple[str, str], about: str) -> None:
    name, mime = file
    st.download_button(
        label,
        content,
        file_name=name,
        mime=mime,
        on_click="ignore",
        icon=":material/download:",
        help=about,
    )
