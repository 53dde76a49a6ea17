import pytest

from ui.session.cache import Cached


def test_a_result_is_computed_once_until_another_key_comes():
    cached: Cached[str, int] = Cached()
    results = iter(range(9))
    keys = ("a", "a", "b", "b", "a")
    assert [cached.get(key, lambda: next(results)) for key in keys] == [0, 0, 1, 1, 2]


def test_a_failed_computation_is_repeated():
    cached: Cached[str, float] = Cached()
    with pytest.raises(ZeroDivisionError):
        cached.get("a", lambda: 1 / 0)
    assert cached.get("a", lambda: 0.5) == 0.5
