"""Which weekdays hold what: strength, easy, hard and long days, with rest between the hard ones."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, permutations
from typing import Literal

from kuznia.domains.training.athlete.athlete import Athlete
from kuznia.domains.training.planner.limits import TrainingLimits
from kuznia.domains.training.schema.lesson import LongDay

Work = Literal["strength", "easy", "hard", "long", "mixed", "mixed_long"]
MAX_DAYS = 6


@dataclass(frozen=True, slots=True)
class WeekLayout:
    """A week's frame: what each training day is for, by weekday."""

    work: dict[int, Work]

    @property
    def strength(self) -> tuple[int, ...]:
        return tuple(
            day for day, work in sorted(self.work.items()) if work.startswith(("str", "mixed"))
        )

    @property
    def endurance(self) -> tuple[int, ...]:
        return tuple(day for day, work in sorted(self.work.items()) if work != "strength")

    @property
    def demanding(self) -> frozenset[int]:
        """Days whose endurance work wants fresh legs."""
        return frozenset(
            day for day, work in self.work.items() if work in {"hard", "long", "mixed_long"}
        )

    def before_demanding(self, day: int) -> bool:
        """Whether legs worked hard on this day would still be tired for a hard or long one."""
        return day % 7 + 1 in self.demanding or day in self.demanding


def layout(athlete: Athlete, frame: TrainingLimits) -> WeekLayout:
    """Place the week's work on weekdays. Sunday and Monday are neighbours too."""
    offered = _offered(athlete, frame)
    count = min(athlete.days, len(offered), MAX_DAYS)
    if athlete.kind == "strength":
        days = _spread(offered, min(count, frame.strength_days))
        return WeekLayout(dict.fromkeys(days, "strength"))
    if athlete.kind == "endurance":
        return _place(athlete, offered, min(count, _worth(athlete)), strength=0)
    return _both(athlete, frame, offered, count)


# Minutes a run should have, and how much more than now a usual week will hold.
_WORTH_MINUTES = 30
_WORTH_GROWTH = 1.3


def _worth(athlete: Athlete) -> int:
    """On how many days runs are long enough to be worth it, from what is run now."""
    endurance = athlete.endurance
    if endurance.sport != "running":
        return MAX_DAYS
    minutes = (endurance.weekly_km or 0.0) * (endurance.pace or 6.0) * _WORTH_GROWTH
    return max(3, int(minutes / _WORTH_MINUTES))


def _offered(athlete: Athlete, frame: TrainingLimits) -> tuple[int, ...]:
    days = athlete.weekdays or tuple(range(1, 8))
    left = tuple(day for day in days if day not in frame.days_off)
    # A playbook may close days, but not all of them: someone asked for a plan.
    return left or days


def _spread(offered: Sequence[int], count: int) -> tuple[int, ...]:
    """The days with the widest gaps, earliest in the week first."""
    return max(
        combinations(offered, count), key=lambda days: (_gaps(days), -_streak(days), _early(days))
    )


def _gaps(days: Sequence[int]) -> tuple[int, ...]:
    """Gaps round the week, smallest first: two days a week apart are not far from each other."""
    if len(days) < 2:
        return (7,)
    round_week = [*days[1:], days[0] + 7]
    return tuple(sorted(after - day for day, after in zip(days, round_week, strict=True)))


def _streak(days: Sequence[int]) -> int:
    """The most days of training one after another, round the week."""
    longest = run = 0
    for day in [*range(1, 8), *range(1, 8)]:
        run = run + 1 if day in days else 0
        longest = max(longest, run)
    return min(longest, 7)


def _early(days: Sequence[int]) -> tuple[int, ...]:
    return tuple(-day for day in days)


# Strength and endurance days for so many days a week; training for an event leans the other way.
_SHARE = {1: (1, 1), 2: (2, 2), 3: (2, 1), 4: (2, 2), 5: (3, 2), 6: (3, 3)}
_SHARE_EVENT = {1: (1, 1), 2: (1, 1), 3: (1, 2), 4: (2, 2), 5: (2, 3), 6: (2, 4)}
# Below this a day is too short to hold two kinds of work.
_MIXED_MINUTES = 40


