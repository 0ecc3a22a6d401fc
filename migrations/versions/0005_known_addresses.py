"""Where people sign in from."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "known_addresses",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("known_addresses_pkey")),
    )
    op.create_index("known_addresses_owner", "known_addresses", ["owner", "seen_at"])


def downgrade() -> None:
    op.drop_table("known_addresses")
