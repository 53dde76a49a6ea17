"""The page Compare: comparison of recipes with masking or other settings."""

import streamlit as st

from core.errors import UnpaddedError
from ui import url_state
from ui.compare import choices, dimensions, duration, form, lesson, question, result
from ui.context import get_services
from ui.data import open_data
from ui.i18n import _
from ui.page import open_page
from ui.session import settings, training

url_state.follow()
visitor = open_page("Compare")
choices.follow_address(visitor)
st.title(_("Compare"))
notes = url_state.explain(visitor)
url_state.update_address(visitor, notes)

if visitor.data.targets is None:
    st.info(_("This data has no target, so there is nothing to train. Choose a target on Data."))
    st.page_link("pages/1_Data.py", label=_("Choose a target"), icon=":material/arrow_back:")
    st.stop()
question_place = st.container()
lesson.show_lesson(visitor)

known = dimensions.build_dimensions(visitor)
last = choices.Choices.from_texts(visitor.comparison_choices, known)
varied_column, seeds_column = st.columns([3, 1], gap="medium")
with varied_column:
    varied = form.choose_varied(visitor, known, last)
with seeds_column:
    seeds = form.choose_seeds(visitor, last)
question_place.subheader(question.format_question(visitor, known, varied))
with st.container():  # the buttons below keep their place when a part of this comes or goes
    values = form.choose_values(visitor, known, varied, last)
    has_folds = form.choose_folds(visitor, seeds, last)
    recipes = None
    if values is not None:
        chosen = choices.Choices.from_values(values, known, len(seeds), has_folds)
        settings.choose_comparison(visitor, get_services(), chosen.to_texts())
        choices.update_address(chosen)
        recipes = form.build_recipes(visitor, known, values)
    is_allowed = False
    if recipes is not None:
        if has_folds:
            recipes = form.use_folds(recipes, seeds)
        duration.show_duration(visitor.data, recipes, seeds)
        is_allowed = form.check_size(recipes, seeds)
with st.container(horizontal=True, vertical_alignment="center"):
    is_started = st.button(
        _("Compare"), type="primary", icon=":material/balance:", disabled=not is_allowed
    )
    url_state.offer_link(visitor, visitor.comparison_choices)
if is_started:
    try:
        training.start_comparison(visitor, get_services(), recipes, seeds)
    except UnpaddedError as error:
        open_data.explain(error)
if visitor.comparison is not None:
    result.show_comparison(visitor, visitor.comparison, recipes, seeds)
