"""The command line of a saved model reads what the app reads, and answers as the model does."""

import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core import LSTM, Recipe, Sequences, load, read_sequences, train
from core.errors import UnpaddedError
from core.export.library_archive import build_library_archive
from core.predict_command import REFUSED, main
from tests.support.prediction_tables import TRAINING, VARIANTS

pytestmark = pytest.mark.slow  # it trains, and starts processes

ROOT = Path(__file__).parents[2]
QUICK = {"layers": LSTM(3), "epochs": 1}


@pytest.fixture(scope="module")
def model():
    return train(read_sequences(io.StringIO(TRAINING)), Recipe(validation_split=0.0, **QUICK))


@pytest.fixture(scope="module")
def folder(model, tmp_path_factory) -> Path:
    """The unpacked ZIP of the model."""
    folder = tmp_path_factory.mktemp("model")
    model.save(folder / "model.zip")
    zipfile.ZipFile(folder / "model.zip").extractall(folder)
    return folder


def run_main(folder: Path, *arguments: str, capsys) -> tuple[int, str, str]:
    status = main(folder, arguments)
    return status, *capsys.readouterr()


@pytest.mark.filterwarnings("ignore:Feature colour")  # an unknown word is noted
@pytest.mark.parametrize("name", VARIANTS)
def test_a_table_gives_the_predictions_of_the_model_or_its_refusal(
    name, model, folder, tmp_path, capsys, monkeypatch
):
    monkeypatch.setattr(sys.stdout, "reconfigure", lambda **options: None, raising=False)
    path = tmp_path / "table"
    path.write_bytes(VARIANTS[name])
    refused = ""
    try:
        data = model.as_sequences(model.reading.read_file(path.read_bytes(), sys.maxsize)[0])
        ours = model.predict(data)
    except UnpaddedError as error:
        refused = str(error)
    status, printed, said = run_main(folder, str(path), capsys=capsys)
    if refused:
        assert (status, printed) == (REFUSED, "")
        assert refused in said
        return
    assert status == 0
    table = pd.read_csv(io.StringIO(printed), dtype={"id": str})
    assert table["id"].tolist() == data.ids.tolist()
    np.testing.assert_allclose(table["prediction"], ours, rtol=1e-5)


def run_script(folder: Path, *arguments: str, **options) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-I", "predict.py", *arguments],
        cwd=folder, capture_output=True, encoding="utf-8", check=False, **options,
    )  # fmt: skip


def test_the_script_runs_with_the_library_in_the_zip(folder, model):
    done = run_script(folder, "example.csv")
    # A slow machine shows the progress.
    messages = [each for each in done.stderr.splitlines() if not each.startswith("predicted ")]
    assert (done.returncode, messages) == (0, [])
    assert done.stdout.startswith("id,prediction\n")
    told = "import sys; sys.path.insert(0, 'unpadded.zip'); import unpadded; print(unpadded)"
    said = subprocess.run(
        [sys.executable, "-I", "-c", told], cwd=folder, capture_output=True, text=True, check=True
    )
    assert "unpadded.zip" in said.stdout


def test_the_library_in_the_zip_saves_the_model_again(folder):
    code = (
        "import sys; sys.path.insert(0, 'unpadded.zip'); import unpadded; "
        "unpadded.load('.').save(sys.stdout.buffer)"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-c", code], cwd=folder, capture_output=True, check=True
    )
    again = zipfile.ZipFile(io.BytesIO(done.stdout))
    for name in ("train.py", "predict.py", "MODEL_CARD.md", "unpadded.zip"):
        assert again.read(name) == (folder / name).read_bytes(), name


def test_standard_input_and_json_are_read_and_written(folder, model, tmp_path):
    done = run_script(folder, "-", "--format", "json", input=TRAINING)
    assert done.returncode == 0, done.stderr
    answers = json.loads(done.stdout)
    expected = model.predict(read_sequences(io.StringIO(TRAINING)))
    assert [answer["id"] for answer in answers] == ["a", "b", "c", "d"]
    np.testing.assert_allclose([answer["prediction"] for answer in answers], expected, rtol=1e-5)


def test_bad_input_is_refused_without_a_traceback(folder):
    for arguments in (["missing.csv"], ["[[1], [[["], ["."]):
        done = run_script(folder, *arguments)
        assert done.returncode == REFUSED
        assert done.stdout == ""
        assert done.stderr.startswith("predict.py: ")
        assert "Traceback" not in done.stderr
        assert len(done.stderr.splitlines()) == 1


def test_help_is_printed_before_tensorflow_is_imported(folder):
    done = run_script(folder, "--help")
    assert done.returncode == 0
    assert "--format" in done.stdout
    assert run_script(folder).returncode == 2


def test_a_classifier_prints_the_probability_of_every_class(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(sys.stdout, "reconfigure", lambda **options: None, raising=False)
    data = Sequences.from_lists([[1], [2, 5], [3, 9, 9]], targets=["no", "yes", "no"])
    recipe = Recipe(task="classification", validation_split=0.0, **QUICK)
    model = train(data, recipe)
    model.save(tmp_path / "model.zip")
    zipfile.ZipFile(tmp_path / "model.zip").extractall(tmp_path)
    lists = "[[1], [2, 5]]"
    assert main(tmp_path, [lists, "--format", "json", "-o", str(tmp_path / "out.json")]) == 0
    answers = json.loads((tmp_path / "out.json").read_text())
    assert [answer["prediction"] for answer in answers] == model.predict([[1], [2, 5]]).tolist()
    shares = [list(answer["probabilities"].values()) for answer in answers]
    np.testing.assert_allclose(shares, model.predict_proba([[1], [2, 5]]), rtol=1e-5)
    assert main(tmp_path, [lists]) == 0
    header = capsys.readouterr().out.splitlines()[0]
    assert header == "id,prediction,probability of no,probability of yes"


def test_a_model_is_loaded_from_its_unpacked_folder(folder, model):
    table = io.StringIO(TRAINING)
    assert (load(folder).predict(table) == model.predict(io.StringIO(TRAINING))).all()


def test_the_library_is_the_same_in_every_model():
    archive = zipfile.ZipFile(io.BytesIO(build_library_archive()))
    names = archive.namelist()
    sources = {p.relative_to(ROOT / "core").as_posix() for p in (ROOT / "core").rglob("*.py")}
    assert {name.removeprefix("unpadded/") for name in names if name.endswith(".py")} == sources
    assert "unpadded/export/templates/requirements.txt" in names
    assert len(build_library_archive()) < 600_000  # bytes, in every exported model
    build_library_archive.cache_clear()
    assert archive.fp.getvalue() == build_library_archive()
