"""Create the tables of turns, of identical runs and of signed cookies.

Databases of the last versions before Alembic have them already.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Create the tables that are missing."""
    op.create_table(
        "addresses",
        _visitor(),
        sa.Column("address", sa.String(32), nullable=False),
        if_not_exists=True,
    )
    op.create_table(
        "turns",
        _run(),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("fruitless", sa.Integer(), nullable=False),
        if_not_exists=True,
    )
    op.create_table(
        "twins",
        _run(),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("alone", sa.Boolean(), nullable=False),
        sa.Column("kind", sa.String(64)),
        sa.Column("taken", sa.Boolean(), nullable=False),
        if_not_exists=True,
    )
    op.create_index("ix_twins_key", "twins", ["key"], if_not_exists=True)
    op.create_table(
        "keys",
        sa.Column("name", sa.String(32), primary_key=True),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        if_not_exists=True,
    )
    op.create_table(
        "replaced_cookies",
        _visitor(),
        sa.Column("form", sa.String(16), primary_key=True),
        sa.Column("replaced", sa.Float(), nullable=False),
        if_not_exists=True,
    )


def _visitor() -> sa.Column[str]:
    visitor = sa.ForeignKey("visitors.id", ondelete="CASCADE")
    return sa.Column("visitor", sa.String(80), visitor, primary_key=True)


def _run() -> sa.Column[str]:
    run = sa.ForeignKey("runs.id", ondelete="CASCADE")
    return sa.Column("run", sa.String(32), run, primary_key=True)
