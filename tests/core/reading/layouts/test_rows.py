"""Rows of numbers, and lists that are pasted."""

import io

import numpy as np
import pytest

from core.reading import read_sequences


def read(text, **choices):
    return read_sequences(io.StringIO(text), **choices)


def list_steps(data):
    return [sequence.tolist() for sequence in data]


PASTED = [
    ("1.5", [[[1.5]]]),
    ("[1.5]", [[[1.5]]]),
    ("[[1.5]]", [[[1.5]]]),
    ("[[[1.5]]]", [[[1.5]]]),
    ("[[1], [2, 5], [3, 9, 9, 4, 8]]", [[[1]], [[2], [5]], [[3], [9], [9], [4], [8]]]),
    ("[[1],\n [2, 5],\n]", [[[1]], [[2], [5]]]),
    ("[1]\n[2, 5]", [[[1]], [[2], [5]]]),
    ("[1],\n[2, 5],\n", [[[1]], [[2], [5]]]),
    ("[[1, 2], [3, 4]]\n[[5, 6]]", [[[1, 2], [3, 4]], [[5, 6]]]),
    ("[[[1, 2], [3, 4]], [[5, 6]]]", [[[1, 2], [3, 4]], [[5, 6]]]),
    ("1\n2,5", [[[1]], [[2], [5]]]),
    ("1\n2;5", [[[1]], [[2], [5]]]),
    ("1\n2\t5", [[[1]], [[2], [5]]]),
    ("1\n2 5", [[[1]], [[2], [5]]]),
    ("1\n2, 5", [[[1]], [[2], [5]]]),
    ("\n 1 \r\n\r\n  \r\n2,5,,\r\n,,\r\n", [[[1]], [[2], [5]]]),
    ("1,2,3\n4,5,6", [[[1], [2], [3]], [[4], [5], [6]]]),
    ("1,2,,\n3,,,\n", [[[1], [2]], [[3]]]),
    ("-1e-3\n+2.,.5", [[[-0.001]], [[2], [0.5]]]),
    ("\ufeff1\n2,5", [[[1]], [[2], [5]]]),
]


@pytest.mark.parametrize(("text", "expected"), PASTED, ids=[repr(text) for text, _ in PASTED])
def test_pasted_text_is_read(text, expected):
    data = read(text)
    assert [np.shape(s) for s in data] == [np.shape(s) for s in expected]
    assert list_steps(data) == [np.float32(s).tolist() for s in expected]
    assert data.targets is None
