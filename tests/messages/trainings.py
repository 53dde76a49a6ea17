"""What the pages say about the progress of a training, from the reports of real ones."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from core import DataError, Progress, Recipe, Sequences, train
from core.errors import QuotaError
from core.families.registry import get_family
from runs import Run, RunState
from runs.limits import Limits
from tests.messages.case import Result, case
from tests.messages.models import CLASSIFIER, RECIPES, SMALL, make_run, train_once
from tests.messages.screen import render
from tests.messages.suggestions import NUMBERS
from ui.i18n import format_count, format_duration, format_estimate
from ui.results.progress import _describe_progress as describe_progress
from ui.results.progress import _describe_stop as describe_stop
from ui.results.progress import _show_end as show_end
from ui.results.progress import _show_status as show_status
from ui.results.progress import show_curves
from ui.results.run_labels import describe_recipe
from ui.results.summary import _show_training as show_training
from ui.session.state import Owner, State


@cache
def report_end(name: str) -> Progress:
    """Return the last report of a training."""
    recipe, data = RECIPES[name]
    reports: list[Progress] = []
    train(data, recipe, on_progress=reports.append)
    return reports[-1]


# Of the 100 sequences of NUMBERS outside the test set, 20 are for validation.
TRAINED = 80
BATCHES = -(-TRAINED // SMALL.batch_size)


def make_running(name: str, epoch: int, batch: int) -> tuple[Run, Progress]:
    """Make a run whose training has finished some epochs, and some batches of the next one."""
    model, _data = train_once(name)
    history = {metric: values[:epoch] for metric, values in model.history.items()}
    report = replace(report_end(name), epoch=epoch, batch=batch, history=history)
    return make_run(model, RunState.RUNNING, progress=report, history=history), report


@case("Epoch {epoch} of {epochs}")
def count_epochs_of_a_running_training() -> Result:
    run, _report = make_running("numbers", epoch=1, batch=2)
    return describe_progress(run)[1], {"epoch": 2, "epochs": SMALL.epochs}


@case("up to {time} left")
def estimate_the_time_left() -> Result:
    run, report = make_running("numbers", epoch=1, batch=2)
    done, planned = BATCHES + 2, SMALL.epochs * BATCHES
    left = report.seconds * (planned - done) / done
    return describe_progress(run)[1], {"time": format_duration(left)}


@case("{n} sequences/s")
def measure_the_speed() -> Result:
    run, report = make_running("numbers", epoch=1, batch=2)
    speed = TRAINED * (1 + 2 / BATCHES) / report.seconds
    return describe_progress(run)[1], {"n": format_count(speed)}


@case("{time} per epoch")
def state_the_time_of_the_last_epoch() -> Result:
    run, _report = make_running("numbers", epoch=1, batch=2)
    model, _data = train_once("numbers")
    return describe_progress(run)[1], {"time": format_duration(model.history["seconds"][0])}


@case("No update from this training for {time}…")
def state_how_long_a_training_was_silent() -> Result:
    run, _report = make_running("numbers", epoch=1, batch=2)
    visitor = State(Owner("another", True, None))
    texts = render(show_status, replace(run, silent_seconds=75.2), "k", visitor)
    return texts, {"time": "1 min 15 s"}


@case("Member {n} of {members}…")
def count_members_and_their_epochs() -> Result:
    """Each of two members has two epochs: the fourth is the second one of the second."""
    run, _report = make_running("members", epoch=3, batch=0)
    return describe_progress(run)[1], {"n": 2, "members": 2, "epoch": 2, "epochs": 2}


@case("Stopped after {share:.0%} of…")
def locate_a_stop_within_an_epoch() -> Result:
    run, _report = make_running("numbers", epoch=1, batch=2)
    return describe_stop(run), {"epoch": 2, "share": 2 / BATCHES}


@case("Stopped at the end of epoch…")
def locate_a_stop_at_the_end_of_an_epoch() -> Result:
    run, _report = make_running("numbers", epoch=1, batch=BATCHES)
    ended, _report = make_running("numbers", epoch=2, batch=0)
    return describe_stop(replace(run, history=ended.history)), {"epoch": 2}


@case("Stopped before epoch {epoch} was evaluated")
def locate_a_stop_before_the_validation() -> Result:
    run, _report = make_running("numbers", epoch=1, batch=BATCHES)
    return describe_stop(run), {"epoch": 2}


@case("{n} epoch in {time}")
def count_the_epochs_of_a_training() -> Result:
    model, _data = train_once("numbers")
    report = report_end("numbers")
    texts = render(show_end, make_run(model, progress=report), "Finished", ":material/check:")
    return texts, {"n": SMALL.epochs, "time": format_duration(report.seconds)}


@case("fitted in {time}")
def state_the_time_of_a_fit() -> Result:
    model, _data = train_once("rocket")
    report = report_end("rocket")
    texts = render(show_end, make_run(model, progress=report), "Finished", ":material/check:")
    return texts, {"time": format_duration(report.seconds)}


@case("Curve of the {metric} per epoch…")
def count_the_epochs_of_a_curve() -> Result:
    model, _data = train_once("numbers")
    return render(show_curves, make_run(model), "curves"), {"n": len(model.history["loss"])}


@case("chosen: {penalty}")
def mark_the_penalty_of_the_least_loss() -> Result:
    model, _data = train_once("rocket")
    losses, penalties = (model.history[name] for name in ("loss", "penalty"))
    chosen = penalties[losses.index(min(losses))]
    return render(show_curves, make_run(model), "curves"), {"penalty": f"{chosen:.3g}"}


@case("member {n}")
def number_the_curve_of_a_member() -> Result:
    model, _data = train_once("members")
    return render(show_curves, make_run(model), "curves"), {"n": int(max(model.history["member"]))}


@case("Kept: best weights (epoch {epoch}).")
def find_the_best_epoch() -> Result:
    model, _data = train_once("patient")
    losses = model.history["val_loss"]
    texts = render(show_training, make_run(model))
    return texts, {"epoch": losses.index(min(losses)) + 1}


BY_VALUE = replace(SMALL, mask="value", mask_value=2.5, batch_size=24, seed=11, epochs=7)


def describe_by_value() -> str:
    model, _data = train_once("numbers")
    return describe_recipe(replace(make_run(model), recipe=BY_VALUE))


@case("batch size {n}")
def state_the_batch_size() -> Result:
    return describe_by_value(), {"n": BY_VALUE.batch_size}


@case("seed {n}")
def state_the_seed() -> Result:
    return describe_by_value(), {"n": BY_VALUE.seed}


@case("{n} epoch")
def state_the_epochs() -> Result:
    return describe_by_value(), {"n": BY_VALUE.epochs}


@case("masked by the value {value:g}")
def state_the_mask_value() -> Result:
    return describe_by_value(), {"value": BY_VALUE.mask_value}


@case("{n} random convolutions")
def count_kernels() -> Result:
    model, _data = train_once("rocket")
    return describe_recipe(make_run(model)), {"n": model.recipe.n_kernels}


# --- Durations ---


@case("{n:.0f} ms")
def format_milliseconds() -> Result:
    return format_duration(0.0124), {"n": 12.4}


@case("{n:.1f} s")
def format_seconds_with_a_decimal() -> Result:
    return format_duration(3.04), {"n": 3.04}


@case("{n:.0f} s")
def format_seconds() -> Result:
    return format_duration(42.4), {"n": 42.4}


@case("{m} min {s} s")
def format_minutes_and_seconds() -> Result:
    return format_duration(185.2), {"m": 3, "s": 5}


@case("{m} min")
def format_minutes() -> Result:
    return format_duration(299.9), {"m": 5}


@case("{h} h {m} min")
def format_hours_and_minutes() -> Result:
    return format_duration(2 * 3600 + 10 * 60 + 20), {"h": 2, "m": 10}


@case("{h} h")
def format_hours() -> Result:
    return format_duration(3 * 3600 + 20), {"h": 3}


@case("about {n} min")
def format_an_estimate_in_minutes() -> Result:
    return format_estimate(290), {"n": 5}


@case("about {n} h")
def format_an_estimate_in_hours() -> Result:
    return format_estimate(1.5 * 3600), {"n": 1.5}


# --- What a training refuses, and what it says about its data ---


def refuse(data: Sequences, recipe: Recipe) -> str:
    with pytest.raises(DataError) as caught:
        train(data, recipe)
    return str(caught.value)


@case("The loss stopped being a finite…")
def find_the_epoch_of_an_infinite_loss() -> Result:
    recipe = replace(SMALL, learning_rate=10, optimizer="sgd", standardize=False)
    data = Sequences.from_lists([[1], [2], [3, 1]], [1e30, 2e30, 5e29])
    return refuse(data, recipe), {"epoch": 1, "learning_rate": 10.0}


@case("The targets are numbers with decimals…")
def quote_a_target_with_decimals() -> Result:
    targets = [1, 2, 2.5, 3]
    data = Sequences.from_lists([[1], [2], [3], [4]], targets)
    return refuse(data, CLASSIFIER), {"found": next(each for each in targets if each % 1)}


@case("The training was stopped: this is the ensemble…")
def count_the_members_of_a_stopped_ensemble() -> Result:
    """The training is stopped as soon as the second member has begun."""
    recipe = replace(SMALL, epochs=2, members=3)
    reports: list[Progress] = []

    def should_stop() -> bool:
        return bool(reports) and reports[-1].epoch >= recipe.epochs

    model = train(NUMBERS, recipe, on_progress=reports.append, should_stop=should_stop)
    whole = reports[-1].epoch // recipe.epochs
    return model.notes, {"n": whole, "planned": 3}


@case("Without a mask, padding counts as data: {n:,}…")
def count_steps_without_a_mask() -> Result:
    lengths = np.array([3000, 5, 7])
    with pytest.raises(QuotaError) as caught:
        Limits(steps=8_000).refuse_too_long(lengths, replace(SMALL, mask="none"))
    steps = len(lengths) * int(lengths.max())
    return str(caught.value), {"n": 3, "longest": 3000, "steps": steps, "most": 8_000}


@case("This network would have {weights:,} weights…")
def count_weights() -> Result:
    """Counted by Keras for the built network."""
    model, _data = train_once("numbers")
    weights = model.network.count_params()
    estimate = get_family(model.recipe).count_weights(model.recipe, model.preprocessing.shape)
    with pytest.raises(QuotaError) as caught:
        Limits(run_weights=10).refuse_too_large(estimate)
    return str(caught.value), {"weights": weights, "most": 10}
