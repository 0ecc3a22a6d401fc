"""The shelf: artefacts with what they are found again by."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "artefacts",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("domain", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "status IN ('complete', 'partial', 'degraded', 'declined', 'failed')",
            name=op.f("artefacts_status_check"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("artefacts_pkey")),
    )
    op.create_index("artefacts_history", "artefacts", ["owner", "id"])
    op.create_index("artefacts_history_of_domain", "artefacts", ["owner", "domain", "id"])
    op.create_index("artefacts_shelf", "artefacts", ["owner", "key", "created_at"])
    op.create_index("artefacts_run", "artefacts", ["owner", "run_id"])
    op.create_index("artefacts_retention", "artefacts", ["created_at"])


def downgrade() -> None:
    op.drop_table("artefacts")
