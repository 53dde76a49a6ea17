"""The page Data: open sequences, check how they were read, confirm target and split."""

import streamlit as st

from ui import url_state
from ui.data import open_data, overview
from ui.i18n import _, escape_markdown, translate_name
from ui.page import open_page

url_state.follow()
visitor = open_page("Data")
st.title(_("Data"))
notes = url_state.explain(visitor)
url_state.update_address(visitor, notes)
open_data.show_sources(visitor)

st.header(escape_markdown(translate_name(visitor.name)), divider="gray")
if not visitor.is_example:
    open_data.show_columns(visitor)

overview.show_facts(visitor.data)
overview.show_lengths_and_targets(visitor)
overview.show_first_sequences(visitor)
st.page_link(
    "pages/2_Mask.py", label=_("See them padded and masked"), icon=":material/arrow_forward:"
)
