"""Endurance sessions: easy, long, hard, run-walk and race, each in structured steps."""

import math
from collections.abc import Mapping

from kuznia.domains.training.athlete.athlete import Athlete
from kuznia.domains.training.planner.endurance.volume import (
    WALK_AFTER,
    WALK_BEFORE,
    Base,
    Load,
    bouts,
)
from kuznia.domains.training.planner.limits import TrainingLimits
from kuznia.domains.training.planner.phases import Span
from kuznia.domains.training.planner.schedule import WeekLayout
from kuznia.domains.training.planner.wording import PlanWords
from kuznia.domains.training.schema.plan import (
    EffortStep,
    PlannedSession,
    SessionKind,
    StepBlock,
    Zone,
)
from kuznia.domains.training.schema.profile import Sport

# Hard minutes in a week stay a fifth of all endurance minutes; a margin for rounding.
_HARD_SHARE = 0.17
_LEAST_HARD_MINUTES = 6
# Below this no work is hard.
_HARD_ZONE = 3
_WARM_AND_COOL = 600
_FRESH_DAYS = 2
# Of the hard minutes of the last building week, those of the first.
_FIRST_HARD = 0.65
_SHORTEST_REPEAT = 2
# Strides: how many, how long, and the easy stretch after each, in seconds.
_STRIDES, _STRIDE, _STRIDE_REST = 5, 20, 70
_BEGINNER_WEEKS = 4
# The first session of a race week against the average one; the last is as much below it.
_RACE_WEEK_FIRST = 1.3
# Race effort in long runs: from when on, the most of a run, and the least in seconds.
_PACED_FROM, _PACED_SHARE, _PACED_LEAST = 0.5, 0.35, 480
# Fractions of the highest heart rate, or of its reserve, at which zones begin.
_ZONE_EDGES = (0.50, 0.60, 0.70, 0.80, 0.90, 1.00)


def zones(athlete: Athlete, frame: TrainingLimits, words: PlanWords) -> tuple[Zone, ...]:
    """Five zones by talk, and by heart rate where heart rate says something."""
    return tuple(
        Zone(
            zone=number,
            talk=words.say(f"zone_{number}"),
            heart_rate=_beats(athlete, number) if frame.heart_rate else None,
        )
        for number in range(1, frame.max_zone + 1)
    )


def _beats(athlete: Athlete, zone: int) -> tuple[int, int]:
    highest = athlete.health.max_hr or round(208 - 0.7 * athlete.age)
    resting = athlete.health.resting_hr
    low, high = _ZONE_EDGES[zone - 1], _ZONE_EDGES[zone]
    if resting is None:
        return round(highest * low), round(highest * high)
    reserve = highest - resting
    return round(resting + reserve * low), round(resting + reserve * high)


def spoken(kind: SessionKind, sport: Sport) -> str:
    """What a kind of session is called in a sport: only who goes on foot has strides."""
    on_foot = sport in {"running", "walking"}
    return "accelerations" if kind == "strides" and not on_foot else kind


