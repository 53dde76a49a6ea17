"""One run, whole: for its owner to work on, for everybody who has its address to see."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from core import DataError, Recipe
from core.recipe.recipe import MAX_EPOCHS
from runs import Run, RunState
from ui import backend, url_state
from ui.data.open_data import explain
from ui.i18n import _, listed, network_name, ngettext, plain, told
from ui.predict import forms
from ui.results import summary
from ui.samples import called
from ui.session.state import State
from ui.train import progress

RUNS_PAGE = "pages/6_Runs.py"


def follow_address(visitor: State) -> None:
    """Call below the title of a page that shows a visitor's run of the open data: an address that
    names another one of them, as the browser's Back does, shows that; any other, such as one that
    somebody sent, opens where runs are shown. The page ends with one sentence if there is none; one
    that was deleted while the page is open takes nothing else of it away."""
    navigated, asked = visitor.navigation("run"), st.query_params.get("run")
    if asked is None:
        return
    run = backend.runs().get(asked)
    if navigated:
        visitor.refused["no-run"] = asked if run is None else None
    if run is None:
        if visitor.refused.get("no-run") == asked:
            url_state.unavailable(_(progress.NO_RUN), RUNS_PAGE, _("Your runs"))
        del st.query_params["run"]
        st.info(_(progress.NO_RUN), icon=progress.NO_RUN_ICON)
        return
    if not navigated or asked in (visitor.run, visitor.trained):
        return
    if (run.owner, run.data) == (visitor.owner.id, visitor.digest):
        visitor.show(asked)
    else:
        st.switch_page(RUNS_PAGE, query_params={"run": asked})


def trained(visitor: State) -> Run | None:
    """What was last trained on the open data. Where that is the example, which trains in seconds,
    and nothing was, then what was trained for everybody."""
    runs = backend.runs()
    run = None if visitor.trained is None else runs.get(visitor.trained)
    if run is None and visitor.is_example:
        run = runs.get(backend.shared_run(visitor.data, Recipe.example(), visitor.name))
    return run


def show(visitor: State, run_id: str) -> None:
    """The run at this address."""
    run = backend.runs().get(run_id)
    if run is None:
        st.title(_("Runs"))
        url_state.unavailable(_(progress.NO_RUN), RUNS_PAGE, _("Your runs"))
    mine = run.owner == visitor.owner.id
    st.title(plain(called(run.name)) or _("A run"))
    st.caption(described(run))
    if mine:
        _owner(visitor, run)
    else:
        st.info(
            _("You see this run because you have its address. It belongs to somebody else."),
            icon=":material/visibility:",
        )
    ended = progress.training(visitor, run.id, "run")
    if ended is None:
        return
    if ended.has_model:
        summary.of_training(visitor, ended, mine)
    if mine:
        go_on(visitor, ended)
    if ended.has_model and (mine or ended.open_to_questions):
        st.header(_("Predict"), divider="gray")
        forms.forms(visitor, ended)


def described(run: Run) -> str:
    """The recipe in a line."""
    recipe = run.recipe
    masks = {
        "lengths": _("masked by lengths"),
        "value": _("masked by the value {value:g}").format(value=recipe.mask_value),
        "none": _("not masked"),
    }
    return listed(
        [
            network_name(recipe),
            masks[recipe.mask],
            f"{recipe.optimizer} {recipe.learning_rate:g}",
            _("batch size {n}").format(n=recipe.batch_size),
            ngettext("{n} epoch", "{n} epochs", recipe.epochs),
            _("seed {n}").format(n=recipe.seed),
        ]
    )


def go_on(visitor: State, run: Run) -> None:
    """Continue an ended run for more epochs: a new run that begins where this one ended."""
    done = len(run.history.get("loss", ()))
    if not run.can_go_on or done >= MAX_EPOCHS:
        return
    left = run.recipe.epochs - done  # of a run that was ended too soon
    more = left if run.state is not RunState.FINISHED and left > 0 else run.recipe.epochs
    most = MAX_EPOCHS - done
    if run.recipe.schedule == "cosine":  # its rates were planned for so many epochs
        if left <= 0:
            return
        more = most = left
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.number_input(
            _("More epochs"),
            more if run.recipe.schedule == "cosine" else 1,
            most,
            value=min(more, most),
            key=f"more-{run.id}",
            width=160,
        )
        st.button(
            _("Continue training"),
            key=f"go-on-{run.id}",
            icon=":material/resume:",
            on_click=_go_on,
            args=(visitor, run, done, f"more-{run.id}"),
            help=_("Goes on from the last epoch, as if more epochs had been asked for at first."),
        )
    refused = visitor.refused.pop("go-on", None)
    if refused is not None:
        explain(refused)


def _go_on(visitor: State, run: Run, done: int, key: str) -> None:
    recipe = replace(run.recipe, epochs=done + st.session_state[key])
    try:
        new = backend.runs().go_on(visitor.owner.id, run.id, recipe)
    except DataError as error:
        visitor.refused["go-on"] = error
        return
    if visitor.run == run.id:
        visitor.show(new)
    st.query_params["run"] = new


def _owner(visitor: State, run: Run) -> None:
    """What only the owner may do."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            _("Train again with …"),
            key="again",
            icon=":material/edit:",
            on_click=train_again,
            args=(visitor, run),
            help=_("Opens Train with this run's data and recipe, to change and start."),
        )
        with st.popover(_("Share"), icon=":material/share:"):
            _share(visitor, run)
        with st.popover(_("Rename"), icon=":material/label:"):
            st.text_input(
                _("Name"),
                value=run.name,
                key=f"name-{run.id}",
                max_chars=200,
                on_change=_rename,
                args=(visitor, run),
            )
        with st.popover(_("Delete"), icon=":material/delete:"):
            st.markdown(_("The run, its curves and its model are deleted at once."))
            st.button(
                _("Delete this run"),
                key="delete-run",
                type="primary",
                on_click=delete,
                args=(visitor, run.id),
            )
    if visitor.refused.get("run") is not None:
        explain(visitor.refused.pop("run"))
    if st.session_state.pop("to-train", False):
        st.switch_page("pages/3_Train.py")


