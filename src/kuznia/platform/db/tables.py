"""What the database holds. A change here needs a migration; a test compares the two."""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Index,
    Integer,
    Named,
    Table,
    Text,
    TypedColumns,
)

# All tables are found here, whatever file they are in.
from kuznia.platform.db.job_tables import deliveries as deliveries
from kuznia.platform.db.job_tables import jobs as jobs
from kuznia.platform.db.job_tables import tape as tape
from kuznia.platform.db.job_tables import webhooks as webhooks
from kuznia.platform.db.schema import Moment, metadata


class SchemaColumns(TypedColumns):
    """One row: the oldest schema whose version of Kuznia can work with this one too."""

    oldest: Named[str] = Column(Text, primary_key=True)


schemas = Table("schemas", metadata, SchemaColumns)


class ArtefactColumns(TypedColumns):
    # Ids sort by the time they were made, so history needs no column of its own to be ordered by.
    id: Named[str] = Column(Text, primary_key=True)
    run_id: Named[str] = Column(Text)
    owner: Named[str] = Column(Text)
    domain: Named[str] = Column(Text)
    status: Named[str] = Column(Text)
    # What equal orders have in common; none, if the artefact is not to be found again.
    key: Named[str | None] = Column(Text)
    # The whole artefact in JSON, read and written as one: nothing asks the database what is in it.
    body: Named[str] = Column(Text)
    created_at: Named[datetime] = Column(Moment)


artefacts = Table(
    "artefacts",
    metadata,
    ArtefactColumns,
    CheckConstraint(
        "status IN ('complete', 'partial', 'degraded', 'declined', 'failed')", name="status"
    ),
    # History, newest first: read backwards, an ascending index is a descending one.
    Index("artefacts_history", "owner", "id"),
    Index("artefacts_history_of_domain", "owner", "domain", "id"),
    Index("artefacts_shelf", "owner", "key", "created_at"),
    Index("artefacts_run", "owner", "run_id"),
    Index("artefacts_retention", "created_at"),
)


class StorageColumns(TypedColumns):
    """The sum of what each caller keeps, changed together with the rows it counts."""

    owner: Named[str] = Column(Text, primary_key=True)
    bytes: Named[int] = Column(BigInteger)


storage = Table("storage", metadata, StorageColumns)


# A table with a column `owner` holds what is somebody's own: all of it goes into their export,
# except columns named `hash`, which are of use to nobody but us, and out at their erasure, except
# the accounts of what they spent and may spend (callers/personal_data.py).


class UserColumns(TypedColumns):
    # Our own accounts, and of an identity provider's people those an operator has decided about.
    id: Named[str] = Column(Text, primary_key=True)
    name: Named[str | None] = Column(Text, unique=True)
    hash: Named[str | None] = Column(Text)
    role: Named[str] = Column(Text)
    # Goes up whenever tokens given out before must not open anything any more.
    version: Named[int] = Column(Integer)
    disabled_at: Named[datetime | None] = Column(Moment)
    created_at: Named[datetime] = Column(Moment)


users = Table(
    "users", metadata, UserColumns, CheckConstraint("role IN ('user', 'admin')", name="role")
)


class ApiKeyColumns(TypedColumns):
    # The public half: it finds the row, and may be shown.
    id: Named[str] = Column(Text, primary_key=True)
    owner: Named[str] = Column(Text)
    name: Named[str] = Column(Text)
    hash: Named[str] = Column(Text)
    # Words with a space between.
    scopes: Named[str] = Column(Text)
    created_at: Named[datetime] = Column(Moment)
    expires_at: Named[datetime | None] = Column(Moment)
    revoked_at: Named[datetime | None] = Column(Moment)


api_keys = Table("api_keys", metadata, ApiKeyColumns, Index("api_keys_owner", "owner", "id"))


class RefreshTokenColumns(TypedColumns):
    # One row for each sign-in, however often its token has been changed for the next.
    id: Named[str] = Column(Text, primary_key=True)
    owner: Named[str] = Column(Text)
    hash: Named[str] = Column(Text)
    created_at: Named[datetime] = Column(Moment)
    expires_at: Named[datetime] = Column(Moment)


refresh_tokens = Table(
    "refresh_tokens",
    metadata,
    RefreshTokenColumns,
    Index("refresh_tokens_owner", "owner", "id"),
    Index("refresh_tokens_expiry", "expires_at"),
)


class SignInColumns(TypedColumns):
    # A hash of who tried, also of names nobody has: whether there is such a name is not to be told.
    id: Named[str] = Column(Text, primary_key=True)
    tries: Named[int] = Column(Integer)
    since: Named[datetime] = Column(Moment)


sign_ins = Table("sign_ins", metadata, SignInColumns, Index("sign_ins_since", "since"))