def _both(
    athlete: Athlete, frame: TrainingLimits, offered: tuple[int, ...], count: int
) -> WeekLayout:
    event = athlete.endurance.event is not None or athlete.aim == "stamina"
    strength, endurance = (_SHARE_EVENT if event else _SHARE)[count]
    if strength + endurance > count:
        days = _spread(offered, count)
        if frame.minutes >= _MIXED_MINUTES and _runs_apart(athlete, days):
            work: dict[int, Work] = dict.fromkeys(days, "mixed")
            wished = [day for day in days if day in _long_days(athlete)]
            work[wished[0] if wished else days[-1]] = "mixed_long"
            return WeekLayout(work)
        # Too short for two kinds of work: a day of each, or the one that asks for no kit.
        strength = count - 1
    return _place(athlete, offered, count, strength=min(strength, frame.strength_days))


def _place(athlete: Athlete, offered: tuple[int, ...], count: int, strength: int) -> WeekLayout:
    """The best placing of one long day, hard days and easy days among the strength days."""
    while True:
        works = _works(athlete, count, strength)
        placing = max(
            _placings(athlete, offered, works),
            key=lambda work: (_is_wished(athlete, work), *_placing_score(work)),
            default=None,
        )
        if placing is not None:
            return WeekLayout(placing)
        # Runs of a beginner need a day between them: fewer runs, where the days stand too close.
        count -= 1


def _works(athlete: Athlete, count: int, strength: int) -> tuple[Work, ...]:
    runs = count - strength
    hard = _hard_days(athlete, runs)
    easy = runs - hard - 1
    counts: tuple[tuple[Work, int], ...] = (
        ("strength", strength),
        ("long", 1),
        ("hard", hard),
        ("easy", easy),
    )
    return tuple(work for work, count in counts for _ in range(count))


def _hard_days(athlete: Athlete, runs: int) -> int:
    if athlete.level == "beginner" or runs < 3:
        return 0
    return 2 if runs >= 5 and athlete.level in {"advanced", "elite"} else 1


def _placings(
    athlete: Athlete, offered: tuple[int, ...], works: tuple[Work, ...]
) -> Iterator[dict[int, Work]]:
    for days in combinations(offered, len(works)):
        for order in sorted(set(permutations(works))):
            work = dict(zip(days, order, strict=True))
            if _lawful(athlete, work):
                yield work


def _lawful(athlete: Athlete, work: dict[int, Work]) -> bool:
    demanding = [day for day, kind in work.items() if kind in {"hard", "long"}]
    hard = [day for day, kind in work.items() if kind == "hard"]
    if any(_gap(day, other) < 2 for day in hard for other in demanding if day != other):
        return False
    return _runs_apart(athlete, [day for day, kind in work.items() if kind != "strength"])


def _runs_apart(athlete: Athlete, runs: Sequence[int]) -> bool:
    """Beginners run with a day between."""
    if athlete.level != "beginner" or athlete.endurance.sport != "running":
        return True
    return all(_gap(day, other) >= 2 for day in runs for other in runs if day != other)


def _gap(day: int, other: int) -> int:
    apart = abs(day - other)
    return min(apart, 7 - apart)


def _long_days(athlete: Athlete) -> set[int]:
    return {effect.day for _, effect in athlete.effects if isinstance(effect, LongDay)}


def _is_wished(athlete: Athlete, work: dict[int, Work]) -> bool:
    """Whether the long day is on the weekday that was asked for."""
    return any(work.get(day) == "long" for day in _long_days(athlete))


def _placing_score(work: dict[int, Work]) -> tuple[int, ...]:
    """Higher is better: fresh legs, spread strength days, a long day at the weekend."""
    demanding = {day for day, kind in work.items() if kind in {"hard", "long"}}
    strength = tuple(day for day, kind in work.items() if kind == "strength")
    tired = sum(1 for day in strength if day % 7 + 1 in demanding)
    crowded = sum(1 for day in strength if day % 7 + 1 in strength)
    long_day = next(day for day, kind in work.items() if kind == "long")
    days = sorted(work)
    weekend = int(long_day >= 6)
    rested = int((long_day - 2) % 7 + 1 not in work)
    return (-tired, -crowded, weekend, *_gaps(days), rested, -_streak(days), *_early(days))