def _share(visitor: State, run: Run) -> None:
    st.markdown(
        _(
            "Whoever has this address sees the run: its name, recipe, curves and figures. Your "
            "data, your other runs and everything you can change stay yours."
        )
    )
    st.code(
        f"{(st.context.url or '').rpartition('/')[0]}/Runs?run={run.id}",
        language=None,
        wrap_lines=True,
    )
    st.toggle(
        _("They may also predict with its model"),
        value=run.open_to_questions,
        key=f"open-{run.id}",
        on_change=_open_to_questions,
        args=(visitor, run),
    )


def _open_to_questions(visitor: State, run: Run) -> None:
    _change(visitor, run, open_to_questions=st.session_state[f"open-{run.id}"])


def _rename(visitor: State, run: Run) -> None:
    _change(visitor, run, name=st.session_state[f"name-{run.id}"])


def _change(visitor: State, run: Run, **changes: object) -> None:
    try:
        backend.store().runs.change(visitor.owner.id, run.id, **changes)
    except DataError as error:
        visitor.refused["run"] = error


def train_again(visitor: State, run: Run) -> None:
    """Open the run's data and recipe on Train."""
    try:
        visitor.open_run(run)
        st.session_state["to-train"] = True  # a callback cannot change pages by itself
    except DataError as error:
        visitor.refused["run"] = error


def delete(visitor: State, *run_ids: str) -> None:
    try:
        backend.store().runs.delete(visitor.owner.id, *run_ids)
        st.query_params.pop("run", None)
    except DataError as error:
        st.toast(told(error), icon=":material/error:")
