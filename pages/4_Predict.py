"""Predict: new sequences in, predictions out."""

import streamlit as st

from core import Recipe
from ui import asking, live, new_data, server, tables
from ui.frame import open_page
from ui.state import seeded
from ui.words import _, layer_name, plain

visitor = open_page(_("Predict"))
st.title(_("Predict"))

if visitor.trained is None and visitor.table is None:  # opened cold: the example trains in seconds
    visitor.example_run = server.shared_run(visitor.data, Recipe.example(), visitor.name)
if visitor.trained is None:
    st.info(_("No model has been trained on {name} yet.").format(name=plain(visitor.name)))
    st.page_link("pages/3_Train.py", label=_("Train one"), icon=":material/arrow_forward:")
    st.stop()

run = server.runs().get(visitor.trained)
if run is None or run.model is None:
    if run is not None and run.state in live.ACTIVE:
        st.markdown(_("The model is being trained on {name}.").format(name=plain(visitor.name)))
    live.training(visitor.trained, "predict-run")  # runs this page again when it has ended
    st.page_link("pages/3_Train.py", label=_("To the training"), icon=":material/arrow_back:")
    st.stop()

st.caption(
    _("Model: {layers}, trained on {name}.").format(
        layers=" → ".join(map(layer_name, run.recipe.layers)),
        name=plain(run.name),
    )
)


typed, uploaded = st.tabs([_("Type or paste"), _("Upload a file")], key="predict-source")
with typed:
    suggestion = "[1.5]" if visitor.table is None else new_data.a_short_sequence(visitor.data)
    text = st.text_area(
        _("Sequences"),
        key=seeded(visitor.key("predict-text"), suggestion),
        help=_("One sequence in brackets a line, such as [2, 5]; or CSV text with a header.")
        if visitor.data.features == 1
        else _(
            "One sequence a line: [[1, 2], [3, 4]] has two steps of two features, [[1, 2]] or "
            "[1, 2] has one. Or CSV text with a header."
        ),
    )
    new = None
    if text.strip():
        new = new_data.typed_sequences(text, visitor.data.features, visitor.layout, visitor.missing)
    if new is not None:
        asking.answer(
            asking.ask(visitor, "typed", run.id, new), lambda found: tables.predictions(found, new)
        )
with uploaded:
    file = st.file_uploader(
        _("A CSV file of new sequences"),
        key=visitor.key("predict-file"),
        help=_("The same columns as the data the model was trained on; targets may be missing."),
    )
    if file is not None:
        fresh = new_data.uploaded_sequences(visitor, file)
        if fresh is not None:
            asking.answer(
                asking.ask(visitor, "file", run.id, fresh),
                lambda found: tables.predictions(found, fresh, "file"),
            )
