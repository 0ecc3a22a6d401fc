"""Which versions of Kuznia can work with this schema although it is newer than theirs."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    # Filled in by env.py, as after every migration.
    op.create_table(
        "schemas",
        sa.Column("oldest", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("oldest", name=op.f("schemas_pkey")),
    )


def downgrade() -> None:
    op.drop_table("schemas")
