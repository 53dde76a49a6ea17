"""What a saved ZIP holds, and how it is read without trusting it.

    recipe.json         the recipe
    preprocessing.json  how a table is read, and what was fitted on the training rows: schema,
                        vocabulary, scaling, classes
    training.json       its history, the proof, the evaluation
    model.keras         the network, stock Keras layers only, for everyone else's use
    predict.py          predicts with tensorflow and numpy alone
    train.py            the same training again in plain Keras, to be read
    MODEL_CARD.md       what the model is, for people
    example.csv         a few of the sequences, as predict.py and train.py read them

Reading takes the JSON files, which the caller checks, and the weights inside model.keras,
whose shapes are checked here. Keras's ``load_model`` is never called on a file: a small
one can ask for an 80 GB kernel.
"""

from __future__ import annotations

import contextlib
import io
import json
import math
import os
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any, BinaryIO

import h5py
import keras
import numpy as np

from ..errors import DataError
from ..json_validation import parse

PARTS = ("recipe", "preprocessing", "training")  # each a JSON file
NETWORK, SCRIPT, EXAMPLE = "model.keras", "predict.py", "example.csv"
WEIGHTS = "model.weights.h5"  # Keras's name inside a .keras file
MAX_PART_BYTES = 8 * 2**20
WEIGHT_BYTES = 4  # float32
MAX_EXTRA_BYTES = 2**22  # of a network beside its weights: its configuration, HDF5's own tables
MAX_EXAMPLE_BYTES = 2**20
# zlib's own errors are none of these; RuntimeError is a member with a password.
BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    KeyError,
    ValueError,
    EOFError,
    NotImplementedError,
    RuntimeError,
    RecursionError,
)


def write(
    path: str | os.PathLike | BinaryIO,
    network: keras.Model,
    described: Mapping[str, Mapping[str, Any]],
    texts: Mapping[str, str],
) -> None:
    """Write the ZIP. A path is replaced only by a complete file.

    described: of each of PARTS. texts: by the name of a file, what people read.
    """
    with tempfile.TemporaryDirectory() as folder:
        keras_file = Path(folder) / NETWORK
        network.save(keras_file)
        script = (
            resources.files(__package__)
            .joinpath("templates")
            .joinpath(SCRIPT)
            .read_text(encoding="utf-8")
        )
        target: Any = path if hasattr(path, "write") else f"{os.fspath(path)}.part"
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as whole:
            for part in PARTS:
                text = json.dumps(described[part], indent=1, ensure_ascii=False)
                whole.writestr(f"{part}.json", text)
            whole.write(keras_file, NETWORK)
            for name, text in {SCRIPT: script, **texts}.items():
                whole.writestr(name, text)
    if not hasattr(path, "write"):
        os.replace(target, path)


@dataclass(frozen=True)
class Saved:
    """An opened ZIP: its PARTS as they stand in the file, unchecked, the example, "" where there is
    none, and where its weights are unpacked to."""

    described: dict[str, Any]
    example: str
    weights: Path
    whole: zipfile.ZipFile

    def unpack_weights(self, weights: int) -> None:
        """Raises DataError unless the file holds so many numbers: asked before a network is built,
        which takes as much memory as its recipe asks for.

        The network is a ZIP in the ZIP. It is unpacked as a whole and once: to look for a part of a
        packed file unpacks all that is before it, each time again.
        """
        most = WEIGHT_BYTES * weights + MAX_EXTRA_BYTES
        try:
            network = io.BytesIO(_bytes(self.whole, NETWORK, most))
            with zipfile.ZipFile(network) as inner:
                self.weights.write_bytes(_bytes(inner, WEIGHTS, most))
        except BROKEN as error:
            raise damaged(error) from None
        try:
            found = sum(math.prod(shape) for shape in _shapes(self.weights))
        except (OSError, ValueError, KeyError, RuntimeError) as error:
            raise damaged(error) from None
        if found != weights:
            raise damaged(ValueError("its weights do not fit its recipe"))

    def read_weights(self, network: keras.Model) -> None:
        """Fill the network; raises DataError unless the file holds exactly its weights."""
        expected = sorted(tuple(weight.shape) for weight in network.weights)
        try:
            if sorted(_shapes(self.weights)) != expected:
                raise ValueError("its weights do not fit its recipe")
            network.load_weights(self.weights)
        except (OSError, ValueError, KeyError, RuntimeError) as error:
            raise damaged(error) from None
        if not all(np.isfinite(weight).all() for weight in network.get_weights()):
            raise damaged(ValueError("its weights are not finite numbers"))


@contextlib.contextmanager
def opened(path: str | os.PathLike | BinaryIO) -> Iterator[Saved]:
    """Open a ZIP that ``write`` wrote; raises DataError for anything else."""
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        weights = Path(folder) / WEIGHTS
        try:
            whole = stack.enter_context(zipfile.ZipFile(path))
            described = {
                part: parse(_bytes(whole, f"{part}.json", MAX_PART_BYTES)) for part in PARTS
            }
            example = _example(whole) if EXAMPLE in whole.namelist() else ""
        except BROKEN as error:
            raise damaged(error) from None
        yield Saved(described, example, weights, whole)


def _shapes(weights: Path) -> list[tuple[int, ...]]:
    """Of all arrays in the file. Raises ValueError for what would be read from elsewhere: HDF5 can
    point to other files, and read any file as if it were numbers."""
    with h5py.File(weights, "r") as file:
        links: dict[str, object] = {}
        file.visititems_links(links.__setitem__)
        if not all(isinstance(link, h5py.HardLink) for link in links.values()):
            raise ValueError("its weights are not in it")
        nodes = [file[name] for name in links]
        arrays = [node for node in nodes if isinstance(node, h5py.Dataset)]
        for array in arrays:
            # An array that is declared and not stored takes no room here, and all of it in memory.
            stored = array.id.get_storage_size() == array.nbytes
            if array.external or array.is_virtual or array.dtype != np.float32 or not stored:
                raise ValueError("its weights are not in it")
        return [array.shape for array in arrays]


def _bytes(archive: zipfile.ZipFile, name: str, most: int) -> bytes:
    """A member's bytes; the size is checked while reading, not taken from the header."""
    with archive.open(name) as member:
        content = member.read(most + 1)
    if len(content) > most:
        raise ValueError(f"{name} is larger than {most >> 20} MB")
    return content


def _example(archive: zipfile.ZipFile) -> str:
    """Nothing for a very large one, as the first versions wrote of thousands of features: the model
    does not need it."""
    with archive.open(EXAMPLE) as member:
        content = member.read(MAX_EXAMPLE_BYTES + 1)
    return content.decode() if len(content) <= MAX_EXAMPLE_BYTES else ""


def damaged(error: Exception) -> DataError:
    return DataError(
        "This file is no model of ours, or it is damaged ({reason}).", reason=str(error)
    )
