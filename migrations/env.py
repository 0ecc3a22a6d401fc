"""What Alembic runs for each migration; kuznia.platform.migrate hands it an open connection."""

from alembic import context

from kuznia.platform.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    # SQLite can hardly alter a table: Alembic makes a new one and moves the rows.
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
