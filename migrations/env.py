"""What Alembic runs for each migration; kuznia.platform.db.migrate hands it an open connection."""

import sqlalchemy as sa
from alembic import context

from kuznia.platform.db.tables import metadata, schemas


def note_the_oldest() -> None:
    """Say which versions can work with this schema: its own, unless its migration names another.

    A migration that only adds what an older version does not look at says so with a line
    `oldest = "0007"`: from then on, processes of that version stay ready beside newer ones.
    """
    at = context.get_context().get_current_revision()
    connection = context.config.attributes["connection"]
    if at is None or not sa.inspect(connection).has_table(schemas.name):
        return
    module = context.script.get_revision(at).module
    connection.execute(sa.delete(schemas))
    connection.execute(sa.insert(schemas).values(oldest=getattr(module, "oldest", at)))


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    # SQLite can hardly alter a table: Alembic makes a new one and moves the rows.
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
    note_the_oldest()
