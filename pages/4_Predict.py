"""Predict: new sequences in, predictions out."""

import streamlit as st

from core import Recipe
from ui import live, predicting, run_view, server
from ui.frame import open_page
from ui.words import _, network_name, plain

visitor = open_page(_("Predict"))
run_view.follow_address(visitor.trained)
st.title(_("Predict"))

run = None if visitor.trained is None else server.runs().get(visitor.trained)
if run is None and visitor.is_example:  # opened cold: the example trains in seconds
    run = server.runs().get(server.shared_run(visitor.data, Recipe.example(), visitor.name))
if run is None:
    st.info(_("No model has been trained on {name} yet.").format(name=plain(visitor.name)))
    st.page_link("pages/3_Train.py", label=_("Train one"), icon=":material/arrow_forward:")
    st.stop()

if not run.has_model:
    if run.state in live.ACTIVE:
        st.markdown(_("The model is being trained on {name}.").format(name=plain(visitor.name)))
    live.training(visitor, run.id, "predict-run")  # runs this page again at its end
    st.page_link("pages/3_Train.py", label=_("To the training"), icon=":material/arrow_back:")
    st.stop()

st.caption(
    _("Model: {layers}, trained on {name}.").format(
        layers=network_name(run.recipe), name=plain(run.name)
    )
)
predicting.forms(visitor, run)
