"""An export is verified before it is offered."""

import io
import json
import zipfile
from dataclasses import replace

import numpy as np
import pytest

from core import Recipe, Sequences, load, read_sequences, train
from core.errors import DataError
from core.export.verify import measure_agreement
from runs import Runs
from runs.jobs.export import read_export
from tests.support.cluster_runs import OWNER, QUICK, wait_until_ended

RNG = np.random.default_rng(4)
TABLE = "visit,day,mood,pulse,outcome\n" + "".join(
    f"v{n},{day},{['low', 'high'][(n + day) % 2]},{RNG.normal():.3f},{['well', 'ill'][n % 2]}\n"
    for n in range(12)
    for day in range(n % 5 + 1)
)


def test_an_export_is_verified_in_a_process_of_its_own(runs: Runs):
    data = read_sequences(io.StringIO(TABLE))
    recipe = replace(Recipe.suggest(data), epochs=2)
    run = wait_until_ended(runs, runs.train(OWNER, data, recipe, "Visits"))
    request = runs.export(run)
    assert request.wait(120)
    assert request.error is None, request.error
    export = request.result
    assert export.agrees, (export.difference, export.trouble)
    assert export.sequences > 0
    whole = zipfile.ZipFile(io.BytesIO(runs.read_model(run.id)))
    card = whole.read("MODEL_CARD.md").decode()
    assert "# Visits" in card
    assert "Padding never changes a prediction: checked on" in card  # its proof
    assert "| **this model** |" in card  # its evaluation
    assert whole.read("example.csv").decode().startswith("visit,day,mood,pulse,outcome\nv0,0,low,")
    assert load(io.BytesIO(runs.read_model(run.id))).evaluation is not None
    if export.onnx:
        assert runs.read_onnx(run.id)[:1] == b"\x08"  # a protocol buffer
    assert read_export(runs.store, run.id) == export  # stored for the next time


@pytest.fixture(scope="module")
def by_step():
    """A model that predicts at every step and truncates long sequences."""
    lists = [RNG.normal(size=n) for n in (1, 3, 5, 8)]
    data = Sequences.from_lists(lists, [(each * 100).tolist() for each in lists])
    return data, train(data, replace(QUICK, return_sequences=True, maxlen=4))


def save_to_bytes(model) -> bytes:
    content = io.BytesIO()
    model.save(content)
    return content.getvalue()


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:Sequences longer")
def test_predictions_per_step_are_compared(by_step):
    data, model = by_step
    assert measure_agreement(save_to_bytes(model), model, data)[0] < 1e-5


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:Sequences longer")
def test_a_script_with_other_or_no_predictions_is_detected(by_step):
    data, model = by_step
    content = save_to_bytes(model)
    changed, broken = (io.BytesIO() for _ in range(2))
    with zipfile.ZipFile(io.BytesIO(content)) as old:
        for target, is_broken in ((changed, False), (broken, True)):
            with zipfile.ZipFile(target, "w") as new:
                for name in old.namelist():
                    text = old.read(name)
                    if name == "preprocessing.json" and not is_broken:
                        fitted = json.loads(text)
                        text = json.dumps(fitted | {"target_std": fitted["target_std"] * 1.01})
                    elif name == "predict.py" and is_broken:
                        text = b"raise SystemExit('no tensorflow here')"
                    new.writestr(name, text)
    assert measure_agreement(changed.getvalue(), model, data)[0] > 1e-3
    with pytest.raises(DataError, match="failed: no tensorflow here"):
        measure_agreement(broken.getvalue(), model, data)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:Sequences longer")
def test_an_export_is_verified_on_the_training_file():
    text = "编号;t;x;y\n" + "".join(f"甲{n};{t};{n},{t}5;{n}\n" for n in range(6) for t in (2, 1))
    data = read_sequences(io.BytesIO(text.encode("gb18030")), target="y")
    model = train(data, QUICK)
    difference, sequences = measure_agreement(
        save_to_bytes(model), model, data[:2], text.encode("gb18030")
    )
    assert difference < 1e-5
    assert sequences == 6
