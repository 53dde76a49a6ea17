"""What is taken away is tried before it is offered."""

import io
import zipfile
from dataclasses import replace

import numpy as np
import pytest

from core import Recipe, Sequences, load, read_sequences, train
from core.errors import DataError
from core.export.verify import agreement
from runs import Runs
from runs.jobs.export import export_of
from tests.runs.conftest import OWNER, QUICK, ended

RNG = np.random.default_rng(4)
TABLE = "visit,day,mood,pulse,outcome\n" + "".join(
    f"v{n},{day},{['low', 'high'][n % 2]},{RNG.normal():.3f},{['well', 'ill'][n % 2]}\n"
    for n in range(12)
    for day in range(n % 5 + 1)
)


def test_a_model_is_put_together_and_tried_in_a_process_of_its_own(runs: Runs):
    data = read_sequences(io.StringIO(TABLE))
    recipe = replace(Recipe.suggest(data), epochs=2)
    run = ended(runs, runs.train(OWNER, data, recipe, "Visits"))
    asked = runs.export(run)
    assert asked.wait(120)
    assert asked.error is None, asked.error
    found = asked.result
    assert found.agrees, (found.difference, found.trouble)
    assert found.sequences > 0
    whole = zipfile.ZipFile(io.BytesIO(runs.model(run.id)))
    card = whole.read("MODEL_CARD.md").decode()
    assert "# Visits" in card
    assert "No: measured on" in card  # its proof
    assert "| **this network** |" in card  # its evaluation
    assert whole.read("example.csv").decode().startswith("visit,day,mood,pulse,outcome\nv0,0,low,")
    assert load(io.BytesIO(runs.model(run.id))).evaluation is not None
    if found.onnx:
        assert runs.onnx(run.id)[:1] == b"\x08"  # a protocol buffer
    assert export_of(runs.store, run.id) == found  # kept for the next time


@pytest.fixture(scope="module")
def by_step():
    """A model that answers at every step, of which it does not see the first ones of long ones."""
    lists = [RNG.normal(size=n) for n in (1, 3, 5, 8)]
    data = Sequences.from_lists(lists, [(each * 100).tolist() for each in lists])
    return data, train(data, replace(QUICK, return_sequences=True, maxlen=4))


def saved(model) -> bytes:
    content = io.BytesIO()
    model.save(content)
    return content.getvalue()


@pytest.mark.filterwarnings("ignore:Sequences longer")
def test_answers_of_every_step_are_compared(by_step):
    data, model = by_step
    assert agreement(saved(model), model, data)[0] < 1e-5


@pytest.mark.filterwarnings("ignore:Sequences longer")
def test_a_script_that_answers_otherwise_or_not_at_all_is_found_out(by_step):
    data, model = by_step
    content = saved(model)
    changed, broken = (io.BytesIO() for _ in range(2))
    with zipfile.ZipFile(io.BytesIO(content)) as old:
        for target, script in ((changed, b"* 1.01"), (broken, b"")):
            with zipfile.ZipFile(target, "w") as new:
                for name in old.namelist():
                    text = old.read(name)
                    if name == "predict.py" and script:
                        text = text.replace(
                            b'* fitted["target_std"]', b'* 1.01 * fitted["target_std"]'
                        )
                    elif name == "predict.py":
                        text = b"raise SystemExit('no tensorflow here')"
                    new.writestr(name, text)
    assert agreement(changed.getvalue(), model, data)[0] > 1e-3
    with pytest.raises(DataError, match="failed: no tensorflow here"):
        agreement(broken.getvalue(), model, data)


@pytest.mark.filterwarnings("ignore:Sequences longer")
def test_it_is_tried_on_the_file_that_the_model_learned_from():
    text = "编号;t;x;y\n" + "".join(f"甲{n};{t};{n},{t}5;{n}\n" for n in range(6) for t in (2, 1))
    data = read_sequences(io.BytesIO(text.encode("gb18030")), target="y")
    model = train(data, QUICK)
    difference, sequences = agreement(saved(model), model, data[:2], text.encode("gb18030"))
    assert difference < 1e-5
    assert sequences == 6
