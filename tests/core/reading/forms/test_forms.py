"""Every form that tables are known to have is read as its owner means it."""

import numpy as np
import pytest

from core import DataError, read_sequences
from tests.support.files import SAMPLES

from . import (
    ends,
    formats,
    ids,
    numbers,
    python_objects,
    row_numbers,
    splits,
    targets,
    text_and_headerless,
    time_names,
    times,
)
from .expected import find_differences, read_case
from .tables import shuffle_lines

MODULES = (
    row_numbers,
    ids,
    time_names,
    times,
    splits,
    targets,
    numbers,
    ends,
    text_and_headerless,
    formats,
    python_objects,
)
MAX_QUESTION_SHARE = 0.2
CASES = {
    f"{module.__name__.split('.')[-1]}: {case.name}": case
    for module in MODULES
    for case in module.CASES
}


def _list_parameters(cases):
    return [pytest.param(case, id=name) for name, case in cases.items()]


def test_every_case_has_a_name_of_its_own():
    assert len(CASES) == sum(len(module.CASES) for module in MODULES)


@pytest.mark.parametrize("case", _list_parameters(CASES))
def test_a_table_is_read_as_its_owner_means_it(case):
    assert find_differences(case) == []


def _is_ordered(case):
    """Return True for a table of one step per line, each at a time of its own."""
    is_text = isinstance(case.source, str) and not case.source.startswith(("[", "{"))
    has_duplicates = any("that repeat a time" in phrase for phrase in case.warnings)
    return is_text and case.layout == "long" and case.time and not has_duplicates


def _describe_sequences(data):
    """Return the sequences, whatever their order."""
    ends = np.cumsum(data.lengths)
    return {
        id: (
            str(data[i].round(4).tolist()),  # NaN does not equal itself
            None if data.targets is None else _get_target(data, i, ends[i]),
            None if data.split is None else data.split[i],
        )
        for i, id in enumerate(data.ids.tolist())
    }


def _get_target(data, index, end):
    """Return the target of a sequence, or its targets."""
    if not data.per_step:
        return data.targets[index]
    return data.targets[end - data.lengths[index] : end].tolist()


ORDERED = {name: case for name, case in CASES.items() if _is_ordered(case)}


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("case", _list_parameters(ORDERED))
def test_the_order_of_the_rows_does_not_matter(case, seed):
    shuffled = read_case(case, shuffle_lines(case.source, case.header, seed))
    assert _describe_sequences(shuffled) == _describe_sequences(read_case(case))


def test_at_most_one_in_five_outcomes_is_a_question():
    questions = sum(bool(case.questions) for case in CASES.values())
    assert 0 < questions <= MAX_QUESTION_SHARE * len(CASES)


@pytest.mark.parametrize(
    ("build", "expected"), python_objects.REFUSED.values(), ids=python_objects.REFUSED
)
def test_an_object_that_is_no_table_is_refused_with_what_to_call(build, expected):
    with pytest.raises(DataError, match=expected):
        read_sequences(build())


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*.csv")), ids=lambda path: path.name)
def test_a_sample_gives_neither_warning_nor_question(path):
    report = read_sequences(path).report
    assert [str(each) for each in report.select("warning", "question")] == []
