"""NumPy arrays (``.npy`` and ``.npz``): padded, or values and lengths; nothing is unpickled."""

from __future__ import annotations

import io
import math
import tokenize
import warnings
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

import numpy as np
import pyarrow as pa

from ...data.constructors.from_arrays import flatten_padded
from ...data.sequences import default_names
from ...errors import DataError, Note
from ...i18n import N_
from ..table.step_limits import refuse_estimated_steps
from ..table.table import Table, refuse_many_columns
from ..table.words.column_names import GROUP_NAMES, SPLIT_NAMES, TARGET_NAMES, is_id_name
from ..table.words.split_words import SPLIT_ALIASES
from .archive_per_file import derive_roles
from .archives.split_files import find_splits, open_split
from .archives.tables import open_tables
from .numpy_records import open_records, refuse_other_text
from .source import EMPTY, refuse_bomb
from .zip_member import CORRUPTION_ERRORS, build_damage_error, unpack

MAGIC = b"\x93NUMPY"
MAX_HEADER = 10_000  # bytes, as in NumPy
MAX_ARRAYS = 100
MAX_CHARACTER, HALF_CHARACTERS = 0x10FFFF, 0xD800 >> 11  # of Unicode; half are 0xD800 to 0xDFFF
VALUE_NAMES = ("x", "values", "data", "sequences", "inputs", "arr_0")
LENGTH_NAMES = ("lengths", "length", "lens", "seq_lengths", "sequence_lengths")
# A damaged header is tokenized, and a nested one takes memory of the parser.
HEADER_ERRORS = (
    *(ValueError, KeyError, EOFError, TypeError, RecursionError, MemoryError),
    *(SyntaxError, tokenize.TokenError),
)
MAX_AXES = 3
WRONG_SHAPE = N_(
    "The array {name!r} has the shape {shape}. Save (sequences, steps, features), or "
    "(sequences, steps)."
)
KINDS = "iufbUS"  # whole numbers, floats, booleans, text
WRONG_TYPE = N_("The NumPy array has the type {found}. Save numbers or text.")

Arrays = Mapping[str, np.ndarray]


def is_npy(data: bytes) -> bool:
    """Return True if the data begins like an array of NumPy."""
    return data.startswith(MAGIC)


def is_npz(data: bytes) -> bool:
    """Return True for a ZIP of arrays."""
    if not data.startswith(b"PK"):
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
    except CORRUPTION_ERRORS:
        return False
    return 0 < len(names) <= MAX_ARRAYS and all(name.endswith(".npy") for name in names)


def open_npy(data: bytes, name: str = "", max_steps: int | None = None) -> Table:
    """Open an array (n, steps, features), or (n, steps) for one feature, or a structured array.

    Steps of NaN at the end of a sequence are padding.

    Raises:
        DataError: For objects, a shape that the file does not hold, and other numbers of axes.
    """
    array = _read_array(data, "x")
    if array.dtype.names:
        return open_records(array, name, max_steps)
    return _build_table([_Part({"x": array}, "x")], name, max_steps)


def open_npz(data: bytes, name: str = "", max_steps: int | None = None) -> Table:
    """Open named arrays: "x" (see ``open_npy``), and "y" and others with one item per sequence.

    With "lengths", x is padded, or the values of all sequences one after the other: (steps of all,
    features). With "mask" (n, steps), x is padded where it is False. The arrays "x_train",
    "y_train", "x_test", … are the parts of a split. Arrays of other names are a sequence each.

    Raises:
        DataError: As ``open_npy``, and for arrays of other names or lengths.
    """
    return open_named_arrays(_unpack_arrays(data, name), name, max_steps)


def open_named_arrays(
    contents: Mapping[str, bytes], name: str = "", max_steps: int | None = None
) -> Table:
    """Open the bytes of several arrays by their names, as ``open_npz``."""
    named = {key: _read_array(content, key) for key, content in contents.items()}
    arrays = {key.lower(): array for key, array in named.items()}
    if len(arrays) < len(named):
        raise DataError("Two arrays of the file have the same name. Give each its own.")
    if any(array.dtype.names for array in arrays.values()):
        return _open_structured(contents, name, max_steps)
    if _are_sequences(named):
        return _open_sequences(named, name, max_steps)
    split_names = {
        key: split for key in arrays if (split := SPLIT_ALIASES.get(key.rpartition("_")[2]))
    }
    if split_names and len(split_names) == len(arrays):
        parts = []
        for split in dict.fromkeys(split_names.values()):
            members = {
                key.rpartition("_")[0]: arrays[key]
                for key, value in split_names.items()
                if value == split
            }
            parts.append(_Part(members, _find_values(members), split))
        return _build_table(parts, name, max_steps)
    return _build_table([_Part(arrays, _find_values(arrays))], name, max_steps)


