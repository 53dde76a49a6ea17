"""What a saved ZIP holds, and how it is read without trusting it.

    model.json    recipe, preprocessing, history
    model.keras   the network, stock Keras layers only, for everyone else's use
    predict.py    predicts with tensorflow and numpy alone

Reading takes model.json, which the caller checks, and the weights inside model.keras,
whose shapes are checked here. Keras's ``load_model`` is never called on a file: a small
one can ask for an 80 GB kernel.
"""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any, BinaryIO

import h5py
import keras
import numpy as np

from core.errors import DataError

DESCRIPTION, NETWORK, SCRIPT = "model.json", "model.keras", "predict.py"
WEIGHTS = "model.weights.h5"  # Keras's name inside a .keras file
MAX_DESCRIPTION_BYTES = 64 * 2**20
MAX_WEIGHT_BYTES = 2**30


def write(
    path: str | os.PathLike | BinaryIO, described: dict[str, Any], network: keras.Model
) -> None:
    """Write the ZIP. A path is replaced only by a complete file."""
    with tempfile.TemporaryDirectory() as folder:
        keras_file = Path(folder) / NETWORK
        network.save(keras_file)
        script = resources.files("core.takeaway").joinpath(SCRIPT).read_text(encoding="utf-8")
        target: Any = path if hasattr(path, "write") else f"{os.fspath(path)}.part"
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as whole:
            whole.writestr(DESCRIPTION, json.dumps(described, indent=1, ensure_ascii=False))
            whole.write(keras_file, NETWORK)
            whole.writestr(SCRIPT, script)
    if not hasattr(path, "write"):
        os.replace(target, path)


@dataclass(frozen=True)
class Saved:
    """An opened ZIP: its description as it stands in the file, unchecked, and its weights."""

    described: dict[str, Any]
    weights: Path

    def read_weights(self, network: keras.Model) -> None:
        """Fill the network; raises DataError unless the file holds exactly its weights."""
        expected = sorted(tuple(weight.shape) for weight in network.weights)
        try:
            with h5py.File(self.weights, "r") as file:
                found: list[tuple[int, ...]] = []
                file.visititems(
                    lambda name, node: (
                        found.append(node.shape) if isinstance(node, h5py.Dataset) else None
                    )
                )
            if sorted(found) != expected:
                raise ValueError("its weights do not fit its recipe")
            network.load_weights(self.weights)
        except (OSError, ValueError, KeyError, RuntimeError) as error:
            raise _damaged(error) from None
        if not all(np.isfinite(weight).all() for weight in network.get_weights()):
            raise _damaged(ValueError("its weights are not finite numbers"))


@contextlib.contextmanager
def opened(path: str | os.PathLike | BinaryIO) -> Iterator[Saved]:
    """Open a ZIP that ``write`` wrote; raises DataError for anything else."""
    with tempfile.TemporaryDirectory() as folder:
        weights = Path(folder) / WEIGHTS
        try:
            with zipfile.ZipFile(path) as whole:
                described = json.loads(_bytes(whole, DESCRIPTION, MAX_DESCRIPTION_BYTES))
                with whole.open(NETWORK) as inner, zipfile.ZipFile(inner) as network:
                    weights.write_bytes(_bytes(network, WEIGHTS, MAX_WEIGHT_BYTES))
        except (zipfile.BadZipFile, KeyError, ValueError, EOFError, NotImplementedError) as error:
            raise _damaged(error) from None
        yield Saved(described, weights)


def _bytes(archive: zipfile.ZipFile, name: str, most: int) -> bytes:
    """A member's bytes; the size is checked while reading, not taken from the header."""
    with archive.open(name) as member:
        content = member.read(most + 1)
    if len(content) > most:
        raise ValueError(f"{name} is larger than {most >> 20} MB")
    return content


def _damaged(error: Exception) -> DataError:
    return DataError(
        "This file is no model of ours, or it is damaged ({reason}).", reason=str(error)
    )
