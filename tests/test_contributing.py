"""The examples of CONTRIBUTING.md, applied to a copy of the program."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow  # it trains and opens pages in a process of its own

ROOT = Path(__file__).parents[1]
COPIED = ("app.py", "core", "pages", "runs", "samples", "ui", "docs", ".streamlit")
BLOCK = re.compile(r"```python\n# (\S+?\.py)(?:, after: ([^\n]*))?\n(.*?)```", re.S)


def apply_examples(root: Path) -> None:
    """Write the files of the examples, and insert their lines."""
    blocks = BLOCK.findall((ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"))
    assert len(blocks) == 7
    for name, anchor, code in blocks:
        path = root / name
        if anchor:
            text, anchor = path.read_text(encoding="utf-8"), anchor.replace(r"\n", "\n") + "\n"
            assert text.count(anchor) == 1
            code = text.replace(anchor, anchor + code)
        path.parent.mkdir(exist_ok=True)
        path.write_text(code, encoding="utf-8")


@pytest.fixture(scope="module")
def changed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a copy of the program with both examples."""
    root = tmp_path_factory.mktemp("changed")
    for name in COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, root)
    apply_examples(root)
    return root


LIBRARY = """
import io, zipfile
from dataclasses import replace
import numpy as np
from core import Recipe, Sequences, load, train
from core.layers.simple_rnn.declaration import SimpleRNN
from core.export.onnx import is_available, to_verified_onnx
from core.families.registry import get_family

data = Sequences.from_lists([[1], [2, 5], [3, 9, 9, 4, 8]], targets=[2, 4, 6])
plain = Recipe(layers=SimpleRNN(5, bidirectional=True), epochs=3, validation_split=0.0)
model = train(data, replace(plain, clip_value=1e-4))
assert not np.array_equal(model.predict(data), train(data, plain).predict(data))
counted = get_family(plain).count_weights(plain, model.preprocessing.shape)
assert counted == model.network.count_params()
assert model.prove(data).passed
assert [layer.kind for layer in model.trace([1, 2]).layers] == ["SimpleRNN", "SimpleRNN"]
if is_available():
    assert to_verified_onnx(model, data)
file = io.BytesIO()
model.save(file)
assert (load(file).predict(data) == model.predict(data)).all()
with zipfile.ZipFile(file) as archive:
    assert "Clip value: 0.0001" in archive.read("MODEL_CARD.md").decode()
    script = archive.read("train.py").decode()
assert "clipvalue=0.0001" in script
assert "keras.layers.SimpleRNN(5)" in script
"""
PAGES = """
from streamlit.testing.v1 import AppTest
app = AppTest.from_file("app.py", default_timeout=60).run()
train = app.switch_page("pages/3_Train.py").run()
kind = next(each for each in train.selectbox if each.label == "Layer 1")
assert "SimpleRNN" in kind.options
kind.set_value("SimpleRNN").run()
next(each for each in train.number_input if each.label == "Clip each gradient at").set_value(0.5)
train.run()
assert not train.exception
assert train.query_params["layers"] == "SimpleRNN-100,LSTM-20-0.2"
assert train.query_params["clip_value"] == "0.5"
compare = app.switch_page("pages/5_Compare.py").run()
varied = compare.multiselect[0]
varied.set_value(["kind", "clip_value"]).run()
[kinds] = [each for each in compare.button_group if each.label == "Layer type"]
assert "SimpleRNN" in kinds.options
assert not compare.exception
"""


@pytest.mark.parametrize("script", [LIBRARY, PAGES], ids=["library", "pages"])
def test_the_examples_add_a_field_and_a_layer(changed: Path, script: str, tmp_path: Path):
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, cwd=changed, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]


def test_the_reference_of_fields_has_them_too(changed: Path):
    subprocess.run([sys.executable, "docs/recipe_reference.py"], cwd=changed, check=True)
    text = (changed / "docs" / "recipe.md").read_text(encoding="utf-8")
    assert "`clip_value`" in text
    assert "## SimpleRNN" in text
