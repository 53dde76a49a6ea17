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
from ui.words import _, as_typed, counted, plain, told

MOST_ROWS = 1000  # on screen; the CSV holds all


def predictions(prediction: Prediction, data: Sequences, key: str = "typed") -> None:
    """Notes, metrics where the targets are known, the table, its download."""
    result = prediction.result
    for note in result.notes:
        st.warning(told(note), icon=":material/content_cut:")
    if result.metrics is not None:
        metrics(result.metrics)
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
        lambda: full_table(prediction, data).to_csv(index=False).encode(),
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
        if len(frame) > 20 or len(result.classes) > 20:
            st.caption(_("Drawn: the first 20 sequences, the 20 most probable classes."))


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


def full_table(prediction: Prediction, data: Sequences) -> pd.DataFrame:
    """``table`` with one more column a class: its probability."""
    result = prediction.result
    frame = table(prediction, data)
    if result.probabilities is None:
        return frame
    names = [f"p({name})" for name in result.classes]
    return pd.concat([frame, pd.DataFrame(result.probabilities, columns=names)], axis=1)
