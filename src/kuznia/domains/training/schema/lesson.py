"""Lessons: what was learnt about a person. A lesson acts only through typed effects."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from kuznia.domains.training.schema.flags import Flag

Short = Annotated[str, StringConstraints(min_length=1, max_length=80)]


class _LessonValue(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class AvoidTag(_LessonValue):
    """Nothing that carries this tag."""

    do: Literal["avoid_tag"] = "avoid_tag"
    tag: Short


class AvoidExercise(_LessonValue):
    """Not this exercise."""

    do: Literal["avoid_exercise"] = "avoid_exercise"
    exercise: Short


class Prefer(_LessonValue):
    """Rather this exercise, where it fits."""

    do: Literal["prefer"] = "prefer"
    exercise: Short


class Minutes(_LessonValue):
    """Sessions of at most so many minutes."""

    do: Literal["minutes"] = "minutes"
    minutes: int = Field(ge=15, le=180)


class DayUnavailable(_LessonValue):
    """Nothing on this weekday, Monday is 1."""

    do: Literal["day_unavailable"] = "day_unavailable"
    day: int = Field(ge=1, le=7)


class LoadFactor(_LessonValue):
    """Loads by this factor: only ever down, up goes by the progression rules."""

    do: Literal["load_factor"] = "load_factor"
    factor: float = Field(ge=0.5, le=1.0, allow_inf_nan=False)


class VolumeFactor(_LessonValue):
    """Sets by this factor, within the dose rules."""

    do: Literal["volume_factor"] = "volume_factor"
    factor: float = Field(ge=0.5, le=1.2, allow_inf_nan=False)


class Sign(_LessonValue):
    """A warning sign that was told: screening sees it until the lesson is closed."""

    do: Literal["sign"] = "sign"
    flag: Flag


Effect = Annotated[
    AvoidTag | AvoidExercise | Prefer | Minutes | DayUnavailable | LoadFactor | VolumeFactor | Sign,
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
        """How often it helped when it was tried, with one doubt on either side."""
        return (self.helpful + 1) / (self.helpful + self.harmful + 2)
