"""Types of recipe values: their text in links and forms."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import GRU, LSTM, Conv1D, Recipe
from core.fields.declaration import list_fields
from core.fields.value_types import Boolean, Choice, ChoiceList, Number, Whole, WholeList
from core.layers.registry import LAYERS
from core.recipe.members import Member, MemberList
from core.recipe.recipe import FAMILIES, FIELDS

LAYER = st.builds(
    lambda kind, *values: kind(*values),
    st.sampled_from([LSTM, GRU]),
    st.integers(1, 1024),
    st.booleans(),
    st.floats(0, 0.95),
)
MEMBER = st.builds(Member) | st.builds(
    Member,
    layers=st.lists(LAYER, min_size=1, max_size=8).map(tuple),
    family=st.sampled_from(list(FAMILIES)),
    learning_rate=st.none() | st.floats(1e-7, 10),
)


def draw_value(field):
    """Return a strategy for the values of a field."""
    match field.type:
        case Choice(names):
            values = st.sampled_from(list(names))
        case ChoiceList(names):
            words = st.sampled_from(list(names))
            values = words | st.lists(words, min_size=1, unique=True).map(tuple)
        case Boolean():
            values = st.booleans()
        case Whole(low, high):
            values = st.integers(low, high)
        case Number(low, high):
            values = st.floats(low, high)
        case WholeList(low, high, max_items):
            values = st.lists(st.integers(low, high), max_size=max_items).map(tuple)
        case MemberList():
            values = st.lists(MEMBER, max_size=10).map(tuple)
        case _:
            layer = st.one_of(map(draw_layer, LAYERS.values()))
            values = st.lists(layer, min_size=1, max_size=8).map(tuple)
    return values | st.none() if field.none else values


def draw_layer(kind):
    """Return a strategy for the layers of a kind."""
    fields = {name: draw_value(field) for name, field in list_fields(kind).items()}
    if kind is Conv1D:
        fields["strides"] = st.just(1)  # others exclude a dilation rate
    return st.builds(kind, **fields)


@pytest.mark.parametrize("field", FIELDS.values(), ids=FIELDS)
def test_a_value_survives_its_text(field):
    @given(draw_value(field))
    def survives(value):
        value = field.check(value)
        assert field.check(field.from_text(field.to_text(value))) == value

    survives()


def test_several_words_have_one_readable_text_and_a_list_of_one_is_its_word():
    field = FIELDS["pooling"]
    assert field.to_text(("last", "mean", "max")) == "last-mean-max"
    assert field.check(["mean"]) == field.from_text("mean") == "mean"


def test_none_has_a_text_of_its_own():
    assert FIELDS["learning_rate"].to_text(None) == "default"
    assert FIELDS["maxlen"].to_text(None) == "none"
    with pytest.raises(ValueError, match="none"):
        FIELDS["learning_rate"].from_text("none")


@pytest.mark.parametrize("fields", [FIELDS, list_fields(LSTM)], ids=["recipe", "layer"])
def test_every_field_has_a_label_and_a_help_text(fields):
    for field in fields.values():
        assert field.label
        assert field.help.endswith(".")


def test_a_compiled_network_depends_on_every_field_that_does_not_say_otherwise():
    unchanged = {name for name, field in FIELDS.items() if not field.changes_network}
    assert {"epochs", "seed", "learning_rate", "mask", "maxlen"} <= unchanged
    assert not {"layers", "loss", "optimizer", "clip_norm", "pooling", "dense"} & unchanged
    assert Recipe().resolve() == Recipe(loss="mse", learning_rate=0.001).resolve()
