"""Runs: every training of the visitor, and the one at an address."""

import streamlit as st

from ui.i18n import _
from ui.page import open_page
from ui.runs import detail, import_model, table

visitor = open_page("Runs")
run_id = st.query_params.get("run")
if run_id is None:
    # After a link from a run to this page, a browser keeps the run in its address (Streamlit 1.67).
    st.query_params.clear()
    st.title(_("Runs"))
    table.show(visitor)
    import_model.section(visitor)
else:
    detail.show(visitor, run_id)
    st.page_link("pages/6_Runs.py", label=_("All your runs"), icon=":material/arrow_back:")
