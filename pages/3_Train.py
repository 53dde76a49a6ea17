"""The page Train: choose a network, train it, stop it, use the model."""

import numpy as np
import streamlit as st

from core.errors import UnpaddedError
from runs import RunState
from ui import backend, url_state
from ui.context import get_services
from ui.data import open_data
from ui.i18n import _, escape_markdown, ngettext, translate_name
from ui.page import open_page
from ui.results import summary
from ui.runs import detail
from ui.session import settings, training
from ui.train import cost, progress, recipe_form

url_state.follow()
visitor = open_page("Train")
data = visitor.data
st.title(_("Train"))
detail.follow_address(visitor)
notes = url_state.explain(visitor)
recipe = recipe_form.choose_recipe(visitor)
if recipe is not None:
    settings.choose_recipe(visitor, get_services(), recipe)
    recipe_form.show_reasons(visitor, recipe)
url_state.update_address(visitor, notes)

mask_text = {
    "lengths": _("masked by lengths"),
    "value": _("masked by the value {value:g}").format(value=visitor.recipe.mask_value),
    "none": _("not masked: padding counts as data"),
}[visitor.recipe.mask]
n_trainable = len(data) if data.split is None else int(np.sum(data.split != "test"))
st.caption(
    ngettext(
        "{name}: {n} sequence to learn from, {masked}.",
        "{name}: {n} sequences to learn from, {masked}.",
        n_trainable,
        name=escape_markdown(translate_name(visitor.name)),
        masked=mask_text,
    )
)

if recipe is not None and data.targets is not None:
    cost.show_epoch_cost(visitor, recipe)

run = None if visitor.run is None else backend.get_runs().get(visitor.run)
if run is None and visitor.run is not None:  # deleted on Runs or in another tab
    settings.show_run(visitor, get_services(), None)
is_training = (
    run is not None
    and recipe is not None
    and run.state in progress.ACTIVE
    and run.recipe.resolve() == recipe.resolve()
)
if data.targets is None:
    st.info(_("This data has no targets, so there is nothing to learn. Choose a target on Data."))
    st.page_link("pages/1_Data.py", label=_("Choose a target"), icon=":material/arrow_back:")
style = {"type": "primary", "icon": ":material/play_arrow:"}
row = st.container(horizontal=True, vertical_alignment="center")
place = row.empty()
if place.button(
    _("Start training") if run is None else _("Train again"),
    key="start",
    disabled=is_training or recipe is None or data.targets is None,
    **style,
):
    try:
        run_id = training.start_training(visitor, get_services(), recipe)
        run = backend.get_runs().get(run_id)
        # A reused result is shown at once.
        if run is None or run.state not in progress.ACTIVE:
            st.rerun()
        place.button(_("Train again"), key="started", disabled=True, **style)
    except UnpaddedError as error:
        open_data.explain(error)

with row:
    url_state.offer_link(visitor)

if run is not None:
    st.query_params["run"] = run.id  # the address bar holds the link to the run
if run is not None and progress.show_training(visitor, run, "train"):
    if run.has_model:
        summary.show_training_results(visitor, run, predicts=True)
    detail.continue_training(visitor, run)
    if run.state is RunState.FAILED:
        st.caption(_("Nothing you entered is lost: change it above and press Train again."))
