"""What an export needs beside the plan."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Stamp:
    """The plan's id, which edit of it this is, when it was made, and the reader's time zone."""

    id: str
    made_at: datetime
    # Counts the edits: calendars take a higher number as the newer version of the same event.
    sequence: int = 0
    # With a start ("07:30") and a zone ("Europe/Kyiv") events are timed; else they fill their day.
    starts: str | None = None
    zone: str | None = None
    # Days, as (week, day), that were planned once and are not any more.
    cancelled: tuple[tuple[int, int], ...] = ()
