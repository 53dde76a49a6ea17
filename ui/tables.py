"""Predictions as a table, on screen and as CSV."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from core import Sequences
from core.figures import probabilities_figure
from runs import Prediction
from ui.frame import draw, figure_words, is_dark
from ui.results import metrics
from ui.words import _, as_typed, counted, ngettext, plain, told

MOST_ROWS = 1000  # on screen; the CSV holds all
MOST_DRAWN = 20  # sequences, and classes, in the picture of probabilities


def predictions(prediction: Prediction, data: Sequences, key: str = "typed") -> None:
    """Notes, metrics where the targets are known, the table, its download."""
    result = prediction.result
    for note in result.notes:
        st.warning(told(note), icon=":material/content_cut:")
    for part, figures in result.metrics.items():
        st.markdown(f"**{_measured_on(part, data)}**")
        metrics(figures)
    frame = table(prediction, data)
    st.dataframe(
        frame.head(MOST_ROWS),
        hide_index=True,
        column_config={
            _("probability"): st.column_config.ProgressColumn(
                format="percent", min_value=0, max_value=1
            )
        },
    )
    if len(frame) > MOST_ROWS:
        st.caption(
            _("Shown: the first {rows} of {all}; the CSV holds all.").format(
                rows=counted(MOST_ROWS), all=counted(len(frame))
            )
        )
    st.download_button(
        _("Download as CSV"),
        # Called outside the script's thread, where the visitor's language is not known.
        lambda: with_probabilities(frame, prediction).to_csv(index=False).encode(),
        file_name="predictions.csv",
        mime="text/csv",
        key=f"{key}-download",
        on_click="ignore",
        icon=":material/download:",
    )
    if result.probabilities is not None:
        draw(
            probabilities_figure(
                data.ids, result.classes, result.probabilities, dark=is_dark(), words=figure_words()
            ),
            key=f"{key}-probabilities",
            alt=_("Probability of each class, for the first sequences"),
        )
        drawn = []
        if len(frame) > MOST_DRAWN:
            drawn.append(_("the first {rows} sequences").format(rows=MOST_DRAWN))
        if len(result.classes) > MOST_DRAWN:
            drawn.append(_("the {classes} most probable classes").format(classes=MOST_DRAWN))
        if drawn:
            st.caption(_("Drawn") + ": " + ", ".join(drawn) + ".")


def _measured_on(part: str, data: Sequences) -> str:
    """A heading that says which of the new sequences the figures are about."""
    if part == "all":
        return ngettext(
            "On this {n} sequence with a known target",
            "On these {n} sequences with known targets",
            len(data),
        )
    number = int((data.split == part).sum())
    return ngettext(
        "On the {n} sequence marked {part}",
        "On the {n} sequences marked {part}",
        number,
        part=_(part),
    )


def example_predictions(prediction: Prediction, data: Sequences, example: Sequences) -> None:
    """The first answer large, all of them in a table beside the example's targets."""
    numbers = prediction.result.values
    names = [as_typed(data[i]) for i in range(min(len(data), MOST_ROWS))]
    st.metric(_("Prediction for {sequence}").format(sequence=plain(names[0])), f"{numbers[0]:.2f}")
    targets = {as_typed(example[i]): float(example.targets[i]) for i in range(len(example))}
    st.dataframe(
        pd.DataFrame(
            {
                _("Sequence"): names,
                _("Prediction"): numbers[:MOST_ROWS],
                _("Target"): [targets.get(name, np.nan) for name in names],
            }
        ),
        hide_index=True,
        column_config={
            _("Prediction"): st.column_config.NumberColumn(format="%.2f"),
            _("Target"): st.column_config.NumberColumn(format="%g"),
        },
        placeholder="–",
    )


def table(prediction: Prediction, data: Sequences) -> pd.DataFrame:
    """One row a sequence: id, steps, prediction, its probability, and the target if known."""
    result = prediction.result
    columns: dict[str, np.ndarray] = {
        _("sequence"): data.ids,
        _("steps"): data.lengths,
        _("prediction"): result.values,
    }
    if result.probabilities is not None:
        columns[_("probability")] = result.probabilities.max(axis=1)
    if data.targets is not None:
        columns[_("target")] = data.targets
    return pd.DataFrame(columns)


def with_probabilities(frame: pd.DataFrame, prediction: Prediction) -> pd.DataFrame:
    """A ``table`` with one more column a class: its probability."""
    result = prediction.result
    if result.probabilities is None:
        return frame
    names = [f"p({name})" for name in result.classes]
    return pd.concat([frame, pd.DataFrame(result.probabilities, columns=names)], axis=1)
