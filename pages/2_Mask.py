"""The page Mask: padding of the sequences, steps that count, and the cost."""

from dataclasses import replace

import numpy as np
import streamlit as st

from core import Sequences, pad
from core.data.padding import erased_steps, padding_cost
from core.figures import compute_value_span, get_drawn_window, plot_mask, plot_padded
from ui import url_state
from ui.i18n import _, format_count, format_mask, format_network, ngettext
from ui.mask import padding_form
from ui.page import open_page
from ui.results import xray
from ui.runs import detail
from ui.shell.plots import draw, draw_once
from ui.shell.widgets import make_metric_grid

url_state.follow()
visitor = open_page("Mask")
data = visitor.data

st.title(_("Padding and mask"))
notes = url_state.explain(visitor)
settings = padding_form.choose_padding(visitor)
visitor.choose_recipe(replace(visitor.recipe, **settings))
recipe = visitor.recipe

cost = padding_cost(data, recipe.maxlen, recipe.truncating, recipe.mask_value)
facts = make_metric_grid()
shape = (cost.sequences, cost.maxlen, *([data.features] if data.features > 1 else []))
facts.metric(
    _("Padded array"),
    " × ".join(map(format_count, shape)),
    help=_("Sequences × steps, and × features where there are several."),
)
facts.metric(
    _("Share of padding"),
    f"{cost.padding_share:.0%}",
    help=ngettext(
        "{padding} of {n} cell holds no real step.",
        "{padding} of {n} cells hold no real step.",
        cost.cells,
        padding=format_count(cost.padding),
    ),
)
facts.metric(
    _("Steps lost to truncation"),
    format_count(cost.truncated),
    help=ngettext(
        "In {n} sequence longer than maxlen.",
        "In {n} sequences longer than maxlen.",
        cost.truncated_sequences,
    ),
)
facts.metric(
    _("Erased by a value mask"),
    format_count(cost.erased),
    help=_(
        "Real steps whose features all equal the mask value {value:g}. Keras's Masking layer "
        "takes them for padding."
    ).format(value=recipe.mask_value),
)
padding_form.explain_mode(recipe, cost)

rows, feature = padding_form.choose_rows_and_feature(visitor)
row_slice, step_slice = get_drawn_window(len(rows), cost.maxlen, recipe.padding)
part = data[rows[row_slice]]
# Pad two features only, the drawn one and whether a step is erased: all might exceed the memory
erases = erased_steps(part, recipe.mask_value) if recipe.mask == "value" else part.values[:, 0]
drawn_values = np.stack([part.values[:, feature], erases], axis=1).astype(np.float32)
one_feature = Sequences(drawn_values, part.lengths, ids=part.ids, missing=part.missing)
padded = pad(
    one_feature, recipe.maxlen or cost.maxlen, recipe.padding, recipe.truncating, recipe.value
)
counts = np.ones_like(padded.mask) if recipe.mask == "none" else padded.mask
erased = None
if recipe.mask == "value":
    erased = padded.mask & (padded.values[:, :, 1] == 1)
has_frame = erased is not None and erased.any()
cache_key = (visitor.digest, rows[row_slice].tobytes(), feature, *settings.values())

array, mask = st.columns(2, gap="medium")
with array:
    st.markdown(f"**{_('Padded array')}**")
    draw(
        draw_once(
            cache_key,
            plot_padded,
            padded.values[:, :, 0],
            padded.mask,
            part.ids,
            name=data.feature_names[feature],
            span=compute_value_span(data, feature),
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
        draw_once(cache_key, plot_mask, counts, part.ids, erased=erased, padding=recipe.padding),
        key="mask-mask",
        alt=_("Mask matrix, {share:.0%} of its cells are real steps").format(
            share=float(padded.mask.mean())
        ),
    )
st.caption(
    _("Hatched: padding.")
    + (" " + _("Framed in orange: real steps the mask value erases.") if has_frame else "")
)
padding_form.show_drawn_part(len(rows), len(data), row_slice, step_slice, cost.maxlen)
url_state.update_address(visitor, notes)
with st.container(horizontal=True, vertical_alignment="center"):
    st.page_link(
        "pages/3_Train.py", label=_("Train with this mask"), icon=":material/arrow_forward:"
    )
    url_state.offer_link(visitor)

run = detail.get_trained_run(visitor)
if run is not None and run.has_model:
    st.header(_("Inside the network"), divider="gray")
    st.caption(
        _("Trained on this data: {layers}, mask: {mask}.").format(
            layers=format_network(run.recipe), mask=format_mask(run.recipe.mask)
        )
    )
    xray.show_section(visitor, run, data, "mask")
