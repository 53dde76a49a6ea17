"""The page Data: open sequences, see if they can be trained on, change how they are read."""

import streamlit as st

from ui import url_state
from ui.data import library, open_data, overview, reading, test_set
from ui.data.verdict import show_verdict
from ui.i18n import _
from ui.page import open_page

url_state.follow()
visitor = open_page("Data")
st.title(_("Data"))
notes = url_state.explain(visitor)
url_state.update_address(visitor, notes)
if open_data.show_sources(visitor):
    open_data.show_data_in_use(visitor)
    st.stop()

library.show_heading(visitor)
schema = visitor.data.schema
file = None if schema is None else reading.load_file(visitor)
show_verdict(visitor)
if file is not None:
    reading.show_checks(visitor, file)

overview.show_facts(visitor.data)
overview.show_lengths_and_targets(visitor)
overview.show_examples(visitor)
if schema is not None and file is not None:
    reading.show_roles(visitor, schema, file)
test_set.show_test_set(visitor)
if schema is not None and file is not None:
    reading.show_details(visitor, schema, file)
with st.container(horizontal=True):
    st.page_link("pages/2_Mask.py", label=_("View padding and mask"), icon=":material/grid_on:")
    st.page_link("pages/3_Train.py", label=_("Train a model"), icon=":material/arrow_forward:")
