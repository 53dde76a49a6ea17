"""The ZIP of a saved model, and how it is read without trusting it.

    recipe.json         the recipe
    preprocessing.json  how a table is read, and the transformations fitted on the training rows:
                        schema, vocabulary, scaling, classes
    training.json       history, proof and evaluation
    model.keras         the network, stock Keras layers only, for use elsewhere
    unpadded.zip        this library, as Python imports it
    predict.py          predicts from the command line, with unpadded.zip
    train.py            the same training in plain Keras, as a readable example; that of an ensemble
                        uses this library
    requirements.txt    what both need
    MODEL_CARD.md       description of the model
    example.csv         a few sequences in the format that predict.py and train.py read

Reading uses the JSON files, which the caller checks, and the weights inside model.keras, whose
shapes are checked here. Keras's ``load_model`` is never called on a file: a small one can request
an 80 GB kernel.
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
from pathlib import Path
from typing import BinaryIO

import h5py
import keras
import numpy as np

from ..errors import ModelFileError, ServiceError, UnpaddedError
from ..i18n import N_
from ..json_validation import parse_json, value_error
from .library_archive import ARCHIVE, build_library_archive, read_template

DOCUMENTS = ("recipe", "preprocessing", "training")  # each a JSON file
NETWORK, SCRIPT, EXAMPLE = "model.keras", "predict.py", "example.csv"
TEMPLATES = (SCRIPT, "requirements.txt")
WEIGHTS = "model.weights.h5"  # Keras's name inside a .keras file
MAX_DOCUMENT_BYTES = 8 * 2**20
WEIGHT_BYTES = 4  # float32
MAX_EXTRA_BYTES = 2**22  # of a network besides its weights: its configuration, HDF5's own tables
MAX_EXAMPLE_BYTES = 2**20
FORMAT = 2  # of the ZIP, in training.json; earlier versions wrote none
NEWER = N_(
    "This model was saved by a newer version of Unpadded (format {found}); this version reads up "
    "to {most}. Update Unpadded to open it."
)
# zlib.error is not a subclass of the others; RuntimeError is raised for an encrypted member.
READ_ERRORS = (
    zipfile.BadZipFile,
    zlib.error,
    KeyError,
    ValueError,
    EOFError,
    NotImplementedError,
    RuntimeError,
    RecursionError,
)


def write_archive(
    path: str | os.PathLike[str] | BinaryIO,
    network: keras.Model,
    documents: Mapping[str, Mapping[str, object]],
    texts: Mapping[str, str],
) -> None:
    """Write the ZIP. A path is replaced only by a complete file.

    Args:
        path: Path or binary file to write to.
        network: The Keras model.
        documents: Content of each of DOCUMENTS.
        texts: Text files by name.
    """
    if isinstance(path, str | os.PathLike):
        part = f"{os.fspath(path)}.part"
        with open(part, "wb") as file:
            write_archive(file, network, documents, texts)
        os.replace(part, path)
        return
    with tempfile.TemporaryDirectory() as folder:
        keras_file = Path(folder) / NETWORK
        network.save(keras_file)
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name in DOCUMENTS:
                version = {"format": FORMAT} if name == "training" else {}
                document = {**version, **documents[name]}
                text = json.dumps(document, indent=1, ensure_ascii=False)
                archive.writestr(f"{name}.json", text)
            archive.write(keras_file, NETWORK)
            archive.writestr(ARCHIVE, build_library_archive())
            for name in TEMPLATES:
                archive.writestr(name, read_template(name))
            for name, text in texts.items():
                archive.writestr(name, text)


@dataclass(frozen=True)
class ModelArchive:
    """An opened ZIP.

    Attributes:
        documents: Content of each of DOCUMENTS, unchecked.
        example: Text of the example; "" if there is none.
        weights: Path that ``unpack_weights`` writes to.
        archive: The ZIP.
    """

    documents: dict[str, Mapping[str, object]]
    example: str
    weights: Path
    archive: zipfile.ZipFile

    def unpack_weights(self, weights: int, networks: int = 1) -> None:
        """Unpack the weights and check their number.

        Call it before the network is built, which takes as much memory as its recipe requests.

        The network is a ZIP inside the ZIP. It is unpacked once and as a whole, because seeking in
        a compressed member unpacks everything before the position each time.

        Args:
            weights: Number of weights according to the recipe.
            networks: Number of networks that they are the weights of: the members of an ensemble.

        Raises:
            ModelFileError: The file holds another number of weights.
        """
        limit = WEIGHT_BYTES * weights + MAX_EXTRA_BYTES * networks
        try:
            network = io.BytesIO(_read_member(self.archive, NETWORK, limit))
            with zipfile.ZipFile(network) as inner:
                self.weights.write_bytes(_read_member(inner, WEIGHTS, limit))
        except READ_ERRORS as error:
            raise make_error(error) from error
        try:
            count = sum(math.prod(shape) for shape in _read_shapes(self.weights))
        except (OSError, ValueError, KeyError, RuntimeError) as error:
            raise make_error(error) from error
        if count != weights:
            raise make_error(ValueError("its weights do not fit its recipe"))

    def read_weights(self, network: keras.Model) -> None:
        """Load the weights into the network.

        Raises:
            ModelFileError: The weights do not fit the network or are not finite.
        """
        expected = sorted(tuple(weight.shape) for weight in network.weights)
        try:
            if sorted(_read_shapes(self.weights)) != expected:
                raise ValueError("its weights do not fit its recipe")
            network.load_weights(self.weights)
        except (OSError, ValueError, KeyError, RuntimeError) as error:
            raise make_error(error) from error
        if not all(np.isfinite(weight).all() for weight in network.get_weights()):
            raise make_error(ValueError("its weights are not finite numbers"))


@contextlib.contextmanager
def open_archive(path: str | os.PathLike[str] | BinaryIO) -> Iterator[ModelArchive]:
    """Open a ZIP written by ``write_archive``, or a folder with its files.

    Raises:
        ModelFileError: The file is anything else.
    """
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        weights = Path(folder) / WEIGHTS
        try:
            archive = stack.enter_context(zipfile.ZipFile(_pack_folder(path)))
            documents = {name: _read_document(archive, f"{name}.json") for name in DOCUMENTS}
            example = _read_example(archive) if EXAMPLE in archive.namelist() else ""
        except READ_ERRORS as error:
            raise make_error(error) from error
        _check_format(documents["training"])
        yield ModelArchive(documents, example, weights, archive)


def _pack_folder(path: str | os.PathLike[str] | BinaryIO) -> str | os.PathLike[str] | BinaryIO:
    """Return the ZIP of an unpacked model, so that it is read and checked alike."""
    if not isinstance(path, str | os.PathLike) or not os.path.isdir(path):
        return path
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name in (*(f"{each}.json" for each in DOCUMENTS), NETWORK, EXAMPLE):
            if os.path.exists(file := Path(path, name)):
                archive.write(file, name)
    return buffer


def _read_shapes(weights: Path) -> list[tuple[int, ...]]:
    """Return the shapes of all arrays in an HDF5 file.

    Raises ValueError for arrays stored elsewhere: HDF5 can refer to other files, and read any file
    as if it were numbers.
    """
    with h5py.File(weights, "r") as file:
        links: dict[str, object] = {}
        file.visititems_links(links.__setitem__)
        if not all(isinstance(link, h5py.HardLink) for link in links.values()):
            raise ValueError("its weights are not in it")
        nodes = [file[name] for name in links]
        arrays = [node for node in nodes if isinstance(node, h5py.Dataset)]
        for array in arrays:
            # An array that is declared but not stored takes no space on disk, but all of it in
            # memory.
            stored = array.id.get_storage_size() == array.nbytes
            if array.external or array.is_virtual or array.dtype != np.float32 or not stored:
                raise ValueError("its weights are not in it")
        return [array.shape for array in arrays]


def _read_document(archive: zipfile.ZipFile, name: str) -> Mapping[str, object]:
    """Read a JSON file, whose fields are not checked."""
    document = parse_json(_read_member(archive, name, MAX_DOCUMENT_BYTES))
    if not isinstance(document, Mapping):
        raise value_error(document, name, "fields by their names")
    return document


def _check_format(training: Mapping[str, object]) -> None:
    """Refuse a model that a newer version wrote, which this one could misread."""
    number = training.get("format", 0)
    if isinstance(number, int) and number > FORMAT:
        raise ModelFileError(NEWER, found=str(number), most=FORMAT)  # long text is shortened


def _read_member(archive: zipfile.ZipFile, name: str, limit: int) -> bytes:
    """Read a member; its size is checked while reading, not taken from the header."""
    with archive.open(name) as member:
        content = member.read(limit + 1)
    if len(content) > limit:
        raise ValueError(f"{name} is larger than {limit >> 20} MB")
    return content


def _read_example(archive: zipfile.ZipFile) -> str:
    """Read the example, or return "" for a very large one.

    The first versions wrote such examples for thousands of features; the model does not need it.
    """
    with archive.open(EXAMPLE) as member:
        content = member.read(MAX_EXAMPLE_BYTES + 1)
    return content.decode() if len(content) <= MAX_EXAMPLE_BYTES else ""


def make_error(error: Exception) -> UnpaddedError:
    """Return the error for a corrupted file, or for a machine without free space."""
    if isinstance(error, OSError) and error.errno is not None:  # HDF5's own errors have no number
        return ServiceError(
            "Cannot unpack the model: {reason}. Free space on the machine and try again.",
            reason=error.strerror or str(error),
        )
    return ModelFileError("This is not a model file of Unpadded, or it is damaged.")
