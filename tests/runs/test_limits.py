"""What a run may not have is refused with the numbers."""

import pytest

from core import DataError
from runs.limits import Limits


def test_a_network_that_is_too_large_is_refused_with_the_numbers():
    with pytest.raises(DataError, match=r"50,501 weights; on this server a run may have 1,000"):
        Limits(run_weights=1_000).refuse_too_large(50_501)
