"""Endurance volume over the weeks: how much each week, and how long its longest session."""

from dataclasses import dataclass, replace

from kuznia.domains.training.athlete.athlete import Athlete
from kuznia.domains.training.planner.events import RaceEvent, reachable
from kuznia.domains.training.planner.limits import TrainingLimits
from kuznia.domains.training.planner.phases import Span, spans
from kuznia.domains.training.planner.schedule import WeekLayout

# Minutes for a kilometre when nobody said: easy running by level.
_PACE = {"beginner": 7.5, "intermediate": 6.2, "advanced": 5.5, "elite": 4.8}
_EASY_EVERY = 4
_EASY_SHARE = 0.7
_EASY_LONG = 0.8
_TAPER_SHARE = 0.5
_GROWTH = 1.10
_LONG_GROWTH = 1.10
_LONG_PLUS_KM = 0.5
# Running in the very first session of someone who does not run yet, in short bouts.
START_KM = 1.0
_SMALL_WEEK_KM, _SMALL_PLUS_KM = 20.0, 3.0
_SMALL_WEEK_MINUTES, _SMALL_PLUS_MINUTES = 120.0, 14.0
_START_MINUTES = 20.0
_LONG_SHARE = 0.34
_LONG_SHARE_FEW = 0.5
# Nobody's long run needs more than this, whatever the event.
_LONGEST_MINUTES = 180.0
# Where no event pulls the volume up, it stops growing here.
_ENOUGH_KM = {"beginner": 25.0, "intermediate": 40.0, "advanced": 60.0, "elite": 90.0}
_ENOUGH_MINUTES = 300.0
# Sessions beside the long one stay so much of what they might be.
_BESIDE = 0.98
# A hair below every limit: rounding to whole minutes must not cross it.
_HAIR = 0.985


@dataclass(frozen=True, slots=True)
class Base:
    """Where someone starts, in kilometres for running and minutes for all else."""

    running: bool
    pace: float
    weekly: float
    longest: float
    run_walk: bool
    # What may be aimed at, the longest first; `event` is the one that is.
    events: tuple[RaceEvent, ...]
    session_minutes: float
    long_minutes: float
    event: RaceEvent | None = None

    def fitting(self, minutes: float) -> float:
        """Volume that fits in so many minutes; walking between short runs takes as long again."""
        return max(2.0, (minutes - 4) / 2.05) / self.pace if self.run_walk else minutes / self.each

    @property
    def each(self) -> float:
        """Minutes for one unit of volume."""
        return self.pace if self.running else 1.0


@dataclass(frozen=True, slots=True)
class Load:
    """One week's endurance volume and its longest session, in the base's unit."""

    weekly: float
    longest: float


def base(athlete: Athlete, frame: TrainingLimits) -> Base:
    """Read the starting point out of what was told."""
    endurance = athlete.endurance
    running = endurance.sport == "running"
    pace = endurance.pace or _PACE[athlete.level]
    long_minutes = float(min(endurance.long_minutes or frame.minutes, 360))
    long_minutes = max(long_minutes, float(frame.minutes))
    if running:
        weekly = endurance.weekly_km or 0.0
        longest = endurance.longest_km if endurance.longest_km is not None else weekly * 0.4
    else:
        weekly = float(endurance.weekly_minutes or 0)
        longest = weekly * 0.4
    return Base(
        running=running,
        pace=pace,
        weekly=weekly,
        longest=longest,
        run_walk=running and weekly < 3.0,
        events=tuple(reachable(athlete, int(long_minutes), pace, frame.event_km)),
        session_minutes=float(frame.minutes),
        long_minutes=min(long_minutes, _LONGEST_MINUTES),
    )


def endurance_spans(weeks: int, event: RaceEvent | None) -> tuple[Span, ...]:
    """Base and build with an easy week now and then; a taper where an event waits."""
    taper: frozenset[int] = frozenset()
    if event is not None and weeks >= 4:
        long = event.km > 15 and weeks >= 8
        taper = frozenset(range(weeks - (1 if long else 0), weeks + 1))
    every = range(_EASY_EVERY, weeks + 1, _EASY_EVERY)
    easy = {week for week in every if week not in taper and week + 1 not in taper}
    return spans(weeks, easy, taper)


