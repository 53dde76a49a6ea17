"""An exported model is imported as a run, and input is emptys file is trusted."""

import io
import json
import zipfile
from dataclasses import replace

import numpy as np
import pytest

from core import LSTM, Recipe, Sequences, read_sequences, train
from core.errors import DataError, Note
from core.evaluation.report import MAX_NOTES, Evaluation
from runs import Runs, RunState
from runs.jobs.import_model import _mark_as_stated
from tests.support.cluster_runs import OWNER, QUICK

TABLE = "visit,day,pulse,outcome\n" + "".join(
    f"v{n},{day},{day * 0.5 + n},{['well', 'ill'][n % 2]}\n" for n in range(8) for day in range(3)
)


@pytest.fixture(scope="module", params=[0, 2], ids=["a network", "an ensemble"])
def model(request):
    data = read_sequences(io.StringIO(TABLE))
    recipe = Recipe(task="classification", layers=(LSTM(4),), epochs=3, members=request.param)
    trained = train(data, recipe)
    trained.evaluate_held_out(data)
    trained.proof = trained.prove(data, 1.0)
    return trained


def read_member(content: bytes, name: str) -> str:
    return zipfile.ZipFile(io.BytesIO(content)).read(name).decode()


def save_to_bytes(model) -> bytes:
    content = io.BytesIO()
    model.save(content)
    return content.getvalue()


def test_an_imported_model_predicts_the_same_and_notes_its_origin(runs: Runs, model):
    request = runs.import_model(OWNER, "From afar", save_to_bytes(model))
    assert request.wait(60)
    assert request.error is None, request.error
    run = runs.get(request.result)
    assert (run.owner, run.name, run.state) == (OWNER, "From afar", RunState.FINISHED)
    assert run.recipe == model.recipe
    assert run.history == {name: pytest.approx(each) for name, each in model.history.items()}
    assert any("Imported from a file" in note for note in run.notes)
    assert not run.has_predictions
    assert not run.can_continue
    new = read_sequences(io.StringIO(TABLE)).with_targets(None)
    prediction = runs.predict(run, new)
    assert prediction.wait(30)
    np.testing.assert_allclose(prediction.result.probabilities, model.predict_proba(new), atol=1e-6)
    assert run.reading["schema"]["id"] == "visit"  # new tables are read like the training data


def test_proofs_and_scripts_in_the_file_are_ignored(runs: Runs, model):
    changed = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(save_to_bytes(model))) as old,
        zipfile.ZipFile(changed, "w") as new,
    ):
        for name in old.namelist():
            text = old.read(name)
            if name == "training.json":
                entries = json.loads(text)
                entries["proof"]["sequences"] = 10**6
                text = json.dumps(entries)
            new.writestr(name, b"import os" if name == "predict.py" else text)
    request = runs.import_model(OWNER, "Claims", changed.getvalue())
    assert request.wait(60)
    assert request.error is None, request.error
    whole = zipfile.ZipFile(io.BytesIO(runs.read_model(request.result)))
    assert b"import os" not in whole.read("predict.py")
    assert json.loads(whole.read("training.json"))["proof"] is None
    proof = runs.check_invariance(runs.get(request.result))
    assert proof.wait(60)
    assert proof.result.sequences == 3  # those of its example


def test_name_warnings_and_evaluation_are_kept_as_stated_in_the_file(runs: Runs, model):
    noted = replace(model, notes=[Note("Steps left out: {n}.", n=3)], stopped=False)
    content = io.BytesIO()
    noted.save(content, "Wards 3 and 4")
    request = runs.import_model(OWNER, "unpadded-model", content.getvalue())
    assert request.wait(60)
    run = runs.get(request.result)
    assert run.name == "Wards 3 and 4"
    assert "Steps left out: 3." in run.notes
    assert run.has_evaluation
    assert run.metrics == {}  # which are those that were measured here
    evaluation = runs.evaluate(run)
    assert evaluation.wait(60)
    kept, stated = evaluation.result, model.evaluation
    assert kept.notes[0].startswith("Values from the imported file")
    assert [*map(str, kept.notes[1:])] == [*map(str, stated.notes)]
    assert replace(kept, notes=()) == replace(stated, notes=())

    export = runs.export(run)
    assert export.wait(60)
    again = runs.read_model(run.id)
    assert "Values from the imported file" in read_member(again, "MODEL_CARD.md")
    request = runs.import_model(OWNER, "unpadded-model", again)
    assert request.wait(60)
    run = runs.get(request.result)
    assert run.name == "Wards 3 and 4"
    evaluation = runs.evaluate(run)
    assert evaluation.wait(60)
    assert [*map(str, evaluation.result.notes)] == [*map(str, kept.notes)]  # marked once


