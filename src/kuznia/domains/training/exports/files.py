"""A kept plan taken away as a file: the options of a calendar read, and the plan as it was kept."""

from collections.abc import Mapping
from datetime import date, time, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from kuznia.domains.training.exports import EXPORTS
from kuznia.domains.training.exports.bundle import bundle
from kuznia.domains.training.exports.stamp import Stamp
from kuznia.domains.training.schema.plan import Plan
from kuznia.domains.training.schema.profile import EARLIEST, LATEST
from kuznia.forge.terms import CannotExport, Copy, Export

# What formats of workouts come to when there is none for them.
_EMPTY = (b"", bundle(()))


def _plan(copy: Copy) -> Plan:
    kept = copy.parts.get("plan")
    if kept is None:
        raise CannotExport("This artefact has no plan to take away.")
    return Plan.model_validate(kept)


def _dated(plan: Plan, start: str | None) -> Plan:
    """The plan with its days on dates; a start asked for here beats the one it was made with."""
    if start is None:
        if plan.start is None:
            raise CannotExport("The plan has no start date; give one as ?date=2026-01-05.")
        return plan
    try:
        first = date.fromisoformat(start)
    except ValueError:
        raise CannotExport("`date` is a day like 2026-01-05.") from None
    if not EARLIEST <= first <= LATEST:
        raise CannotExport(f"`date` is from {EARLIEST.year} to {LATEST.year}.")
    # Day 1 is a Monday: the first week is the one the start lies in.
    monday = first - timedelta(days=first.weekday())
    weeks = tuple(
        week.model_copy(
            update={
                "days": tuple(
                    day.model_copy(
                        update={"date": monday + timedelta(weeks=week.number - 1, days=day.day - 1)}
                    )
                    for day in week.days
                )
            }
        )
        for week in plan.weeks
    )
    return plan.model_copy(update={"start": first, "weeks": weeks})


def _timed(options: Mapping[str, str]) -> tuple[str | None, str | None]:
    starts, zone = options.get("time"), options.get("zone")
    if starts is None and zone is None:
        return None, None
    if starts is None or zone is None:
        raise CannotExport("`time` and `zone` go together: ?time=07:30&zone=Europe/Kyiv.")
    try:
        read = time.fromisoformat(starts)
    except ValueError:
        raise CannotExport("`time` is an hour and a minute like 07:30.") from None
    if read.tzinfo is not None:
        raise CannotExport("`time` is an hour and a minute like 07:30; the zone goes in `zone`.")
    try:
        ZoneInfo(zone)
    # A directory of the zone data, or a name no file system takes, is no zone either.
    except (KeyError, ValueError, OSError):
        raise CannotExport("`zone` is a time zone's name like Europe/Kyiv.") from None
    return starts, zone


def _calendar(name: str, copy: Copy) -> bytes:
    starts, zone = _timed(copy.options)
    stamp = Stamp(copy.artefact, copy.created_at, starts=starts, zone=zone)
    return EXPORTS[name].make(_dated(_plan(copy), copy.options.get("date")), stamp)


def _plain(name: str, copy: Copy) -> bytes:
    made = EXPORTS[name].make(_plan(copy), Stamp(copy.artefact, copy.created_at))
    if made in _EMPTY:
        raise CannotExport("The plan has no endurance session that this format can hold.")
    return made


DATED = frozenset({"date", "time", "zone"})
# By name: a function that is none of a module's cannot be sent to another process.
FILES: Mapping[str, Export] = {
    name: Export(form.media, form.ending, partial(_calendar, name), DATED)
    if name == "ics"
    else Export(form.media, form.ending, partial(_plain, name))
    for name, form in EXPORTS.items()
}
