"""A week of strength to fill, as the search and the solver see it."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ExerciseCandidate:
    """An exercise as the search sees it."""

    id: str
    pattern: str
    muscles: Mapping[str, float]
    # The muscles that lead, told apart once: the search asks for them all the time.
    primary: tuple[str, ...]
    score: int
    # Minutes for getting ready, and for each set.
    setup: float
    each: float
    max_sets: int
    # Many joints at once: only such an exercise stands for a movement of the day.
    compound: bool = True
    # The movement whatever is held: a bench press with a barbell and one with dumbbells are one.
    family: str = ""


@dataclass(frozen=True, slots=True)
class MovementGroup:
    """Movements of which a day has one at least, and not more than a few."""

    patterns: frozenset[str]
    most: int


@dataclass(frozen=True, slots=True)
class StrengthDay:
    """A day to fill. `day` is 1 for Monday; days a week apart are neighbours too."""

    day: int
    minutes: float
    patterns: frozenset[str]
    # At least and at most so many exercises, if the time allows.
    fewest: int
    first_sets: int
    groups: tuple[MovementGroup, ...] = ()


@dataclass(frozen=True, slots=True)
class Problem:
    """One week to fill."""

    sessions: tuple[StrengthDay, ...]
    candidates: tuple[ExerciseCandidate, ...]
    # Sets a week wanted for each muscle, and the most it may get.
    targets: Mapping[str, float]
    ceilings: Mapping[str, float]
    # Below so many sets a week a large muscle gets next to nothing.
    floor: float
    major: frozenset[str]
    # Patterns that must come up in the week.
    must: frozenset[str]
    # Muscles that must come up in two sessions.
    twice: frozenset[str]
    pull: frozenset[str] = frozenset({"h_pull", "v_pull"})
    push: frozenset[str] = frozenset({"h_push", "v_push"})
