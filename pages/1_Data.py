"""The page Data: open sequences, check how they were read, confirm target and split."""

import numpy as np
import streamlit as st

from core.figures import (
    count_drawn_classes,
    count_drawn_lines,
    plot_classes,
    plot_lengths,
    plot_lines,
    plot_sequences,
)
from ui import url_state
from ui.data import open_data
from ui.i18n import _, escape_markdown, format_count, join_list, ngettext
from ui.page import open_page
from ui.samples import translate_name
from ui.shell.plots import draw, draw_once
from ui.shell.widgets import make_metric_grid

url_state.follow()
visitor = open_page("Data")
st.title(_("Data"))
notes = url_state.explain(visitor)
url_state.update_address(visitor, notes)
open_data.show_sources(visitor)

data = visitor.data
st.header(escape_markdown(translate_name(visitor.name)), divider="gray")
if not visitor.is_example:
    open_data.show_columns(visitor)

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
if data.targets is None:
    st.info(_("No target column: these sequences can be predicted on, but not trained on."))

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
        st.markdown(f"**{_('How often each target occurs')}**")
        split = data.split
        if data.per_step and split is not None:
            split = np.repeat(split, data.lengths)
        draw(
            draw_once((visitor.digest,), plot_classes, data.targets, split, per_step=data.per_step),
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

st.markdown(f"**{_('The first sequences')}**")
feature = 0
if data.features > 1:
    feature = data.feature_names.index(
        st.selectbox(
            _("Feature"),
            data.feature_names[:500],
            key=visitor.get_widget_key("data-feature"),
        )
    )
if data.lengths[:12].sum() <= 60 and data.lengths[:12].max() <= 15:
    plot, first = plot_sequences, slice(0, 12)
    rows = min(len(data), 12)
else:
    plot, first = plot_lines, slice(0, 24)
    rows, steps = count_drawn_lines(data, first)
draw(
    draw_once((visitor.digest, feature), plot, data, first, feature),
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
st.page_link(
    "pages/2_Mask.py", label=_("See them padded and masked"), icon=":material/arrow_forward:"
)