def loads(start: Base, week: tuple[Span, ...], layout: WeekLayout) -> tuple[Load, ...]:
    """Volume for every week: no week and no run grows faster than the rules allow."""
    count = len(layout.endurance)
    weekly = _first_week(start, count)
    peak = weekly
    weeks: list[Load] = []
    for span in week:
        longest = _lately(start, weeks)
        if span.phase == "taper":
            race = span is week[-1] and start.event is not None
            weeks.append(_taper(peak, weeks, layout, race=race))
            continue
        if span.phase == "deload":
            weeks.append(Load(peak * _EASY_SHARE, weeks[-1].longest * _EASY_LONG))
            continue
        if span.built > 0:
            weekly = _grown(weekly, start, count)
        long = _long(longest, weekly, start, count)
        weekly = min(weekly, _room(long, start, count))
        peak = max(peak, weekly) if weeks else weekly
        weeks.append(Load(weekly, long))
    return tuple(weeks)


# The longest session must come near what the event asks for, or the event is not prepared.
_NEAR_ENOUGH = 0.75


def aimed(start: Base, weeks: int, layout: WeekLayout) -> tuple[Base, tuple[Span, ...]]:
    """Aim at the longest event whose long run the weeks really lead up to, or at none."""
    for event in start.events:
        aim = replace(start, event=event)
        week = endurance_spans(weeks, event)
        longest = max(load.longest for load in loads(aim, week, layout))
        if longest >= event.long_km * _NEAR_ENOUGH:
            return aim, week
    return start, endurance_spans(weeks, None)


# A month is four weeks and a bit: the same weekday four weeks ago still counts, five not.
_MONTH = 4


def _lately(start: Base, loads: list[Load]) -> float:
    """The longest session of the last month, what was done before the plan included."""
    before = start.longest if len(loads) < _MONTH else 0.0
    return max([before, *(load.longest for load in loads[-_MONTH:])])


def _taper(peak: float, loads: list[Load], layout: WeekLayout, *, race: bool) -> Load:
    """Half of the biggest week; the race, not counted, may stand where the long run was."""
    weekly = peak * _TAPER_SHARE
    longest = max(load.longest for load in loads[-_MONTH:])
    runs = len(layout.endurance) - race
    if race and layout.work[layout.endurance[-1]].endswith("long"):
        return Load(weekly, min(longest, weekly / max(1, runs)))
    share = 1.0 if runs == 1 else _LONG_SHARE_FEW
    return Load(weekly, min(longest * 0.6, weekly * share))


def _first_week(start: Base, count: int) -> float:
    least = START_KM * 0.9 * count if start.running else _START_MINUTES * count
    return min(max(start.weekly, least), _weekly_ceiling(start, count))


def _grown(weekly: float, start: Base, count: int) -> float:
    small = _SMALL_WEEK_KM if start.running else _SMALL_WEEK_MINUTES
    plus = _SMALL_PLUS_KM if start.running else _SMALL_PLUS_MINUTES
    step = weekly * (_GROWTH - 1)
    if weekly < small:
        step = max(step, min(plus, weekly * 0.25))
    return min(weekly + step * 0.95, _weekly_ceiling(start, count))


def _weekly_ceiling(start: Base, count: int) -> float:
    """The most a week may come to: the hours there are, and what the goal asks for."""
    hours = ((count - 1) * start.session_minutes + start.long_minutes) / start.each
    if count > 1:
        # The long session is a share of the week: beside short ones it cannot be as long as it may.
        others = (count - 1) * start.fitting(start.session_minutes) * _BESIDE
        hours = min(hours, others / (1 - _share(count)))
    if not start.running:
        return min(hours, max(_ENOUGH_MINUTES, start.weekly))
    if start.event is None:
        return min(hours, max(30.0, start.weekly))
    return min(hours, max(start.event.long_km * 2.6, start.weekly))


def _long(longest: float, weekly: float, start: Base, count: int) -> float:
    if not start.running:
        limit = max(longest * _LONG_GROWTH, longest + 10.0, _START_MINUTES)
    elif longest == 0:
        limit = START_KM
    else:
        limit = max(longest * _LONG_GROWTH, longest + _LONG_PLUS_KM)
    goal = start.event.km * 0.95 if start.event and start.event.km < 15 else 1e9
    if start.event and start.event.km >= 15:
        goal = max(start.event.long_km * 1.35, longest)
    room = min(start.fitting(start.long_minutes), goal)
    return min(limit * _HAIR, room, weekly * _share(count))


def _share(count: int) -> float:
    """How much of a week its long session may be."""
    if count == 1:
        return 1.0
    return _LONG_SHARE if count >= 4 else _LONG_SHARE_FEW


def _room(long: float, start: Base, count: int) -> float:
    """What fits beside the long session, none of the others longer than it."""
    other = min(long, start.fitting(start.session_minutes))
    return long + (count - 1) * other * _BESIDE
