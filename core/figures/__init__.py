"""Plotly figures from arrays: pure functions, without Streamlit and without TensorFlow.

Every figure's JSON stays below 500 kB whatever the data: cells beyond a budget are
left out as a window at the edge, never thinned, and ``drawn_part``, ``drawn_lines`` and
``drawn_classes`` say which part that is. Ids, class names and labels are escaped, since
Plotly reads text as HTML. Give ``dark=True`` on a dark page and ``words`` for another
language. The figures bring their own colours and fonts: show them with ``theme=None``.
"""

from .comparison import bands_figure, differences_figure
from .evaluation import (
    confidence_figure,
    confusion_figure,
    early_figure,
    predicted_figure,
    residuals_figure,
)
from .heatmaps import mask_figure, padded_figure, probabilities_figure, sequences_figure, value_span
from .histograms import classes_figure, drawn_classes, lengths_figure
from .history import compare_figure, history_figure
from .limits import CELLS, MASK_CELLS, drawn_part
from .lines import drawn_lines, lines_figure
from .per_step import answers_figure, class_answers_figure
from .theme import ENGLISH, Words
from .xray import xray_figure

__all__ = [
    "CELLS",
    "ENGLISH",
    "MASK_CELLS",
    "Words",
    "answers_figure",
    "bands_figure",
    "class_answers_figure",
    "classes_figure",
    "compare_figure",
    "confidence_figure",
    "confusion_figure",
    "differences_figure",
    "drawn_classes",
    "drawn_lines",
    "drawn_part",
    "early_figure",
    "history_figure",
    "lengths_figure",
    "lines_figure",
    "mask_figure",
    "padded_figure",
    "predicted_figure",
    "probabilities_figure",
    "residuals_figure",
    "sequences_figure",
    "value_span",
    "xray_figure",
]
