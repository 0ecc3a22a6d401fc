"""How much callers may use, what they have used, and answers to be given again."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "allowances",
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("requests", sa.Text(), nullable=True),
        sa.Column("generation", sa.Text(), nullable=True),
        sa.Column("at_once", sa.Integer(), nullable=True),
        sa.Column("tokens_day", sa.BigInteger(), nullable=True),
        sa.Column("tokens_month", sa.BigInteger(), nullable=True),
        sa.Column("cost_day", sa.BigInteger(), nullable=True),
        sa.Column("cost_month", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("owner", name=op.f("allowances_pkey")),
    )
    op.create_table(
        "spending",
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("tokens_day", sa.BigInteger(), nullable=False),
        sa.Column("tokens_month", sa.BigInteger(), nullable=False),
        sa.Column("cost_day", sa.BigInteger(), nullable=False),
        sa.Column("cost_month", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("owner", name=op.f("spending_pkey")),
    )
    op.create_table(
        "reservations",
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("orders", sa.Integer(), nullable=False),
        sa.Column("tokens", sa.BigInteger(), nullable=False),
        sa.Column("cost", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("owner", "holder", name=op.f("reservations_pkey")),
    )
    op.create_index("reservations_expiry", "reservations", ["expires_at"])
    op.create_table(
        "bookings",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("tokens", sa.BigInteger(), nullable=False),
        sa.Column("cost", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("bookings_pkey")),
    )
    op.create_index("bookings_owner", "bookings", ["owner", "created_at"])
    op.create_index("bookings_retention", "bookings", ["created_at"])
    op.create_table(
        "replays",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("headers", sa.Text(), nullable=True),
        sa.Column("body", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("replays_pkey")),
    )
    op.create_index("replays_owner", "replays", ["owner"])
    op.create_index("replays_expiry", "replays", ["expires_at"])


def downgrade() -> None:
    for table in ("replays", "bookings", "reservations", "spending", "allowances"):
        op.drop_table(table)
