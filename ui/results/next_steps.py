"""What to try after a training: the reason, and mostly a button that prepares it."""

from __future__ import annotations

import numpy as np
import streamlit as st

from core import Recipe
from core.evaluation.next_steps import (
    HeldOutScore,
    NextStep,
    Training,
    measure_target_variance,
    read_score,
    suggest_next_steps,
)
from core.evaluation.report import Evaluation
from core.preprocessing.hold_out import HoldOut
from core.recipe.recipe import FIELDS
from runs import Run, RunState
from ui import backend
from ui.context import get_services
from ui.i18n import _, translate
from ui.session import settings
from ui.session.data import renew_widgets, suggest_family
from ui.session.state import State

MAX_OTHER_RUNS = 20  # of the same data, in which a family may have a score
COMPARE_PAGE = "pages/5_Compare.py"


def show_next_steps(visitor: State, run: Run) -> None:
    """Suggest what to try after a run of the visitor's on the open data."""
    request = backend.get_runs().evaluate(run)
    evaluation = request.result if request.done and request.error is None else None
    steps = visitor.results.next_steps.get(
        (run.id, evaluation is None, visitor.split_digest),
        lambda: suggest_next_steps(_describe_training(visitor, run, evaluation)),
    )
    if not steps:
        return
    with st.container(border=True):
        st.markdown(f"**{_('What to try next')}**")
        for number, step in enumerate(steps):
            _show_step(visitor, step, number)


def _show_step(visitor: State, step: NextStep, number: int) -> None:
    reason, action = st.columns([7, 3], vertical_alignment="center")
    reason.markdown(translate(step.reason))
    if step.action is None:
        return
    is_pressed = action.button(
        translate(step.action),
        key=f"next-{number}",
        icon=":material/tune:" if step.compared is None else ":material/balance:",
        width="stretch",
        on_click=None if step.recipe is None else _edit,
        args=None if step.recipe is None else (visitor, step.recipe),
    )
    if is_pressed and step.compared is not None:
        name, values = step.compared
        texts = "|".join(map(FIELDS[name].to_text, values))
        st.switch_page(COMPARE_PAGE, query_params={f"vary.{name}": texts})


def _edit(visitor: State, recipe: Recipe) -> None:
    """Fill the form with a recipe, to be checked and started."""
    services = get_services()
    settings.choose_recipe(visitor, services, recipe)
    settings.edit_settings(visitor, services, True)
    renew_widgets(visitor)  # so that the form starts with this recipe
    st.toast(_("The settings above are changed. Start the training to try them."))


def _describe_training(visitor: State, run: Run, evaluation: Evaluation | None) -> Training:
    """Collect what is known about a run, from its training rows and its curves."""
    data, recipe = visitor.data, run.recipe
    training = data if data.split is None else data[data.split != "test"]
    class_counts: tuple[int, ...] = ()
    variance = None
    if training.targets is not None and len(training):
        if recipe.task == "classification":
            _names, counts = np.unique(training.targets, return_counts=True)
            class_counts = tuple(map(int, counts))
        else:
            variance = measure_target_variance(training.targets.astype(float))
    families = FIELDS["family"].list_choices(recipe)
    others = [family for family in reversed(families) if family != recipe.family]
    return Training(
        recipe,
        run.history,
        sequences=len(training),
        target_variance=variance,
        class_counts=class_counts,
        evaluation=evaluation,
        score=read_score(recipe, run.history, run.best_epoch, len(training)),
        others=_read_other_scores(visitor, run, len(training)),
        suggested={family: suggest_family(visitor, recipe, family) for family in others},
        is_stopped=run.state is RunState.STOPPED,
        can_continue=run.can_continue,
    )


def _digest_test_set(hold_out: HoldOut | None) -> str:
    return "" if hold_out is None else hold_out.digest


def _read_other_scores(visitor: State, run: Run, sequences: int) -> dict[str, HeldOutScore | None]:
    """Read the best score of each other family that the visitor has trained on the data.

    Scores are of runs with the same test set; None without one.
    """
    runs, store = backend.get_runs(), backend.get_store()
    scores = dict[str, HeldOutScore | None]()
    test_set = _digest_test_set(store.runs.read_hold_out(run.id))
    for summary in store.runs.list_models(visitor.owner.id, run.data, MAX_OTHER_RUNS):
        other = None if summary.recipe.family == run.recipe.family else runs.get(summary.id)
        if other is None:
            continue
        best = scores.setdefault(other.recipe.family, None)
        if _digest_test_set(store.runs.read_hold_out(other.id)) != test_set:
            continue
        score = read_score(other.recipe, other.history, other.best_epoch, sequences)
        if score is not None and (best is None or score.accuracy > best.accuracy):
            scores[other.recipe.family] = score
    return scores
