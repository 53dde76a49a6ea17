"""New visitors reach an exported model in few clicks: two of the journeys of the benchmarks."""

import pytest

from benchmarks import journeys

pytestmark = pytest.mark.slow  # it trains and exports


@pytest.mark.parametrize(("name", "look"), [("engines", "phone"), ("example", "desktop")])
def test_a_model_is_exported_in_few_clicks(chromium, address, name, look):
    report = journeys.walk(chromium, address, name, look)
    assert report["reached"], report
