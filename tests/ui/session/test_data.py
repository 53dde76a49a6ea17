"""Opening of data: what is refused leaves the session as it was."""

import secrets
from dataclasses import replace

import pytest
from sqlalchemy import update

from core import Recipe
from core.errors import DataError, QuotaError, UnpaddedError
from core.reading.new_data import Reading
from runs.store.tables import readings
from tests.support.sessions import copy_state
from ui.samples import EXAMPLE_NAME, REAL_ZEROS, SAMPLES, compute_digest, load_example
from ui.session import data
from ui.session.data import (
    answer,
    delete_data_set,
    describe_file,
    open_data_set,
    open_example,
    open_run,
    open_sample,
    open_table,
    read_again,
    read_new_data,
    suggest_recipe,
    take_answer_back,
)

TABLE = "id,t,x,z\na,1,2,3\na,2,4,7\nb,1,5,6\n"
BROKEN = b"id,t,x,target\n" + b"".join(
    b"%d,%d,2,%d\n" % (i, t, i == t == 1) for i in range(4) for t in range(2)
)
DATES = "id,date,v\na,01/02/2024,1\na,02/01/2024,2\nb,01/01/2024,3\n"


def make_text() -> str:
    """Make text that no other test opens: what is deleted here is not kept for another visitor."""
    return f"1\n2,{secrets.randbelow(10**9)}\n"


def test_opened_text_is_stored_and_described_without_reading_it_again(state, services):
    content = TABLE.encode()
    assert open_table(state, services, "a.csv", lambda: content) is None
    assert (state.name, len(state.data), state.open_count) == ("a.csv", 2, 1)
    assert state.recipe == Recipe.suggest(state.data)
    assert services.store.data_sets.list(state.owner.id) == [state.data_set]
    assert services.store.data_sets.read_file(state.data_set.file) == content
    services.store.data_sets.delete(state.owner.id, state.data_set.id)
    assert describe_file(state, services).columns.names == ("id", "t", "x", "z")
    assert describe_file(state, services).report.rows == 3


def test_unreadable_text_is_refused_with_what_is_needed_to_try_again(state, services):
    before = copy_state(state)
    refusal = open_table(state, services, "a.csv", lambda: BROKEN)
    assert state == before
    assert refusal.rows == {"5"}
    assert refusal.columns.names == ("id", "t", "x", "target")
    assert refusal.grid.write(refusal.grid.cells) == BROKEN
    again = open_table(state, services, refusal.name, refusal.read, [{"target_at": "end"}])
    assert again is None
    assert state.data.targets.tolist() == [0, 1, 0, 0]
    assert state.reading.choices == ({"target_at": "end"},)


def test_content_that_is_no_longer_there_is_refused(state, services):
    def read() -> bytes:
        raise DataError("The file was removed.")

    before = copy_state(state)
    assert str(open_table(state, services, "a.csv", read).error) == "The file was removed."
    assert state == before


def test_a_data_set_beyond_the_limit_is_refused(state, services, open_text):
    for number in range(services.store.limits.data_sets):
        open_text(state, f"1\n2,{number}\n", f"{number}.csv")
    before = copy_state(state)
    refusal = open_table(state, services, "a.csv", TABLE.encode)
    assert isinstance(refusal.error, QuotaError)
    assert refusal.columns.names == ("id", "t", "x", "z")
    with pytest.raises(QuotaError, match="Delete one on the page Data first"):
        open_sample(state, services, REAL_ZEROS)
    assert state == before


def test_an_edited_table_replaces_its_data_set(state, services, open_text):
    open_text(state, TABLE)
    before = state.data_set
    edited = TABLE.replace("7", "8").encode()
    refusal = open_table(state, services, "a.csv", lambda: edited, replaces=before.id)
    assert refusal is None
    assert state.data_set.id == before.id
    assert state.data_set.data != before.data
    assert len(services.store.data_sets.list(state.owner.id)) == 1


