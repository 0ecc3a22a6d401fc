"""Tables: CSV that is safe to open in a spreadsheet, and text for a terminal."""

import csv
import io
from collections.abc import Iterator

from kuznia.domains.training.exports.words import block, dose, kind, session, volume, weekday
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
    for one in day.exercises:
        amount = (one.name, one.sets, one.reps, one.unit)
        load = (one.load, one.load_unit, one.rir, one.rest)
        yield (*place, *amount, *load, None, None, None)
    for one in day.sessions:
        steps = "; ".join(block(part) for part in one.blocks)
        yield (*place, one.name, *(None,) * 7, one.minutes, one.km, steps)


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
            yield from (f"    {dose(one)}" for one in day.exercises)
            yield from (f"    {line}" for one in day.sessions for line in session(one))
        for muscle, sets in volume(week).items():
            yield f"  {muscle:<12}{sets:>5g} {'#' * min(_WIDEST, round(sets))}"
    yield from (f"! {offer.message}" for offer in plan.offers)
    yield from (f"* {notice.text}" for notice in plan.notices)