class KnownAddressColumns(TypedColumns):
    # A keyed hash of a name and an address its owner has signed in from: of neither by itself.
    id: Named[str] = Column(Text, primary_key=True)
    owner: Named[str] = Column(Text)
    seen_at: Named[datetime] = Column(Moment)


known_addresses = Table(
    "known_addresses",
    metadata,
    KnownAddressColumns,
    Index("known_addresses_owner", "owner", "seen_at"),
)


class SigningSecretColumns(TypedColumns):
    name: Named[str] = Column(Text, primary_key=True)
    secret: Named[str] = Column(Text)


signing_secrets = Table("signing_secrets", metadata, SigningSecretColumns)


class LessonColumns(TypedColumns):
    owner: Named[str] = Column(Text, primary_key=True)
    domain: Named[str] = Column(Text, primary_key=True)
    # Counted for each owner and domain from 1: the order in which things were learnt. The key is
    # also the index of the only question asked of this table: one owner's log, oldest first.
    number: Named[int] = Column(Integer, primary_key=True, autoincrement=False)
    # One entry of the log in JSON; what it says is between the domain and its caller.
    body: Named[str] = Column(Text)
    learnt_at: Named[datetime] = Column(Moment)


lessons = Table("lessons", metadata, LessonColumns)


# How much callers may use, and what they have used. Money is in billionths of a dollar.


class AllowanceColumns(TypedColumns):
    """What an operator allows one caller; none is what the settings say, -1 is no limit."""

    owner: Named[str] = Column(Text, primary_key=True)
    # Rates like 10/minute, or off.
    requests: Named[str | None] = Column(Text)
    generation: Named[str | None] = Column(Text)
    at_once: Named[int | None] = Column(Integer)
    tokens_day: Named[int | None] = Column(BigInteger)
    tokens_month: Named[int | None] = Column(BigInteger)
    cost_day: Named[int | None] = Column(BigInteger)
    cost_month: Named[int | None] = Column(BigInteger)
    storage: Named[int | None] = Column(BigInteger)


allowances = Table("allowances", metadata, AllowanceColumns)


class SpendingColumns(TypedColumns):
    """One row for each caller who spent anything: the sums of its day and its month, in UTC."""

    owner: Named[str] = Column(Text, primary_key=True)
    # 2026-11-21: sums of another day or month count as nothing.
    day: Named[str] = Column(Text)
    tokens_day: Named[int] = Column(BigInteger)
    tokens_month: Named[int] = Column(BigInteger)
    cost_day: Named[int] = Column(BigInteger)
    cost_month: Named[int] = Column(BigInteger)


spending = Table("spending", metadata, SpendingColumns)


class ReservationColumns(TypedColumns):
    """What one process holds of a caller's budget for orders under way; void once it expires."""

    owner: Named[str] = Column(Text, primary_key=True)
    holder: Named[str] = Column(Text, primary_key=True)
    orders: Named[int] = Column(Integer)
    tokens: Named[int] = Column(BigInteger)
    cost: Named[int] = Column(BigInteger)
    expires_at: Named[datetime] = Column(Moment)


reservations = Table(
    "reservations", metadata, ReservationColumns, Index("reservations_expiry", "expires_at")
)


class BookingColumns(TypedColumns):
    """What a caller's calls to one model used on one day, by the key they came with."""

    owner: Named[str] = Column(Text, primary_key=True)
    # In UTC, like 2026-11-21.
    day: Named[str] = Column(Text, primary_key=True)
    # The public half of an API key, or nothing.
    key: Named[str] = Column(Text, primary_key=True)
    model: Named[str] = Column(Text, primary_key=True)
    calls: Named[int] = Column(BigInteger)
    input_tokens: Named[int] = Column(BigInteger)
    output_tokens: Named[int] = Column(BigInteger)
    cost: Named[int] = Column(BigInteger)


bookings = Table(
    "bookings",
    metadata,
    BookingColumns,
    Index("bookings_retention", "day"),
)


class ReplayColumns(TypedColumns):
    """One Idempotency-Key: who is at it, or the answer to give again."""

    # Of the owner and the key; the key itself is kept nowhere.
    id: Named[str] = Column(Text, primary_key=True)
    owner: Named[str] = Column(Text)
    # Of the request.
    hash: Named[str] = Column(Text)
    holder: Named[str] = Column(Text)
    # Until then nobody else may do it; once it is done, until then it is kept.
    expires_at: Named[datetime] = Column(Moment)
    status: Named[int | None] = Column(Integer)
    # JSON pairs.
    headers: Named[str | None] = Column(Text)
    body: Named[str | None] = Column(Text)


replays = Table(
    "replays",
    metadata,
    ReplayColumns,
    Index("replays_owner", "owner"),
    Index("replays_expiry", "expires_at"),
)
