"""The page Predict: predictions for the visitor's data and for new sequences."""

import streamlit as st

from ui.i18n import _, escape_markdown, translate_name
from ui.page import open_page
from ui.predict import forms, model_picker
from ui.results import padding_check, progress
from ui.runs import detail

visitor = open_page("Predict")
st.title(_("Predict"))
detail.follow_address(visitor)

run = detail.get_trained_run(visitor)
if run is None:
    st.info(
        _("No model has been trained on {name} yet.").format(
            name=escape_markdown(translate_name(visitor.name))
        )
    )
    st.page_link("pages/3_Train.py", label=_("Train a model"), icon=":material/arrow_forward:")
    st.stop()

if not run.has_model:
    if run.state in progress.ACTIVE:
        st.markdown(
            _("A model is being trained on {name}.").format(
                name=escape_markdown(translate_name(visitor.name))
            )
        )
    progress.show_training(visitor, run, "predict-run")  # reruns this page at its end
    st.page_link("pages/3_Train.py", label=_("Train"), icon=":material/arrow_back:")
    model_picker.offer_last_model(visitor)
    st.stop()

model_picker.choose_model(visitor, run)
padding_check.show_badge(run)
forms.show_forms(visitor, run)
