"""Windows of a single long series."""

import io

import numpy as np

from core import Sequences, read_sequences


def read_one_series(steps: int = 600, **choices: object) -> Sequences:
    """Read a series of hourly values as windows of 5 steps, with the next value as the target."""
    values = np.sin(np.arange(steps + 1) / 7).round(3)
    rows = [f"{hour},{values[hour]},{values[hour + 1]}" for hour in range(steps)]
    how = {"cut": "windows", "cut_steps": 5, "cut_every": 5, "target_at": "end", **choices}
    text = io.StringIO("\n".join(["hour,value,next", *rows]))
    return read_sequences(text, layout="long", id="", time="hour", target="next", **how)
