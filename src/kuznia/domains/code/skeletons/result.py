"""The skeletons as they appear in JSON."""

from typing import Literal

from pydantic import Field

from kuznia.domains.code.schema import File, Value

ProseLanguage = Literal["en", "uk"]


class Offered(Value):
    """A public symbol, with its signature as written in the source."""

    path: str
    line: int
    name: str
    kind: Literal["function", "type"]
    signature: str


class Left(Value):
    """A symbol that no test was written for, and why."""

    path: str
    line: int
    name: str
    reason: str


class Pages(Value):
    files: tuple[File, ...] = Field(
        description="A page that names every symbol, and the sources with comments to fill in."
    )


class PropertyTests(Value):
    files: tuple[File, ...]
    framework: str = "hypothesis"


class Skeletons(Value):
    """Written from the syntax tree: the names and signatures are right, the words are yours."""

    skeleton: Literal[True] = True
    symbols: tuple[Offered, ...]
    documentation: Pages | None = None
    tests: PropertyTests | None = None
    left_out: tuple[Left, ...] = ()
