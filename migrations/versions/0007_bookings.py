"""What was spent, by day, key and model, instead of a row for each run."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    # What was booked before says nothing of keys, models and the two kinds of tokens.
    runs = _bookings()
    count, tokens, cost = sa.func.count(), sa.func.sum(runs.c.tokens), sa.func.sum(runs.c.cost)
    day = _day(runs.c.created_at).label("on_day")
    query = sa.select(runs.c.owner, day, count, tokens, cost).group_by(runs.c.owner, "on_day")
    before = op.get_bind().execute(query).all()
    op.drop_table("bookings")
    days = op.create_table(
        "bookings",
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("calls", sa.BigInteger(), nullable=False),
        sa.Column("input_tokens", sa.BigInteger(), nullable=False),
        sa.Column("output_tokens", sa.BigInteger(), nullable=False),
        sa.Column("cost", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("owner", "day", "key", "model", name=op.f("bookings_pkey")),
    )
    op.create_index("bookings_retention", "bookings", ["day"])
    op.bulk_insert(
        days,
        [
            {
                "owner": owner,
                "day": day,
                "key": "",
                "model": "",
                "calls": calls,
                "input_tokens": int(tokens),
                "output_tokens": 0,
                "cost": int(cost),
            }
            for owner, day, calls, tokens, cost in before
        ],
    )


def downgrade() -> None:
    """The runs of before are not to be had again; the sums that limits are held by stay."""
    op.drop_table("bookings")
    runs = _bookings()
    op.create_table(
        "bookings",
        *(sa.Column(one.name, one.type, nullable=False) for one in runs.c),
        sa.PrimaryKeyConstraint("id", name=op.f("bookings_pkey")),
    )
    op.create_index("bookings_owner", "bookings", ["owner", "created_at"])
    op.create_index("bookings_retention", "bookings", ["created_at"])


def _bookings() -> sa.TableClause:
    """As they were: a row for each run."""
    return sa.table(
        "bookings",
        sa.column("id", sa.Text()),
        sa.column("owner", sa.Text()),
        sa.column("tokens", sa.BigInteger()),
        sa.column("cost", sa.BigInteger()),
        sa.column("created_at", sa.DateTime(timezone=True)),
    )


def _day(moment: sa.ColumnElement[object]) -> sa.ColumnElement[str]:
    if op.get_bind().dialect.name == "postgresql":
        return sa.func.to_char(sa.func.timezone("UTC", moment), "YYYY-MM-DD")
    # SQLite keeps it as text, in UTC.
    return sa.func.substr(moment, 1, 10)
