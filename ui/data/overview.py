"""Overview of the data: its size, its lengths and targets, and examples."""

from __future__ import annotations

from functools import partial

import numpy as np
import streamlit as st

from core import Sequences
from core.figures import (
    count_drawn_classes,
    count_drawn_lines,
    count_drawn_tiles,
    list_classes,
    plot_categories,
    plot_classes,
    plot_lengths,
    plot_lines,
    plot_sequences,
    select_examples,
)
from ui.context import recall_input, remember_input
from ui.i18n import _, escape_markdown, format_count, join_list, ngettext, shorten
from ui.session.state import State
from ui.shell.plots import draw, draw_once
from ui.shell.target_name import get_target_name
from ui.shell.widgets import get_widget_key, make_metric_grid, number_copies

# Sequences of at most this many steps, together and each, are drawn as cells, otherwise as lines.
MAX_CELLS, MAX_CELLS_PER_SEQUENCE = 60, 15
MAX_TILE_ROWS, MAX_LINES = 12, 36
MAX_OFFERED_CLASSES = 500  # in a list; more would slow down every rerun
MAX_FEATURES = 500  # in the list; more would slow down every rerun
FEATURE_BOX, CLASS_BOX = "data-feature", "data-class"


def show_facts(data: Sequences) -> None:
    """Show the numbers of sequences, features and steps."""
    facts = make_metric_grid()
    facts.metric(_("Sequences"), format_count(len(data)))
    facts.metric(_("Features per step"), format_count(data.features))
    facts.metric(_("Total steps"), format_count(data.lengths.sum()))
    facts.metric(
        _("Length (steps)"),
        " – ".join(dict.fromkeys(map(format_count, (data.lengths.min(), data.lengths.max())))),
        help=ngettext("Median: {n} step", "Median: {n} steps", np.median(data.lengths)),
    )


def show_lengths_and_targets(visitor: State) -> None:
    """Show the histograms of the lengths and of the targets."""
    data, target = visitor.data, get_target_name(visitor.data.schema, visitor.recipe).label
    lengths, targets = st.columns(2, gap="large")
    with lengths:
        st.markdown(f"**{_('Sequence lengths')}**")
        draw(
            draw_once((visitor.digest,), plot_lengths, data.lengths),
            key="data-lengths",
            alt=ngettext(
                "Histogram of the lengths of {n} sequence",
                "Histogram of the lengths of {n} sequences",
                len(data),
            ),
        )
    with targets:
        if data.targets is not None:
            title = _("Targets")
            if target is not None:
                name = escape_markdown(shorten(target))
                title = _("Target: {target}").format(target=name)
            st.markdown(f"**{title}**")
            split = data.split
            if data.per_step and split is not None:
                split = np.repeat(split, data.lengths)
            draw(
                draw_once(
                    (visitor.split_digest,),
                    plot_classes,
                    data.targets,
                    split,
                    target=target,
                    per_step=data.per_step,
                ),
                key="data-targets",
                alt=_("Bar chart of the number of sequences per target"),
            )
            n_drawn, different, left_out = _count_drawn_classes(visitor.digest, data.targets)
            if n_drawn < different:
                st.caption(
                    _(
                        "Drawn: the {drawn} most frequent of {different} targets. Not drawn: {n} "
                        "{things}."
                    ).format(
                        drawn=n_drawn,
                        different=format_count(different),
                        n=format_count(left_out),
                        things=_("time steps") if data.per_step else _("sequences"),
                    )
                )


