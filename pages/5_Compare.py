"""Compare: is masking, or anything else, worth it on this data?"""

import streamlit as st

from core import DataError
from core.engine.cost import work
from ui import backend, samples, url_state
from ui.compare import form, result
from ui.data import open_data
from ui.i18n import _, counted, lasting, plain
from ui.page import open_page
from ui.samples import called

url_state.follow()
visitor = open_page("Compare")
st.title(_("Compare"))
notes = url_state.explain(visitor)
url_state.keep(visitor, notes)
data = visitor.data

if data.targets is None:
    st.info(_("This data has no targets, so there is nothing to learn. Choose a target on Data."))
    st.page_link("pages/1_Data.py", label=_("Choose a target"), icon=":material/arrow_back:")
    st.stop()
st.caption(
    _("Is masking worth it on {name}? Recipes are trained with the same seeds, in pairs.").format(
        name=plain(called(visitor.name))
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
    open_data.explain_refused_sample(visitor)
recipes = form.recipes(visitor)
seeds = form.seeds(visitor)
recipes = form.in_folds(visitor, recipes, seeds)
most = backend.store().limits.waiting_runs
enough = recipes is not None and len(recipes) >= 2 and len(recipes) * len(seeds) <= most
if recipes is not None:
    once = sum(work(data.lengths, data.features, r).seconds * r.epochs for r in recipes.values())
    together = min(backend.store().limits.running_runs, max(len(backend.runs().workers), 1))
    seconds = once * len(seeds) / together
    st.caption(form.count(recipes, seeds, lasting(seconds)))
    if len(recipes) < 2:
        st.info(_("Choose at least two values of something: one recipe is nothing to compare."))
    elif not enough:
        st.warning(
            _("A visitor may have {most} trainings waiting; take fewer values or seeds.").format(
                most=counted(most)
            )
        )
if st.button(_("Compare"), type="primary", icon=":material/balance:", disabled=not enough):
    try:
        visitor.compare(recipes, seeds)
    except DataError as error:
        open_data.explain(error)
if visitor.compared is not None:
    result.show(visitor, visitor.compared)
