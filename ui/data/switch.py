"""The data in use, in the sidebar of every page, and the switch to other data."""

from __future__ import annotations

import streamlit as st

from core.errors import DataError, UnpaddedError
from runs import DataSet, StoreError
from runs.store import NOT_KNOWN
from ui import backend
from ui.context import get_services
from ui.i18n import _, escape_markdown, join_list, ngettext, shorten, translate, translate_name
from ui.samples import EXAMPLE_NAME
from ui.session.data import open_data_set, open_example
from ui.session.state import EXAMPLE_KEY, State
from ui.shell.widgets import number_copies

KEY = "data-in-use"
MAX_OFFERED = 20  # data sets, besides the one in use and the example
MAX_CHARACTERS = 40


def show_data_in_use(visitor: State, page: str) -> None:
    """Show the data in use, with a select box once the visitor has data sets.

    Args:
        visitor: The visitor's state.
        page: Name of the page.
    """
    data_sets = _list_data_sets(visitor)
    sequences = ngettext("{n} sequence", "{n} sequences", len(visitor.data))
    steps = ngettext("{n} step", "{n} steps", visitor.data.lengths.sum())
    size = f":small[:gray[{join_list([sequences, steps])}]]"
    if not data_sets:
        name = escape_markdown(translate_name(visitor.name))
        # One block: separate blocks would have a gap of one line between them.
        st.markdown(f":small[:gray[{_('Data in use')}]]  \n**{name}**  \n{size}")
        return
    offered = [each for each in data_sets if each.id == visitor.data_key]
    offered += [each for each in data_sets if each.id != visitor.data_key][:MAX_OFFERED]
    names = {each.id: translate_name(each.name) for each in offered}
    names[EXAMPLE_KEY] = translate_name(EXAMPLE_NAME)
    # Streamlit identifies an option by its text.
    labels = number_copies([shorten(name, MAX_CHARACTERS) for name in names.values()])
    label_of = dict(zip(names, labels, strict=True))
    st.session_state[KEY] = visitor.data_key
    with st.container(gap="xsmall"):
        st.selectbox(
            _("Data in use"),
            list(names),
            key=KEY,
            format_func=lambda key: label_of.get(key, key),
            on_change=_switch,
            args=(visitor, page),
        )
        st.markdown(size)
    if len(data_sets) > len(offered):
        st.page_link("pages/1_Data.py", label=_("All data sets"), icon=":material/list:")


def _list_data_sets(visitor: State) -> list[DataSet]:
    """List the visitor's data sets, last opened first; none while the store cannot be reached."""
    try:
        return backend.get_store().data_sets.list(visitor.owner.id)
    except StoreError:
        return []


def _switch(visitor: State, page: str) -> None:
    """Open the chosen data; the address of every page but Runs names a run of other data."""
    key, services = st.session_state[KEY], get_services()
    try:
        if key == EXAMPLE_KEY:
            open_example(visitor, services)
        else:
            data_set = services.store.data_sets.get(visitor.owner.id, key)
            if data_set is None:
                raise DataError(NOT_KNOWN)
            open_data_set(visitor, services, data_set)
    except UnpaddedError as error:  # such as one deleted in another tab
        st.toast(translate(error), icon=":material/error:")
        return
    if page != "Runs":
        st.query_params.pop("run", None)
