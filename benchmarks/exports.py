"""Agreement of exported models with the app: ``python -m benchmarks exports``.

15 kinds of models are asked about 24 tables each, by ``model.predict`` here and by the exported
``predict.py`` in an environment with nothing but its ``requirements.txt`` (a process per model,
which asks about all tables, and one through the shell per model). Both must give the same
predictions, or the same refusal.
"""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
import tempfile
import venv
import warnings
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from core import GRU, LSTM, Recipe, Sequences, train
from core.errors import UnpaddedError
from core.reading import detect_schema, open_table, read_table
from core.trained_model import TrainedModel
from tests.support.prediction_tables import TRAINING, VARIANTS

TOLERANCE = 1e-5
# Asks about every table in one process, since importing TensorFlow takes seconds.
ASK_ALL = """
import contextlib, io, json, sys
sys.argv = ["predict.py", "--help"]
sys.path.insert(0, "unpadded.zip")
from pathlib import Path
from unpadded.predict_command import main
answers = {}
for path in sorted(Path("tables").iterdir()):
    printed, said = io.TextIOWrapper(io.BytesIO(), "utf-8"), io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(said):
        status = main(Path.cwd(), [str(path)])
    printed.flush()
    answers[path.name] = [status, printed.buffer.getvalue().decode(), said.getvalue()]
print(json.dumps(answers))
"""


def run() -> dict[str, object]:
    """Compare all kinds of models on all tables.

    Returns:
        The number of comparisons, the largest difference, and the kinds and tables that disagree.
    """
    warnings.simplefilter("ignore")
    disagreements, largest, count = [], 0.0, 0
    with tempfile.TemporaryDirectory() as folder:
        python = _make_environment(Path(folder, "environment"))
        for kind, model in _train_kinds():
            place = Path(folder, kind.replace(" ", "_"))
            _unpack(model, place)
            theirs = _ask(python, ["-c", ASK_ALL], place)
            shell = _ask_shell(python, place)
            if shell.splitlines() != theirs[_name(0)][1].splitlines():
                disagreements.append(f"{kind}: through the shell")
            for number, (name, content) in enumerate(VARIANTS.items()):
                difference = compare(model, content, *theirs[_name(number)])
                count += 1
                if not difference <= TOLERANCE:
                    disagreements.append(f"{kind}: {name}")
                else:
                    largest = max(largest, difference)
    return {
        "comparisons": count,
        "largest difference": largest,
        "disagreements": disagreements,
        "reached": not disagreements,
    }


def compare(model: TrainedModel, content: bytes, status: int, printed: str, said: str) -> float:
    """Compare what ``predict.py`` printed with the model's own answer.

    Returns:
        The largest relative difference of a prediction; infinity if only one of both refused, with
        another reason, or with another number of predictions.
    """
    try:
        data = model.as_sequences(model.reading.read_file(content, sys.maxsize)[0])
        outputs = model.compute_outputs(data)
    except UnpaddedError as error:
        return 0.0 if status == 1 and str(error) in said else float("inf")
    rows = list(csv.reader(io.StringIO(printed)))[1:]
    if status != 0 or len(rows) != len(outputs):
        return float("inf")
    skip = 1 + model.recipe.return_sequences
    if model.classes is not None:
        skip += 1
    theirs = np.array([[float(cell or "nan") for cell in row[skip:]] for row in rows])
    ours = outputs if model.classes is not None else model.preprocessing.decode(outputs)[:, None]
    differences = np.abs(theirs - ours) / np.maximum(np.abs(ours), 1)
    both_absent = np.isnan(theirs) & np.isnan(ours)
    return float(np.max(np.where(both_absent, 0, differences)))


def _train_kinds() -> Iterator[tuple[str, TrainedModel]]:
    quick = Recipe(layers=LSTM(3), epochs=2, validation_split=0.0)
    words = replace(quick, task="classification")
    yield "numbers", train(_read(), quick)
    yield "classes", train(_read(), words)
    yield "per step", train(_read(target="x", features=["y"], target_at="step"), _each(quick))
    colours = _read(target="colour", features=["x"], target_at="step")
    yield "classes per step", train(colours, _each(words))
    yield "no mask", train(_read(), replace(quick, mask="none"))
    yield "mask by value", train(_read(), replace(quick, mask="value"))
    yield "truncated", train(_read(), replace(quick, maxlen=2, truncating="post"))
    yield "both ways", train(_read(), replace(quick, layers=LSTM(3, bidirectional=True)))
    yield "gru and dense", train(_read(), replace(quick, layers=GRU(3), dense=4))
    yield "pooled", train(_read(), replace(quick, pooling="mean", layers=(LSTM(3), LSTM(2))))
    yield "missing filled", train(_read(missing="mean"), quick)
    yield "missing carried", train(_read(missing="forward"), quick)
    yield "missing dropped", train(_read(missing="drop"), quick)
    yield "windows", train(_read(cut="windows", cut_steps=2, cut_every=1), quick)
    yield "elapsed time", train(_read(elapsed=True), quick)


def _each(recipe: Recipe) -> Recipe:
    return replace(recipe, return_sequences=True)


def _read(target: str = "y", features: list[str] | None = None, **changes) -> Sequences:
    target_at = changes.pop("target_at", None)
    table = open_table(io.StringIO(TRAINING))
    schema = detect_schema(
        table, id="id", time="t", target=target, features=features, target_at=target_at
    )
    return read_table(table, replace(schema, **changes))[0]


def _make_environment(folder: Path) -> str:
    """Install the requirements of an exported model, and nothing else. Returns the interpreter."""
    venv.create(folder, with_pip=True)
    python = str(folder / "bin" / "python")
    requirements = Path(__file__).parents[1] / "core/export/templates/requirements.txt"
    subprocess.run([python, "-m", "pip", "install", "--quiet", "-r", requirements], check=True)
    return python


def _unpack(model: TrainedModel, place: Path) -> None:
    buffer = io.BytesIO()
    model.save(buffer)
    zipfile.ZipFile(buffer).extractall(place)
    (place / "tables").mkdir()
    for number, content in enumerate(VARIANTS.values()):
        (place / "tables" / _name(number)).write_bytes(content)


def _name(number: int) -> str:
    return f"{number:02}"


def _ask(python: str, arguments: list[str], place: Path) -> dict[str, list]:
    done = subprocess.run(
        [python, "-I", *arguments], cwd=place, capture_output=True, encoding="utf-8", check=True
    )
    return json.loads(done.stdout)


def _ask_shell(python: str, place: Path) -> str:
    command = f"{python} -I predict.py tables/{_name(0)}"
    return subprocess.run(
        command, shell=True, cwd=place, capture_output=True, encoding="utf-8", check=False
    ).stdout
