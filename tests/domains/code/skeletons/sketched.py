"""Sources to be sketched, each valid unless the test says otherwise."""

from kuznia.domains.code.languages.find import get
from kuznia.domains.code.skeletons import Sketch, sketch
from kuznia.domains.code.skeletons.result import ProseLanguage
from kuznia.platform.process.workers import Stopped, within

ROWS = """\
from dataclasses import dataclass
from enum import Enum
from typing import Literal, NamedTuple, Optional, TypedDict
import os


class Color(Enum):
    RED = 1
    BLUE = 2


@dataclass(frozen=True)
class Ticket:
    price: int
    colors: list[Color]
    note: str | None = None

    def doubled(self) -> int:
        return self.price * 2


class Point(NamedTuple):
    x: float
    y: float


class Options(TypedDict):
    deep: bool


class Refused(ValueError):
    pass


def encode(text: str) -> list[int]:
    return [ord(char) for char in text]


def decode(codes: list[int]) -> str:
    if any(code < 0 for code in codes):
        raise Refused("negative")
    return "".join(map(chr, codes))


def normalise(words: list[str]) -> list[str]:
    return sorted({word.strip() for word in words})


def total(tickets: list[Ticket], /, *, options: Options, mode: Literal["a", "b"] = "a") -> int:
    return sum(ticket.price for ticket in tickets)


def total_naive(
    tickets: list[Ticket], /, *, options: Options, mode: Literal["a", "b"] = "a"
) -> int:
    found = 0
    for ticket in tickets:
        found += ticket.price
    return found


def price(amount: int, rate: Optional[float] = None) -> float:
    if amount < 0:
        raise ValueError("below zero")
    return amount * (rate or 1)


async def later(point: Point, st: int) -> tuple[float, float]:
    return (point.x, st)


def _own(amount: int) -> int:
    return amount


def wipe(path: str) -> None:
    os.remove(path)


def wipe_all(paths: list[str]) -> None:
    for path in paths:
        wipe(path)


def untyped(one, other=1):
    return one
"""


def sketched(
    content: str, language: str = "python", path: str = "", prose_language: ProseLanguage = "en"
) -> Sketch:
    row = get(language)
    path = path or f"rows{row.extensions[0]}"
    found = sketch(content.encode(), row, within(10), path=path, prose_language=prose_language)
    assert not isinstance(found, Stopped)
    return found
