"""Static features are distinguished from those that change within a sequence."""

import io

import numpy as np
import pytest

from core import Sequences
from core.reading import detect_schema, open_table, read_table
from core.reading.layouts.static_features import FIRST_STEPS, find_static_features


def read_static_features(text, **choices):
    table = open_table(io.StringIO(text))
    return read_table(table, detect_schema(table, **choices))[1].static_features


LONG = (
    "id,t,age,machine,v,site,label\n"
    "a,0,31,press,1,2,x\na,1,31,press,2,2,x\nb,0,47,saw,2,2,y\nb,1,47,saw,1,2,y\nc,0,47,saw,1,2,y\n"
)


@pytest.mark.parametrize(
    ("text", "choices", "expected"),
    [
        (LONG, {}, ("age", "machine")),  # site is the same everywhere
        (LONG, {"features": ["v", "machine"]}, ("machine",)),
        (LONG.replace("press,2,2,x", "saw,2,2,x"), {}, ("age",)),
        ("id,x_1,x_2,y_1,y_2\na,1,1,2,3\nb,4,4,2,3\nc,5,,4,\n", {}, ("x",)),
        ('id,s,r\na,"[1, 1]","[2, 3]"\nb,"[2, 2]","[4, 5]"\n', {}, ("s",)),
        ("id,t,age,v\na,0,31,1\nb,0,47,2\nc,0,47,2\n", {}, ()),  # nothing to change in
        ("id,t,age,v\na,0,31,1\na,1,31,2\n", {}, ()),  # nothing to differ from
        ("id,t,age,v\na,0,31,1\na,1,31,2\nb,0,47,1\nc,0,48,1\nd,0,49,1\n", {}, ()),
    ],
)
def test_static_features_are_found(text, choices, expected):
    assert read_static_features(text, **choices) == expected


@pytest.mark.parametrize("where", [0, FIRST_STEPS, 7 * FIRST_STEPS, 39 * FIRST_STEPS])
def test_one_change_anywhere_is_detected(where):
    values = np.repeat(np.arange(4.0), 10 * FIRST_STEPS)[:, None]
    lengths = np.full(4, 10 * FIRST_STEPS)
    assert find_static_features(Sequences(values, lengths)) == ("value",)
    values[where + 5] += 0.5
    assert find_static_features(Sequences(values, lengths)) == ()
