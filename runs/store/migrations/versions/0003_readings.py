"""Create the table of how visitors read the files of their data sets."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Create the table; data sets from before have no row in it."""
    data_set = sa.ForeignKey("data_sets.id", ondelete="CASCADE")
    op.create_table(
        "readings",
        sa.Column("data_set", sa.String(32), data_set, primary_key=True),
        sa.Column("choices", sa.Text(), nullable=False),
        sa.Column("report", sa.Text(), nullable=False),
    )
