"""The page Mask: padding of the sequences, steps that count, and the cost."""

import streamlit as st

from core.data.padding import padding_cost
from ui import url_state
from ui.context import get_services
from ui.i18n import _, format_count, ngettext
from ui.mask import padded_figures, padding_form
from ui.page import open_page
from ui.recipe.format import format_field, format_network
from ui.results import xray
from ui.runs import detail
from ui.session.settings import choose_recipe
from ui.shell.widgets import make_metric_grid

url_state.follow()
visitor = open_page("Mask")
data = visitor.data

st.title(_("Padding and mask"))
notes = url_state.explain(visitor)
recipe = padding_form.choose_padding(visitor)
choose_recipe(visitor, get_services(), recipe)

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
padded_figures.show_figures(visitor, recipe, rows, feature, cost.maxlen)
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
            layers=format_network(run.recipe), mask=format_field(run.recipe, "mask")
        )
    )
    xray.show_section(visitor, run, data, visitor.places.mask)
