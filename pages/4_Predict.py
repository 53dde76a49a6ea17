"""Predict: new sequences in, predictions out."""

import streamlit as st

from ui.i18n import _, network_name, plain
from ui.page import open_page
from ui.predict import forms
from ui.results import padding_badge
from ui.runs import detail
from ui.samples import called
from ui.train import progress

visitor = open_page("Predict")
st.title(_("Predict"))
detail.follow_address(visitor)

run = detail.trained(visitor)
if run is None:
    st.info(_("No model has been trained on {name} yet.").format(name=plain(called(visitor.name))))
    st.page_link("pages/3_Train.py", label=_("Train one"), icon=":material/arrow_forward:")
    st.stop()

if not run.has_model:
    if run.state in progress.ACTIVE:
        st.markdown(
            _("The model is being trained on {name}.").format(name=plain(called(visitor.name)))
        )
    progress.training(visitor, run.id, "predict-run")  # runs this page again at its end
    st.page_link("pages/3_Train.py", label=_("To the training"), icon=":material/arrow_back:")
    st.stop()

st.caption(
    _("Model: {layers}, trained on {name}.").format(
        layers=network_name(run.recipe), name=plain(called(run.name))
    )
)
padding_badge.badge(run)
forms.forms(visitor, run)
