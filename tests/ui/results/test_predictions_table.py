import io
import threading

import numpy as np
import pandas as pd
import pytest

from core import Sequences
from runs import Request
from runs.types import Prediction
from ui.results import predictions_table
from ui.shell.target_name import TargetName


def make_request(classes: list[str], n: int) -> tuple[Request, Sequences]:
    """Make a finished prediction for n sequences, in which all classes are equally probable."""
    chances = np.full((n, len(classes)), 1 / len(classes), np.float32)
    ids = np.arange(n).astype(str).astype(object)
    names = np.array(classes, object)
    prediction = Request()
    prediction.finish(Prediction(ids, names[[0] * n], names, chances, {}, ()))
    return prediction, Sequences.from_lists([[1]] * n)


@pytest.fixture
def shown(monkeypatch):
    """Output of ``show_predictions``: captions, and the data of its downloads."""
    shown = {"captions": [], "downloads": []}
    monkeypatch.setattr(predictions_table.st, "caption", shown["captions"].append)
    monkeypatch.setattr(
        predictions_table.st,
        "download_button",
        lambda label, data, **rest: shown["downloads"].append(data),
    )
    return shown


@pytest.mark.parametrize(
    ("classes", "n", "captions"),
    [
        (2, 3, []),
        (2, 30, ["Drawn: the first 20 sequences."]),
        (21, 3, ["Drawn: the 20 most probable classes."]),
    ],
)
def test_the_caption_names_only_what_the_figure_omits(shown, classes, n, captions):
    predictions_table.show_predictions(*make_request([f"c{i}" for i in range(classes)], n))
    assert shown["captions"] == captions


def test_the_download_does_not_need_the_visitors_language(shown, monkeypatch):
    predictions_table.show_predictions(*make_request(["a", "b"], 2))

    def no_language(message):
        raise AssertionError("outside the script's thread")

    monkeypatch.setattr(predictions_table, "_", no_language)
    files = []
    thread = threading.Thread(
        target=lambda: files.extend(download() for download in shown["downloads"])
    )
    thread.start()
    thread.join()
    as_csv, as_parquet = files
    names = ["sequence", "steps", "prediction", "probability", "p(a)", "p(b)"]
    assert as_csv.decode().splitlines()[0].split(",") == names
    assert pd.read_parquet(io.BytesIO(as_parquet)).columns.tolist() == names


@pytest.mark.parametrize(
    ("part", "heading"),
    [
        ("all", "On these 3 sequences with known targets"),
        ("test", "On the 2 sequences marked test"),
        ("train", "On the 1 sequence marked train"),
    ],
)
def test_metrics_name_their_sequences(part, heading):
    data = Sequences.from_lists([[1]] * 3, targets=[1, 2, 3], split=["test", "test", "train"])
    assert predictions_table.format_heading(part, data) == heading


@pytest.mark.parametrize(
    ("name", "column", "label"),
    [
        ("speaker", "speaker", "speaker"),
        ("a\nb", "a\nb", "a b"),
        ("x" * 10_000, "x" * 10_000, "x" * 30 + "…" + "x" * 29),
        ("prediction", "target", "target"),  # taken
        ("p(b)", "target", "p(b)"),  # taken in the file
    ],
)
def test_the_target_has_the_name_of_its_column(shown, monkeypatch, name, column, label):
    prediction, data = make_request(["a", "b"], 2)
    data = Sequences.from_lists([[1], [1]], targets=["a", "b"])
    tables = []
    monkeypatch.setattr(
        predictions_table.st, "dataframe", lambda frame, **rest: tables.append(frame)
    )
    predictions_table.show_predictions(prediction, data, TargetName(name, name))
    assert tables[0].columns.tolist()[2:] == ["prediction", "probability", label]
    _, as_parquet = shown["downloads"]
    names = pd.read_parquet(io.BytesIO(as_parquet())).columns.tolist()
    assert names[3:] == ["probability", column, "p(a)", "p(b)"]
