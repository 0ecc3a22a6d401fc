"""iCalendar (RFC 5545): one event for each training day, its id the same for ever."""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from itertools import chain
from zoneinfo import ZoneInfo

from kuznia.domains.training.exports import words
from kuznia.domains.training.exports.stamp import Stamp
from kuznia.domains.training.schema.plan import Day, Plan, Week

_LONGEST = 75


def ics(plan: Plan, stamp: Stamp) -> bytes:
    """The plan as a calendar; without a start date it has no days to stand on and is empty."""
    lines = chain(_head(), _events(plan, stamp), ("END:VCALENDAR",))
    return "".join(_folded(line) for line in lines).encode()


def _head() -> Iterator[str]:
    yield "BEGIN:VCALENDAR"
    yield "VERSION:2.0"
    yield "PRODID:-//Kuznia//Training plan//EN"
    yield "CALSCALE:GREGORIAN"
    yield "METHOD:PUBLISH"


def _events(plan: Plan, stamp: Stamp) -> Iterator[str]:
    for week in plan.weeks:
        for day in week.days:
            gone = (week.number, day.day) in stamp.cancelled
            if day.date is not None and (day.kind != "rest" or gone):
                yield from _event(plan, week, day, stamp, gone)


def _event(plan: Plan, week: Week, day: Day, stamp: Stamp, gone: bool) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{stamp.id}-w{week.number}d{day.day}@kuznia"
    yield f"DTSTAMP:{stamp.made_at.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    yield f"SEQUENCE:{stamp.sequence}"
    yield from _when(day, stamp)
    yield f"SUMMARY:{_text(f'{words.kind(plan, day)}, {week.theme}')}"
    yield f"DESCRIPTION:{_text(chr(10).join(words.lines(day)))}"
    yield f"STATUS:{'CANCELLED' if gone else 'CONFIRMED'}"
    yield "TRANSP:TRANSPARENT" if stamp.starts is None else "TRANSP:OPAQUE"
    yield "END:VEVENT"


def _when(day: Day, stamp: Stamp) -> Iterator[str]:
    if day.date is None:
        return
    if stamp.starts is None or stamp.zone is None:
        yield f"DTSTART;VALUE=DATE:{day.date:%Y%m%d}"
        yield f"DTEND;VALUE=DATE:{day.date + timedelta(days=1):%Y%m%d}"
        return
    # The instant in UTC: a zone's name would oblige us to write out its rules as well.
    there = ZoneInfo(stamp.zone)
    begins = datetime.combine(day.date, time.fromisoformat(stamp.starts), there).astimezone(UTC)
    ends = begins + timedelta(minutes=max(1, day.minutes))
    yield f"DTSTART:{begins:%Y%m%dT%H%M%SZ}"
    yield f"DTEND:{ends:%Y%m%dT%H%M%SZ}"


def _text(value: str) -> str:
    for char, escaped in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n")):
        value = value.replace(char, escaped)
    return "".join(char for char in value if char >= " ")


def _folded(line: str) -> str:
    """At most 75 octets a line, never cutting a character in two."""
    pieces: list[str] = []
    piece, size = "", 0
    for char in line:
        wide = len(char.encode())
        if size + wide > _LONGEST:
            pieces.append(piece)
            piece, size = " ", 1
        piece, size = piece + char, size + wide
    pieces.append(piece)
    return "\r\n".join(pieces) + "\r\n"