def _open_structured(contents: Mapping[str, bytes], name: str, max_steps: int | None) -> Table:
    """Open structured arrays like several files of a table each."""
    files = [(PurePosixPath(f"{key}.npy"), content) for key, content in contents.items()]
    if len(files) == 1:
        return open_npy(files[0][1], name, max_steps)
    if splits := find_splits([path for path, _ in files]):
        return open_split(files, splits, name, open_npy, max_steps)
    return open_tables(files, name, open_npy, max_steps)


@dataclass(frozen=True)
class _Part:
    """Arrays of the same sequences: all of a file, or those of one part of a split.

    Attributes:
        arrays: Arrays by name, in lower case.
        values: Name of the array of the values.
        split: Part of the split, "" without one.
    """

    arrays: Arrays
    values: str
    split: str = ""


def _read_array(data: bytes, name: str) -> np.ndarray:
    """Read an array without unpickling, and without trusting its shape."""
    file = io.BytesIO(data)
    try:
        version = np.lib.format.read_magic(file)
        read_header = {
            (1, 0): np.lib.format.read_array_header_1_0,
            (2, 0): np.lib.format.read_array_header_2_0,
        }[version]
        with warnings.catch_warnings():  # about headers of Python 2
            warnings.simplefilter("ignore")
            shape, is_fortran, dtype = read_header(file, max_header_size=MAX_HEADER)
    except HEADER_ERRORS as error:
        raise DataError(
            "The NumPy array is damaged or incomplete. Save it again with numpy.save."
        ) from error
    if dtype.hasobject:
        raise DataError(
            "The NumPy array contains Python objects, which are not read because they can "
            "execute code. Save the values of all sequences as one array, and their lengths "
            "as another, with numpy.savez."
        )
    if not (dtype.names or dtype.kind in KINDS) or dtype.itemsize == 0:
        raise DataError(WRONG_TYPE, found=str(dtype))
    count, begin = math.prod(shape), file.tell()
    if min(shape, default=1) < 0 or count * dtype.itemsize != len(data) - begin:
        raise DataError(
            "The NumPy array needs {bytes:,} bytes for the shape {shape}, but the file has "
            "{found:,}. Save it again.",
            shape=str(shape)[:100],
            bytes=count * dtype.itemsize,
            found=len(data) - begin,
        )
    if count == 0:
        raise DataError(EMPTY)
    if len(shape) > MAX_AXES:
        raise DataError(WRONG_SHAPE, name=name, shape=str(shape)[:100])
    if dtype.kind == "U":
        characters = np.frombuffer(data, np.dtype("u4").newbyteorder(dtype.byteorder), -1, begin)
        if (characters > MAX_CHARACTER).any() or (characters >> 11 == HALF_CHARACTERS).any():
            raise DataError("The NumPy array contains text that is not Unicode. Save it again.")
    array = np.frombuffer(data, dtype, count, begin)
    return array.reshape(shape, order="F" if is_fortran else "C")


def _unpack_arrays(data: bytes, name: str) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
        refuse_bomb(len(data), sum(member.file_size for member in members), name)
        contents = {
            member.filename.removesuffix(".npy").strip(): unpack(data, member) for member in members
        }
    except DataError:
        raise
    except (*CORRUPTION_ERRORS, ValueError) as error:
        raise build_damage_error(data) from error
    if len(contents) < len(members):
        raise DataError("Two arrays of the file have the same name. Give each its own.")
    return contents


def _are_sequences(arrays: Arrays) -> bool:
    """Return True for several arrays (steps, features) or (steps,), none with the name of a role.

    Each is then a sequence.
    """
    if len(arrays) < 2 or any(_is_known(key.lower()) for key in arrays):
        return False
    widths = {array.shape[1:] for array in arrays.values()}
    kinds = {array.dtype.kind for array in arrays.values()}
    return len(widths) == 1 and len(widths.pop()) <= 1 and kinds <= {*"iufb"}


