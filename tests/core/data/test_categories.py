import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import DataError, Sequences
from core.data.categories import decode_words, encode_words
from core.data.serialization import pack, unpack

DATA = Sequences(
    [[0, 1.5], [2, 2.5], [np.nan, 3.5]],
    [2, 1],
    feature_names=("colour", "v"),
    categories={"colour": ("blue", "green", "red")},
    missing="mean",
)


@given(st.lists(st.none() | st.text(max_size=3)))
def test_encoded_words_come_back(words):
    codes, categories = encode_words(words)
    assert list(categories) == sorted(categories)
    assert decode_words(codes, categories).tolist() == words


def test_packing_preserves_words():
    again = unpack(pack(DATA))
    assert again == DATA
    assert again.missing == "mean"


def test_subsets_and_selected_features_keep_the_words():
    assert DATA[1:].categories == DATA.categories
    assert DATA.with_features(["v"]).categories == {}
    assert DATA.with_features(["v", "colour"]).categories == DATA.categories


def test_other_words_are_other_data():
    other = Sequences(
        DATA.values, [2, 1], feature_names=("colour", "v"),
        categories={"colour": ("blue", "grey", "red")}, missing="mean",
    )  # fmt: skip
    assert other != DATA
    assert other.digest() != DATA.digest()


def test_a_frame_holds_the_words():
    words = DATA.to_frame()["colour"]
    assert words[:2].tolist() == ["blue", "red"]
    assert words.isna().tolist() == [False, False, True]


@pytest.mark.parametrize(
    ("categories", "says"),
    [
        ({"shape": ("a",)}, "There is no feature"),
        ({"colour": ("red", "blue", "green")}, "not sorted"),
        ({"colour": ("a", "a", "b")}, "one is repeated"),
        ({"colour": ("a", "b")}, "not the code of one of its 2 categories"),
        ({"v": ("a", "b", "c", "d")}, "not the code"),
    ],
)
def test_codes_that_name_no_word_are_refused(categories, says):
    with pytest.raises(DataError, match=says):
        Sequences(
            DATA.values, [2, 1], feature_names=("colour", "v"), categories=categories,
            missing="mean",
        )  # fmt: skip
