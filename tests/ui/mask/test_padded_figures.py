"""The part of the padded array that is drawn, against padding everything."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from core import Recipe, Sequences, pad
from core.data.padding import erased_steps
from ui.mask import padded_figures

RNG = np.random.default_rng(0)
DATA = Sequences.from_lists([RNG.integers(0, 3, (n, 2)) for n in (1, 7, 30, 12, 4)])


@pytest.mark.parametrize(("padding", "truncating"), [*product(("pre", "post"), repeat=2)])
def test_it_is_the_same_part_of_the_whole_array(monkeypatch, padding, truncating):
    monkeypatch.setattr(padded_figures, "MAX_PADDED_CELLS", 40)  # two rows at a time
    recipe = replace(Recipe(), padding=padding, truncating=truncating, maxlen=20, mask_value=1.0)
    rows, steps = np.array([4, 0, 2]), slice(5, 15)
    part = padded_figures.prepare_part((padding, truncating), DATA, recipe, rows, 1, steps, 20)
    whole = pad(DATA, 20, padding, truncating)
    flags = DATA.with_steps(
        erased_steps(DATA, 1.0)[:, None].repeat(2, axis=1).astype(np.float32), DATA.lengths
    )
    erased = pad(flags, 20, padding, truncating).values[:, :, 0] == 1
    np.testing.assert_array_equal(part.values, whole.values[rows][:, steps, 1])
    np.testing.assert_array_equal(part.mask, whole.mask[rows][:, steps])
    np.testing.assert_array_equal(part.erased, erased[rows][:, steps] & part.mask)
    assert part.ids.tolist() == DATA.ids[rows].tolist()