def _is_known(key: str) -> bool:
    """Return True for the name of values or of a role, also of one part of a split."""
    stem, _, last = key.rpartition("_")
    names = {stem, key} if last in SPLIT_ALIASES else {key}
    known = {*VALUE_NAMES, *LENGTH_NAMES, *TARGET_NAMES, *SPLIT_NAMES, *GROUP_NAMES, "mask"}
    return bool(names & known) or any(map(is_id_name, names))


def _open_sequences(arrays: Arrays, name: str, max_steps: int | None) -> Table:
    """Open arrays (steps, features), a sequence each, whose folders may be targets or splits."""
    paths = [PurePosixPath(key) for key in arrays]
    lengths = np.array([len(array) for array in arrays.values()])
    values = np.concatenate([array.reshape(len(array), -1) for array in arrays.values()])
    refuse_many_columns(values.shape[1])
    refuse_estimated_steps(len(values), max_steps)
    ids, folder_roles, notes = derive_roles(paths)
    columns = {
        feature: _build_lists(values[:, place], lengths)
        for place, feature in enumerate(default_names(values.shape[1]))
    }
    names = {"id": "file", "target": "folder", "split": "split"}
    columns |= {names[role]: pa.array(cells) for role, cells in {"id": ids, **folder_roles}.items()}
    return Table(
        pa.table(columns),
        range(1, len(arrays) + 1),
        header=True,
        name=name,
        roles={role: names[role] for role in ("id", *folder_roles)},
        notes=(Note("{n} arrays, one sequence per array", n=len(arrays)), *notes),
    )


def _find_values(arrays: Arrays) -> str:
    """Return the name of the array of the values."""
    if len(arrays) == 1:
        return next(iter(arrays))
    name = next((name for name in VALUE_NAMES if name in arrays), None)
    if name is None:
        raise DataError(
            "The file has the arrays {found}, but none named x, values or data. Name the "
            "array of the values x.",
            found=", ".join(arrays)[:200],
        )
    return name


def _build_table(parts: list[_Part], name: str, max_steps: int | None) -> Table:
    """Build a table with the list of each feature per row, and the roles of the sequences."""
    tables, notes, doubts, roles = [], [], [], {}
    for part in parts:
        values, lengths, is_real, part_notes, part_doubts = _flatten_values(part)
        refuse_many_columns(values.shape[1])
        refuse_estimated_steps(len(values), max_steps)
        columns = {
            feature: _build_lists(values[:, place], lengths)
            for place, feature in enumerate(default_names(values.shape[1]))
        }
        for key, array in part.arrays.items():
            if key in (part.values, "mask", *LENGTH_NAMES):
                continue
            role = _find_role(key)
            roles[role] = key
            columns[key] = _convert_role(key, array, lengths, is_real)
        if part.split:
            roles["split"] = "split"
            columns["split"] = pa.array([part.split] * len(lengths))
        tables.append(pa.table(columns))
        notes += part_notes
        doubts += part_doubts
    if len({tuple(table.column_names) for table in tables}) > 1:
        raise DataError(
            "The parts of the split have different arrays or features. Save them in the same way."
        )
    try:
        columns = pa.concat_tables(tables, promote_options="permissive")
    except pa.ArrowInvalid:
        raise DataError(
            "The arrays of the parts of the split have different types. Save them with the "
            "same type."
        ) from None
    return Table(
        columns,
        range(1, columns.num_rows + 1),
        header=True,
        name=name,
        roles=roles,
        notes=tuple(notes),
        doubts=tuple(doubts),
    )


