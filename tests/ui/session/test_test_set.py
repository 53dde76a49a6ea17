"""The test set of the open data: chosen once, kept, and used by every run."""

import numpy as np
from sqlalchemy import delete

from core import Recipe
from runs.store.tables import hold_outs
from tests.support.cluster_runs import wait_for
from ui.session import test_set
from ui.session.data import activate_data_set, open_table, read_again
from ui.session.training import start_training

QUICK = Recipe(task="classification", epochs=1)


def make_table(count: int, **columns: object) -> str:
    lines = [",".join(["id", "t", "x", "target", *columns])]
    for row in range(count):
        more = [str(values(row)) for values in columns.values()]
        lines += [
            ",".join([f"s{row}", str(t), f"{row + t / 4}", "ab"[row % 2], *more]) for t in (0, 1)
        ]
    return "\n".join(lines) + "\n"


def find_test_rows(state) -> list[int]:
    return [] if state.data.split is None else np.flatnonzero(state.data.split == "test").tolist()


def test_a_fifth_of_100_sequences_is_held_out_and_stays_held_out(state, open_text, open_tab):
    open_text(state, make_table(100))
    rows = find_test_rows(state)
    assert (len(rows), state.hold_out.method) == (20, "random")
    assert state.data_as_read.split is None
    assert find_test_rows(open_tab()) == rows


def test_few_sequences_are_all_used(state, open_text):
    open_text(state, make_table(99))
    assert (state.data.split, state.hold_out) == (None, None)


def test_groups_are_held_out_as_a_whole(state, open_text):
    open_text(state, make_table(120, group=lambda row: f"patient {row // 6}"))
    assert state.hold_out.method == "group"
    rows = find_test_rows(state)
    assert len(rows) == 24
    groups = {row // 6 for row in rows}
    assert rows == [row for row in range(120) if row // 6 in groups]


def test_test_rows_of_the_file_are_the_test_set(state, open_text):
    open_text(state, make_table(120, split=lambda row: "test" if row < 30 else "train"))
    assert (state.hold_out, state.test_set_methods) == (None, ())
    assert find_test_rows(state) == list(range(30))


def test_another_method_changes_neither_the_address_nor_the_digest(state, services, open_text):
    open_text(state, make_table(100))
    before = state.data_key, state.digest
    test_set.change_method(state, services, "latest")
    assert find_test_rows(state) == list(range(80, 100))
    test_set.change_method(state, services, None)
    assert state.data.split is None
    assert (state.data_key, state.digest) == before


def test_an_unedited_recipe_follows_the_test_set_and_an_edited_one_stays(
    state, services, open_text
):
    open_text(state, make_table(100))
    assert state.recipe == Recipe.suggest(state.data)
    test_set.change_method(state, services, None)
    assert state.recipe == Recipe.suggest(state.data_as_read)
    state.recipe = QUICK
    test_set.change_method(state, services, "random")
    assert state.recipe == QUICK


def test_a_file_read_in_another_way_keeps_the_method(state, services, open_text):
    open_text(state, make_table(100, z=lambda row: row))
    test_set.change_method(state, services, "latest")
    assert read_again(state, services, [{"features": ["x"]}]) is None
    assert state.hold_out.method == "latest"
    test_set.change_method(state, services, None)
    assert read_again(state, services, [{"features": ["z"]}]) is None
    assert (state.hold_out.method, state.data.split) == (None, None)


def test_data_of_an_earlier_version_is_held_out_only_without_runs(state, services, open_text):
    text = make_table(100)
    open_text(state, text)
    forget(services, state)
    activate_data_set(state, services, state.data_set.id)
    assert state.hold_out.method == "random"
    forget(services, state)
    test_set.use(state, None)  # as that version trained
    run = start_training(state, services, QUICK)
    activate_data_set(state, services, state.data_set.id)
    assert (state.hold_out.method, state.data.split) == (None, None)
    services.runs.stop(state.owner.id, run)
    assert open_table(state, services, "again.csv", text.encode) is None
    assert state.data.split is None


def forget(services, state) -> None:
    with services.store.database.writing() as connection:
        where = hold_outs.c.data_set == state.data_set.id
        connection.execute(delete(hold_outs).where(where))


def test_a_run_is_measured_on_the_test_set_of_its_training(state, services, open_text):
    open_text(state, make_table(100))
    rows = find_test_rows(state)
    first = start_training(state, services, QUICK)
    test_set.change_method(state, services, "latest")
    second = start_training(state, services, QUICK)
    wait_for(lambda: all(services.runs.get(run).ended for run in (first, second)), "both end")
    for run, expected in ((first, rows), (second, list(range(80, 100)))):
        assert services.runs.get(run).metrics.keys() == {"test"}
        measured = services.runs.read_predictions(run)
        assert measured.ids.tolist() == state.data.ids[expected].tolist()
        evaluation = services.runs.evaluate(services.runs.get(run))
        assert evaluation.wait(60)
        assert (evaluation.error, evaluation.result.part) == (None, "test")
