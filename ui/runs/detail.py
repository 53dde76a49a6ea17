"""One run in detail, for its owner and for visitors who have its link."""

from __future__ import annotations

import streamlit as st

from core import Recipe
from core.errors import UnpaddedError
from core.recipe.recipe import MAX_EPOCHS
from runs import Run, RunState
from ui import backend, url_state
from ui.context import get_services, recall_input, remember_input
from ui.data.reading_report import explain
from ui.i18n import _, escape_markdown, translate, translate_name
from ui.predict import forms
from ui.results import progress, summary
from ui.results.run_labels import describe_recipe
from ui.runs import model_card
from ui.session import data, settings, training
from ui.session.state import State
from ui.shell.navigation import get_navigation

RUNS_PAGE = "pages/6_Runs.py"
MAX_NAME, MAX_NOTE = 200, 2000  # characters


def follow_address(visitor: State) -> None:
    """Follow the run in the page's URL, on a page that shows a run of the open data.

    Call below the title. Another run of the visitor's on the open data is shown, as after the
    browser's Back. Any other run, such as one from a shared link, is opened on the page Runs. If
    the run does not exist, the page ends with a message; a run that is deleted while the page is
    open removes nothing else from it.
    """
    last, run_id = visitor.address, st.query_params.get("run")
    last.run_page, navigation = get_navigation(last.run_page)
    if run_id is None:
        return
    run = backend.get_runs().get(run_id)
    if navigation:
        last.missing_run = run_id if run is None else None
    if run is None:
        if last.missing_run == run_id:
            url_state.stop_unavailable(_(progress.NO_RUN), RUNS_PAGE, _("Your runs"))
        del st.query_params["run"]
        st.info(_(progress.NO_RUN), icon=progress.NO_RUN_ICON)
        return
    if not navigation or run_id in (visitor.run, visitor.last_run):
        return
    if (run.owner, run.data) == (visitor.owner.id, visitor.digest):
        settings.show_run(visitor, get_services(), run_id)
    else:
        st.switch_page(RUNS_PAGE, query_params={"run": run_id})


def get_trained_run(visitor: State) -> Run | None:
    """Return the last run on the open data.

    For the example, which trains in seconds, the shared run is used if there is none.
    """
    runs = backend.get_runs()
    run = None if visitor.last_run is None else runs.get(visitor.last_run)
    if run is None and visitor.is_example:
        run = runs.get(backend.get_shared_run(visitor.data, Recipe.example(), visitor.name))
    return run


def show_run(visitor: State, run_id: str) -> None:
    """Show a run."""
    run = backend.get_runs().get(run_id)
    if run is None:
        st.title(_("Runs"))
        url_state.stop_unavailable(_(progress.NO_RUN), RUNS_PAGE, _("Your runs"))
    mine = run.owner == visitor.owner.id
    st.title(escape_markdown(translate_name(run.name)) or _("A run"))
    st.caption(describe_recipe(run))
    if mine:
        if run.note:
            st.text(run.note)
        _show_owner_actions(visitor, run)
    else:
        st.info(
            _("This run belongs to somebody else. You can see it because you have its link."),
            icon=":material/visibility:",
        )
    if not progress.show_training(visitor, run, "run", folds_curves=True):
        return
    if run.has_model:
        summary.show_training_results(visitor, run, mine)
        if mine:
            model_card.show_section(visitor, run)
    if mine:
        continue_training(visitor, run)
    if run.has_model and (mine or run.open_to_questions):
        st.header(_("Predict"), divider="gray")
        forms.show_forms(visitor, run)


def continue_training(visitor: State, run: Run) -> None:
    """Offer to continue an ended run as a new run that starts where it ended.

    A single network is trained for more epochs, an ensemble only to its end.
    """
    if not run.can_continue:
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        help = _("Trains the remaining members.")
        if not run.recipe.members:
            if not _choose_more_epochs(run):
                return
            help = _(
                "Continues from the last epoch. The result is the same as with more epochs from "
                "the start."
            )
        st.button(
            _("Continue training"),
            key=f"go-on-{run.id}",
            icon=":material/resume:",
            on_click=_continue_training,
            args=(visitor, run),
            help=help,
        )
    error, visitor.refusals.continuation = visitor.refusals.continuation, None
    if error is not None:
        explain(error)


