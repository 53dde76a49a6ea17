"""The page Compare: comparison of recipes with masking or other settings."""

import streamlit as st

from core import DataError
from core.engine.cost import estimate_cost
from ui import backend, samples, url_state
from ui.compare import form, result
from ui.data import open_data
from ui.i18n import _, escape_markdown, format_count, format_duration
from ui.page import open_page
from ui.samples import translate_name

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
max_waiting = backend.get_store().limits.waiting_runs
is_allowed = recipes is not None and len(recipes) >= 2 and len(recipes) * len(seeds) <= max_waiting
if recipes is not None:
    seconds_once = sum(
        estimate_cost(data.lengths, data.features, r).seconds * r.epochs for r in recipes.values()
    )
    parallel = min(backend.get_store().limits.running_runs, max(len(backend.get_runs().workers), 1))
    seconds = seconds_once * len(seeds) / parallel
    st.caption(form.format_total(recipes, seeds, format_duration(seconds)))
    if len(recipes) < 2:
        st.info(_("Choose at least two values of something: one recipe is nothing to compare."))
    elif not is_allowed:
        st.warning(
            _("A visitor may have {most} trainings waiting; take fewer values or seeds.").format(
                most=format_count(max_waiting)
            )
        )
if st.button(_("Compare"), type="primary", icon=":material/balance:", disabled=not is_allowed):
    try:
        visitor.compare(recipes, seeds)
    except DataError as error:
        open_data.explain(error)
if visitor.comparison is not None:
    result.show_comparison(visitor, visitor.comparison)