class Sessions:
    """Makes the sessions of one plan; holds what they all share."""

    def __init__(
        self, athlete: Athlete, frame: TrainingLimits, start: Base, words: PlanWords
    ) -> None:
        self._athlete = athlete
        self._frame = frame
        self._start = start
        self._words = words
        self._beats = {zone.zone: zone.heart_rate for zone in zones(athlete, frame, words)}

    def week(
        self, span: Span, load: Load, layout: WeekLayout, last: bool
    ) -> Mapping[int, PlannedSession]:
        """The sessions of one week by weekday; the last day of an event plan is the race."""
        days = layout.endurance
        if last and self._start.event is not None:
            return self._race_week(load, days)
        long_day = next((day for day in days if layout.work[day].endswith("long")), None)
        hard_days = [day for day in days if layout.work[day] == "hard"]
        longest = load.longest if long_day is not None else 0.0
        others = [day for day in days if day != long_day]
        room = self._start.fitting(self._start.session_minutes, load.progress)
        rest = max(0.0, load.weekly - longest)
        # No easy run is longer than the long one.
        each = min(rest / len(others), load.longest * self._start.beside, room) if others else 0.0
        work = (longest + each * len(others)) * self._start.each * _HARD_SHARE
        work *= (_FIRST_HARD + (1 - _FIRST_HARD) * load.progress) / max(1, len(hard_days))
        quick = self._quick_day(span, hard_days, others)
        sessions: dict[int, PlannedSession] = {}
        paced = self._is_paced(span, load) and long_day is not None
        for day in days:
            if day == long_day:
                make = self._paced(longest, work * max(1, len(hard_days))) if paced else None
                sessions[day] = make or self._steady("long", longest, load.progress)
                paced = make is not None
            elif day in hard_days and span.phase not in {"deload", "base"} and not paced:
                quality = self._quality(span, load.progress, hard_days.index(day))
                sessions[day] = self._hard(each, work, quality)
            elif day == quick:
                sessions[day] = self._strides(each, load.progress)
            else:
                sessions[day] = self._steady("easy", each, load.progress)
        return sessions

    def _quick_day(self, span: Span, hard_days: list[int], others: list[int]) -> int | None:
        """The easy day that ends in strides: a hard day at rest, or once a week for a beginner."""
        if span.phase in {"deload", "base"}:
            return hard_days[0] if hard_days else None
        if self._athlete.level == "beginner" and span.number > _BEGINNER_WEEKS and others:
            return others[0]
        return None

    def _is_paced(self, span: Span, load: Load) -> bool:
        """Whether the long run ends at race effort: every other week of the second half before a
        long race. The hard day of that week is an easy one, so that most of the week stays easy."""
        late = load.progress >= _PACED_FROM and span.phase == "build"
        able = self._athlete.level != "beginner" and self._frame.max_zone >= _HARD_ZONE
        return self._start.far and late and able and span.built % 2 == 0

    def _paced(self, volume: float, minutes: float) -> PlannedSession | None:
        """A long run with a stretch at race effort before its easy end."""
        total = self._seconds(volume)
        work = int(min(minutes, total / 60 * _PACED_SHARE)) * 60
        if work < _PACED_LEAST or total - work < 2 * _WARM_AND_COOL:
            return None
        race = self._step(work, _HARD_ZONE)
        race = race.model_copy(update={"effort": self._words.say("effort_race")})
        easy, cool = self._step(total - work - _WARM_AND_COOL, 2), self._step(_WARM_AND_COOL, 2)
        steps = (easy, race, cool)
        blocks = tuple(StepBlock(times=1, steps=(step,)) for step in steps)
        session = self._session("long", blocks, volume)
        reason = self._words.because("why_long", "why_race_pace")
        return session.model_copy(update={"reason": reason})

    def _race_week(self, load: Load, days: tuple[int, ...]) -> Mapping[int, PlannedSession]:
        """Short and easy, shorter towards the race, with a few strides early in the week."""
        *plain, race_day = days
        sessions: dict[int, PlannedSession] = {}
        for place, day in enumerate(plain):
            share = 1.0
            if len(plain) > 1:
                share = _RACE_WEEK_FIRST - (2 * _RACE_WEEK_FIRST - 2) * place / (len(plain) - 1)
            room = self._start.fitting(self._start.session_minutes, load.progress)
            volume = min(load.longest * share, room)
            early = race_day - day > _FRESH_DAYS and place == 0
            make = self._strides if early else self._easy
            sessions[day] = make(volume, load.progress)
        sessions[race_day] = self._race()
        return sessions

    def _easy(self, volume: float, progress: float) -> PlannedSession:
        return self._steady("easy", volume, progress)

    def _steady(self, kind: SessionKind, volume: float, progress: float) -> PlannedSession:
        if self._start.run_walk:
            return self._run_walk(kind, volume, progress)
        seconds = self._seconds(volume)
        return self._session(kind, (StepBlock(times=1, steps=(self._step(seconds, 2),)),), volume)

    def _seconds(self, volume: float) -> int:
        return max(300, int(volume * self._start.each) * 60)

    def _run_walk(self, kind: SessionKind, volume: float, progress: float) -> PlannedSession:
        """Runs with walking between; the runs grow until there is one, with no walk in it."""
        running = max(2.0, volume * self._start.pace)
        bout, walk = bouts(progress)
        times = max(1, round(running / bout))
        seconds = int(running * 60 / times)
        run = self._step(seconds, 2)
        blocks = [StepBlock(times=1, steps=(self._step(WALK_BEFORE * 60, 1),))]
        if times > 1:
            between = self._step(round(walk * 60), 1)
            blocks.append(StepBlock(times=times - 1, steps=(run, between)))
        blocks.append(StepBlock(times=1, steps=(run,)))
        blocks.append(StepBlock(times=1, steps=(self._step(WALK_AFTER * 60, 1),)))
        return self._session(kind, tuple(blocks), seconds * times / 60 / self._start.pace)

    def _strides(self, volume: float, progress: float) -> PlannedSession:
        """An easy session with a few quick stretches near its end."""
        total = self._seconds(volume)
        quick, rest = self._step(_STRIDE, 4), self._step(_STRIDE_REST, 1)
        before = total - _STRIDES * (_STRIDE + _STRIDE_REST)
        if self._start.run_walk or self._frame.max_zone < 4 or before < _WARM_AND_COOL:
            return self._steady("easy", volume, progress)
        easy = StepBlock(times=1, steps=(self._step(before, 2),))
        return self._session(
            "strides", (easy, StepBlock(times=_STRIDES, steps=(quick, rest))), volume
        )

    def _hard(
        self, volume: float, minutes: float, quality: tuple[int, int, SessionKind]
    ) -> PlannedSession:
        """Warm up, work in repeats, cool down; as much work as a fifth of the week allows."""
        if self._frame.max_zone < _HARD_ZONE:
            return self._steady("easy", volume, 1.0)
        total = self._seconds(volume)
        zone, each, kind = quality
        work = min(minutes, total / 60 * 0.45)
        # Where two long repeats do not fit, shorter ones do.
        each = min(each, max(_SHORTEST_REPEAT, int(work / 2)))
        times = int(work / each)
        effort, rest = self._step(each * 60, zone), self._step(max(60, each * 30), 1)
        left = total - times * (effort.seconds + rest.seconds)
        if work < _LEAST_HARD_MINUTES or times < 2 or left < _WARM_AND_COOL:
            return self._strides(volume, 1.0)
        warm, cool = self._step(left * 6 // 10, 2), self._step(left * 4 // 10, 1)
        return self._session(
            kind,
            (
                StepBlock(times=1, steps=(warm,)),
                StepBlock(times=times, steps=(effort, rest)),
                StepBlock(times=1, steps=(cool,)),
            ),
            volume,
        )

    def _quality(self, span: Span, progress: float, place: int) -> tuple[int, int, SessionKind]:
        """Zone, minutes of one repeat, and its name: threshold first, then above it."""
        tempo = 4 + round(4 * progress)
        early = span.number <= 4
        if self._frame.max_zone < 4 or self._athlete.level == "beginner" or early:
            return min(3, self._frame.max_zone), tempo, "tempo"
        # A long event leans on threshold, a short one takes turns; two hard days are one of each.
        turn = 3 if self._start.far else 2
        if span.built % turn == 1 or (place == 1 and span.built % turn):
            return 4, 2 + round(2 * progress), "intervals"
        return 3, tempo, "tempo"

    def _race(self) -> PlannedSession:
        event = self._start.event
        if event is None:  # pragma: no cover - week() asks for a race only with an event
            raise ValueError("no event")
        seconds = math.ceil(event.km * self._start.pace) * 60
        blocks = (StepBlock(times=1, steps=(self._step(seconds, min(3, self._frame.max_zone)),)),)
        return self._session("race", blocks, event.km)

    def _step(self, seconds: int, zone: int) -> EffortStep:
        return EffortStep(
            seconds=seconds,
            zone=zone,
            effort=self._words.say(f"effort_{zone}"),
            heart_rate=self._beats.get(zone),
        )

    def _session(
        self, kind: SessionKind, blocks: tuple[StepBlock, ...], volume: float
    ) -> PlannedSession:
        seconds = sum(block.times * sum(step.seconds for step in block.steps) for block in blocks)
        sport = self._athlete.endurance.sport
        words = spoken(kind, sport)
        return PlannedSession(
            kind=kind,
            sport=sport,
            name=self._words.say(f"session_{words}"),
            minutes=math.ceil(seconds / 60),
            km=round(volume, 2) if self._start.running else None,
            blocks=blocks,
            reason=self._words.because(
                "session_walk_run" if self._start.run_walk and kind != "race" else f"why_{words}"
            ),
        )
