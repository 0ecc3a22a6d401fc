"""A session as it was done, exercise by exercise."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from kuznia.domains.training.schema.lesson import Short


class LoggedExercise(BaseModel):
    """One exercise as it was done."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    exercise: Short
    done: bool = True
    load: float | None = Field(default=None, ge=0, le=1500, allow_inf_nan=False)
    # Repetitions of each completed set.
    reps: tuple[Annotated[int, Field(ge=0, le=1000)], ...] = Field(default=(), max_length=12)
    # Repetitions left in reserve at the end of the last set.
    rir: int | None = Field(default=None, ge=0, le=10)
    pain: int = Field(default=0, ge=0, le=10)


class LoggedSession(BaseModel):
    """One day of a plan as it was done; a day is logged once."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    week: int = Field(ge=1, le=16)
    day: int = Field(ge=1, le=7, description="1 is Monday.")
    entries: tuple[LoggedExercise, ...] = Field(min_length=1, max_length=40)

    @property
    def number(self) -> int:
        return 7 * (self.week - 1) + self.day
