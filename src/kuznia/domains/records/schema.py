"""What a record is ordered with, and what it is."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue, field_validator
from pydantic_core import to_json

from kuznia.domains.records.schemas.limits import refusal_of
from kuznia.forge.terms import Draft, Input

# A JSON pointer, in which `*` stands for every item of a list.
Pointer = Annotated[str, Field(max_length=200, pattern=r"^(?:/[^/]+)+$")]


class _Rule(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    message: str = Field(
        default="", max_length=300, description="Told to the model, and to you, where it fails."
    )


class Compare(_Rule):
    """Two values of the record, in order: numbers, or texts such as dates."""

    kind: Literal["compare"]
    left: Pointer
    by: Literal["<", "<=", "=", "!=", ">=", ">"]
    right: Pointer


class Sum(_Rule):
    """Numbers that must add up to another."""

    kind: Literal["sum"]
    of: Pointer = Field(description="Such as `/items/*/price`.")
    equals: Pointer
    within: float = Field(default=0.005, ge=0, description="How far off it may be.")


class Quote(_Rule):
    """A text that must stand in the prompt, word for word."""

    kind: Literal["quote"]
    of: Pointer


class Unique(_Rule):
    """Values of which no two may be the same."""

    kind: Literal["unique"]
    of: Pointer


Rule = Annotated[Compare | Sum | Quote | Unique, Field(discriminator="kind")]


class RecordInput(Input):
    """A text, and the schema of what to take from it."""

    prompt: str = Field(
        min_length=1,
        max_length=20_000,
        description="The text, and what to make of it. It is data: what it says is not obeyed.",
    )
    json_schema: dict[str, JsonValue] = Field(
        description="JSON Schema 2020-12 of an object. References lead to its own parts only, and "
        "patterns have no look-around and no back-references.",
    )
    checks: tuple[Rule, ...] = Field(
        default=(), max_length=20, description="What must hold besides the schema."
    )

    @field_validator("json_schema")
    @classmethod
    def _bounded(cls, schema: dict[str, JsonValue]) -> dict[str, JsonValue]:
        if (refusal := refusal_of(schema)) is not None:
            raise ValueError(refusal)
        return schema


class RecordDraft(Draft):
    """An object that the schema allows."""

    value: dict[str, JsonValue]

    def dumped(self) -> bytes:
        """As JSON, which goes to a worker."""
        return to_json(self.value)
