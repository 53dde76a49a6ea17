"""The key of cookies, and cookies that were replaced."""

import time

from sqlalchemy import text

from runs.store.cookies import GRACE_SECONDS
from tests.support.stores import call_in_parallel


def test_servers_of_one_database_share_one_key(new_store):
    stores = [new_store() for _ in range(8)]
    drawn = set()
    call_in_parallel(lambda number: drawn.add(stores[number].cookies.read_key()), len(stores))
    assert len(drawn) == 1
    assert len(drawn.pop()) == 32


def test_an_earlier_cookie_is_valid_once_and_a_moment_longer(new_store, monkeypatch):
    one, other = new_store(), new_store()
    one.visitors.record_visit("ada", lasting=False)
    assert not one.cookies.replace("bob", "unsigned")
    assert one.cookies.is_replaceable("ada", "unsigned")
    call_in_parallel(lambda number: (one, other)[number % 2].cookies.replace("ada", "unsigned"), 8)
    assert other.cookies.replace("ada", "unsigned")  # a second tab, on the other server
    later = time.time() + GRACE_SECONDS
    monkeypatch.setattr(time, "time", lambda: later)
    for store in (one, other):
        assert not store.cookies.is_replaceable("ada", "unsigned")
        assert not store.cookies.replace("ada", "unsigned")
        assert store.cookies.is_replaceable("ada", "unprefixed")


def test_replaced_cookies_are_deleted_with_the_visitor(store):
    store.cookies.replace("ada", "unsigned")
    store.visitors.delete("ada")
    with store.database.reading() as connection:
        assert connection.scalar(text("SELECT count(*) FROM replaced_cookies")) == 0
