"""Verification of the ``predict.py`` of a saved model, in a separate process. Needs TensorFlow."""

from __future__ import annotations

import csv
import io
import os
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np

from ..data.sequences import Sequences
from ..errors import DataError
from ..fitted import FittedModel
from ..reading import open_table, read_table, read_with_schema
from ..reading.to_csv import derive_schema, to_csv
from .archive import SCRIPT

TOLERANCE = 1e-5
# Mostly for the start: importing TensorFlow takes two seconds on a fast machine.
TIMEOUT_SECONDS = 120.0
TABLE = "table.csv"
MAX_BYTES = 2_000_000  # of a table that the script is run on; larger ones take long to predict


def measure_agreement(
    content: bytes, model: FittedModel, data: Sequences, own: bytes | None = None
) -> tuple[float, int]:
    """Measure how far the predictions of a saved ZIP's script are from the model's.

    The script runs in its own folder with Python's -I, so that it uses the library in the ZIP.

    Args:
        content: Content of the ZIP.
        model: The saved model.
        data: Sequences to write a table of if ``own`` cannot be used.
        own: The file that the model was trained on, which is the strongest test. It is used if it
            is not too large.

    Returns:
        The largest difference, which must not exceed TOLERANCE, and the number of sequences in the
        table. Differences are of probabilities, or in the target's unit, relative to the prediction
        and to the spread of the targets where these are above 1.

    Raises:
        DataError: The script fails, or does not return a prediction for each sequence.
    """
    # A table without a header has no columns of the split and the group, which come from file names
    # and which predictions do not need.
    schema = replace(derive_schema(data.with_targets(None)), split=None, group=None)
    if own is None or model.schema is None or len(own) > MAX_BYTES:
        own = to_csv(data, schema).encode()
        # Writing a table can lose information, so both sides read the same written table.
        read = read_table(open_table(io.BytesIO(own)), schema)[0]
    else:
        read = read_with_schema(open_table(io.BytesIO(own)), model.schema)[0]
    data = model.as_sequences(read)
    with tempfile.TemporaryDirectory() as folder:
        zipfile.ZipFile(io.BytesIO(content)).extractall(folder)
        Path(folder, TABLE).write_bytes(own)
        theirs = _run_script(folder, model)
    if model.classes is not None:
        ours, unit = model.predict_proba(data), 1.0
    else:
        ours, unit = model.predict(data)[:, None], max(model.preprocessing.target_std, 1.0)
    if theirs.shape != ours.shape or not np.array_equal(np.isnan(theirs), np.isnan(ours)):
        raise DataError(
            "{script} returned {found} predictions; expected {expected}.",
            script=SCRIPT,
            found=int((~np.isnan(theirs)).sum()),
            expected=int((~np.isnan(ours)).sum()),
        )
    differences = np.abs(theirs - ours) / np.maximum(np.abs(ours), unit)
    return float(np.nanmax(differences)), len(data)


def _run_script(folder: str, model: FittedModel) -> np.ndarray:
    """Run the script and return its predictions, NaN where it prints none.

    They are (n, outputs), or (total steps, outputs) for per-step targets.
    """
    allowed = ("PATH", "SYSTEMROOT", "LD_LIBRARY_PATH")  # nothing else of our environment
    environment = {name: os.environ[name] for name in allowed if name in os.environ}
    try:
        process = subprocess.run(
            [sys.executable, "-I", SCRIPT, TABLE],
            cwd=folder,
            env=environment | {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": ""},
            capture_output=True,
            encoding="utf-8",
            timeout=TIMEOUT_SECONDS,
        )
    except subprocess.TimeoutExpired:
        raise _make_error(f"no response in {TIMEOUT_SECONDS:.0f} s") from None
    if process.returncode:
        raise _make_error(
            (process.stderr.strip().splitlines() or [str(process.returncode)])[-1][:300]
        )
    rows = [row for row in csv.reader(io.StringIO(process.stdout)) if row][1:]
    skip = 1 + model.recipe.return_sequences  # the id, and the number of the step
    first = skip if model.classes is None else skip + 1  # the probabilities follow the label
    try:
        return np.array([[float(cell or "nan") for cell in row[first:]] for row in rows])
    except ValueError:
        raise _make_error(f"it printed {process.stdout[:200]!r}") from None


def _make_error(reason: str) -> DataError:
    return DataError("{script} failed: {reason}", script=SCRIPT, reason=reason)
