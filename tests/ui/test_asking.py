import pytest

from ui.asking import a_short_sequence, typed_sequences
from ui.state import example_data


@pytest.mark.parametrize(
    ("text", "features", "lists"),
    [
        ("1.5", 1, [[[1.5]]]),
        ("[1.5]", 1, [[[1.5]]]),
        ("[1, 2], [3]", 1, [[[1], [2]], [[3]]]),
        ("1\n2, 5", 1, [[[1]], [[2], [5]]]),
        ("[[1, 2], [3, 4]]", 1, [[[1], [2]], [[3], [4]]]),
        ("[[1, 2], [3, 4]]", 2, [[[1, 2], [3, 4]]]),
        ("[[1, 2], [3, 4], [5, 6]]\n[[7, 8]]", 2, [[[1, 2], [3, 4], [5, 6]], [[7, 8]]]),
    ],
)
def test_what_people_type_is_understood(text, features, lists):
    data = typed_sequences(text, features)
    assert [data[i].tolist() for i in range(len(data))] == lists


def test_the_suggestion_is_the_shortest_sequence():
    assert a_short_sequence(example_data()) == "[1]"
