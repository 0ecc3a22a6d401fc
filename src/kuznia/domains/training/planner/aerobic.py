"""Endurance sessions: easy, long, hard, run-walk and race, each in structured steps."""

import math
from collections.abc import Mapping

from kuznia.domains.training.athlete.athlete import Athlete
from kuznia.domains.training.planner.limits import TrainingLimits
from kuznia.domains.training.planner.phases import Span
from kuznia.domains.training.planner.schedule import WeekLayout
from kuznia.domains.training.planner.volume import Base, Load
from kuznia.domains.training.planner.wording import PlanWords
from kuznia.domains.training.schema.plan import (
    EffortStep,
    PlannedSession,
    SessionKind,
    StepBlock,
    Zone,
)

# Hard minutes in a week stay a fifth of all endurance minutes; a margin for rounding.
_HARD_SHARE = 0.17
_LEAST_HARD_MINUTES = 6
# Below this no work is hard.
_HARD_ZONE = 3
_WARM_AND_COOL = 600
_FRESH_DAYS = 2
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
        race_day = days[-1] if last and self._start.event is not None else None
        plain = [day for day in days if day != race_day]
        long_day = next((day for day in plain if layout.work[day].endswith("long")), None)
        hard_days = [day for day in plain if layout.work[day] == "hard"]
        if race_day is not None:
            # The race is its week's hard effort: at most one more, and legs fresh again by then.
            hard_days = [day for day in hard_days if race_day - day > _FRESH_DAYS][:1]
        longest = load.longest if long_day is not None else 0.0
        rest = max(0.0, load.weekly - longest)
        others = [day for day in plain if day != long_day]
        room = self._start.fitting(self._start.session_minutes)
        # No easy run is longer than the long one, not even where the race has taken its place.
        each = min(rest / len(others), load.longest, room) if others else 0.0
        total = longest + each * len(others)
        sessions: dict[int, PlannedSession] = {}
        for day in plain:
            if day == long_day:
                sessions[day] = self._steady("long", longest, span)
            elif day in hard_days and span.phase not in {"deload", "base"}:
                sessions[day] = self._hard(each, total, len(hard_days), span)
            else:
                sessions[day] = self._steady("easy", each, span)
        if race_day is not None:
            sessions[race_day] = self._race()
        return sessions

    def _steady(self, kind: SessionKind, volume: float, span: Span) -> PlannedSession:
        if self._start.run_walk:
            return self._run_walk(kind, volume, span)
        seconds = self._seconds(volume)
        return self._session(kind, (StepBlock(times=1, steps=(self._step(seconds, 2),)),), volume)

    def _seconds(self, volume: float) -> int:
        return max(300, int(volume * self._start.each) * 60)

    def _run_walk(self, kind: SessionKind, volume: float, span: Span) -> PlannedSession:
        """Short runs with walking between; the runs grow week by week."""
        running = max(2.0, volume * self._start.pace)
        bout = min(8.0, 1.0 + span.built * 0.75, running)
        times = max(1, round(running / bout))
        seconds = int(running * 60 / times)
        steps = (self._step(seconds, 2), self._step(max(60, seconds // 2), 1))
        warm = self._step(180, 1)
        blocks = (StepBlock(times=1, steps=(warm,)), StepBlock(times=times, steps=steps))
        return self._session(kind, blocks, seconds * times / 60 / self._start.pace)

    def _hard(self, volume: float, weekly: float, hard_days: int, span: Span) -> PlannedSession:
        """Warm up, work in repeats, cool down; as much work as a fifth of the week allows."""
        if self._frame.max_zone < _HARD_ZONE:
            return self._steady("easy", volume, span)
        total = self._seconds(volume)
        share = weekly * self._start.each * _HARD_SHARE / max(1, hard_days)
        zone, minutes, kind = self._quality(span)
        work = min(share, total / 60 * 0.45)
        times = int(work / minutes)
        effort, rest = self._step(minutes * 60, zone), self._step(max(60, minutes * 30), 1)
        left = total - times * (effort.seconds + rest.seconds)
        if work < _LEAST_HARD_MINUTES or times < 2 or left < _WARM_AND_COOL:
            return self._steady("easy", volume, span)
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

    def _quality(self, span: Span) -> tuple[int, int, SessionKind]:
        """Zone, minutes of one repeat, and its name: threshold first, then above it."""
        early = span.number <= 4
        if self._frame.max_zone < 4 or self._athlete.level == "beginner" or early:
            return min(3, self._frame.max_zone), 4, "tempo"
        if span.built % 2:
            return 4, 3, "intervals"
        return 3, 5, "tempo"

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
        return PlannedSession(
            kind=kind,
            sport=sport,
            name=self._words.say(f"session_{kind}"),
            minutes=math.ceil(seconds / 60),
            km=round(volume, 2) if self._start.running else None,
            blocks=blocks,
            reason=self._words.because(
                "session_walk_run" if self._start.run_walk and kind != "race" else f"why_{kind}"
            ),
        )
