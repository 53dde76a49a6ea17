"""Create the tables of what owners wrote about runs, and of runs that are compared."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Create the tables; runs from before have no row in them."""
    op.create_table("run_notes", _run(), sa.Column("text", sa.Text(), nullable=False))
    op.create_table(
        "compared",
        _run(),
        sa.Column("comparison", sa.String(32), nullable=False),
        sa.Column("entry", sa.String(), nullable=False),
    )
    op.create_index("ix_compared_comparison", "compared", ["comparison"])


def _run() -> sa.Column[str]:
    run = sa.ForeignKey("runs.id", ondelete="CASCADE")
    return sa.Column("run", sa.String(32), run, primary_key=True)