def test_new_data_starts_with_fresh_forms(state, services, open_text):
    open_text(state, TABLE)
    state.refusals.columns = DataError("No feature is chosen.")
    state.refusals.edited = open_table(state, services, "a.csv", lambda: BROKEN)
    count = state.open_count
    open_example(state, services)
    assert (state.refusals.columns, state.refusals.edited) == (None, None)
    assert state.open_count == count + 1


def test_a_file_is_read_again_with_other_columns(state, services, open_text):
    open_text(state, TABLE)
    before = state.data_set
    unchanged = copy_state(state)
    assert "two roles" in str(answer(state, services, {"id": "id", "time": "id"}).error)
    assert state == unchanged
    assert answer(state, services, {"features": ["x"], "time": "t"}) is None
    assert (state.data.feature_names, state.data_set.id) == (("x",), before.id)
    assert state.data_set.file == before.file


def test_answers_are_added_and_taken_back_in_their_order(state, services, open_text):
    open_text(state, DATES)
    assert [each.code for each in state.data.report.select("question")] == ["day_order"]
    assert answer(state, services, {"dayfirst": False}) is None
    assert answer(state, services, {"missing": "mean"}) is None
    assert state.reading.choices == ({"dayfirst": False}, {"missing": "mean"})
    assert (state.data[0].tolist(), state.data.missing) == ([[1], [2]], "mean")
    assert take_answer_back(state, services) is None
    assert state.reading.choices == ({"dayfirst": False},)
    assert (state.data[0].tolist(), state.data.missing) == ([[1], [2]], "forward")
    assert take_answer_back(state, services) is None
    assert (state.reading.choices, state.data[0].tolist()) == ((), [[2], [1]])


def test_a_new_session_restores_the_answers_and_the_report(open_tab, services, open_text):
    tab = open_tab()
    open_text(tab, DATES)
    assert answer(tab, services, {"dayfirst": False}) is None
    again = open_tab()
    assert again.reading == tab.reading
    assert again.reading.choices == ({"dayfirst": False},)
    assert again.data.report == tab.data.report
    assert len(again.data.report) > 0
    assert take_answer_back(again, services) is None
    assert [each.code for each in open_tab().data.report.select("question")] == ["day_order"]


def test_data_opens_though_its_stored_reading_is_damaged(open_tab, services, open_text):
    open_text(open_tab(), DATES)
    with services.store.database.writing() as connection:
        connection.execute(update(readings).values(report={"findings": 3}))
    again = open_tab()
    assert again.reading is None
    assert again.data.lengths.tolist() == [2, 1]


def test_a_refused_answer_is_not_kept(state, services, open_text):
    open_text(state, "id,t,x\na,1,2\na,2,\nb,1,3\n")
    before = copy_state(state)
    assert "missing" in str(answer(state, services, {"missing": "refuse"}).error)
    assert state == before


def test_answers_about_columns_that_an_edit_removes_are_left_out(state, services, open_text):
    open_text(state, TABLE)
    assert answer(state, services, {"features": ["x"]}) is None
    edited = TABLE.replace("x", "y").encode()
    choices, key = state.reading.choices, state.data_set.id
    assert open_table(state, services, "a.csv", lambda: edited, choices, replaces=key) is None
    assert state.data.feature_names == ("y", "z")


def test_the_example_has_no_file_to_read_again(state, services):
    with pytest.raises(DataError, match="no longer on the server"):
        read_again(state, services, ())


def test_samples_are_opened(state, services):
    open_sample(state, services, REAL_ZEROS)
    assert (state.name, state.digest) == ("Real zeros", compute_digest(REAL_ZEROS.path))
    open_sample(state, services, SAMPLES[0])
    assert (state.name, state.is_example, state.data) == (EXAMPLE_NAME, True, load_example())


