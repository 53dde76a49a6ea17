"""Create the tables of the versions before Alembic, whose databases are taken to be here."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create the tables and their indices."""
    schema = op.create_table("schema", sa.Column("version", sa.Integer(), primary_key=True))
    op.bulk_insert(schema, [{"version": 1}])
    op.create_table(
        "visitors",
        sa.Column("id", sa.String(80), primary_key=True),
        sa.Column("lasting", sa.Boolean(), nullable=False),
        sa.Column("seen", sa.Float(), nullable=False, index=True),
        sa.Column("born", sa.Float(), nullable=False),
        sa.Column("workspace", sa.Text(), nullable=False),
    )
    op.create_table(
        "contents",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
    )
    op.create_table(
        "data_sets",
        sa.Column("id", sa.String(32), primary_key=True),
        _owner(),
        sa.Column("name", sa.String(), nullable=False),
        _content("data", nullable=False),
        _content("file", nullable=True),
        sa.Column("sequences", sa.Integer(), nullable=False),
        sa.Column("features", sa.Integer(), nullable=False),
        sa.Column("steps", sa.BigInteger(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("opened", sa.Float(), nullable=False),
    )
    op.create_table(
        "runs",
        sa.Column("id", sa.String(32), primary_key=True),
        _owner(),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("recipe", sa.Text(), nullable=False),
        _content("data", nullable=False),
        sa.Column("reading", sa.Text(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False, index=True),
        sa.Column("created", sa.Float(), nullable=False),
        sa.Column("started", sa.Float()),
        sa.Column("ended", sa.Float()),
        sa.Column("estimate", sa.Float(), nullable=False),
        sa.Column("reserved", sa.BigInteger(), nullable=False),
        sa.Column("before", sa.Float(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("worker", sa.String()),
        sa.Column("beat", sa.Integer(), nullable=False),
        sa.Column("stopping", sa.Boolean(), nullable=False),
        sa.Column("deaths", sa.Integer(), nullable=False),
        sa.Column("memory_deaths", sa.Integer(), nullable=False),
        sa.Column("progress", sa.Text()),
        sa.Column("error", sa.Text()),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("metrics", sa.Text(), nullable=False),
        sa.Column("best_epoch", sa.Integer()),
        sa.Column("computed", sa.Text(), nullable=False),
        sa.Column("spark", sa.Text(), nullable=False),
        sa.Column("open_to_questions", sa.Boolean(), nullable=False),
        sa.Index("runs_by_owner", "owner", "created"),
    )
    op.create_table(
        "epochs",
        _run(),
        sa.Column("epoch", sa.Integer(), primary_key=True),
        sa.Column("figures", sa.Text(), nullable=False),
    )
    op.create_table(
        "artifacts",
        _run(),
        sa.Column("kind", sa.String(16), primary_key=True),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
    )


def _owner() -> sa.Column[str]:
    owner = sa.ForeignKey("visitors.id", ondelete="CASCADE")
    return sa.Column("owner", sa.String(80), owner, nullable=False, index=True)


def _content(name: str, nullable: bool) -> sa.Column[str]:
    content = sa.ForeignKey("contents.digest")
    return sa.Column(name, sa.String(64), content, nullable=nullable, index=True)


def _run() -> sa.Column[str]:
    run = sa.ForeignKey("runs.id", ondelete="CASCADE")
    return sa.Column("run", sa.String(32), run, primary_key=True)
