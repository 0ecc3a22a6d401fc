"""Lessons: what was learnt about a person. A lesson acts only through typed effects."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from kuznia.domains.training.schema.flags import Flag

Short = Annotated[str, StringConstraints(min_length=1, max_length=80)]


# How the ids begin of what an order's own words want: no playbook knows these lessons.
WISH = "wish-"


Kilograms = Annotated[float, Field(gt=0, le=700, allow_inf_nan=False)]


class _LessonValue(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class AvoidTag(_LessonValue):
    """Avoid every exercise with this tag."""

    do: Literal["avoid_tag"] = "avoid_tag"
    tag: Short


class AvoidExercise(_LessonValue):
    """Avoid this exercise."""

    do: Literal["avoid_exercise"] = "avoid_exercise"
    exercise: Short


class Prefer(_LessonValue):
    """Prefer this exercise where it fits."""

    do: Literal["prefer"] = "prefer"
    exercise: Short


class Minutes(_LessonValue):
    """Limit sessions to this many minutes."""

    do: Literal["minutes"] = "minutes"
    minutes: int = Field(ge=15, le=180)


class MinutesOn(_LessonValue):
    """Limit sessions on this weekday to this many minutes; Monday is 1."""

    do: Literal["minutes_on"] = "minutes_on"
    day: int = Field(ge=1, le=7)
    minutes: int = Field(ge=15, le=180)


class LongDay(_LessonValue):
    """Put the long session of the week on this weekday; Monday is 1."""

    do: Literal["long_day"] = "long_day"
    day: int = Field(ge=1, le=7)


class OwnEquipment(_LessonValue):
    """Count this piece of equipment as at hand, with these weights in kilograms."""

    do: Literal["own_equipment"] = "own_equipment"
    item: Short
    sizes: tuple[Kilograms, ...] = Field(default=(), max_length=20)
    up_to: Kilograms | None = None
    # The smallest step from one load to the next.
    step: Kilograms | None = None


class LackEquipment(_LessonValue):
    """Plan nothing that needs this piece of equipment."""

    do: Literal["lack_equipment"] = "lack_equipment"
    item: Short


class BestLift(_LessonValue):
    """Start loads from this best, in kilograms."""

    do: Literal["best_lift"] = "best_lift"
    exercise: Short
    kg: float = Field(ge=0.5, le=700, allow_inf_nan=False)
    reps: int = Field(default=1, ge=1, le=12)


class DayUnavailable(_LessonValue):
    """Keep this weekday free; Monday is 1."""

    do: Literal["day_unavailable"] = "day_unavailable"
    day: int = Field(ge=1, le=7)


class LoadFactor(_LessonValue):
    """Multiply loads by this factor: down only; the progression rules move loads up."""

    do: Literal["load_factor"] = "load_factor"
    factor: float = Field(ge=0.5, le=1.0, allow_inf_nan=False)


class VolumeFactor(_LessonValue):
    """Multiply sets by this factor, within the dose rules."""

    do: Literal["volume_factor"] = "volume_factor"
    factor: float = Field(ge=0.5, le=1.2, allow_inf_nan=False)


class Sign(_LessonValue):
    """A warning sign from feedback: screening sees it until the lesson is closed."""

    do: Literal["sign"] = "sign"
    flag: Flag


Effect = Annotated[
    AvoidTag
    | AvoidExercise
    | Prefer
    | Minutes
    | MinutesOn
    | LongDay
    | OwnEquipment
    | LackEquipment
    | BestLift
    | DayUnavailable
    | LoadFactor
    | VolumeFactor
    | Sign,
    Field(discriminator="do"),
]


class Lesson(_LessonValue):
    """One thing learnt. Ids, counters and confidence are code's, never a model's."""

    id: Short
    text: Annotated[str, StringConstraints(max_length=300)]
    kind: Literal["safety", "preference", "logistics", "load"]
    effects: tuple[Effect, ...] = Field(default=(), max_length=4)
    helpful: int = Field(default=0, ge=0)
    harmful: int = Field(default=0, ge=0)
    applied: int = Field(default=0, ge=0)
    status: Literal["open", "closed"] = "open"
    learnt: date | None = None

    @property
    def pinned(self) -> bool:
        """Safety stays until a person closes it: no counter and no cap can push it out."""
        return self.kind == "safety" and self.status == "open"

    @property
    def confidence(self) -> float:
        """The share of tries that helped, with one helpful and one harmful try added."""
        return (self.helpful + 1) / (self.helpful + self.harmful + 2)