def show_examples(visitor: State) -> None:
    """Show some sequences of each class: categories as tiles, few values as cells, else lines."""
    data, target = visitor.data, get_target_name(visitor.data.schema, visitor.recipe).label
    st.markdown(f"**{_('Examples')}**")
    is_small = data.lengths.sum() <= MAX_CELLS and data.lengths.max() <= MAX_CELLS_PER_SEQUENCE
    with st.container(horizontal=True):
        feature = _choose_feature(visitor)
        name = data.feature_names[feature]
        is_cells = is_small and name not in data.categories
        label = None if is_cells else _choose_class(visitor)
    if name in data.categories:
        rows = _select_rows(visitor.digest, data, MAX_TILE_ROWS, label)
        if label is not None:  # a colour is a category, so that others cannot be grey
            rows = rows[data.require_targets()[rows] == label]
        drawn, steps = count_drawn_tiles(data, rows)
        draw_figure = partial(draw_once, (visitor.digest, feature, label), plot_categories)
    elif is_cells:
        rows = np.arange(len(data))
        drawn, steps = len(data), int(data.lengths.max())
        draw_figure = partial(draw_once, (visitor.digest, feature), plot_sequences)
    else:
        rows = _select_rows(visitor.digest, data, MAX_LINES, label)
        drawn, steps = count_drawn_lines(data, rows)
        view = (visitor.digest, feature, label)
        classes = list_data_classes(visitor)
        draw_figure = partial(draw_once, view, plot_lines, classes=classes, highlight=label)
    draw(
        draw_figure(data, rows, feature, target=target),
        key="data-examples",
        alt=ngettext(
            "{n} example sequence, {feature} by time step",
            "{n} example sequences, {feature} by time step",
            drawn,
            feature=shorten(name),
        ),
    )
    parts = []
    if drawn < len(data):
        numbers = {"n": format_count(drawn), "all": format_count(len(data))}
        if 1 < len(list_data_classes(visitor)) <= drawn and label is None:
            parts.append(_("{n} of {all} sequences, some of each class").format(**numbers))
        else:
            parts.append(_("{n} of {all} sequences").format(**numbers))
    if steps < data.lengths[rows].max():
        parts.append(ngettext("the first {n} step", "the first {n} steps", steps))
    if parts:
        st.caption(_("Shown: {parts}.").format(parts=join_list(parts)))


def list_data_classes(visitor: State) -> np.ndarray:
    """List the classes of the open data, sorted; empty for numbers and per-step targets."""
    return _list_classes(visitor.digest, visitor.data)


def _choose_feature(visitor: State) -> int:
    """Offer the features, if there are several."""
    if visitor.data.features == 1:
        return 0
    features = visitor.data.feature_names[:MAX_FEATURES]
    chosen = st.selectbox(
        _("Feature"),
        features,
        index=features.index(recall_input(FEATURE_BOX, features[0], features, per_data=True)),
        key=get_widget_key(visitor, FEATURE_BOX),
    )
    remember_input(FEATURE_BOX, chosen, features[0], per_data=True)
    return features.index(chosen)


def _choose_class(visitor: State) -> object | None:
    """Offer the classes, if there are several; None for all of them."""
    classes = list_data_classes(visitor)
    if len(classes) < 2:
        return None
    names = number_copies(shorten(str(each)) for each in [_("All"), *classes[:MAX_OFFERED_CLASSES]])
    last = recall_input(CLASS_BOX, "", names[1:], per_data=True)
    place = st.selectbox(
        _("Class"),
        range(len(names)),
        index=names.index(last, 1) if last else 0,
        format_func=names.__getitem__,
        key=get_widget_key(visitor, CLASS_BOX),
        help=_("Highlights one class; the others are grey."),
    )
    remember_input(CLASS_BOX, names[place] if place else "", "", per_data=True)
    return None if place == 0 else classes[place - 1]


@st.cache_resource(show_spinner=False, max_entries=100)
def _count_drawn_classes(digest: str, _targets: np.ndarray) -> tuple[int, int, int]:
    return count_drawn_classes(_targets)


@st.cache_resource(show_spinner=False, max_entries=100)
def _list_classes(digest: str, _data: Sequences) -> np.ndarray:
    return list_classes(_data)


@st.cache_resource(show_spinner=False, max_entries=200)
def _select_rows(digest: str, _data: Sequences, count: int, label: object | None) -> np.ndarray:
    return select_examples(_data, count, label)
