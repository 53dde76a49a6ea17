"""A model that was taken away comes back as a run, and nothing of its file is trusted."""

import io
import json
import zipfile

import numpy as np
import pytest

from core import LSTM, Recipe, Sequences, read_sequences, train
from core.errors import DataError
from runs import Runs, RunState
from tests.runs.conftest import OWNER, QUICK

TABLE = "visit,day,pulse,outcome\n" + "".join(
    f"v{n},{day},{day * 0.5 + n},{['well', 'ill'][n % 2]}\n" for n in range(8) for day in range(3)
)


@pytest.fixture(scope="module")
def model():
    data = read_sequences(io.StringIO(TABLE))
    made = train(data, Recipe(task="classification", layers=(LSTM(4),), epochs=3))
    made.judge(data)
    made.proof = made.prove(data, 1.0)
    return made


def saved(model) -> bytes:
    content = io.BytesIO()
    model.save(content)
    return content.getvalue()


def test_it_predicts_the_same_and_says_where_it_is_from(runs: Runs, model):
    asked = runs.bring_back(OWNER, "From afar", saved(model))
    assert asked.wait(60)
    assert asked.error is None, asked.error
    run = runs.get(asked.result)
    assert (run.owner, run.name, run.state) == (OWNER, "From afar", RunState.FINISHED)
    assert run.recipe == model.recipe
    assert run.history == {name: pytest.approx(each) for name, each in model.history.items()}
    assert any("Brought back from a file" in note for note in run.notes)
    assert not run.has_answers
    assert not run.can_go_on
    new = read_sequences(io.StringIO(TABLE)).with_targets(None)
    prediction = runs.predict(run, new)
    assert prediction.wait(30)
    np.testing.assert_allclose(prediction.result.probabilities, model.predict_proba(new), atol=1e-6)
    assert run.reading["schema"]["id"] == "visit"  # new tables are read as it learned to


def test_what_the_file_claims_to_be_proved_and_scripts_in_it_are_left_behind(runs: Runs, model):
    changed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(saved(model))) as old, zipfile.ZipFile(changed, "w") as new:
        for name in old.namelist():
            text = old.read(name)
            if name == "training.json":
                told = json.loads(text)
                told["proof"]["sequences"] = 10**6
                text = json.dumps(told)
            new.writestr(name, b"import os" if name == "predict.py" else text)
    asked = runs.bring_back(OWNER, "Claims", changed.getvalue())
    assert asked.wait(60)
    assert asked.error is None, asked.error
    whole = zipfile.ZipFile(io.BytesIO(runs.model(asked.result)))
    assert b"import os" not in whole.read("predict.py")
    assert json.loads(whole.read("training.json"))["proof"] is None
    proof = runs.proof(runs.get(asked.result))
    assert proof.wait(60)
    assert proof.result.sequences == 3  # those of its example


def test_a_model_without_an_example_comes_back_too(runs: Runs):
    plain = train(Sequences.from_lists([[1], [2, 5]], [2, 4]), QUICK)
    plain.example = ""
    asked = runs.bring_back(OWNER, "", saved(plain))
    assert asked.wait(60)
    assert asked.error is None, asked.error


def test_an_example_that_cutting_would_blow_up_is_read_whole(runs: Runs, model):
    rows = [f"v1,{day},1,well" for day in range(3000)]
    table = {"cut": "prefixes", "cut_steps": 1, "cut_every": 1}
    changed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(saved(model))) as old, zipfile.ZipFile(changed, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "preprocessing.json":
                told = json.loads(content)
                told["table"] |= table
                content = json.dumps(told)
            if name == "example.csv":
                content = "\n".join([content.decode().splitlines()[0], *rows])
            new.writestr(name, content)
    asked = runs.bring_back(OWNER, "Prefixes", changed.getvalue())
    assert asked.wait(60)
    assert asked.error is None, asked.error
    data = runs.store.blobs.read(runs.get(asked.result).data)
    assert 12_000 < len(data) < 100_000


def test_what_is_no_model_is_refused_and_leaves_nothing(runs: Runs, model):
    before = len(runs.store.runs.list(OWNER))
    for content in (b"PK", saved(model)[:-900]):
        asked = runs.bring_back(OWNER, "x", content)
        assert asked.wait(60)
        assert isinstance(asked.error, DataError)
        assert "no model of ours" in str(asked.error)
    assert len(runs.store.runs.list(OWNER)) == before


def test_an_example_that_takes_long_to_look_at_holds_up_no_worker(runs: Runs, model):
    """It is read where files from strangers are, and never longer than they may take."""
    changed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(saved(model))) as old, zipfile.ZipFile(changed, "w") as new:
        for name in old.namelist():
            spaces = b"a b c d\n" + b"1 2 3 4\n" * 9000 + b"1 2 3" + b" " * 200_000 + b"x\n"
            new.writestr(name, spaces if name == "example.csv" else old.read(name))
    asked = runs.bring_back(OWNER, "Spaces", changed.getvalue())
    assert asked.wait(20)
    assert asked.error is None, asked.error


def test_a_network_that_unpacks_to_gigabytes_is_refused_at_once(runs: Runs, model):
    changed = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(saved(model))) as old,
        zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            if name != "model.keras":
                new.writestr(name, old.read(name))
        with new.open("model.keras", "w", force_zip64=True) as bomb:
            for _ in range(16):
                bomb.write(bytes(2**26))
    asked = runs.bring_back(OWNER, "Bomb", changed.getvalue())
    assert asked.wait(20)
    assert "no model of ours" in str(asked.error)
