"""Create the table of estimated and measured durations of runs."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Create the table; runs from before have no rows in it."""
    key = sa.ForeignKey("runs.id", ondelete="CASCADE")
    op.create_table(
        "timings",
        sa.Column("run", sa.String(32), key, primary_key=True),
        sa.Column("family", sa.String(32), nullable=False),
        sa.Column("modelled", sa.Float(), nullable=False),
        sa.Column("measured", sa.Float()),
    )
