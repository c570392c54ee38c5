"""Alembic's door: migrations run on the connection and in the transaction that `schema.upgrade` opened."""

from alembic import context

from worker.ledger.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,
    transactional_ddl=False,  # the transaction is the caller's
)
context.run_migrations()
