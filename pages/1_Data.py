"""The page Data: open sequences, check how they were read, confirm target and split."""

import streamlit as st

from ui import url_state
from ui.data import open_data, overview, reading
from ui.i18n import _, escape_markdown, translate_name
from ui.page import open_page

url_state.follow()
visitor = open_page("Data")
st.title(_("Data"))
notes = url_state.explain(visitor)
url_state.update_address(visitor, notes)
if open_data.show_sources(visitor):
    open_data.show_data_in_use(visitor)
    st.stop()

st.header(escape_markdown(translate_name(visitor.name)), divider="gray")
schema = visitor.data.schema
file = None if schema is None else reading.load_file(visitor)
if schema is not None and file is not None:
    reading.show_reading(visitor, schema, file)

overview.show_facts(visitor.data)
overview.show_lengths_and_targets(visitor)
overview.show_first_sequences(visitor)
if schema is not None and file is not None:
    reading.show_details(visitor, schema, file)
with st.container(horizontal=True):
    st.page_link(
        "pages/2_Mask.py", label=_("See them padded and masked"), icon=":material/grid_on:"
    )
    st.page_link("pages/3_Train.py", label=_("Train a model"), icon=":material/arrow_forward:")
