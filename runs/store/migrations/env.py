"""Alembic's environment: migrations run in the transaction of ``runs.store.migrate``."""

from alembic import context

from runs.store.migrate import VERSION_TABLE

context.configure(
    connection=context.config.attributes["connection"],
    version_table=VERSION_TABLE,
    transactional_ddl=True,
)
context.run_migrations()
