"""The tables of jobs, opened from the settings."""

from dataclasses import dataclass

from kuznia.jobs.job import Reached, passed_by
from kuznia.jobs.tables import JobTables
from kuznia.jobs.tape import Book, TapeRows
from kuznia.jobs.webhooks.endpoints import Endpoints
from kuznia.jobs.webhooks.outbox import Outbox
from kuznia.jobs.webhooks.sender import WebhookSender
from kuznia.jobs.webhooks.signing import WebhookSecrets
from kuznia.platform.clock import Clock
from kuznia.platform.db.database import Database
from kuznia.platform.db.journal import Journal
from kuznia.platform.settings import Settings

# Deliveries of one process at the same time, each to another endpoint.
WEBHOOKS_AT_ONCE = 8


def job_tables(
    settings: Settings,
    db: Database,
    clock: Clock,
    journal: Journal,
    book: Book,
    outbox: Outbox,
    reached: Reached = passed_by,
) -> tuple[JobTables, TapeRows]:
    """The jobs in this database and their tape."""
    rows = TapeRows(journal, book, reached)
    tables = JobTables(
        db,
        clock,
        rows,
        outbox,
        lease=settings.job_lease,
        attempts=settings.job_attempts,
        waiting=settings.jobs_waiting,
        at_once=settings.jobs_per_caller,
    )
    return tables, rows


@dataclass(frozen=True, slots=True)
class Webhooks:
    """The endpoints of callers, the messages for them, and the loop that sends those."""

    endpoints: Endpoints
    outbox: Outbox
    sender: WebhookSender


def open_webhooks(
    settings: Settings, db: Database, clock: Clock, server_secret: str, reached: Reached
) -> Webhooks:
    """The webhooks in this database; nothing is sent yet."""
    outbox, private = Outbox(db, clock), settings.webhook_private_targets
    endpoints = Endpoints(
        db,
        clock,
        WebhookSecrets(server_secret),
        limit=settings.webhooks_per_caller,
        private=private,
    )
    sender = WebhookSender(
        outbox,
        endpoints,
        clock,
        reached,
        outbound=settings.outbound,
        timeout=settings.webhook_timeout,
        private=private,
        # Who leaves jobs to other processes leaves this to them too.
        at_once=WEBHOOKS_AT_ONCE if settings.jobs_at_once else 0,
    )
    return Webhooks(endpoints, outbox, sender)
