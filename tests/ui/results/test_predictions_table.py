import io
import threading

import numpy as np
import pandas as pd
import pytest

from core import Sequences
from runs import Question
from runs.types import Answer
from ui.results import predictions_table


def predicted(classes: list[str], n: int) -> tuple[Question, Sequences]:
    """A prediction for n sequences, every class as probable as the others."""
    chances = np.full((n, len(classes)), 1 / len(classes), np.float32)
    ids = np.arange(n).astype(str).astype(object)
    names = np.array(classes, object)
    prediction = Question()
    prediction.end(Answer(ids, names[[0] * n], names, chances, {}, ()))
    return prediction, Sequences.from_lists([[1]] * n)


@pytest.fixture
def shown(monkeypatch):
    """What ``predictions`` puts on screen: captions, and the data of its downloads."""
    seen = {"captions": [], "downloads": []}
    monkeypatch.setattr(predictions_table.st, "caption", seen["captions"].append)
    monkeypatch.setattr(
        predictions_table.st,
        "download_button",
        lambda label, data, **rest: seen["downloads"].append(data),
    )
    return seen


@pytest.mark.parametrize(
    ("classes", "n", "captions"),
    [
        (2, 3, []),
        (2, 30, ["Drawn: the first 20 sequences."]),
        (21, 3, ["Drawn: the 20 most probable classes."]),
    ],
)
def test_only_what_is_left_out_of_the_picture_is_said(shown, classes, n, captions):
    predictions_table.predictions(*predicted([f"c{i}" for i in range(classes)], n))
    assert shown["captions"] == captions


def test_the_download_is_made_without_asking_for_the_visitors_language(shown, monkeypatch):
    predictions_table.predictions(*predicted(["a", "b"], 2))

    def no_language(message):
        raise AssertionError("outside the script's thread")

    monkeypatch.setattr(predictions_table, "_", no_language)
    made = []
    thread = threading.Thread(
        target=lambda: made.extend(download() for download in shown["downloads"])
    )
    thread.start()
    thread.join()
    as_csv, as_parquet = made
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
def test_figures_say_which_sequences_they_are_about(part, heading):
    data = Sequences.from_lists([[1]] * 3, targets=[1, 2, 3], split=["test", "test", "train"])
    assert predictions_table._measured_on(part, data) == heading
