"""NumPy arrays are read without unpickling."""

import io
import pickle

import numpy as np
import pytest

from core import DataError, Sequences, read_sequences
from core.reading import open_table
from tests.support.findings import list_doubts

NAN = np.nan
PADDED = np.array([[1, NAN, NAN, NAN, NAN], [2, 5, NAN, NAN, NAN], [3, 9, 9, 4, 8]])
LISTS = [[1], [2, 5], [3, 9, 9, 4, 8]]
FLAT = np.concatenate(LISTS).astype(float)
THREE = Sequences.from_lists(LISTS)
WITH_TARGETS = Sequences.from_lists(LISTS, targets=[2, 4, 6])
Y = np.array([2, 4, 6])


def save(array, **options):
    out = io.BytesIO()
    np.save(out, array, **options)
    return out.getvalue()


def savez(write=np.savez, **arrays):
    out = io.BytesIO()
    write(out, **arrays)
    return out.getvalue()


def read(data, **choices):
    return read_sequences(io.BytesIO(data), **choices)


def catch_message(data):
    with pytest.raises(DataError) as caught:
        open_table(io.BytesIO(data))
    return str(caught.value)


@pytest.mark.parametrize(
    "array", [PADDED, PADDED[:, :, None], PADDED.astype(np.float32), np.asfortranarray(PADDED)]
)
def test_a_padded_array_is_read_to_its_last_number(array):
    assert read(save(array)) == THREE


@pytest.mark.parametrize(
    "arrays",
    [
        {"X": PADDED, "y": Y},
        {"x": PADDED[:, :, None], "target": Y[:, None]},
        {"values": FLAT, "lengths": np.array([1, 2, 5]), "labels": Y},
        {"data": FLAT[:, None], "lengths": np.array([1, 2, 5]), "y": Y},
        {"x": np.nan_to_num(PADDED), "lengths": np.array([1, 2, 5]), "y": Y},
        {"x": np.nan_to_num(PADDED), "mask": ~np.isnan(PADDED), "y": Y},
    ],
)
@pytest.mark.parametrize("write", [np.savez, np.savez_compressed])
def test_named_arrays_have_values_and_targets(arrays, write):
    data = read(savez(write, **arrays))
    assert data == WITH_TARGETS
    assert list_doubts(data) == []


def test_the_arrays_of_a_split_are_its_parts():
    parts = {"x_train": PADDED, "y_train": Y, "x_test": PADDED[:2, :3], "y_test": Y[:2]}
    data = read(savez(**parts))
    assert data.split.tolist() == ["train"] * 3 + ["test"] * 2
    assert data.lengths.tolist() == [1, 2, 5, 1, 2]
    assert data.targets.tolist() == [2, 4, 6, 2, 4]


def test_ids_groups_and_targets_per_step_are_read():
    steps = np.where(np.isnan(PADDED), -1, PADDED * 2)
    arrays = {"x": PADDED, "y": steps, "id": np.array(list("abc")), "group": np.array([b"g"] * 3)}
    data = read(savez(**arrays))
    assert data.per_step
    assert data.targets.tolist() == (FLAT * 2).tolist()
    assert data.ids.tolist() == ["a", "b", "c"]
    assert data.groups.tolist() == ["g"] * 3


def test_what_the_shape_leaves_open_is_a_doubt():
    ones = np.ones((4, 3, 5))
    ((level, code, doubt),) = list_doubts(read(save(ones)))
    assert (level, code) == ("warning", "file")
    assert "read as 3 steps" in doubt
    ((level, code, doubt),) = list_doubts(read(save(ones[0])))
    assert (level, code) == ("warning", "file")
    assert "each row" in doubt
    ones[0, -1] = 0
    doubts = list_doubts(read(save(ones)))
    assert [doubt[:2] for doubt in doubts] == [("warning", "file")] * 2
    assert "1 sequences end in zeros" in doubts[1][2]


class Bomb:
    def __reduce__(self):
        return (exec, ("raise SystemExit('unpickled')",))


def test_objects_are_never_unpickled():
    objects = np.array([Bomb()], dtype=object)
    assert "Python objects" in catch_message(save(objects))
    assert "Python objects" in catch_message(savez(x=objects))
    assert catch_message(pickle.dumps(Bomb()))


def write_header(header):
    text = header.encode("latin-1").ljust(118) + b"\n"
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text


HEADER = "{'descr': '<f8', 'fortran_order': False, 'shape': %s}"


@pytest.mark.parametrize(
    "data",
    [
        write_header(HEADER % "(1000000000, 1000000000)") + bytes(80),
        write_header(HEADER % "(-1, -10)") + bytes(80),
        write_header(HEADER % "(9,)") + bytes(80),
        write_header(HEADER % "()"),
        write_header(HEADER % ("(" * 50 + ")" * 50)),
        write_header("{'descr': '<f8'}") + bytes(80),
        write_header("__import__('os').abort()") + bytes(80),
        write_header("{'descr': '<U0', 'fortran_order': False, 'shape': (1000000000000,)}"),
        write_header("{'descr': '<c16', 'fortran_order': False, 'shape': (1,)}") + bytes(16),
        b"\x93NUMPY\x09\x00" + bytes(100),
        b"\x93NUMPY",
        save(PADDED)[:-1],
        save(PADDED) + b"0",
        save(np.zeros((0, 3))),
        save(np.zeros((2, 2, 2, 2))),
        save(np.zeros((2, 2, 30_000))),
        save(np.array(["a"])),
        save(np.array([["2026-01-31"]], dtype="datetime64[D]")),
        savez(x=PADDED)[:-30],
        savez(np.savez_compressed, x=np.zeros((1, 50_000_000))),
        savez(a=PADDED, b=Y),
        savez(x=PADDED, y=Y[:2]),
        savez(x=PADDED, weights=Y),
        savez(x=FLAT, lengths=np.array([1, 2])),
        savez(x=FLAT, lengths=np.array([-1, 9])),
        savez(x=PADDED, lengths=np.array([1, 2, 6])),
        savez(x=PADDED, mask=np.ones((2, 2), bool)),
        savez(x_train=PADDED, x_test=PADDED, y_test=Y),
    ],
    ids=range(28),
)
def test_arrays_that_are_not_sequences_are_refused(data):
    assert len(catch_message(data)) < 450
