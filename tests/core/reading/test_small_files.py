"""Small files of all kinds, each with its sequences; ``test_refusals`` has the invalid files."""

import gzip
import io

import numpy as np
import pytest

from core import Sequences, read_sequences
from tests.support.files import build_parquet, make_zip


def expect(sequences, targets=None, ids=None, names=(), split=None, groups=None):
    return Sequences.from_lists(
        sequences, targets, ids=ids, feature_names=names, split=split, groups=groups
    )


V = ["v"]
XY = ["x", "y"]
FILES = {
    # one step per row
    "long": (
        "id,t,v,target\na,0,1,2\na,1,2,2\nb,0,3,4\n", expect([[1, 2], [3]], [2, 4], "ab", V)
    ),
    "long: rows mixed": ("id,t,v\nb,1,4\na,0,1\nb,0,3\n", expect([[3, 4], [1]], ids="ba", names=V)),
    "long: without a time": ("id,v\na,2\nb,3\na,1\n", expect([[2, 1], [3]], ids="ab", names=V)),
    "long: ids are numbers": (
        "unit,cycle,v\n7,1,5\n7,2,6\n12,1,7\n", expect([[5, 6], [7]], ids=["7", "12"], names=V)
    ),
    "long: ids with zeros": (
        "id,v\n01,1\n1,2\n01,3\n", expect([[1, 3], [2]], ids=["01", "1"], names=V)
    ),
    "long: dates": (
        "id,date,v\na,2026-02-01,2\na,2026-01-31,1\n", expect([[1, 2]], ids="a", names=V)
    ),
    "long: classes": (
        "id,t,v,label\na,0,1,up\na,1,2,up\nb,0,3,down\n",
        expect([[1, 2], [3]], ["up", "down"], "ab", V),
    ),
    "long: the target first": (
        "target,id,t,v\n2,a,0,1\n2,a,1,2\n4,b,0,3\n", expect([[1, 2], [3]], [2, 4], "ab", V)
    ),
    "long: split and group": (
        "id,split,group,v\na,train,g,1\nb,test,h,2\na,train,g,3\n",
        expect([[1, 3], [2]], None, "ab", V, ["train", "test"], ["g", "h"]),
    ),
    "long: features": (
        "id,t,x,y\na,0,1,2\na,1,3,4\n", expect([[[1, 2], [3, 4]]], ids="a", names=XY)
    ),
    "long: the index of pandas": (
        ",id,t,v\n0,a,0,1\n1,a,1,2\n2,b,0,3\n", expect([[1, 2], [3]], ids="ab", names=V)
    ),
    "long: all of length 1": (
        "id,t,v\na,0,1\nb,0,2\nc,0,3\n", expect([[1], [2], [3]], ids="abc", names=V)
    ),
    "long: one sequence": ("id,t,v\na,0,1\na,1,2\n", expect([[1, 2]], ids="a", names=V)),
    "long: one step": ("id,t,v\na,0,1\n", expect([[1]], ids="a", names=V)),
    "long: a class of one member": (
        "id,t,v,label\na,0,1,x\nb,0,2,y\nc,0,3,y\n", expect([[1], [2], [3]], list("xyy"), "abc", V)
    ),
    "long: tabs": ("id\tt\tv\na\t0\t1\na\t1\t2\n", expect([[1, 2]], ids="a", names=V)),
    "long: spaces": ("id t v\na 0 1\na 1 2\nb 0 5\n", expect([[1, 2], [5]], ids="ab", names=V)),
    "long: spaces of a report": (
        "  id   t  v\n\n   a   0  1.5 \n  a  1    2\n", expect([[1.5, 2]], ids="a", names=V)
    ),
    "long: spaces, no header": ("a 1\na 2\nb 5\n", expect([[1, 2], [5]], ids="ab", names=["2"])),
    "long: decimal commas": ("id;t;v\na;0;1,5\na;1;2,5\n", expect([[1.5, 2.5]], ids="a", names=V)),
    "long: blank lines and rows": (
        "\nid,t,v\n\na,0,1\n,,\n\na,1,2\n,,\n", expect([[1, 2]], ids="a", names=V)
    ),
    "long: quotes": ('"id","t","v"\n"a, b","0","1"\n', expect([[1]], ids=["a, b"], names=V)),
    "long: Windows": (
        b"\xef\xbb\xbfid,t,v\r\na,0,1\r\na,1,2\r\n", expect([[1, 2]], ids="a", names=V)
    ),
    "long: Latin-1": ("id,v\né,1\né,2\n".encode("latin-1"), expect([[1, 2]], ids="é", names=V)),
    "long: NumPy's comment": ("# id,v\n1,5\n1,6\n2,7\n", expect([[5, 6], [7]], ids="12", names=V)),
    # one step per column
    "wide": ("id,x1,x2,target\na,1,2,5\nb,3,,6\n", expect([[1, 2], [3]], [5, 6], "ab", "x")),
    "wide: from 0": ("id,0,1,2\na,1,2,\nb,3,,\n", expect([[1, 2], [3]], ids="ab")),
    "wide: without an id": ("x1,x2,x3\n1,2,\n3,,\n", expect([[1, 2], [3]], names="x")),
    "wide: names of months": ("id,jan,feb\na,1,2\nb,3,\n", expect([[1, 2], [3]], ids="ab")),
    "wide: columns out of order": (
        "id,x10,x8,x9\na,3,1,2\nb,,4,\n", expect([[1, 2, 3], [4]], ids="ab", names="x")
    ),
    "wide: two features": (
        "id,x_1,x_2,y_1,y_2\na,1,2,3,4\nb,5,,6,\n",
        expect([[[1, 3], [2, 4]], [[5, 6]]], ids="ab", names=XY),
    ),
    "wide: two features by turns": (
        "id,x1,y1,x2,y2\na,1,3,2,4\nb,5,6,,\n",
        expect([[[1, 3], [2, 4]], [[5, 6]]], ids="ab", names=XY),
    ),
    "wide: the target first": (
        "score,x1,x2\n5.5,1,2\n6,3,\n", expect([[1, 2], [3]], [5.5, 6], names="x")
    ),
    "wide: the class first": (
        "kind,x1,x2\nup,1,2\ndown,3,\nup,4,5\ndown,6,\n",
        expect([[1, 2], [3], [4, 5], [6]], ["up", "down", "up", "down"], names="x"),
    ),
    "wide: all of length 1": ("id,x1,x2\na,1,\nb,2,\n", expect([[1], [2]], ids="ab", names="x")),
    "wide: one sequence": ("id,x1,x2\na,1,2\n", expect([[1, 2]], ids="a", names="x")),
    "wide: no header": ("a,1,2,up\nb,3,,down\n", expect([[1, 2], [3]], ["up", "down"], "ab")),
    # lists in cells
    "list: JSON": ('s,y\n"[1, 2]",5\n[3],6\n', expect([[1, 2], [3]], [5, 6], names="s")),
    "list: Python": ('s,y\n"(1, 2.0)",5\n"(3,)",6\n', expect([[1, 2], [3]], [5, 6], names="s")),
    "list: NumPy": ("s,y\n[1. 2.],5\n[3.],6\n", expect([[1, 2], [3]], [5, 6], names="s")),
    "list: spaces": (
        "s,y\n1 2,5\n3,6\n4 5 6,7\n", expect([[1, 2], [3], [4, 5, 6]], [5, 6, 7], names="s")
    ),
    "list: semicolons": (
        "s,y\n1;2,5\n3,6\n4;5;6,7\n", expect([[1, 2], [3], [4, 5, 6]], [5, 6, 7], names="s")
    ),
    "list: several features": (
        'id,x,y\na,"[1, 2]","[3, 4]"\nb,[5],[6]\n',
        expect([[[1, 3], [2, 4]], [[5, 6]]], ids="ab", names=XY),
    ),
    "list: nested": (
        's,y\n"[[1, 3], [2, 4]]",5\n"[[5, 6]]",6\n', expect([[[1, 3], [2, 4]], [[5, 6]]], [5, 6])
    ),
    "list: the target first": (
        'target,s\nup,"[1, 2]"\ndown,[3]\n', expect([[1, 2], [3]], ["up", "down"], names="s")
    ),
    "list: a number first": (
        's0,s\n5.5,"[1, 2]"\n6,[3]\n', expect([[1, 2], [3]], [5.5, 6], names="s")
    ),
    "list: counted": ('n,s\n1,"[1, 2]"\n2,[3]\n', expect([[1, 2], [3]], ids="12", names="s")),
    # one sequence per line
    "rows": ("1\n2,5\n3,9,9\n", expect([[1], [2, 5], [3, 9, 9]])),
    "rows: equally long": ("1,2\n3,4\n", expect([[1, 2], [3, 4]])),
    "rows: spaces": ("1\n2 5\n", expect([[1], [2, 5]])),
    "rows: decimal commas": ("1,5;2\n3\n", expect([[1.5, 2], [3]])),
    "rows: one sequence": ("1,2,3\n", expect([[1, 2, 3]])),
    "rows: one number": ("5", expect([[5]])),
    "pasted": ("[[1], [2, 5]]", expect([[1], [2, 5]])),
    "pasted: a list a line": ("[1]\n[2, 5]\n", expect([[1], [2, 5]])),
    # other formats
    "ts": ("@classLabel true\n@data\n1,2:up\n3:down\n", expect([[1, 2], [3]], ["up", "down"])),
    "ts: features": ("@data\n1,2:3,4\n", expect([[[1, 3], [2, 4]]])),
    "gzip": (gzip.compress(b"id,v\na,1\na,2\n"), expect([[1, 2]], ids="a", names=V)),
    "Parquet: long": (build_parquet(id=["a", "a"], v=[1.0, 2]), expect([[1, 2]], ids="a", names=V)),
    "Parquet: lists": (
        build_parquet(v=[[1.0, 2], [3.0]], target=[5, 6]), expect([[1, 2], [3]], [5, 6], names=V)
    ),
    "Parquet: wide": (
        build_parquet(id=["a", "b"], x1=[1.0, 3], x2=[2.0, None]),
        expect([[1, 2], [3]], ids="ab", names="x"),
    ),
    "ZIP: a file a sequence": (
        make_zip({"a.csv": "v\n1\n2\n", "b.csv": "v\n3\n"}),
        expect([[1, 2], [3]], ids="ab", names=V),
    ),
    "ZIP: a folder a class": (
        make_zip({"up/1.csv": "v\n1\n2\n", "down/2.csv": "v\n3\n", "down/3.csv": "v\n4\n"}),
        expect([[3], [4], [1, 2]], ["down", "down", "up"], "231", V),
    ),
    "ZIP: a table with a row a file": (
        make_zip({"a.csv": "v\n1\n2\n", "b.csv": "v\n3\n", "y.csv": "file,y\na,5\nb,6\n"}),
        expect([[1, 2], [3]], [5, 6], "ab", V),
    ),
    "ZIP: a table with a row an id": (
        make_zip({"steps.csv": "id,v\na,1\na,2\nb,3\n", "about.csv": "id,label\nb,up\na,down\n"}),
        expect([[1, 2], [3]], ["down", "up"], "ab", V),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("content", "expected"), FILES.values(), ids=FILES)
def test_a_small_file_holds_these_sequences(content, expected):
    content = content.encode() if isinstance(content, str) else content
    data = read_sequences(io.BytesIO(content))
    assert data == expected
    for name in ("targets", "ids", "split", "groups"):
        ours, theirs = getattr(data, name), getattr(expected, name)
        assert (ours is None) == (theirs is None)
        assert ours is None or np.array_equal(ours, theirs)
