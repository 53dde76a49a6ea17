"""Overview of the data: its size, its lengths and targets, and its first sequences."""

from __future__ import annotations

import numpy as np
import streamlit as st

from core import Sequences
from core.figures import (
    count_drawn_classes,
    count_drawn_lines,
    plot_classes,
    plot_lengths,
    plot_lines,
    plot_sequences,
)
from ui.i18n import _, escape_markdown, format_count, join_list, ngettext, shorten
from ui.session.state import State
from ui.shell.plots import draw, draw_once
from ui.shell.target_name import get_target_name
from ui.shell.widgets import get_widget_key, make_metric_grid

# Sequences of at most this many steps, together and each, are drawn as cells, otherwise as lines.
MAX_CELLS, MAX_CELLS_PER_SEQUENCE = 60, 15
MAX_SEQUENCES, MAX_LINES = 12, 24
MAX_FEATURES = 500  # in the list; more would slow down every rerun


def show_facts(data: Sequences) -> None:
    """Show the numbers of sequences, features and steps, and the split."""
    facts = make_metric_grid()
    facts.metric(_("Sequences"), format_count(len(data)))
    facts.metric(_("Features a step"), format_count(data.features))
    facts.metric(_("Steps in all"), format_count(data.lengths.sum()))
    facts.metric(
        _("Length, in steps"),
        f"{format_count(data.lengths.min())} – {format_count(data.lengths.max())}",
        help=ngettext("Median: {n} step", "Median: {n} steps", np.median(data.lengths)),
    )
    if data.split is not None:
        parts = zip(*np.unique(data.split, return_counts=True), strict=True)
        st.caption(
            _("Split: {parts}.").format(
                parts=join_list(f"{format_count(number)} {_(str(part))}" for part, number in parts)
            )
            + " "
            + _("Rows marked test are never used in training.")
        )
    if data.targets is None and data.schema is None:
        st.info(_("No target: these sequences can be predicted on, but not trained on."))


def show_lengths_and_targets(visitor: State) -> None:
    """Show the histograms of the lengths and of the targets."""
    data, target = visitor.data, get_target_name(visitor.data.schema, visitor.recipe).label
    lengths, targets = st.columns(2, gap="large")
    with lengths:
        st.markdown(f"**{_('How long the sequences are')}**")
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
            title = _("How often each target occurs")
            if target is not None:
                name = escape_markdown(shorten(target))
                title = _("How often each value of {target} occurs").format(target=name)
            st.markdown(f"**{title}**")
            split = data.split
            if data.per_step and split is not None:
                split = np.repeat(split, data.lengths)
            draw(
                draw_once(
                    (visitor.digest,),
                    plot_classes,
                    data.targets,
                    split,
                    target=target,
                    per_step=data.per_step,
                ),
                key="data-targets",
                alt=_("Bar chart of how often each target occurs"),
            )
            n_drawn, different, left_out = count_drawn_classes(data.targets)
            if n_drawn < different:
                st.caption(
                    _(
                        "Drawn: the {drawn} most frequent of {different} targets; {n} {things} "
                        "have one of the others."
                    ).format(
                        drawn=n_drawn,
                        different=format_count(different),
                        n=format_count(left_out),
                        things=_("time steps") if data.per_step else _("sequences"),
                    )
                )


def show_first_sequences(visitor: State) -> None:
    """Show the first sequences: as cells if they are short, otherwise as lines."""
    data, target = visitor.data, get_target_name(visitor.data.schema, visitor.recipe).label
    st.markdown(f"**{_('The first sequences')}**")
    feature = 0
    if data.features > 1:
        feature = data.feature_names.index(
            st.selectbox(
                _("Feature"),
                data.feature_names[:MAX_FEATURES],
                key=get_widget_key(visitor, "data-feature"),
            )
        )
    lengths = data.lengths[:MAX_SEQUENCES]
    if lengths.sum() <= MAX_CELLS and lengths.max() <= MAX_CELLS_PER_SEQUENCE:
        plot, first = plot_sequences, slice(0, MAX_SEQUENCES)
        rows = min(len(data), MAX_SEQUENCES)
    else:
        plot, first = plot_lines, slice(0, MAX_LINES)
        rows, _steps = count_drawn_lines(data, first)
    draw(
        draw_once((visitor.digest, feature), plot, data, first, feature, target=target),
        key="data-first",
        alt=ngettext(
            "The first {n} sequence, drawn by step", "The first {n} sequences, drawn by step", rows
        ),
    )
    if rows < len(data):
        st.caption(
            _("Drawn: the first {rows} of {all} sequences.").format(
                rows=rows, all=format_count(len(data))
            )
        )
