"""Cookies of visitors: the key that signs them, and cookies that were replaced."""

from __future__ import annotations

import secrets
import time

from sqlalchemy import Connection, select

from runs.store.database import Database
from runs.store.helpers import insert_or_ignore
from runs.store.tables import keys, replaced_cookies, visitors

KEY = "cookies"  # its name in the table keys
# A browser that opens ten tabs at once sends the same cookie with all ten requests.
GRACE_SECONDS = 60


class Cookies:
    """Key and replaced cookies in the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def read_key(self) -> bytes:
        """Return the 32 bytes that sign cookies, the same for all servers of this database."""
        query = select(keys.c.value).where(keys.c.name == KEY)
        with self._database.writing() as connection:
            new = {"name": KEY, "value": secrets.token_bytes(32)}
            insert_or_ignore(connection, keys, new)  # two servers may start at the same time
            key: bytes = connection.execute(query).scalar_one()
            return key

    def is_replaceable(self, visitor: str, form: str) -> bool:
        """Return True if a cookie in an earlier form is still valid.

        Its visitor is known, and did not get a new cookie before.

        Args:
            visitor: Id of the visitor.
            form: Name of the earlier form.
        """
        with self._database.reading() as connection:
            return _is_replaceable(connection, visitor, form)

    def replace(self, visitor: str, form: str) -> bool:
        """Return ``is_replaceable``, which is False from a moment later on."""
        with self._database.writing() as connection:
            is_replaceable = _is_replaceable(connection, visitor, form)
            if is_replaceable:
                values = {"visitor": visitor, "form": form, "replaced": time.time()}
                insert_or_ignore(connection, replaced_cookies, values)
            return is_replaceable


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
