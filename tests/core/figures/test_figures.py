"""Figures stay below 500 kB, escape ids and do not import TensorFlow."""

import json
import subprocess
import sys

import numpy as np
import pytest

from core.figures import (
    MAX_MASK_CELLS,
    Labels,
    plot_classes,
    plot_history,
    plot_lengths,
    plot_lines,
    plot_mask,
    plot_padded,
    plot_probabilities,
    plot_sequences,
    plot_step_predictions,
    plot_step_probabilities,
)
from tests.support.figures import LIMIT, LONG, NASTY, ONE, masks, noise

RNG = np.random.default_rng(0)


def huge(rows: int, steps: int) -> dict:
    """One row of ``noise``, repeated as a view without memory of its own."""
    row = noise(1, steps)
    return {
        key: np.broadcast_to(row[key], (rows, steps)) for key in ("values", "mask", "erased")
    } | {"ids": np.broadcast_to(row["ids"], rows)}


MANY = np.array([f"{row}{NASTY}" for row in range(100_000)], dtype=object)
SPLIT = RNG.choice(["train", "validation", "test"], 100_000).astype(object)
CURVE = {"loss": list(RNG.random(100_000)), "val_loss": list(RNG.random(100_000))}
EXTREMES = {
    "padded, 100,000 x 10,000": lambda: plot_padded(**huge(100_000, 10_000)),
    "padded, 600 cells": lambda: plot_padded(**noise(40, 15)),
    "padded, 601 cells": lambda: plot_padded(**noise(601, 1)),
    "padded, 200 named rows": lambda: plot_padded(**noise(200, 300)),
    "padded, 1 cell": lambda: plot_padded(**noise(1, 1)),
    "mask, 100,000 x 10,000": lambda: plot_mask(**masks(huge(100_000, 10_000))),
    "mask, all of MAX_MASK_CELLS": lambda: plot_mask(
        **masks(noise(2000, 500)), cells=MAX_MASK_CELLS
    ),
    "mask, 100,000 x 1": lambda: plot_mask(**masks(huge(100_000, 1)), cells=MAX_MASK_CELLS),
    "mask, 600 cells": lambda: plot_mask(**masks(noise(15, 40))),
    "sequences, long": lambda: plot_sequences(LONG, slice(None)),
    "sequences, one step": lambda: plot_sequences(ONE, [0]),
    "lines, long": lambda: plot_lines(LONG, slice(None)),
    "lines, one step": lambda: plot_lines(ONE, [0]),
    "lengths, 100,000": lambda: plot_lengths(RNG.integers(1, 10_001, 100_000), 10_000),
    "lengths, one": lambda: plot_lengths([1], 1),
    "classes, 100,000": lambda: plot_classes(MANY, SPLIT),
    "answers, 100,000": lambda: plot_step_predictions(
        RNG.normal(size=100_000), RNG.normal(size=100_000)
    ),
    "classes by step, 100,000": lambda: plot_step_probabilities(
        [f"{NASTY}{i}" for i in range(50)],
        RNG.dirichlet(np.ones(50), 100_000),
        np.array([f"{NASTY}{i}" for i in range(50)])[RNG.integers(0, 50, 100_000)],
    ),
    "numbers, 100,000": lambda: plot_classes(RNG.normal(size=100_000), SPLIT),
    "history, 100,000 epochs": lambda: plot_history(CURVE, 200_000, log=True),
    "probabilities": lambda: plot_probabilities(
        MANY[:1000], MANY[:1000], RNG.dirichlet(np.ones(1000), 1000)
    ),
}


def strings(part) -> list[str]:
    """Every string of a figure, without the keys."""
    if isinstance(part, str):
        return [part]
    if isinstance(part, dict):
        part = list(part.values())
    return [text for item in part for text in strings(item)] if isinstance(part, list) else []


@pytest.mark.parametrize("name", EXTREMES)
def test_every_figure_stays_below_500_kb(name):
    fig = EXTREMES[name]()
    assert len(fig.to_json()) <= LIMIT
    assert 80 <= fig.layout.height <= 600


@pytest.mark.parametrize("name", EXTREMES)
def test_ids_and_class_names_never_become_html(name):
    assert not [text for text in strings(json.loads(EXTREMES[name]().to_json())) if "<i" in text]


def test_titles_and_labels_are_escaped():
    evil = "<i>x</i>"
    shown = strings(json.loads(plot_history({"loss": [1.0]}, label=evil, title=evil).to_json()))
    assert shown.count("&lt;i&gt;x&lt;/i&gt;") == 2


def test_labels_come_from_the_caller():
    fig = plot_padded(
        np.zeros((1, 2)), np.array([[False, True]]), ["1"], labels=Labels(step="Schritt")
    )
    assert fig.layout.xaxis.title.text == "Schritt"
    assert "Schritt" in fig.data[2].hovertemplate


@pytest.mark.slow
def test_figures_need_neither_tensorflow_nor_streamlit():
    script = (
        "import sys, core.figures; print({'tensorflow', 'keras', 'streamlit'} & set(sys.modules))"
    )
    result = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == "set()"
