"""The page Train: choose a network, train it, stop it, use the model."""

import streamlit as st

from runs import RunState
from ui import url_state
from ui.i18n import _
from ui.page import open_page
from ui.results import progress, summary
from ui.runs import detail
from ui.train import settings_panel

url_state.follow()
visitor = open_page("Train")
st.title(_("Train"))
detail.follow_address(visitor)
notes = url_state.explain(visitor)
if visitor.data.targets is None:
    st.info(_("This data has no targets, so there is nothing to learn. Choose a target on Data."))
    st.page_link("pages/1_Data.py", label=_("Choose a target"), icon=":material/arrow_back:")
run = settings_panel.get_run(visitor)
settings_panel.show_settings(visitor, run)
url_state.update_address(visitor, notes)

if run is not None:
    st.query_params["run"] = run.id  # the address bar holds the link to the run
if run is not None and progress.show_training(visitor, run, "train", folds_curves=True):
    if run.has_model:
        summary.show_training_results(visitor, run, predicts=True)
    detail.continue_training(visitor, run)
    if run.state is RunState.FAILED:
        st.caption(_("Nothing you entered is lost. Choose Change above, then train again."))
