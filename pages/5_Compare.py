"""The page Compare: comparison of recipes with masking or other settings."""

import streamlit as st

from core.errors import UnpaddedError
from ui import samples, url_state
from ui.compare import duration, form, result
from ui.context import get_services
from ui.data import open_data
from ui.i18n import _, escape_markdown, translate_name
from ui.page import open_page
from ui.session import training

url_state.follow()
visitor = open_page("Compare")
st.title(_("Compare"))
notes = url_state.explain(visitor)
url_state.update_address(visitor, notes)
data = visitor.data

if data.targets is None:
    st.info(_("This data has no targets, so there is nothing to learn. Choose a target on Data."))
    st.page_link("pages/1_Data.py", label=_("Choose a target"), icon=":material/arrow_back:")
    st.stop()
st.caption(
    _("Is masking worth it on {name}? Recipes are trained with the same seeds, in pairs.").format(
        name=escape_markdown(translate_name(visitor.name))
    )
)
if visitor.is_example:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(
            _("No step of this example is 0. Where some are, a mask by value erases them, too:")
        )
        st.button(
            _("Compare with real zeros"),
            icon=":material/exposure_zero:",
            on_click=open_data.try_sample,
            args=(visitor, samples.REAL_ZEROS),
        )
    open_data.show_sample_error(visitor)
recipes = form.choose_recipes(visitor)
seeds = form.choose_seeds(visitor)
recipes = form.choose_folds(visitor, recipes, seeds)
is_allowed = False
if recipes is not None:
    duration.show_duration(data, recipes, seeds)
    is_allowed = form.check_size(recipes, seeds)
if st.button(_("Compare"), type="primary", icon=":material/balance:", disabled=not is_allowed):
    try:
        training.start_comparison(visitor, get_services(), recipes, seeds)
    except UnpaddedError as error:
        open_data.explain(error)
if visitor.comparison is not None:
    result.show_comparison(visitor, visitor.comparison)
