"""What the server knows of visitors' cookies: the key that signs them, and those replaced."""

from __future__ import annotations

import secrets
import time

from sqlalchemy import Connection, select

from runs.store.database import Database
from runs.store.helpers import insert_or_ignore
from runs.store.tables import keys, replaced_cookies, visitors

KEY = "cookies"  # its name among the keys
# A browser that opens ten tabs at once asks for all ten with the cookie it has at that moment.
GRACE_SECONDS = 60


class Cookies:
    def __init__(self, database: Database) -> None:
        self._database = database

    def key(self) -> bytes:
        """The 32 bytes that sign visitors' cookies, the same for all servers of this database."""
        query = select(keys.c.value).where(keys.c.name == KEY)
        with self._database.writing() as connection:
            new = {"name": KEY, "value": secrets.token_bytes(32)}
            insert_or_ignore(connection, keys, new)  # two servers that start at once
            return connection.scalar(query)

    def is_replaceable(self, visitor: str, form: str) -> bool:
        """Whether a cookie in an earlier form is still good: its visitor is known here, and was
        not given a new one before."""
        with self._database.reading() as connection:
            return _is_replaceable(connection, visitor, form)

    def replace(self, visitor: str, form: str) -> bool:
        """As ``is_replaceable``, and from now on (a moment later) it is not."""
        with self._database.writing() as connection:
            good = _is_replaceable(connection, visitor, form)
            if good:
                new = {"visitor": visitor, "form": form, "replaced": time.time()}
                insert_or_ignore(connection, replaced_cookies, new)
            return good


def _is_replaceable(connection: Connection, visitor: str, form: str) -> bool:
    query = (
        select(visitors.c.id, replaced_cookies.c.replaced)
        .outerjoin(
            replaced_cookies,
            (replaced_cookies.c.visitor == visitors.c.id) & (replaced_cookies.c.form == form),
        )
        .where(visitors.c.id == visitor)
    )
    row = connection.execute(query).one_or_none()
    if row is None:
        return False
    return row.replaced is None or time.time() - row.replaced < GRACE_SECONDS