def test_a_data_set_deleted_in_another_tab_cannot_be_opened(open_tab, services, open_text):
    tab = open_tab()
    open_text(tab, make_text())
    data_set, other = tab.data_set, open_tab()
    services.store.data_sets.delete(tab.owner.id, data_set.id)
    before = copy_state(tab)
    with pytest.raises(DataError, match="no longer on the server"):
        open_data_set(tab, services, data_set)
    assert tab == before
    with pytest.raises(DataError, match="no longer on the server"):
        describe_file(other, services)
    with pytest.raises(DataError, match="no longer on the server"):
        read_again(other, services, ())
    assert open_tab().is_example


def test_a_data_set_of_another_visitor_cannot_be_opened(state, services, open_text):
    open_text(state, TABLE)
    state.owner = replace(state.owner, id="somebody else")
    with pytest.raises(DataError, match="no longer on the server"):
        open_data_set(state, services, state.data_set)


def test_the_file_of_restored_data_is_described_once(open_tab, services, open_text):
    open_text(open_tab(), TABLE)
    tab = open_tab()
    described = describe_file(tab, services)
    assert described.columns.names == ("id", "t", "x", "z")
    assert describe_file(tab, services) is described


def test_the_data_and_recipe_of_a_run_are_opened(state, services, open_text):
    open_text(state, make_text())
    data_set = state.data_set
    own = train(state, services, epochs=7)
    open_example(state, services)
    example = train(state, services, epochs=8)
    open_run(state, services, own)
    assert (state.data_set.id, state.recipe.epochs) == (data_set.id, 7)
    open_run(state, services, example)
    assert (state.is_example, state.recipe.epochs) == (True, 8)
    delete_data_set(state, services, data_set, runs=[])
    before = copy_state(state)
    with pytest.raises(DataError, match="Open its file again"):
        open_run(state, services, own)
    assert state == before


def train(state, services, epochs: int):
    """Queue a run of the open data and stop it; returns its summary."""
    digest = None if state.is_example else state.digest
    recipe = replace(Recipe(), epochs=epochs)
    runs = services.runs
    run_id = runs.train(state.owner.id, load_example(), recipe, stored_digest=digest)
    runs.stop(state.owner.id, run_id)
    return services.store.runs.get(run_id)


def test_a_deleted_data_set_leaves_the_example_and_the_runs_that_are_not_named(
    state, services, open_text
):
    open_text(state, make_text())
    deleted, kept = (train(state, services, epochs) for epochs in (7, 8))
    delete_data_set(state, services, state.data_set, [deleted.id])
    assert state.is_example
    assert services.store.data_sets.list(state.owner.id) == []
    assert [run.id for run in services.store.runs.list(state.owner.id)] == [kept.id]


def test_deleting_another_data_set_keeps_the_open_one(state, services, open_text):
    open_text(state, make_text(), "first.csv")
    first = state.data_set
    open_text(state, make_text(), "second.csv")
    delete_data_set(state, services, first, runs=[])
    assert state.name == "second.csv"


def test_new_sequences_are_read_like_the_training_data(state, services):
    typed, report = read_new_data(state, services, b"[1.5], [2, 5]", Reading(1), {}, is_typed=True)
    assert [each.ravel().tolist() for each in typed] == [[1.5], [2.0, 5.0]]
    assert report.used == report.rows
    with pytest.raises(UnpaddedError):
        read_new_data(state, services, b"[1.5, x]", Reading(1), {}, is_typed=True)


def test_a_recipe_is_suggested_once_for_the_open_data(state, services, open_text, monkeypatch):
    calls = []
    suggest = data.suggest
    monkeypatch.setattr(data, "suggest", lambda *given: calls.append(given) or suggest(*given))
    first = suggest_recipe(state)
    assert suggest_recipe(state) is first
    open_text(state, TABLE)
    assert suggest_recipe(state).recipe == Recipe.suggest(state.data)
    assert len(calls) == 2
