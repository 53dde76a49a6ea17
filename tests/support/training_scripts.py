"""Run the training script of an exported model inside the test process."""

import ast
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

import core
from core.reading.to_csv import derive_schema, to_csv


def run_training_script(
    model: core.TrainedModel,
    data: core.Sequences,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    epochs: Sequence[Sequence[np.ndarray]] | None = None,
) -> dict:
    """Export the model to the folder, run its script on the data, and return its variables.

    Args:
        model: The model to export.
        data: The data that it was trained on.
        folder: An empty folder, which becomes the current one.
        monkeypatch: Restores the process.
        epochs: Per epoch the rows of each batch, instead of those that the script draws.
    """
    model.save(folder / "model.zip")
    zipfile.ZipFile(folder / "model.zip").extractall(folder)
    (folder / "data.csv").write_text(to_csv(data, derive_schema(data)))
    monkeypatch.chdir(folder)
    monkeypatch.setattr(sys, "argv", ["train.py", "data.csv"])
    # The tests have the library under another name already.
    monkeypatch.setitem(sys.modules, "unpadded", core)
    monkeypatch.setattr(sys, "path", sys.path.copy())
    script = ast.parse((folder / "train.py").read_text())
    variables: dict = {"__file__": str(folder / "train.py"), "__name__": "__main__"}
    if epochs is not None:
        [own] = [each for each in script.body if getattr(each, "name", "") == "draw_batches"]
        script.body.remove(own)
        # Keras reads a little further than it trains, when patience ends the training.
        variables["draw_batches"] = lambda epoch: epochs[min(epoch, len(epochs) - 1)]
    exec(compile(script, "train.py", "exec"), variables)
    return variables