def _flatten_values(
    part: _Part,
) -> tuple[np.ndarray, np.ndarray, np.ndarray | None, list[Note], list[Note]]:
    """Return the values (steps of all, features), the lengths (n,), the mask (n, steps) of the real
    steps of a padded array, notes and doubts."""
    array = part.arrays[part.values]
    if array.dtype.kind not in "iufb":
        raise DataError("The array {name!r} contains text. Save numbers.", name=part.values)
    given = next((part.arrays[key] for key in LENGTH_NAMES if key in part.arrays), None)
    mask = part.arrays.get("mask")
    is_flat = given is not None and given.ndim == 1 and given.dtype.kind in "iu"
    if given is not None and is_flat and array.ndim <= 2 and len(given) != len(array):
        if (given < 1).any() or int(given.sum()) != len(array):
            raise DataError(
                "The lengths have the sum {sum:,}, and the array {name!r} has {found:,} steps. "
                "Save the number of steps of each sequence.",
                sum=int(given.sum()),
                name=part.values,
                found=len(array),
            )
        note = Note("array {name!r} has the steps of {n} sequences", name=part.values, n=len(given))
        return array.reshape(len(array), -1), given.astype(np.int64), None, [note], []
    if array.ndim not in (1, 2, 3):
        raise DataError(WRONG_SHAPE, name=part.values, shape=str(array.shape))
    padded = array[None, :] if array.ndim == 1 else array
    flat = flatten_padded(padded, given, None if mask is None else mask.astype(bool))
    lengths = np.asarray(flat["lengths"], dtype=np.int64)
    features = 1 if padded.ndim == 2 else padded.shape[2]
    note = Note(
        "array {name!r} of shape {shape}: {n} sequences of up to {steps} steps and {features} "
        "features",
        name=part.values,
        shape=str(array.shape),
        n=padded.shape[0],
        steps=int(lengths.max()),
        features=features,
    )
    is_real = np.arange(padded.shape[1]) < lengths[:, None] if mask is None else mask.astype(bool)
    doubts = _list_doubts(part, padded, is_real) if given is None and mask is None else []
    return np.asarray(flat["values"]).reshape(-1, features), lengths, is_real, [note], doubts


def _list_doubts(part: _Part, padded: np.ndarray, is_real: np.ndarray) -> list[Note]:
    """List what the shape and the values leave open."""
    doubts = []
    rows, steps = padded.shape[:2]
    if padded.ndim == 3 and steps < padded.shape[2]:
        doubts.append(
            Note(
                "the second axis of the array {name!r} is read as {steps} steps, the third "
                "as {features} features",
                name=part.values,
                steps=steps,
                features=padded.shape[2],
            )
        )
    if padded.ndim == 2 and len(part.arrays) == 1 and is_real.all():
        doubts.append(
            Note("each row of the array {name!r} is read as one sequence", name=part.values)
        )
    is_zero = (padded[:, -1] == 0).reshape(rows, -1).all(axis=1)
    if is_zero.any() and not is_zero.all():
        doubts.append(
            Note(
                "{n} sequences end in zeros, which are read as values. If they are padding, "
                "save NaN or an array of lengths",
                n=int(is_zero.sum()),
            )
        )
    return doubts


def _find_role(key: str) -> str:
    if key in TARGET_NAMES:
        return "target"
    if key in SPLIT_NAMES:
        return "split"
    if key in GROUP_NAMES:
        return "group"
    if is_id_name(key) or key == "ids":
        return "id"
    raise DataError(
        "The array {name!r} has no known meaning. Name arrays x, y, lengths, mask, id, split or "
        "group, and leave the others out.",
        name=key,
    )


def _convert_role(
    key: str, array: np.ndarray, lengths: np.ndarray, is_real: np.ndarray | None
) -> pa.Array:
    """Convert an array with an item per sequence, or a target per step."""
    if array.ndim > 1 and array.shape[-1] == 1:
        array = array[..., 0]
    if array.shape == lengths.shape:
        return pa.array(_decode(array).tolist())
    steps = array[is_real] if is_real is not None and array.shape == is_real.shape else array
    if key in TARGET_NAMES and steps.shape == (int(lengths.sum()),):
        return _build_lists(_decode(steps), lengths)
    raise DataError(
        "The array {name!r} has the shape {shape}, and there are {n} sequences. Save one item per "
        "sequence.",
        name=key,
        shape=str(array.shape),
        n=len(lengths),
    )


def _decode(array: np.ndarray) -> np.ndarray:
    """Return bytes and booleans as text.

    Raises:
        DataError: For text that is not Unicode.
    """
    if array.dtype.kind == "U":
        refuse_other_text(array)
    if array.dtype.kind == "S":
        return np.char.decode(array, "utf-8", errors="replace")
    return np.where(array, "True", "False") if array.dtype.kind == "b" else array


def _build_lists(values: np.ndarray, lengths: np.ndarray) -> pa.Array:
    """Build the (n,) lists of the values of all sequences (steps of all,)."""
    offsets = np.append(0, np.cumsum(lengths))
    items = values if values.dtype.kind == "U" else values.astype(np.float64)
    return pa.LargeListArray.from_arrays(pa.array(offsets, pa.int64()), pa.array(items))
