"""Data: bring sequences, see what was understood, confirm target and split."""

import numpy as np
import streamlit as st

from core.figures import (
    classes_figure,
    drawn_classes,
    drawn_lines,
    lengths_figure,
    lines_figure,
    sequences_figure,
)
from ui import url_state
from ui.data import open_data
from ui.i18n import _, counted, listed, ngettext, plain
from ui.page import open_page
from ui.samples import called
from ui.shell.plots import draw, drawn_once
from ui.shell.widgets import fact_grid

url_state.follow()
visitor = open_page("Data")
st.title(_("Data"))
notes = url_state.explain(visitor)
url_state.keep(visitor, notes)
open_data.source(visitor)

data = visitor.data
st.header(plain(called(visitor.name)), divider="gray")
if not visitor.is_example:
    open_data.columns(visitor)

facts = fact_grid()
facts.metric(_("Sequences"), counted(len(data)))
facts.metric(_("Features a step"), counted(data.features))
facts.metric(_("Steps in all"), counted(data.lengths.sum()))
facts.metric(
    _("Length, in steps"),
    f"{counted(data.lengths.min())} – {counted(data.lengths.max())}",
    help=ngettext("Median: {n} step", "Median: {n} steps", np.median(data.lengths)),
)
if data.split is not None:
    parts = zip(*np.unique(data.split, return_counts=True), strict=True)
    st.caption(
        _("Split: {parts}.").format(
            parts=listed(f"{counted(number)} {_(str(part))}" for part, number in parts)
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
        drawn_once((visitor.digest,), lengths_figure, data.lengths),
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
            drawn_once(
                (visitor.digest,), classes_figure, data.targets, split, per_step=data.per_step
            ),
            key="data-targets",
            alt=_("Bar chart of how often each target occurs"),
        )
        drawn, different, left_out = drawn_classes(data.targets)
        if drawn < different:
            st.caption(
                _(
                    "Drawn: the {drawn} most frequent of {different} targets; {n} {things} "
                    "have one of the others."
                ).format(
                    drawn=drawn,
                    different=counted(different),
                    n=counted(left_out),
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
            key=visitor.key("data-feature"),
        )
    )
if data.lengths[:12].sum() <= 60 and data.lengths[:12].max() <= 15:
    make, first = sequences_figure, slice(0, 12)
    rows = min(len(data), 12)
else:
    make, first = lines_figure, slice(0, 24)
    rows, steps = drawn_lines(data, first)
draw(
    drawn_once((visitor.digest, feature), make, data, first, feature),
    key="data-first",
    alt=ngettext(
        "The first {n} sequence, drawn by step", "The first {n} sequences, drawn by step", rows
    ),
)
if rows < len(data):
    st.caption(
        _("Drawn: the first {rows} of {all} sequences.").format(rows=rows, all=counted(len(data)))
    )
st.page_link(
    "pages/2_Mask.py", label=_("See them padded and masked"), icon=":material/arrow_forward:"
)
