"""Data that hypothesis draws and several test files share."""

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from core import Sequences

values = st.floats(-1e6, 1e6, width=32)


@st.composite
def sequences(draw, max_sequences=6, max_steps=9, max_features=3, elements=values) -> Sequences:
    lengths = draw(st.lists(st.integers(1, max_steps), min_size=1, max_size=max_sequences))
    features = draw(st.integers(1, max_features))
    flat = draw(hnp.arrays(np.float32, (sum(lengths), features), elements=elements))
    return Sequences(values=flat, lengths=np.array(lengths))
