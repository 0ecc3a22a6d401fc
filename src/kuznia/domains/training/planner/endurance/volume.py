"""Endurance volume over the weeks: how much each week, and how long its longest session."""

from dataclasses import dataclass, replace

from kuznia.domains.training.athlete.athlete import Athlete
from kuznia.domains.training.planner.endurance.events import RaceEvent, reachable
from kuznia.domains.training.planner.limits import TrainingLimits
from kuznia.domains.training.planner.phases import EASY, Span, spans
from kuznia.domains.training.planner.schedule import WeekLayout

# Minutes for a kilometre when nobody said: easy running by level.
_PACE = {"beginner": 7.5, "intermediate": 6.2, "advanced": 5.5, "elite": 4.8}
_EASY_EVERY = 4
_EASY_SHARE = 0.7
_EASY_LONG = 0.8
# Of the biggest week, in the last week and in the one before it.
_RACE_WEEK_SHARE = 0.4
_TAPER_SHARE = 0.55
_GROWTH = 1.10
_LONG_GROWTH = 1.10
_LONG_PLUS_KM = 0.5
# For these events the long run may be more of the week, and it grows to its peak over all weeks.
_LONG_EVENT_KM = 15.0
_LONG_SHARE_EVENT = 0.44
_LONG_SHARE_SEATED, _LONG_SHARE_SEATED_FEW = 0.6, 0.7
_LADDER_START = 0.85
_LADDER_PEAK = 1.35
_WEEK_PEAK = 1.25
# Run-walk begins with bouts of a minute and ends in one run of half an hour.
_LAST_BOUT = 30.0
_RUN_WALK_WEEKS = 5
# Walking before and after, in minutes.
WALK_BEFORE, WALK_AFTER = 4, 3
# Running in the very first session of someone who does not run yet, in short bouts.
START_KM = 1.0
_SMALL_WEEK_KM, _SMALL_PLUS_KM = 20.0, 3.0
_SMALL_WEEK_MINUTES, _SMALL_PLUS_MINUTES = 120.0, 14.0
_START_MINUTES = 20.0
_LONG_SHARE = 0.34
_LONG_SHARE_FEW = 0.5
# Nobody's long run needs more than this, whatever the event.
_LONGEST_MINUTES = 180.0
_ENOUGH_KM = {"beginner": 25.0, "intermediate": 40.0, "advanced": 60.0, "elite": 90.0}
_ENOUGH_MINUTES = 300.0
# Sessions beside the long one stay so much of what they might be.
_BESIDE = 0.98
# A long run is longer than the other runs also where all days have the same time. Who trains for
# health needs the minutes more, and who begins to run has no long run yet.
_SHORTER = 0.85
_RUNS_KM = 10.0
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
    # The most that other sessions may have of the long one.
    beside: float = 1.0
    # Where no event pulls the volume up, it stops growing here.
    enough: float = _ENOUGH_MINUTES

    def fitting(self, minutes: float, progress: float = 1.0) -> float:
        """Volume that fits in so many minutes, with the walking between runs of that stage."""
        if not self.run_walk:
            return minutes / self.each
        bout, walk = bouts(progress)
        running = (minutes - WALK_BEFORE - WALK_AFTER - 1) / (1 + walk / bout)
        return max(2.0, running) / self.pace

    @property
    def far(self) -> bool:
        """Whether the event is long enough to need a ladder of long runs."""
        return self.event is not None and self.event.km >= _LONG_EVENT_KM

    @property
    def each(self) -> float:
        """Minutes for one unit of volume."""
        return self.pace if self.running else 1.0


@dataclass(frozen=True, slots=True)
class Load:
    """One week's endurance volume and its longest session, in the base's unit."""

    weekly: float
    longest: float
    # How far building has come, from 0 to 1.
    progress: float = 1.0


def bouts(progress: float) -> tuple[float, float]:
    """Minutes of one run and of the walk after it, at this stage of run-walk."""
    bout = _LAST_BOUT**progress
    return bout, min(2.0, max(1.0, bout / 2))


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
        beside=_SHORTER if running and weekly >= _RUNS_KM and athlete.aim != "health" else 1.0,
        enough=_ENOUGH_KM[athlete.level] if running else _ENOUGH_MINUTES,
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
    full = [span.built for span in week if span.phase not in EASY]
    last = max(_RUN_WALK_WEEKS if start.run_walk else 1, *full)
    weeks: list[Load] = []
    for span in week:
        easy = span.phase in EASY
        progress = min(1.0, max(0, span.built - easy) / last)
        longest = _lately(start, weeks)
        if span.phase == "taper":
            race = span is week[-1] and start.event is not None
            weeks.append(_taper(peak, weeks, layout, race=race))
            continue
        if span.phase == "deload":
            weeks.append(Load(peak * _EASY_SHARE, weeks[-1].longest * _EASY_LONG, progress))
            continue
        if span.built > 0:
            weekly = _grown(weekly, start, count)
        long = _long(longest, weekly, start, count, progress)
        weekly = min(weekly, _room(long, start, count, progress))
        peak = max(peak, weekly) if weeks else weekly
        weeks.append(Load(weekly, long, progress))
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
    """About half of the biggest week; less still beside the race, which is not counted."""
    longest = max(load.longest for load in loads[-_MONTH:])
    runs = len(layout.endurance) - race
    weekly = peak * (_RACE_WEEK_SHARE if race else _TAPER_SHARE)
    if race:
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
        hours = min(hours, others / (1 - _share(start, count)))
    if start.event is None:
        return min(hours, max(start.enough, start.weekly))
    peak = start.weekly * _WEEK_PEAK if start.far else start.weekly
    return min(hours, max(start.event.long_km * 2.6, peak))


def _long(longest: float, weekly: float, start: Base, count: int, progress: float) -> float:
    if not start.running:
        limit = max(longest * _LONG_GROWTH, longest + 10.0, _START_MINUTES)
    elif longest == 0:
        limit = START_KM
    else:
        limit = max(longest * _LONG_GROWTH, longest + _LONG_PLUS_KM)
    room = min(start.fitting(start.long_minutes, progress), _goal(start, progress))
    return min(limit * _HAIR, room, weekly * _share(start, count))


def _goal(start: Base, progress: float) -> float:
    """What the long run is to come to by now: a rung of the ladder, where the event needs one."""
    event = start.event
    if event is None:
        return 1e9
    if not start.far:
        return event.km * 0.95
    peak = max(event.long_km * _LADDER_PEAK, min(start.longest, event.km * 0.75))
    first = min(start.longest, peak) * _LADDER_START
    return first + (peak - first) * progress


def _share(start: Base, count: int) -> float:
    """How much of a week its long session may be."""
    if count == 1:
        return 1.0
    if not start.running:
        # Nothing lands on the ground: one long ride beside short ones does no harm.
        return _LONG_SHARE_SEATED if count > 2 else _LONG_SHARE_SEATED_FEW
    if count < 4:
        return _LONG_SHARE_FEW
    return _LONG_SHARE_EVENT if start.far else _LONG_SHARE


def _room(long: float, start: Base, count: int, progress: float) -> float:
    """What fits beside the long session, none of the others longer than it."""
    other = min(long * start.beside, start.fitting(start.session_minutes, progress))
    return long + (count - 1) * other * _BESIDE
