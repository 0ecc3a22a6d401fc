"""What Alembic runs for each migration; kuznia.platform.migrate hands it an open connection."""

from alembic import context

from kuznia.platform.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    # SQLite can hardly alter a table: Alembic makes a new one and moves the rows.
    render_as_batch=True,
    # The transaction is the caller's, on SQLite too: a migration that fails leaves no trace.
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
