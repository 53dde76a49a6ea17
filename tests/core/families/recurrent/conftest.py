import numpy as np
import pytest

from core import Sequences


@pytest.fixture(scope="module")
def data() -> Sequences:
    rng = np.random.default_rng(5)
    steps = [rng.normal(3, 2, (length, 2)) for length in [1, 2, 3, 5, 8, 13, 4, 4, 7, 6]]
    return Sequences.from_lists(steps, targets=[float(each.max()) for each in steps])
