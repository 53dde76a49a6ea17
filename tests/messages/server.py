"""What the pages say about a visitor's data sets, runs and comparisons, on a real server."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import streamlit as st

from core import LSTM, Recipe
from runs import ACTIVE, Run, RunState, RunSummary
from tests.messages.case import Result, case
from tests.messages.models import ROCKET
from tests.messages.screen import list_texts, open_page, render
from tests.messages.suggestions import CLASSES
from tests.support.app_pages import wait_until
from tests.support.cluster_runs import wait_for
from ui import backend
from ui.compare import duration, form, progress
from ui.compare.choices import Choices
from ui.context import remember_input
from ui.data import file_layouts, library
from ui.data.library import _confirm as confirm
from ui.data.switch import show_data_in_use
from ui.i18n import format_duration, format_estimate, format_size
from ui.predict.own_data import show_tab
from ui.results.progress import show_training
from ui.runs import selection
from ui.runs.comparison_group import _format_details as format_details
from ui.runs.run_list import SEARCH_BOX
from ui.session.data import open_table
from ui.session.restore import restore
from ui.session.services import Services
from ui.session.state import Owner, State
from ui.session.training import _train as train
from ui.session.training import start_comparison
from ui.train import cost
from ui.train.settings_panel import show_settings

SEEDS = (3, 4)
RECIPE = Recipe(task="classification", layers=(LSTM(2),), epochs=2, batch_size=32)
FITTED = replace(ROCKET, validation_split=0.0)
EXTRA = 3  # data sets beside the open one
COPIES = 7  # of the first run
TABLE = "\n".join(
    ["id,x,y,target"]
    + [
        f"{number},{x:.4f},{y:.4f},{label}"
        for number, (steps, label) in enumerate(zip(CLASSES, CLASSES.targets, strict=True))
        for x, y in steps
    ]
)


def get_services() -> Services:
    return Services(backend.get_runs(), backend.get_guard(), "127.0.0.1")


@cache
def get_visitor() -> State:
    """Return a visitor with data sets, of which 24 of 120 sequences are the test set."""
    state = State(Owner("cookie:messages", lasting=True, login=None))
    restore(state, get_services())
    for number in range(EXTRA):
        text = f"id,v,target\na,{number},1\na,2,1\nb,3,2\n"
        assert open_table(state, get_services(), f"small {number}", text.encode) is None
    assert open_table(state, get_services(), "classes.csv", TABLE.encode) is None
    state.recipe = RECIPE
    return state


@cache
def train_all() -> tuple[dict[str, list[RunSummary]], Run]:
    """Train a network and random convolutions, then compare the two.

    The comparison and further runs reuse the first one.
    """
    state, services = get_visitor(), get_services()
    train(state, services, replace(RECIPE, seed=SEEDS[0]), "one", defer_analyses=True)
    fitted = train(state, services, FITTED, "two", defer_analyses=True)
    start_comparison(state, services, {"network": RECIPE, "fit": FITTED}, SEEDS)
    for number in range(COPIES):
        train(state, services, replace(RECIPE, seed=SEEDS[0]), f"copy {number}", True)
    store = services.store.runs
    wait_for(lambda: all(r.state not in ACTIVE for r in store.list(state.owner.id)), "all runs")
    run = services.runs.get(fitted)
    assert run is not None
    return progress.list_entries(state, state.comparison), run


def list_runs() -> list[RunSummary]:
    train_all()
    return backend.get_store().runs.list(get_visitor().owner.id)


# --- Data sets ---


@cache
def show_library() -> list[str]:
    list_runs()
    return render(library.show_data_sets, get_visitor())


N_SEQUENCES, N_STEPS = len([*CLASSES]), TABLE.count("\n")


@case("{n} sequence")
def count_sequences() -> Result:
    return show_library(), {"n": N_SEQUENCES}


@case("{n} step")
def count_steps() -> Result:
    return render(show_data_in_use, get_visitor(), "Data"), {"n": N_STEPS}


@case("{n} feature")
def count_features() -> Result:
    return show_library(), {"n": CLASSES.features}


@case("{n} data set")
def count_data_sets() -> Result:
    return show_library(), {"n": EXTRA + 1}


@case("{n} run")
def count_runs() -> Result:
    return show_library(), {"n": 2 + 2 * len(SEEDS) + COPIES}


@case("Using {size} of {most} MB…")
def count_used_bytes() -> Result:
    store, n_runs = backend.get_store(), len(list_runs())  # which creates them at first
    bytes_used = store.visitors.read_usage(get_visitor().owner.id).bytes
    return render(library.show_data_sets, get_visitor()), {
        "size": format_size(bytes_used),
        "most": 1000,
        "data_sets": f"{EXTRA + 1} data sets",
        "runs": f"{n_runs} runs",
    }


@case("This deletes {data_sets} and {runs}…")
def count_everything_that_is_deleted() -> Result:
    numbers = {"data_sets": f"{EXTRA + 1} data sets", "runs": f"{len(list_runs())} runs"}
    return render(confirm, get_visitor()), numbers


@case("This deletes {name}: {n} sequence…")
def count_deleted_sequences() -> Result:
    return show_library(), {"n": N_SEQUENCES}


@case("{n} run trained on it keeps…")
def count_runs_of_a_data_set() -> Result:
    return show_library(), {"n": len(list_runs())}


@case("Delete it, {n} run and its model")
def count_runs_to_delete_with_their_data() -> Result:
    return show_library(), {"n": len(list_runs())}


@case("It is deleted {n} day…")
def state_the_days_kept() -> Result:
    return render(library.show_retention, get_visitor()), {"n": 30}


@case("Up to {megabytes} MB and {steps} steps.")
def state_the_limits_of_a_file() -> Result:
    numbers = {"megabytes": st.get_option("server.maxUploadSize"), "steps": 6_000_000}
    return render(file_layouts.show_limits), numbers


@case("Shown: {n} of {all} data sets…")
def count_shown_data_sets() -> Result:
    state = State(Owner("cookie:many", lasting=True, login=None))
    restore(state, get_services())
    for number in range(23):
        text = f"id,v,target\na,{number},1\na,2,1\nb,3,2\n"
        assert open_table(state, get_services(), f"set {number}", text.encode) is None
    return render(library.show_data_sets, state), {"n": 20, "all": 23}


# --- Train ---


@cache
def show_form() -> list[str]:
    return render(show_settings, get_visitor(), None)


@case("{name}: {n} training sequence…")
def count_training_sequences() -> Result:
    """Of 120 sequences 24 are held out as the test set, and 19 of the others for validation."""
    outside = N_SEQUENCES - 24
    return show_form(), {"n": outside - round(0.2 * outside)}


@case("Start-up and {n} epoch…")
def count_estimated_epochs() -> Result:
    return show_form(), {"n": RECIPE.epochs}


@case("Layer {n}")
def number_the_layers() -> Result:
    return show_form(), {"n": len(RECIPE.layers)}


@case("suggested · {time}")
def estimate_the_suggested_family() -> Result:
    suggested = Recipe.suggest(get_visitor().data)
    seconds = cost.estimate_seconds(get_visitor(), suggested)
    return show_form(), {"time": format_estimate(seconds)}


@case("{share:.0%} of the steps are skipped…")
def count_skipped_steps() -> Result:
    """In batches of one sequence, exactly the padding is skipped."""
    data = get_visitor().data
    lengths = [len(each) for each, part in zip(data, data.split, strict=True) if part != "test"]
    share = 1 - sum(lengths) / (max(lengths) * len(lengths))
    texts = render(cost.show_epoch_cost, get_visitor(), replace(RECIPE, batch_size=1))
    return texts, {"share": share}


# --- Compare ---


@case("{n} recipes × {seeds} seeds…")
def count_planned_runs() -> Result:
    recipes = {str(n): replace(RECIPE, layers=(LSTM(n),)) for n in (2, 3, 4)}
    data, seeds = get_visitor().data, (0, 1, 2, 3, 4)
    seconds = duration.estimate_seconds(data, recipes, seeds)
    numbers = {"n": 3, "seeds": 5, "all": 3 * 5, "time": format_estimate(seconds)}
    return render(duration.show_duration, data, recipes, seeds), numbers


@case("Each recipe is trained once per seed…")
def state_the_default_of_seeds() -> Result:
    return render(form.choose_seeds, get_visitor(), Choices({})), {"n": 5}


@case("These would be {all} runs…")
def count_too_many_runs() -> Result:
    recipes = {str(n): replace(RECIPE, layers=(LSTM(n),)) for n in range(2, 9)}
    return render(form.check_size, recipes, (0, 1, 2, 3, 4)), {"all": 35, "n": 30}


def make_running() -> dict[str, list[RunSummary]]:
    """Return the runs of the comparison as they were in the last epoch of the last one."""
    entries, _fitted = train_all()
    first, last = entries["network"]
    report = replace(last.progress, epoch=1, batch=0)
    running = replace(last, state=RunState.RUNNING, progress=report, ended=None)
    return {**entries, "network": [first, running]}


@cache
def show_progress() -> list[str]:
    return render(progress.show_progress, get_visitor(), make_running())


@case("{ended} of {n} run finished")
def count_ended_runs() -> Result:
    return show_progress(), {"ended": 3, "n": 4}


@case("seeds finished: {ended} of {n}")
def count_ended_seeds() -> Result:
    return show_progress(), {"ended": 1, "n": len(SEEDS)}


@case("epoch {epoch} of {epochs}")
def count_epochs_of_a_running_seed() -> Result:
    return show_progress(), {"epoch": 2, "epochs": RECIPE.epochs}


@case("{time} left")
def estimate_the_time_left() -> Result:
    """The speed of the ended runs and of the running one scales its estimate."""
    entries = make_running()
    running = entries["network"][-1]
    runs = [run for per_seed in entries.values() for run in per_seed if not run.reused]
    ended = [run for run in runs if run.state not in ACTIVE]
    measured = sum((run.ended - run.started).total_seconds() for run in ended)
    measured += running.progress.seconds
    estimated = sum(run.estimate for run in ended) + running.estimate / 2
    left = running.estimate / 2 * measured / estimated
    return show_progress(), {"time": format_estimate(left)}


@cache
def show_result() -> list[str]:
    """Show the comparison below a form with other settings."""
    train_all()
    app = open_page("pages/5_Compare.py", get_visitor())
    wait_until(app, lambda app: any(button.label == "Use these settings" for button in app.button))
    return list_texts(app)


@case("The result below is of other settings…")
def count_seeds_of_other_settings() -> Result:
    return show_result(), {"n": len(SEEDS)}


@case("; mean ± sd over {n} seed.")
def count_compared_seeds() -> Result:
    return show_result(), {"n": len(SEEDS)}


@case("Opens the run with seed {n}.")
def name_the_seed_of_a_run() -> Result:
    return show_result(), {"n": SEEDS[0]}


@case("{n} run is reused…")
def count_reused_runs() -> Result:
    entries, _fitted = train_all()
    return show_result(), {"n": sum(run.reused for runs in entries.values() for run in runs)}


# --- Runs ---


@cache
def show_list() -> list[str]:
    list_runs()
    return list_texts(open_page("pages/6_Runs.py", get_visitor()))


@case("comparison of {n} run")
def count_runs_of_a_comparison() -> Result:
    return show_list(), {"n": 2 * len(SEEDS)}


@case("{n} still training")
def count_active_runs() -> Result:
    runs = [run for per_seed in make_running().values() for run in per_seed]
    return format_details(runs), {"n": sum(run.ended is None for run in runs)}


@case("{n} of {all} runs match.")
def count_matching_runs() -> Result:
    """A comparison matches with all its runs if one of them does."""
    comparisons = {run.comparison for run in list_runs() if run.name.endswith(": fit")}
    assert None not in comparisons
    matching = [run for run in list_runs() if run.comparison in comparisons]
    state = replace(get_visitor(), typed_texts={SEARCH_BOX: ": fit"})
    texts = list_texts(open_page("pages/6_Runs.py", state))
    return texts, {"n": len(matching), "all": len(list_runs())}


def show_selected(number: int) -> None:
    show_chosen([run.id for run in list_runs()[:number]])


def show_chosen(ids: list[str]) -> None:
    remember_input(selection.SELECTED_BOX, ids, [])
    lines = backend.get_store().runs.list_lines(get_visitor().owner.id)
    selection.show_actions(get_visitor(), lines, lines)


@case("Delete {n} run")
def count_selected_runs() -> Result:
    return render(show_selected, 3), {"n": 3}


@case("Loss per epoch of {n} run")
def count_drawn_runs() -> Result:
    """Random convolutions have no epochs."""
    chosen = [*train_all()[0]["network"], train_all()[1]]
    drawn = [run for run in chosen if run.recipe.family != "random_convolution"]
    return render(show_chosen, [run.id for run in chosen]), {"n": len(drawn)}


@case("{n} more run")
def count_runs_that_are_not_named() -> Result:
    return render(show_selected, 12), {"n": 12 - 10}


@case("Drawn: the first {rows} of {all} runs.")
def count_drawn_runs_of_many() -> Result:
    drawn = [run for run in list_runs() if run.recipe.family != "random_convolution"]
    return render(show_selected, len(list_runs())), {"rows": 6, "all": len(drawn)}


# --- A finished run ---


@case("Reused: the same data, settings and seed…")
def state_the_time_of_a_reused_run() -> Result:
    entries, _fitted = train_all()
    reused = backend.get_runs().get(entries["network"][0].id)
    time = format_duration(reused.progress.seconds)
    return render(show_training, get_visitor(), reused, "t"), {"time": time}


@case("All {n} sequences with target…")
def count_downloaded_predictions() -> Result:
    _entries, fitted = train_all()
    return render(show_tab, get_visitor(), fitted), {"n": 24}
