"""Migrations of a later version, and what a database contains."""

import shutil
from pathlib import Path

import sqlalchemy

from runs.store.migrate import MIGRATIONS

VERSION = len(list(MIGRATIONS.glob("versions/*.py")))  # of today's tables
NEXT = VERSION + 1
TEMPLATE = """
import sqlalchemy as sa
from alembic import op

revision = "{next:04}"
down_revision = "{version:04}"


def upgrade() -> None:
{body}
"""
ADD_COLUMN = '    op.add_column("visitors", sa.Column("colour", sa.Text()))'


def write_next_version(folder: Path, body: str = ADD_COLUMN) -> Path:
    """Copy the migrations and add one more, with this body; return the folder."""
    # Alembic's configuration would take the sign for a variable.
    migrations = folder / "100% new"
    shutil.copytree(MIGRATIONS, migrations, ignore=shutil.ignore_patterns("__pycache__"))
    text = TEMPLATE.format(next=NEXT, version=VERSION, body=body)
    (migrations / "versions" / f"{NEXT:04}_next.py").write_text(text)
    return migrations


def read_rows(url: str) -> dict[str, list[str]]:
    """Return the rows of each table, read without the app's code."""
    engine = sqlalchemy.create_engine(url)
    with engine.connect() as connection:
        names = sqlalchemy.inspect(connection).get_table_names()
        rows = {name: connection.exec_driver_sql(f"SELECT * FROM {name}").all() for name in names}
    engine.dispose()
    return {name: sorted(map(repr, rows[name])) for name in sorted(names)}
