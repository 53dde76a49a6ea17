"""Text is said to be unsupported, and so is a table without a sequence of several steps."""

import io
import string

import pytest

from core import DataError
from core.reading import detect_schema, open_table
from tests.support.findings import list_doubts

SINGLE = (
    "question",
    "single_steps",
    "every sequence has one step: do several rows belong together?",
)


def detect(text):
    return detect_schema(open_table(io.StringIO(text)))


def write(cells):
    return "id,t,v,about\n" + "".join(
        f"s{row // 4},{row % 4},{row},{cell}\n" for row, cell in enumerate(cells)
    )


@pytest.mark.parametrize(
    ("cells", "found"),
    [
        ([f"the note number {i} says" for i in range(12)], "the note number 0 says"),
        ([letter * 3 for letter in string.ascii_lowercase], "aaa"),
    ],
)
def test_words_of_many_values_are_said_to_be_unsupported(cells, found):
    schema = detect(write(cells))
    assert schema.features == ("v",)
    doubt = f"`about` holds text such as {found}, which is not supported yet: not used"
    assert list_doubts(schema) == [("warning", "text", doubt)]


@pytest.mark.parametrize("cells", [["x", "y"] * 4, ["A1", "B2", "C3", "D4"] * 2, ["x"] * 8])
def test_categories_and_codes_are_no_text(cells):
    assert list_doubts(detect(write(cells))) == []


@pytest.mark.parametrize(
    "text",
    [
        "text,label\nI liked this film a lot,1\nwhat a bad film it was,0\n",
        "id,seq,label\na,ACGTACGTAC,1\nb,ACGTTTTTAC,0\n",
    ],
)
def test_a_table_of_text_alone_is_refused_as_text(text):
    with pytest.raises(DataError, match="text is not supported yet"):
        detect(text)


def test_letters_of_dna_beside_numbers_are_said_to_be_unsupported():
    schema = detect("id,t,v,seq\na,0,1,ACGTACGT\na,1,2,TTTTACGT\nb,0,3,GGGGACGT\nb,1,3,GGGGACGT\n")
    ((level, code, doubt),) = list_doubts(schema)
    assert (level, code) == ("warning", "text")
    assert doubt.startswith("`seq` holds a sequence of letters per cell, such as ACGTACGT")


@pytest.mark.parametrize("text", ["id,t,v\na,0,1\nb,0,2\nc,0,3\n", "id,v,y\na,1,5\nb,2,6\n"])
def test_sequences_of_one_step_are_a_doubt(text):
    assert SINGLE in list_doubts(detect(text))


@pytest.mark.parametrize("text", ["id,t,v\na,0,1\na,1,2\nb,0,3\n", "id,x1,x2,y\na,1,,5\nb,2,,6\n"])
def test_a_sequence_of_several_steps_is_no_doubt(text):
    assert SINGLE not in list_doubts(detect(text))
