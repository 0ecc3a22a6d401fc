"""Tables: CSV that is safe to open in a spreadsheet, and text for a terminal."""

import csv
import io
from collections.abc import Iterator

from kuznia.domains.training.exports.words import (
    block_line,
    dose_line,
    kind,
    session_lines,
    volume,
    weekday,
)
from kuznia.domains.training.schema.plan import Day, Plan, Week

COLUMNS = (
    "week",
    "day",
    "date",
    "kind",
    "what",
    "sets",
    "reps",
    "unit",
    "load",
    "load_unit",
    "rir",
    "rest",
    "minutes",
    "km",
    "steps",
)
# A cell that begins like this would be run as a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_rows(plan: Plan) -> bytes:
    """The plan as CSV, with the mark that tells spreadsheets it is UTF-8."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for week in plan.weeks:
        for day in week.days:
            for row in _rows(week, day):
                writer.writerow([_safe(cell) for cell in row])
    return ("\ufeff" + out.getvalue()).encode()


def _safe(cell: object) -> str:
    text = "" if cell is None else str(cell)
    return f"'{text}" if text.startswith(_FORMULA) else text


def _rows(week: Week, day: Day) -> Iterator[tuple[object, ...]]:
    place = (week.number, day.day, day.date, day.kind)
    for dose in day.exercises:
        amount = (dose.name, dose.sets, dose.reps, dose.unit)
        load = (dose.load, dose.load_unit, dose.rir, dose.rest)
        yield (*place, *amount, *load, None, None, None)
    for session in day.sessions:
        steps = "; ".join(map(block_line, session.blocks))
        yield (*place, session.name, *(None,) * 7, session.minutes, session.km, steps)


_WIDEST = 30


def text(plan: Plan) -> bytes:
    """The plan for a terminal: a table for each week, with its hard sets by muscle as bars."""
    return "\n".join(_text(plan)).encode()


def _text(plan: Plan) -> Iterator[str]:
    yield plan.title
    yield plan.summary
    for week in plan.weeks:
        yield f"\n{week.number}. {week.theme}: {week.goal}"
        for day in week.days:
            minutes = f"{day.minutes} min" if day.minutes else ""
            yield f"  {weekday(plan, day.day):<12}{kind(plan, day):<26}{minutes}"
            yield from (f"    {dose_line(dose)}" for dose in day.exercises)
            yield from (
                f"    {line}" for session in day.sessions for line in session_lines(session)
            )
        for muscle, sets in volume(week).items():
            yield f"  {muscle:<12}{sets:>5g} {'#' * min(_WIDEST, round(sets))}"
    yield from (f"! {offer.message}" for offer in plan.offers)
    yield from (f"* {notice.text}" for notice in plan.notices)
