"""Sequences written as CSV are read back as the same sequences."""

import io
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import Sequences
from core.reading import open_table, read_table
from core.reading.choices import choose_schema
from core.reading.new_data import Reading
from core.reading.to_csv import (
    MAX_EXAMPLE_STEPS,
    build_example,
    build_template,
    derive_schema,
    to_csv,
)
from tests.support.tables import TABLES

numbers = st.floats(-1e6, 1e6, width=32)


@given(
    st.lists(st.lists(st.tuples(numbers, numbers), min_size=1, max_size=6), min_size=1), st.data()
)
def test_sequences_without_a_table_are_written_in_the_long_layout(lists, draw):
    targets = draw.draw(
        st.lists(st.floats(-1e9, 1e9), min_size=len(lists), max_size=len(lists)) | st.none()
    )
    data = Sequences.from_lists(lists, targets=targets)
    schema = derive_schema(data)
    again = read_table(open_table(io.StringIO(to_csv(data, schema))), schema)[0]
    assert again == data


# A mean of several steps loses which of their values were missing.
@pytest.mark.parametrize("way", [way for way in TABLES if way != "twice"])
def test_a_table_is_written_in_its_own_layout(way):
    text, choices = TABLES[way]
    table = open_table(io.StringIO(text))
    data = read_table(table, choose_schema(table, choices))[0]
    schema = derive_schema(data)
    written = open_table(io.StringIO(to_csv(data, schema)))
    again = read_table(written, schema)[0]
    if schema.cut:  # a window of a series is now a series of its own
        again, data = replace(again, groups=None), replace(data, groups=None)
    assert again == data


def test_an_id_that_looks_like_a_comment_is_quoted():
    data = Sequences.from_lists([[1], [2, 3]], ids=["#1", "%2"])
    schema = derive_schema(data)
    again = read_table(open_table(io.StringIO(to_csv(data, schema))), schema)[0]
    assert again.ids.tolist() == ["#1", "%2"]


def test_an_example_is_small():
    data = Sequences.from_lists([np.ones(9000), [2, 3]] * 50, targets=[1, 2] * 50)
    lines = build_example(data).splitlines()
    assert lines[0] == "id,value,target"
    assert len(lines) == 1 + 2 * MAX_EXAMPLE_STEPS + 2


@pytest.mark.parametrize("way", TABLES)
def test_a_template_is_read_as_new_data_without_targets(way):
    text, choices = TABLES[way]
    table = open_table(io.StringIO(text))
    data = read_table(table, choose_schema(table, choices))[0]
    template = build_template(data)
    again = Reading.from_sequences(data).read_file(template.encode(), max_steps=10**6)[0]
    assert again.feature_names == data.feature_names
    assert len(again) >= 1
    assert again.targets is None or data.schema.remaining_steps is not None
    assert again.split is None


@pytest.mark.parametrize("way", TABLES)
def test_the_schema_without_targets_reads_the_same_sequences(way):
    text, choices = TABLES[way]
    table = open_table(io.StringIO(text))
    data = read_table(table, choose_schema(table, choices))[0]
    schema = derive_schema(data.with_targets(None))
    again = read_table(open_table(io.StringIO(to_csv(data, schema))), schema)[0]
    np.testing.assert_array_equal(again.values, data.values)
    assert again.lengths.tolist() == data.lengths.tolist()
