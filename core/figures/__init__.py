"""Plotly figures from arrays: pure functions, without Streamlit and without TensorFlow.

The JSON of every figure stays below 500 kB whatever the data: a figure draws one contiguous
window and omits the cells beyond it, without thinning. ``get_drawn_window``,
``count_drawn_lines`` and ``count_drawn_classes`` report what is drawn. Ids, class names and
labels are escaped, because Plotly interprets text as HTML. Pass ``dark=True`` on a dark page and
``labels`` for another language. Colours and fonts come from the Plotly templates "unpadded" and
"unpadded_dark", which ``theme`` registers and figures of your own can have too. In Streamlit, show
figures with ``theme=None``.
"""

from .calibration import plot_calibration
from .category_tiles import count_drawn_tiles, plot_categories
from .class_probabilities import plot_class_probabilities
from .comparison import format_difference, plot_differences, plot_loss_bands
from .confusion_matrix import plot_confusion_matrix
from .drawn_cell_limits import MAX_CELLS, MAX_MASK_CELLS, get_drawn_window
from .evaluation import plot_early_prediction, plot_predictions, plot_residuals
from .examples import MAX_COLOURED_CLASSES, list_classes, select_examples
from .heatmaps import plot_mask, plot_padded, plot_probabilities, plot_sequences
from .histograms import count_drawn_classes, plot_classes, plot_lengths
from .history import plot_history, plot_loss_curves, plot_penalties
from .labels import ENGLISH, Labels
from .padding_effect import plot_padding_effect
from .per_step import plot_step_predictions, plot_step_probabilities
from .sequence_lines import count_drawn_lines, plot_lines
from .targets import write_targets
from .value_span import PERCENTILES, ValueSpan, compute_value_span
from .xray import plot_xray

__all__ = [
    "ENGLISH",
    "MAX_CELLS",
    "MAX_COLOURED_CLASSES",
    "MAX_MASK_CELLS",
    "PERCENTILES",
    "Labels",
    "ValueSpan",
    "compute_value_span",
    "count_drawn_classes",
    "count_drawn_lines",
    "count_drawn_tiles",
    "format_difference",
    "get_drawn_window",
    "list_classes",
    "plot_calibration",
    "plot_categories",
    "plot_class_probabilities",
    "plot_classes",
    "plot_confusion_matrix",
    "plot_differences",
    "plot_early_prediction",
    "plot_history",
    "plot_lengths",
    "plot_lines",
    "plot_loss_bands",
    "plot_loss_curves",
    "plot_mask",
    "plot_padded",
    "plot_padding_effect",
    "plot_penalties",
    "plot_predictions",
    "plot_probabilities",
    "plot_residuals",
    "plot_sequences",
    "plot_step_predictions",
    "plot_step_probabilities",
    "plot_xray",
    "select_examples",
    "write_targets",
]
