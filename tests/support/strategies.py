"""Data that hypothesis draws and several test files share."""

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from core import GRU, LSTM, Recipe, Sequences
from core.recipe.members import Member
from core.recipe.recipe import FIELDS, OPTIMIZERS

values = st.floats(-1e6, 1e6, width=32)
layers = st.builds(
    lambda kind, *values: kind(*values),
    st.sampled_from([LSTM, GRU]),
    st.integers(1, 1024),
    st.booleans(),
    st.floats(0, 0.95),
    st.booleans(),
)
members = st.builds(Member) | st.builds(
    Member,
    layers=st.lists(layers, min_size=1, max_size=2).map(tuple),
    dense=st.lists(st.integers(1, 64), max_size=2).map(tuple),
    optimizer=st.sampled_from(list(OPTIMIZERS)),
    epochs=st.integers(1, 10_000),
    differences=st.booleans(),
)


def choices(field: str) -> st.SearchStrategy[str]:
    return st.sampled_from(list(FIELDS[field].type.names))


def build_recipe(
    pooling: object, patch_size: int, class_weight: str, normalization: str, **fields: object
) -> Recipe:
    """Recipe with these fields, without those where the task or its targets exclude them."""
    choice = Recipe(
        task="classification",
        pooling=pooling,
        patch_size=patch_size,
        class_weight=class_weight,
        normalization=normalization,
    )
    return choice.adapt(**fields)


recipes = st.builds(
    build_recipe,
    pooling=choices("pooling") | st.lists(choices("pooling"), min_size=1, unique=True),
    patch_size=st.just(1) | st.integers(1, 256),
    class_weight=choices("class_weight"),
    normalization=choices("normalization"),
    standardize=st.booleans(),
    differences=st.booleans(),
    task=choices("task"),
    return_sequences=st.booleans(),
    layers=st.lists(layers, min_size=1, max_size=4).map(tuple),
    dense=st.lists(st.integers(1, 64), max_size=2).map(tuple),
    padding=choices("padding"),
    mask=choices("mask"),
    maxlen=st.none() | st.integers(1, 1000),
    optimizer=st.sampled_from(list(OPTIMIZERS)),
    learning_rate=st.none() | st.floats(1e-7, 10),
    schedule=choices("schedule"),
    clip_norm=st.none() | st.floats(1e-6, 1e6),
    weight_decay=st.floats(0, 1),
    validation_split=st.floats(0, 0.9),
    validation_rows=choices("validation_rows"),
    patience=st.none() | st.integers(1, 50),
    members=st.lists(members, max_size=3).map(tuple),
)


@st.composite
def sequences(draw, max_sequences=6, max_steps=9, max_features=3, elements=values) -> Sequences:
    lengths = draw(st.lists(st.integers(1, max_steps), min_size=1, max_size=max_sequences))
    features = draw(st.integers(1, max_features))
    flat = draw(hnp.arrays(np.float32, (sum(lengths), features), elements=elements))
    return Sequences(values=flat, lengths=np.array(lengths))
