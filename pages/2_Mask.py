"""Mask: how the sequences are padded, which steps count, and what that costs."""

from dataclasses import replace

import numpy as np
import streamlit as st

from core import Sequences, pad
from core.data.padding import erased_steps, padding_cost
from core.figures import drawn_part, mask_figure, padded_figure, value_span
from ui import url_state
from ui.i18n import _, counted, mask_name, network_name, ngettext
from ui.mask import padding_form
from ui.page import open_page
from ui.results import xray
from ui.runs import detail
from ui.shell.plots import draw, drawn_once
from ui.shell.widgets import fact_grid

url_state.follow()
visitor = open_page("Mask")
data = visitor.data

st.title(_("Padding and mask"))
notes = url_state.explain(visitor)
settings = padding_form.padding(visitor)
visitor.choose(replace(visitor.recipe, **settings))
recipe = visitor.recipe

cost = padding_cost(data, recipe.maxlen, recipe.truncating, recipe.mask_value)
facts = fact_grid()
shape = (cost.sequences, cost.maxlen, *([data.features] if data.features > 1 else []))
facts.metric(
    _("Padded array"),
    " × ".join(map(counted, shape)),
    help=_("Sequences × steps, and × features where there are several."),
)
facts.metric(
    _("Share of padding"),
    f"{cost.padding_share:.0%}",
    help=ngettext(
        "{padding} of {n} cell holds no real step.",
        "{padding} of {n} cells hold no real step.",
        cost.cells,
        padding=counted(cost.padding),
    ),
)
facts.metric(
    _("Steps lost to truncation"),
    counted(cost.truncated),
    help=ngettext(
        "In {n} sequence longer than maxlen.",
        "In {n} sequences longer than maxlen.",
        cost.truncated_sequences,
    ),
)
facts.metric(
    _("Erased by a value mask"),
    counted(cost.erased),
    help=_(
        "Real steps whose features all equal the mask value {value:g}. Keras's Masking layer "
        "takes them for padding."
    ).format(value=recipe.mask_value),
)
padding_form.explain_mode(recipe, cost)

rows, feature = padding_form.rows_and_feature(visitor)
high, wide = drawn_part(len(rows), cost.maxlen, recipe.padding)
part = data[rows[high]]
# The feature that is drawn, and whether a step is erased: all features might fill the memory
erases = erased_steps(part, recipe.mask_value) if recipe.mask == "value" else part.values[:, 0]
shown = np.stack([part.values[:, feature], erases], axis=1).astype(np.float32)
drawn = Sequences(shown, part.lengths, ids=part.ids, missing=part.missing)
padded = pad(drawn, recipe.maxlen or cost.maxlen, recipe.padding, recipe.truncating, recipe.value)
counts = np.ones_like(padded.mask) if recipe.mask == "none" else padded.mask
erased = None
if recipe.mask == "value":
    erased = padded.mask & (padded.values[:, :, 1] == 1)
framed = erased is not None and erased.any()
what = (visitor.digest, rows[high].tobytes(), feature, *settings.values())

array, mask = st.columns(2, gap="medium")
with array:
    st.markdown(f"**{_('Padded array')}**")
    draw(
        drawn_once(
            what,
            padded_figure,
            padded.values[:, :, 0],
            padded.mask,
            part.ids,
            name=data.feature_names[feature],
            span=value_span(data, feature),
            erased=erased,
            padding=recipe.padding,
        ),
        key="mask-padded",
        alt=_("Heat map of the padded array, sequences × steps: {rows} × {steps}").format(
            rows=len(part), steps=cost.maxlen
        ),
    )
with mask:
    st.markdown(f"**{_('Mask: the steps that count')}**")
    draw(
        drawn_once(what, mask_figure, counts, part.ids, erased=erased, padding=recipe.padding),
        key="mask-mask",
        alt=_("Mask matrix, {share:.0%} of its cells are real steps").format(
            share=float(padded.mask.mean())
        ),
    )
st.caption(
    _("Hatched: padding.")
    + (" " + _("Framed in orange: real steps the mask value erases.") if framed else "")
)
padding_form.say_what_is_drawn(len(rows), len(data), high, wide, cost.maxlen)
url_state.keep(visitor, notes)
with st.container(horizontal=True, vertical_alignment="center"):
    st.page_link(
        "pages/3_Train.py", label=_("Train with this mask"), icon=":material/arrow_forward:"
    )
    url_state.offer(visitor)

run = detail.trained(visitor)
if run is not None and run.has_model:
    st.header(_("Inside the network"), divider="gray")
    st.caption(
        _("Trained on this data: {layers}, mask: {mask}.").format(
            layers=network_name(run.recipe), mask=mask_name(run.recipe.mask)
        )
    )
    xray.section(visitor, run, data, "mask")
