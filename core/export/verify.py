"""Does the ``predict.py`` of a saved model, in a process of its own, answer as we do? Needs
TensorFlow."""

from __future__ import annotations

import csv
import io
import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import numpy as np

from ..data.sequences import Sequences
from ..errors import DataError
from ..fitted import FittedModel
from ..reading import open_table, read_like, read_table
from ..reading.to_csv import schema_for, to_csv
from .archive import SCRIPT

TOLERANCE = 1e-5
SECONDS = 120.0  # most of them to start: TensorFlow is imported, which takes two on a fast machine
TABLE = "table.csv"
MAX_BYTES = 2_000_000


def agreement(
    content: bytes, model: FittedModel, data: Sequences, own: bytes | None = None
) -> tuple[float, int]:
    """The largest difference between the answers of a saved ZIP's script to a table and ours,
    which must not be above TOLERANCE, and how many sequences the table has. Differences are of
    probabilities, or in the target's unit, in comparison with an answer's own size and the targets'
    spread where these are above 1.

    own: the text that the model learned from, which tells most; without it, or where it is large or
    no such text, a table is written of ``data``. The process has nothing of ours: it runs in a
    folder of its own with Python's -I, which knows of no other. Raises DataError when it fails, and
    when it does not answer each sequence.
    """
    schema = model.table or schema_for(data.with_targets(None))
    if own is None or model.schema is None or not _is_plain(own):
        own = to_csv(data, schema).encode()
        # Not all that was read comes back from what is written: the same table is compared.
        read = read_table(open_table(io.BytesIO(own)), schema)[0]
    else:
        read = read_like(open_table(io.BytesIO(own)), model.schema)[0]
    data = model.as_sequences(read)
    with tempfile.TemporaryDirectory() as folder:
        zipfile.ZipFile(io.BytesIO(content)).extractall(folder)
        Path(folder, TABLE).write_bytes(own)
        theirs = _answers(folder, model)
    if model.classes is not None:
        ours, unit = model.predict_proba(data), 1.0
    else:
        ours, unit = model.predict(data)[:, None], max(model.preprocessing.target_std, 1.0)
    if theirs.shape != ours.shape or not np.array_equal(np.isnan(theirs), np.isnan(ours)):
        raise DataError(
            "The script {script} gave {found} answers to {expected} questions.",
            script=SCRIPT,
            found=int((~np.isnan(theirs)).sum()),
            expected=int((~np.isnan(ours)).sum()),
        )
    apart = np.abs(theirs - ours) / np.maximum(np.abs(ours), unit)
    return float(np.nanmax(apart)), len(data)


def _is_plain(content: bytes) -> bool:
    """Is it a table as text, and none too large for a script that reads it line by line?"""
    return len(content) <= MAX_BYTES and not content.startswith((b"PK", b"PAR1", b"\x1f\x8b", b"@"))


def _answers(folder: str, model: FittedModel) -> np.ndarray:
    """(n, outputs), or (total steps, outputs) of a network that answers at every step; NaN where
    the script says nothing."""
    own = ("PATH", "SYSTEMROOT", "LD_LIBRARY_PATH")  # and nothing that our process was told
    environment = {name: os.environ[name] for name in own if name in os.environ}
    try:
        done = subprocess.run(
            [sys.executable, "-I", SCRIPT, TABLE],
            cwd=folder,
            env=environment | {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": ""},
            capture_output=True,
            encoding="utf-8",
            timeout=SECONDS,
        )
    except subprocess.TimeoutExpired:
        raise _failed(f"no answer in {SECONDS:.0f} s") from None
    if done.returncode:
        raise _failed((done.stderr.strip().splitlines() or [str(done.returncode)])[-1][:300])
    rows = [row for row in csv.reader(io.StringIO(done.stdout)) if row][1:]
    skip = 1 + model.recipe.return_sequences  # the id, and the number of the step
    first = skip if model.classes is None else skip + 1  # behind the label, the probabilities
    try:
        return np.array([[float(cell or "nan") for cell in row[first:]] for row in rows])
    except ValueError:
        raise _failed(f"it printed {done.stdout[:200]!r}") from None


def _failed(reason: str) -> DataError:
    return DataError("The script {script} failed: {reason}", script=SCRIPT, reason=reason)
