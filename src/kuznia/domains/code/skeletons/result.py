"""What a skeleton is on the wire."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from kuznia.domains.code.schema import File

ProseLanguage = Literal["en", "uk"]


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Offered(_Value):
    """One public symbol, with its signature as it is in the source."""

    path: str
    line: int
    name: str
    kind: Literal["function", "type"]
    signature: str


class Left(_Value):
    """Something no skeleton was written for, and why."""

    path: str
    line: int
    name: str
    reason: str


class Pages(_Value):
    files: tuple[File, ...] = Field(
        description="A page that names every symbol, and the sources with comments to fill in."
    )


class PropertyTests(_Value):
    files: tuple[File, ...]
    framework: str = "hypothesis"


class Skeletons(_Value):
    """Written from the syntax tree: the names and signatures are right, the words are yours."""

    skeleton: Literal[True] = True
    symbols: tuple[Offered, ...]
    documentation: Pages | None = None
    tests: PropertyTests | None = None
    left_out: tuple[Left, ...] = ()
