"""Which running event can honestly be aimed at from here, and in how many weeks."""

from collections.abc import Iterator
from dataclasses import dataclass

from kuznia.domains.training.athlete.athlete import Athlete
from kuznia.domains.training.schema.profile import EventName


@dataclass(frozen=True, slots=True)
class RaceEvent:
    """What an event asks: distance, weeks, weekly base, and minutes for the longest session."""

    name: EventName
    km: float
    weeks: int
    base_km: float
    long_km: float


EVENTS: dict[EventName, RaceEvent] = {
    "marathon": RaceEvent("marathon", 42.2, 16, 30.0, 24.0),
    "half": RaceEvent("half", 21.1, 10, 20.0, 13.0),
    "10k": RaceEvent("10k", 10.0, 8, 10.0, 7.0),
    "5k": RaceEvent("5k", 5.0, 8, 0.0, 3.0),
}
# Who has already covered so much of the distance in one run does not need the full weeks.
_COVERED = 0.7


def feasible(event: RaceEvent, athlete: Athlete, long_minutes: int, pace: float) -> bool:
    """Whether weeks, base and time for the long run all allow it."""
    running = athlete.endurance
    weekly, longest = running.weekly_km or 0.0, running.longest_km or 0.0
    # A marathon has two ways in: the weekly base, or one run of a quarter of a day.
    based = weekly >= event.base_km or (event.name == "marathon" and longest * pace >= 150)
    in_time = athlete.weeks >= event.weeks or longest >= _COVERED * event.km
    # Run-walk from nothing is longer in minutes than the running in it.
    return based and in_time and event.long_km * pace <= long_minutes


def reachable(
    athlete: Athlete, long_minutes: int, pace: float, most_km: float
) -> Iterator[RaceEvent]:
    """The wished-for event and the shorter ones, as far as base, weeks, time and health allow."""
    wished = athlete.endurance.event
    if wished is None or athlete.endurance.sport != "running":
        return
    for event in EVENTS.values():
        near = event.km <= min(EVENTS[wished].km, most_km + 0.1)
        if near and feasible(event, athlete, long_minutes, pace):
            yield event
