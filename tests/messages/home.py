"""What the home page and the samples say, and other texts without data of the visitor."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from functools import cache

import numpy as np
from streamlit.testing.v1 import AppTest

from core import LSTM, Recipe, Sequences, train
from core.invariance.padding_effect import PaddingEffect
from core.invariance.predict_padded import predict_padded
from core.reading import read_sequences
from core.reading.new_data import Reading
from runs import Prediction, Request
from tests.messages.case import Result, case
from tests.messages.screen import list_texts, render
from tests.support.app_pages import ROOT
from ui.data.open_data import _format_accuracy as format_accuracy
from ui.home.padding_effect import get_shared
from ui.predict.new_data import show_reading_notes
from ui.results import per_step
from ui.samples import JAPANESE_VOWELS, load_example
from ui.shell.target_name import UNNAMED
from ui.shell.uploader import File

STEPS = np.arange(0, 201, 40)


@cache
def measure_effect() -> tuple[list[str], float, list[float]]:
    """Predict the first sequence of the example with more and more padding before it.

    Returns:
        What the page shows, the prediction with the mask, and those without it.
    """
    example = load_example()
    recipe = Recipe(layers=(LSTM(2),), epochs=2, maxlen=15, standardize=False)
    masked, unmasked = (train(example, replace(recipe, mask=mask)) for mask in ("lengths", "none"))
    sides = [
        {side: predict_padded(model, example[:1], STEPS, side) for side in ("pre", "post")}
        for model in (masked, unmasked)
    ]
    without = []
    for steps in STEPS:
        padded = np.concatenate([np.zeros((steps, 1)), example[0]])[None].astype(np.float32)
        # Nothing is scaled, so that the network reads zeros and the only real step.
        without.append(float(unmasked.network([padded, np.ones(padded.shape[:2], bool)])[0, 0]))
    shared = get_shared()
    shared.runs, shared.request = ("masked", "unmasked"), Request()
    shared.request.finish(PaddingEffect(STEPS, *sides))
    texts = list_texts(AppTest.from_file(ROOT / "app.py", default_timeout=60).run())
    get_shared.clear()
    return texts, float(masked.predict([example[0]])[0]), without


@case("Prediction for sequence a by padded steps…")
def find_the_range_of_predictions() -> Result:
    texts, alone, without = measure_effect()
    numbers = {"low": alone, "high": alone, "least": min(without), "most": max(without)}
    return texts, {"steps": int(STEPS[-1]), **numbers}


@case("Drag the slider to pad sequence a…")
def state_the_range_of_predictions() -> Result:
    texts, alone, without = measure_effect()
    return texts, {"value": alone, "least": min(without), "most": max(without)}


@case("Test accuracy: {mean:.1%}…")
def average_the_recorded_accuracies() -> Result:
    record = json.loads(JAPANESE_VOWELS.record.read_text())["settings"]
    accuracies = np.array(record["test accuracy"])
    numbers = {"mean": accuracies.mean(), "n": len(accuracies), "sd": accuracies.std(ddof=1)}
    return format_accuracy(JAPANESE_VOWELS.record), numbers


@case("{n} note")
def count_notes_on_new_data() -> Result:
    reading = Reading.from_sequences(read_sequences(io.StringIO("id,t,v\na,0,1\na,1,2\nb,0,3\n")))
    content = b"id,t,v\na,0,oops\na,1,2\nb,0,\nb,1,?!\nb,2,1\n"
    data, report = reading.read_file(content, 1000)
    cells = [line.split(b",")[2] for line in content.splitlines()[1:]]
    return render(show_reading_notes, data, report), {"n": sum(not c.isdigit() for c in cells)}


@case("Drawn: the first {steps} of {all} steps.")
def count_drawn_steps_of_predictions() -> Result:
    data = Sequences.from_lists([np.zeros(1777)], ids=["a"])
    prediction = Prediction(data.ids, np.zeros(1777), None, None, {}, (), per_step=True)
    texts = render(per_step.show_figure, prediction, data, UNNAMED, "k")
    return texts, {"steps": 1500, "all": int(data.lengths.sum())}


@case("{file} + {n} more")
def count_more_files() -> Result:
    names = ("a.csv", "b.csv", "c.csv")
    file = File("session", "upload", tuple((f"id {name}", name) for name in names))
    return file.name, {"n": len(names) - 1}
