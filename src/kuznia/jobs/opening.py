"""The tables of jobs, opened from the settings."""

from kuznia.jobs.job import Reached, passed_by
from kuznia.jobs.tables import JobTables
from kuznia.jobs.tape import Book, TapeRows
from kuznia.platform.clock import Clock
from kuznia.platform.db.database import Database
from kuznia.platform.db.journal import Journal
from kuznia.platform.settings import Settings


def job_tables(
    settings: Settings,
    db: Database,
    clock: Clock,
    journal: Journal,
    book: Book,
    reached: Reached = passed_by,
) -> tuple[JobTables, TapeRows]:
    """The jobs in this database and their tape."""
    rows = TapeRows(journal, book, reached)
    tables = JobTables(
        db,
        clock,
        rows,
        lease=settings.job_lease,
        attempts=settings.job_attempts,
        waiting=settings.jobs_waiting,
        at_once=settings.jobs_per_caller,
    )
    return tables, rows
