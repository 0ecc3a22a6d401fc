"""The tables of jobs and of the webhooks that tell of their ends."""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    Named,
    Table,
    Text,
    TypedColumns,
)

from kuznia.platform.db.schema import Moment, metadata


class JobColumns(TypedColumns):
    """One job: an order that is made whether anybody waits for it or not."""

    id: Named[str] = Column(Text, primary_key=True)
    owner: Named[str] = Column(Text)
    domain: Named[str] = Column(Text)
    # The public half of the API key it came with, or nothing; its spending is shown by it.
    key: Named[str] = Column(Text)
    # The same for every attempt.
    run_id: Named[str] = Column(Text)
    request_id: Named[str] = Column(Text)
    # The order in JSON; gone once there is an artefact, which holds it too.
    payload: Named[str | None] = Column(Text)
    state: Named[str] = Column(Text)
    # Its place in the line: each caller's jobs take turns with those of the others.
    turn: Named[int] = Column(BigInteger)
    run_at: Named[datetime] = Column(Moment)
    attempts: Named[int] = Column(Integer)
    # Drawn anew by each process that takes it up, and named in all that this process writes.
    fence: Named[str | None] = Column(Text)
    lease_until: Named[datetime | None] = Column(Moment)
    created_at: Named[datetime] = Column(Moment)
    ended_at: Named[datetime | None] = Column(Moment)
    artefact: Named[str | None] = Column(Text)
    # The last fault in JSON, as its caller is told.
    error: Named[str | None] = Column(Text)
    # Where an attempt asked something else than the one before it, as `part/number`.
    diverged: Named[str | None] = Column(Text)
    # Of the caller, their Idempotency-Key and the request, if it came with one: it is put once.
    hash: Named[str | None] = Column(Text, unique=True)


jobs = Table(
    "jobs",
    metadata,
    JobColumns,
    CheckConstraint(
        "state IN ('queued', 'working', 'done', 'failed', 'dead', 'cancelled')", name="state"
    ),
    Index("jobs_history", "owner", "id"),
    Index("jobs_line", "state", "turn"),
    Index("jobs_line_of_owner", "owner", "state", "turn"),
    Index("jobs_retention", "ended_at"),
)


class TapeColumns(TypedColumns):
    """One call to a model for a job: written before it is sent, and again before it is paid."""

    job: Named[str] = Column(Text, ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True)
    # Counted for each job from 1.
    number: Named[int] = Column(Integer, primary_key=True, autoincrement=False)
    owner: Named[str] = Column(Text)
    part: Named[str] = Column(Text)
    # Of all that the model was asked: the same digest is the same question.
    digest: Named[str] = Column(Text)
    state: Named[str] = Column(Text)
    # Of the process that sent it.
    fence: Named[str] = Column(Text)
    model: Named[str] = Column(Text)
    # What it used; while that is not known, the most it can use.
    input_tokens: Named[int] = Column(BigInteger)
    output_tokens: Named[int] = Column(BigInteger)
    cost: Named[int] = Column(BigInteger)
    estimated: Named[bool] = Column(Boolean)
    seconds: Named[float] = Column(Float)
    outcome: Named[str] = Column(Text)
    # What the model said, or why it said nothing, in JSON; gone once there is an artefact.
    reply: Named[str | None] = Column(Text)


tape = Table(
    "tape",
    metadata,
    TapeColumns,
    CheckConstraint("state IN ('intent', 'reply', 'refused', 'unknown')", name="state"),
    Index("tape_state", "state"),
)


class WebhookColumns(TypedColumns):
    """One address that is told when a job of its owner has ended."""

    id: Named[str] = Column(Text, primary_key=True)
    owner: Named[str] = Column(Text)
    url: Named[str] = Column(Text)
    # Types with a space between.
    events: Named[str] = Column(Text)
    # Counted from 1 by its rotations; its secrets are derived from it, and kept nowhere.
    generation: Named[int] = Column(Integer)
    # Until then the secret before this one signs too.
    overlap_until: Named[datetime | None] = Column(Moment)
    created_at: Named[datetime] = Column(Moment)
    disabled_at: Named[datetime | None] = Column(Moment)
    # Deliveries that have failed since the last one that did not.
    failures: Named[int] = Column(Integer)
    # Nothing is delivered before; the more have failed, the longer.
    paused_until: Named[datetime | None] = Column(Moment)
    # Events that were not kept for it, because too many waited already.
    dropped: Named[int] = Column(Integer)


webhooks = Table("webhooks", metadata, WebhookColumns, Index("webhooks_owner", "owner", "id"))


class DeliveryColumns(TypedColumns):
    """The outbox: one message for one endpoint, written with what it tells of."""

    # The `webhook-id`: the same for every attempt.
    id: Named[str] = Column(Text, primary_key=True)
    owner: Named[str] = Column(Text)
    endpoint: Named[str] = Column(Text, ForeignKey("webhooks.id", ondelete="CASCADE"))
    type: Named[str] = Column(Text)
    # The body in JSON, byte for byte as it is sent each time.
    body: Named[str] = Column(Text)
    state: Named[str] = Column(Text)
    attempts: Named[int] = Column(Integer)
    next_at: Named[datetime] = Column(Moment)
    # Drawn anew for each attempt.
    fence: Named[str | None] = Column(Text)
    lease_until: Named[datetime | None] = Column(Moment)
    # What the receiver answered last, or why it did not.
    status: Named[int | None] = Column(Integer)
    error: Named[str | None] = Column(Text)
    created_at: Named[datetime] = Column(Moment)
    ended_at: Named[datetime | None] = Column(Moment)


deliveries = Table(
    "deliveries",
    metadata,
    DeliveryColumns,
    CheckConstraint("state IN ('waiting', 'delivered', 'dead')", name="state"),
    Index("deliveries_due", "state", "next_at"),
    Index("deliveries_of_endpoint", "endpoint", "id"),
    Index("deliveries_waiting", "endpoint", "state"),
    Index("deliveries_lease", "lease_until"),
    Index("deliveries_retention", "created_at"),
)
