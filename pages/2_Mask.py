"""The page Mask: padding of the sequences, steps that count, and the cost."""

import streamlit as st

from ui import url_state
from ui.context import get_services
from ui.i18n import _
from ui.mask import cost, padded_figures, padding_form, statements
from ui.page import open_page
from ui.recipe.format import format_field, format_network
from ui.results import xray
from ui.runs import detail
from ui.session.settings import choose_recipe

url_state.follow()
visitor = open_page("Mask")
data = visitor.data

st.title(_("Padding and mask"))
notes = url_state.explain(visitor)
recipe = padding_form.choose_padding(visitor)
choose_recipe(visitor, get_services(), recipe)

padding_cost = cost.get_padding_cost(visitor, recipe)
statements.show_statements(recipe, padding_cost)
rows, feature = padding_form.choose_rows_and_feature(visitor)
steps = padding_form.choose_steps(visitor, recipe, padding_cost.maxlen)
padded_figures.show_figures(visitor, recipe, rows, feature, steps, padding_cost.maxlen)
cost.show_padding_cost(padding_cost, data.features)
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
