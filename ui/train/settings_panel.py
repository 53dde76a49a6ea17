"""Settings on Train: the form with the button that starts, folded to one line by a run."""

from __future__ import annotations

import streamlit as st

from core import Recipe
from core.errors import UnpaddedError
from core.recipe.suggestion_rules import count_fitted_sequences
from runs import ACTIVE, Run
from ui import backend, url_state
from ui.context import get_services
from ui.data import reading_report
from ui.data.test_set import describe_test_set
from ui.i18n import _, escape_markdown, ngettext, translate_name
from ui.recipe.format import format_mask, format_recipe
from ui.session import settings, training
from ui.session.state import State
from ui.train import cost, recipe_form


def get_run(visitor: State) -> Run | None:
    """Return the run that the page shows; None if there is none, or it was deleted elsewhere."""
    run = None if visitor.run is None else backend.get_runs().get(visitor.run)
    if run is None and visitor.run is not None:
        settings.show_run(visitor, get_services(), None)
    return run


def show_settings(visitor: State, run: Run | None) -> None:
    """Show the settings of a run in one line, or the form to change them and start another.

    Args:
        visitor: The visitor's state.
        run: The run that the page shows.
    """
    if run is not None and not visitor.editing:
        _show_line(visitor, run)
        return
    start = st.container()  # above the form, so that it can be pressed without scrolling
    recipe = recipe_form.choose_recipe(visitor)
    if recipe is not None:
        settings.choose_recipe(visitor, get_services(), recipe)
        recipe_form.show_reasons(visitor, recipe)
    with start:
        _show_data(visitor)
        _offer_start(visitor, run, recipe)
        if recipe is not None and visitor.data.targets is not None:
            cost.show_epoch_cost(visitor, recipe)
    if run is not None:
        st.divider()
        st.caption(_("Last run: {recipe}").format(recipe=format_recipe(run.recipe)))


def _show_line(visitor: State, run: Run) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f":material/tune: **{format_recipe(run.recipe)}**", width="content")
        st.button(
            _("Change"),
            key="change",
            icon=":material/edit:",
            on_click=settings.edit_settings,
            args=(visitor, get_services(), True),
            help=_("Shows the settings, to change them and train again."),
        )


def _show_data(visitor: State) -> None:
    n_fitted = count_fitted_sequences(visitor.data, visitor.recipe.validation_split)
    st.caption(
        ngettext(
            "{name}: {n} training sequence, {masked}.",
            "{name}: {n} training sequences, {masked}.",
            n_fitted,
            name=escape_markdown(translate_name(visitor.name)),
            masked=format_mask(visitor.recipe),
        )
        + " "
        + describe_test_set(visitor)
    )


def _offer_start(visitor: State, run: Run | None, recipe: Recipe | None) -> None:
    is_training = (
        run is not None
        and recipe is not None
        and run.state in ACTIVE
        and run.recipe.resolve() == recipe.resolve()
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        is_started = st.button(
            _("Start training") if run is None else _("Train again"),
            key="start",
            type="primary",
            icon=":material/play_arrow:",
            disabled=is_training or recipe is None or visitor.data.targets is None,
        )
        if run is not None:
            st.button(
                _("Hide settings"),
                key="hide",
                icon=":material/unfold_less:",
                on_click=settings.edit_settings,
                args=(visitor, get_services(), False),
            )
        url_state.offer_link(visitor)
    if is_started and recipe is not None:
        try:
            training.start_training(visitor, get_services(), recipe)
        except UnpaddedError as error:
            reading_report.explain(error)
        else:
            st.rerun()  # with the settings folded