def _choose_more_epochs(run: Run) -> bool:
    """Show the input for more epochs. Returns False if no more can be trained."""
    done = _count_epochs(run)
    if done >= MAX_EPOCHS:
        return False
    n_left = run.recipe.epochs - done  # left by a run that was stopped early
    epochs = n_left if run.state is not RunState.FINISHED and n_left > 0 else run.recipe.epochs
    max_epochs = MAX_EPOCHS - done
    if run.recipe.schedule == "cosine":  # the schedule was planned for these epochs
        if n_left <= 0:
            return False
        epochs = max_epochs = n_left
    key, min_epochs = f"more-{run.id}", epochs if run.recipe.schedule == "cosine" else 1
    default = min(epochs, max_epochs)
    chosen = st.number_input(
        _("More epochs"),
        min_epochs,
        max_epochs,
        value=recall_input(key, default, range(min_epochs, max_epochs + 1)),
        key=key,
        width=160,
    )
    remember_input(key, chosen, default)
    return True


def _count_epochs(run: Run) -> int:
    return len(run.history.get("loss", ()))


def _continue_training(visitor: State, run: Run) -> None:
    epochs = run.recipe.epochs
    if not run.recipe.members:
        epochs = _count_epochs(run) + st.session_state[f"more-{run.id}"]
    try:
        st.query_params["run"] = training.continue_run(visitor, get_services(), run, epochs)
    except UnpaddedError as error:
        visitor.refusals.continuation = error


def _show_owner_actions(visitor: State, run: Run) -> None:
    """Show the actions of the owner."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            _("Edit and retrain"),
            key="again",
            icon=":material/edit:",
            on_click=train_again,
            args=(visitor, run),
            help=_("Opens this run's data and recipe on Train."),
        )
        with st.popover(_("Share"), icon=":material/share:"):
            _show_sharing(visitor, run)
        with st.popover(_("Name and note"), icon=":material/edit_note:"):
            _show_texts(visitor, run)
        with st.popover(_("Delete"), icon=":material/delete:"):
            st.markdown(
                _("**{name}** is deleted with its model, predictions, curves and note.").format(
                    name=escape_markdown(translate_name(run.name))
                )
            )
            st.markdown(_("This cannot be undone."))
            st.button(
                _("Delete this run"),
                key="delete-run",
                icon=":material/delete:",
                on_click=delete,
                args=(visitor, run.id),
            )
    show_refusal(visitor)
    if st.session_state.pop("to-train", False):
        st.switch_page("pages/3_Train.py")


def _show_texts(visitor: State, run: Run) -> None:
    """Show the inputs for the name of a run and for the owner's note."""
    st.text_input(
        _("Name"),
        value=run.name,
        key=f"name-{run.id}",
        max_chars=MAX_NAME,
        on_change=_rename,
        args=(visitor, run),
    )
    st.text_area(
        _("Note"),
        value=run.note,
        key=f"note-{run.id}",
        max_chars=MAX_NOTE,
        on_change=_write_note,
        args=(visitor, run),
        help=_("Only you see it. The search on Runs finds it."),
    )


def show_refusal(visitor: State) -> None:
    """Show why a run could not be changed, or its data could not be opened."""
    error, visitor.refusals.run = visitor.refusals.run, None
    if error is not None:
        explain(error)


def _show_sharing(visitor: State, run: Run) -> None:
    st.markdown(
        _(
            "Anyone with this link sees the run: its name, recipe, curves and metrics. Your data, "
            "your other runs and your note stay private."
        )
    )
    st.code(
        f"{(st.context.url or '').rpartition('/')[0]}/Runs?run={run.id}",
        language=None,
        wrap_lines=True,
    )
    st.toggle(
        _("Allow predictions with this model"),
        value=run.open_to_questions,
        key=f"open-{run.id}",
        on_change=_open_to_questions,
        args=(visitor, run),
    )


def _open_to_questions(visitor: State, run: Run) -> None:
    _change(visitor, run, open_to_questions=st.session_state[f"open-{run.id}"])


def _rename(visitor: State, run: Run) -> None:
    _change(visitor, run, name=st.session_state[f"name-{run.id}"])


def _write_note(visitor: State, run: Run) -> None:
    _change(visitor, run, note=st.session_state[f"note-{run.id}"])


def _change(
    visitor: State,
    run: Run,
    *,
    name: str | None = None,
    open_to_questions: bool | None = None,
    note: str | None = None,
) -> None:
    try:
        backend.get_store().runs.update(
            visitor.owner.id, run.id, name=name, open_to_questions=open_to_questions, note=note
        )
    except UnpaddedError as error:
        visitor.refusals.run = error


def train_again(visitor: State, run: Run) -> None:
    """Open the run's data and recipe on Train."""
    try:
        data.open_run(visitor, get_services(), run)
        st.session_state["to-train"] = True  # a callback cannot switch pages
    except UnpaddedError as error:
        visitor.refusals.run = error


def delete(visitor: State, *run_ids: str) -> None:
    """Delete runs."""
    try:
        backend.get_store().runs.delete(visitor.owner.id, *run_ids)
        st.query_params.pop("run", None)
    except UnpaddedError as error:
        st.toast(translate(error), icon=":material/error:")
