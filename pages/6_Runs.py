"""The page Runs: all runs of the visitor, or the run in the URL."""

import streamlit as st

from ui.i18n import _
from ui.page import open_page
from ui.runs import detail, import_model, run_list

visitor = open_page("Runs")
run_id = st.query_params.get("run")
if run_id is None:
    # After a link from a run to this page, Streamlit 1.67 keeps the run in the URL.
    st.query_params.clear()
    st.title(_("Runs"))
    run_list.show_runs(visitor)
    import_model.show_section(visitor)
else:
    # After a link from the list to a run, it keeps the URL of the list.
    st.query_params["run"] = run_id
    detail.show_run(visitor, run_id)
    st.page_link("pages/6_Runs.py", label=_("All runs"), icon=":material/arrow_back:")
