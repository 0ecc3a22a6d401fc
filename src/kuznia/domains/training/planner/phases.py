"""What each week is for, and how many sets it holds."""

from dataclasses import dataclass

from kuznia.domains.training.athlete.athlete import Athlete
from kuznia.domains.training.schema.plan import Phase

EASY: frozenset[Phase] = frozenset({"deload", "taper"})

# A week off the gas comes this often; who has just begun needs it later.
_DELOAD = 4
_DELOAD_BEGINNER = 8
_DELOAD_SETS = 0.6
_DELOAD_CUT = 0.25


@dataclass(frozen=True, slots=True)
class Span:
    """A week's place in the plan."""

    number: int
    phase: Phase
    # Weeks of building since the start or the last easy week, from 0.
    step: int
    # Weeks of building so far, easy weeks left out.
    built: int
    # Easy weeks so far: the blocks they part are numbered from 0.
    block: int = 0


def strength_spans(athlete: Athlete) -> tuple[Span, ...]:
    """The weeks of a strength plan: build, and an easy one now and then."""
    every = _DELOAD_BEGINNER if athlete.level == "beginner" else _DELOAD
    easy = set(range(every, athlete.weeks + 1, every))
    return spans(athlete.weeks, easy, frozenset())


def spans(weeks: int, easy: set[int], taper: frozenset[int]) -> tuple[Span, ...]:
    """Number the weeks of building between the easy ones."""
    numbered: list[Span] = []
    step = built = block = 0
    for number in range(1, weeks + 1):
        if number in taper:
            phase: Phase = "taper"
        elif number in easy:
            phase = "deload"
        else:
            phase = "base" if number == 1 else "build"
        numbered.append(Span(number, phase, step, built, block))
        if phase in EASY:
            step, block = 0, block + 1
        else:
            step, built = step + 1, built + 1
    return tuple(numbered)


def set_counts(day_sets: tuple[int, ...], span: Span) -> tuple[int, ...]:
    """Sets of each exercise of the week: as planned, or fewer of every exercise in an easy week."""
    if span.phase not in EASY:
        return day_sets
    counts = [max(1, round(sets * _DELOAD_SETS)) for sets in day_sets]
    # Single sets cannot be cut: the others give way for them.
    while sum(counts) > sum(day_sets) * (1 - _DELOAD_CUT) and max(counts) > 1:
        # From the back: what comes last in a session matters least.
        counts[len(counts) - 1 - counts[::-1].index(max(counts))] -= 1
    return tuple(counts)
