import io
import zipfile

import pytest

from core import read_sequences
from ui.shell.packed_files import pack_files, unpack_files

TABLE = b"t,x\n0,1\n1,3\n2,2\n"


def list_names(packed: bytes) -> list[str]:
    return zipfile.ZipFile(io.BytesIO(packed)).namelist()


def test_the_same_files_are_the_same_bytes_and_come_back():
    files = [("b.csv", b"1\n"), ("a.csv", b"")]
    assert pack_files(files) == pack_files(files)
    assert unpack_files(pack_files(files)) == [b"1\n", b""]
    assert list_names(pack_files(files)) == ["b.csv", "a.csv"]


def test_files_are_not_compressed():
    assert len(pack_files([("a.csv", b"0" * 10_000)])) > 10_000


def test_a_name_that_occurs_again_gets_a_number():
    packed = pack_files([("a.ts.gz", b"1"), ("a.ts.gz", b"2"), ("b", b"3"), ("b", b"4")])
    assert list_names(packed) == ["a.ts.gz", "a (2).ts.gz", "b", "b (2)"]


@pytest.mark.parametrize(
    "name", ["../../x.csv", "/etc/x.csv", "C:\\data\\x.csv", "\ud800.csv", "", "a" * 70_000]
)
def test_any_name_of_a_file_can_be_packed_and_read(name):
    packed = pack_files([(name, TABLE), ("other.csv", TABLE)])
    assert len(read_sequences(io.BytesIO(packed))) == 2


def test_a_hidden_file_is_read_if_it_was_chosen():
    packed = pack_files([(".x.csv", TABLE), ("y.csv", TABLE)])
    assert read_sequences(io.BytesIO(packed)).ids.tolist() == ["x", "y"]
