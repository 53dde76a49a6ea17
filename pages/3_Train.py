"""Train: choose a network, watch it learn, stop it, take the model."""

import numpy as np
import streamlit as st

from core import DataError
from runs import RunState
from ui import links, live, opening, recipe_form, results, run_view, server, work
from ui.frame import open_page
from ui.samples import called
from ui.words import _, ngettext, plain

links.follow()
visitor = open_page("Train")
data = visitor.data
st.title(_("Train"))
run_view.follow_address(visitor)
notes = links.explain(visitor)
recipe = recipe_form.recipe(visitor)
if recipe is not None:
    visitor.choose(recipe)
    recipe_form.reasons(visitor, recipe)
links.keep(visitor, notes)

masked = {
    "lengths": _("masked by lengths"),
    "value": _("masked by the value {value:g}").format(value=visitor.recipe.mask_value),
    "none": _("not masked: padding counts as data"),
}[visitor.recipe.mask]
usable = len(data) if data.split is None else int(np.sum(data.split != "test"))
st.caption(
    ngettext(
        "{name}: {n} sequence to learn from, {masked}.",
        "{name}: {n} sequences to learn from, {masked}.",
        usable,
        name=plain(called(visitor.name)),
        masked=masked,
    )
)

if recipe is not None and data.targets is not None:
    work.of_an_epoch(visitor, recipe)

run = None if visitor.run is None else server.runs().get(visitor.run)
if run is None and visitor.run is not None:  # deleted, on Runs or in another tab
    visitor.show(None)
going_on = run is not None and run.state in live.ACTIVE and run.recipe == recipe
if data.targets is None:
    st.info(_("This data has no targets, so there is nothing to learn. Choose a target on Data."))
    st.page_link("pages/1_Data.py", label=_("Choose a target"), icon=":material/arrow_back:")
look = {"type": "primary", "icon": ":material/play_arrow:"}
row = st.container(horizontal=True, vertical_alignment="center")
place = row.empty()
if place.button(
    _("Start training") if run is None else _("Train again"),
    key="start",
    disabled=going_on or recipe is None or data.targets is None,
    **look,
):
    try:
        visitor.train(recipe)
        if server.runs().get(visitor.run).state not in live.ACTIVE:  # the same was trained before
            st.rerun()
        place.button(_("Train again"), key="started", disabled=True, **look)
    except DataError as error:
        opening.explain(error)

with row:
    links.offer(visitor)

if visitor.run is not None:
    st.query_params["run"] = visitor.run  # the address bar is the run's link
    ended = live.training(visitor, visitor.run, "train")
    if ended is not None and ended.has_model:
        results.of_training(visitor, ended, predicts=True)
    if ended is not None:
        run_view.go_on(visitor, ended)
    if ended is not None and ended.state is RunState.FAILED:
        st.caption(_("Nothing you entered is lost: change it above and press Train again."))