@pytest.mark.slow
@pytest.mark.parametrize(
    "change",
    [
        {"confusion": [[1]], "classes": ["a", "b"]},
        {"classes": [], "confusion": []},
        {"points": [[1.0, 2.0]]},
        {"points": []},
        {},
    ],
)
def test_plots_that_cannot_be_drawn_are_left_out(model, change):
    kept = _mark_as_stated(replace(model.evaluation, pictures=change))
    assert kept.pictures == {}
    assert _mark_as_stated(model.evaluation).pictures == model.evaluation.pictures


def test_conclusions_of_a_file_are_plain_text_and_need_baselines(model):
    noted = replace(model.evaluation, notes=(Note("[{x}](https://x.example)", x="a"),) * MAX_NOTES)
    kept = _mark_as_stated(noted)
    assert {note.template for note in kept.notes[1:]} == {"{text}"}
    assert Evaluation.from_dict(kept.to_dict()).notes == kept.notes
    assert len(_mark_as_stated(replace(noted, rivals=())).notes) == 1


def test_a_file_without_a_name_and_an_evaluation_is_named_by_the_visitor(runs: Runs):
    plain = train(Sequences.from_lists([[1], [2, 5]], [2, 4]), QUICK)
    request = runs.import_model(OWNER, "From a colleague", save_to_bytes(plain))
    assert request.wait(60)
    run = runs.get(request.result)
    assert run.name == "From a colleague"
    assert not run.has_evaluation


def test_a_model_without_an_example_is_imported(runs: Runs):
    plain = train(Sequences.from_lists([[1], [2, 5]], [2, 4]), QUICK)
    plain.example = ""
    request = runs.import_model(OWNER, "", save_to_bytes(plain))
    assert request.wait(60)
    assert request.error is None, request.error


def test_an_example_that_windowing_would_blow_up_is_read_whole(runs: Runs, model):
    rows = [f"v1,{day},1,well" for day in range(3000)]
    table = {"cut": "prefixes", "cut_steps": 1, "cut_every": 1}
    changed = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(save_to_bytes(model))) as old,
        zipfile.ZipFile(changed, "w") as new,
    ):
        for name in old.namelist():
            content = old.read(name)
            if name == "preprocessing.json":
                entries = json.loads(content)
                entries["table"] |= table
                content = json.dumps(entries)
            if name == "example.csv":
                content = "\n".join([content.decode().splitlines()[0], *rows])
            new.writestr(name, content)
    request = runs.import_model(OWNER, "Prefixes", changed.getvalue())
    assert request.wait(60)
    assert request.error is None, request.error
    data = runs.store.data_sets.read_content(runs.get(request.result).data)
    assert 12_000 < len(data) < 100_000


def test_a_file_that_is_not_a_model_is_refused_and_leaves_nothing(runs: Runs, model):
    before = len(runs.store.runs.list(OWNER))
    for content in (b"PK", save_to_bytes(model)[:-900]):
        request = runs.import_model(OWNER, "x", content)
        assert request.wait(60)
        assert isinstance(request.error, DataError)
        assert "not a model file of Unpadded" in str(request.error)
    assert len(runs.store.runs.list(OWNER)) == before


def test_an_example_that_is_slow_to_read_does_not_block_a_worker(runs: Runs, model):
    """It is read where files from strangers are read, within their time limit."""
    changed = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(save_to_bytes(model))) as old,
        zipfile.ZipFile(changed, "w") as new,
    ):
        for name in old.namelist():
            spaces = b"a b c d\n" + b"1 2 3 4\n" * 9000 + b"1 2 3" + b" " * 200_000 + b"x\n"
            new.writestr(name, spaces if name == "example.csv" else old.read(name))
    request = runs.import_model(OWNER, "Spaces", changed.getvalue())
    assert request.wait(20)
    assert request.error is None, request.error


def test_a_network_that_unpacks_to_gigabytes_is_refused_at_once(runs: Runs, model):
    changed = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(save_to_bytes(model))) as old,
        zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            if name != "model.keras":
                new.writestr(name, old.read(name))
        with new.open("model.keras", "w", force_zip64=True) as bomb:
            for _ in range(16):
                bomb.write(bytes(2**26))
    request = runs.import_model(OWNER, "Bomb", changed.getvalue())
    assert request.wait(20)
    assert "not a model file of Unpadded" in str(request.error)
