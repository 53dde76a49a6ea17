"""Create the tables of test sets that are held out from data sets, and of those of runs."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Create the tables; data sets and runs from before have no rows in them."""
    for name, column, parent in (
        ("hold_outs", "data_set", "data_sets.id"),
        ("run_hold_outs", "run", "runs.id"),
    ):
        key = sa.ForeignKey(parent, ondelete="CASCADE")
        op.create_table(
            name,
            sa.Column(column, sa.String(32), key, primary_key=True),
            sa.Column("method", sa.String(16)),
            sa.Column("seed", sa.BigInteger(), nullable=False),
            sa.Column("rows", sa.LargeBinary(), nullable=False),
        )
