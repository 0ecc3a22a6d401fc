"""What the playbook's addresses take and give."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from kuznia.domains.training.schema.lesson import Lesson


class PlaybookOut(BaseModel):
    """What was learnt about you, closed lessons too, until the log is compacted."""

    user_id: str
    lessons: tuple[Lesson, ...]
    total_lessons: int = Field(description="Open lessons: those that shape the next plan.")
    sessions: int = Field(description="Logged sessions in the playbook.")


class LessonIn(BaseModel):
    """A lesson in better words; its effects stay as they are."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    text: Annotated[str, StringConstraints(min_length=1, max_length=300)]
