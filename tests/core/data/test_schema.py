"""A schema survives JSON, and schemas of earlier versions are read."""

import json

import pytest

from core.data.schema import Schema, as_columns, as_one_column


@pytest.mark.parametrize(
    "schema",
    [
        Schema("long", id="id", time="t", features=("v",)),
        Schema("long", id=("subject", "trial"), time=("date", "clock"), dayfirst=False),
        Schema("wide", features=("x1", "x2")),
    ],
)
def test_a_schema_survives_json(schema):
    assert Schema.from_dict(json.loads(json.dumps(schema.to_dict()))) == schema


def test_a_schema_without_later_fields_is_read():
    plain = Schema("long", id="id", time="t").to_dict()
    del plain["dayfirst"]
    assert Schema.from_dict(plain) == Schema("long", id="id", time="t")


@pytest.mark.parametrize(
    ("field", "value"), [("id", 5), ("id", ["a", 5]), ("time", {"a": 1}), ("dayfirst", "yes")]
)
def test_other_values_are_refused(field, value):
    with pytest.raises(ValueError, match=field):
        Schema.from_dict(Schema("long").to_dict() | {field: value})


def test_the_columns_of_a_role_are_listed():
    schema = Schema("long", id=("subject", "trial"), time="t")
    assert schema.list_columns("id") == ("subject", "trial")
    assert schema.list_columns("time") == ("t",)
    assert schema.list_columns("group") == as_columns("") == ()


def test_one_column_is_not_taken_from_several():
    assert (as_one_column("a"), as_one_column(""), as_one_column(None)) == ("a", None, None)
    with pytest.raises(TypeError, match="single column"):
        as_one_column(("a", "b"))
