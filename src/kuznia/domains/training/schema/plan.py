"""The plan on the wire: weeks, days, exercises with their dose, sessions with their steps."""

import datetime
from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, FailFast

from kuznia.domains.training.schema.profile import Aim, Kind, Level, Sport
from kuznia.forge.terms import Draft

DayKind = Literal["strength", "endurance", "mixed", "rest"]
Phase = Literal["base", "build", "peak", "deload", "taper"]
SessionKind = Literal["easy", "long", "tempo", "intervals", "strides", "race"]
T = TypeVar("T")
# A plan that is sent to be verified can be long. The first wrong item of a list is named, for a
# list of thousands has tens of thousands of faults.
Several = Annotated[tuple[T, ...], FailFast()]
# Sessions whose effort is high enough to need a quiet day round them.
HARD: frozenset[SessionKind] = frozenset({"tempo", "intervals", "race"})


class PlanPiece(BaseModel):
    """One piece of a plan."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Reason(PlanPiece):
    """The reason for a choice, and the knowledge cards it cites."""

    text: str
    cites: Several[str] = ()


class Progression(PlanPiece):
    """The rule that changes the load from one session to the next, so that logs can move it."""

    kind: Literal["double", "linear", "percent", "hold"]
    low: int
    high: int
    # The share the load grows by when the rule is met; the plates decide the rest.
    step_percent: float = 0.0
    # And by which it falls after two failed sessions.
    back_percent: float = 10.0


class Dose(PlanPiece):
    """One exercise on one day. Without a known best there is no load, and effort leads."""

    id: str
    name: str
    order: int
    sets: int
    reps: int
    unit: Literal["reps", "sec", "m"]
    # Repetitions left in reserve at the end of a set.
    rir: int
    rest: int
    percent: float | None = None
    load: float | None = None
    load_unit: Literal["kg", "lb"] | None = None
    progression: Progression
    reason: Reason


class EffortStep(PlanPiece):
    """A stretch of an endurance session at one effort."""

    seconds: int
    zone: int
    effort: str
    heart_rate: tuple[int, int] | None = None


class StepBlock(PlanPiece):
    """Steps repeated a number of times."""

    times: int
    steps: Several[EffortStep]


class PlannedSession(PlanPiece):
    """One endurance session. `km` for running only, and only the running part of it."""

    kind: SessionKind
    sport: Sport
    name: str
    minutes: int
    km: float | None = None
    blocks: Several[StepBlock]
    reason: Reason


class Day(PlanPiece):
    """One day of a week; `day` is 1 for Monday."""

    day: int
    date: datetime.date | None = None
    kind: DayKind
    minutes: int
    exercises: Several[Dose] = ()
    sessions: Several[PlannedSession] = ()
    reason: Reason


class Week(PlanPiece):
    """A week with its theme and the variable that grows."""

    number: int
    phase: Phase
    theme: str
    goal: str
    lever: str
    days: Several[Day]
    reason: Reason


class Offer(PlanPiece):
    """A counter-offer: a wish that cannot honestly be planned, and what is planned instead."""

    code: str
    asked: str
    offered: str
    message: str
    reason: Reason


class Notice(PlanPiece):
    """Something the person must read beside the plan."""

    code: str
    text: str


class Zone(PlanPiece):
    """An effort zone: by talk, and by heart rate where that may be used."""

    zone: int
    talk: str
    heart_rate: tuple[int, int] | None = None


class Plan(Draft):
    """A training plan, all weeks in full."""

    title: str
    summary: str
    language: Literal["en", "uk"]
    kind: Kind
    aim: Aim
    level: Level
    start: datetime.date | None = None
    weeks: Several[Week]
    zones: Several[Zone] = ()
    offers: Several[Offer] = ()
    notices: Several[Notice]
    reason: Reason
    # The lessons of the playbook that shaped it.
    lessons: Several[str] = ()
