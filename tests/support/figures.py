"""Data for figures that is hard to draw, and the contrast of colours."""

import numpy as np
import plotly.graph_objects as go

from core.data.sequences import Sequences

LIMIT = 500_000  # bytes of a figure's JSON
RNG = np.random.default_rng(0)
THREE = Sequences.from_lists([[1], [2, 5], [3, 9, 9, 4, 8]], targets=[2, 4, 6])
ONE = Sequences.from_lists([[5]], targets=[1])
# Long, needs escaping, several bytes per character
NASTY = "<i onclick=x>" + "\N{SEEDLING}&" * 300 + "</i>"


def noise(rows: int, steps: int) -> dict:
    """Random values, mask and erased steps, which do not compress."""
    return {
        "values": RNG.normal(size=(rows, steps)),
        "mask": RNG.random((rows, steps)) < 0.5,
        "ids": np.array([f"{NASTY}{row}" for row in range(rows)], dtype=object),
        "erased": RNG.random((rows, steps)) < 0.5,
    }


def masks(parts: dict) -> dict:
    return {key: part for key, part in parts.items() if key != "values"}


def random_sequences(rows: int, steps: int, targets) -> Sequences:
    return Sequences(
        RNG.normal(size=(rows * steps, 1)),
        np.full(rows, steps),
        targets=targets,
        ids=[f"{NASTY}{row}" for row in range(rows)],
        feature_names=(NASTY,),
    )


LONG = random_sequences(60, 10_000, [f"{NASTY}{row % 7}" for row in range(60)])


def list_tiles(fig: go.Figure, index: int) -> set[tuple[int, int]]:
    """(row, step) of the bars of one trace, both from 1."""
    bar = fig.data[index]
    return {
        (int(y), int(np.floor(base + 1)))
        for y, base in zip(bar.y, np.asarray(bar.base), strict=True)
    }


def contrast(colour_a: str | list[float], colour_b: str) -> float:
    """WCAG 2.1 contrast ratio of two colours, 1 to 21."""
    shades = [
        luminance(rgb(colour) if isinstance(colour, str) else colour)
        for colour in (colour_a, colour_b)
    ]
    return (max(shades) + 0.05) / (min(shades) + 0.05)


def rgb(colour: str) -> list[float]:
    return [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]


def luminance(colour: list[float]) -> float:
    """WCAG 2.1 relative luminance."""
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in colour]
    return float(np.dot(linear, (0.2126, 0.7152, 0.0722)))
