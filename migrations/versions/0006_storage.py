"""How much each caller keeps."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "storage",
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("owner", name=op.f("storage_pkey")),
    )
    op.add_column("allowances", sa.Column("storage", sa.BigInteger(), nullable=True))
    # Of text SQLite counts the letters and PostgreSQL the bytes, unless told.
    size = "octet_length(body)"
    if op.get_bind().dialect.name == "sqlite":
        size = "length(CAST(body AS BLOB))"
    op.execute(
        f"INSERT INTO storage (owner, bytes) SELECT owner, sum({size}) FROM artefacts GROUP BY owner"  # noqa: S608, E501 - both are ours
    )


def downgrade() -> None:
    with op.batch_alter_table("allowances") as table:
        table.drop_column("storage")
    op.drop_table("storage")
