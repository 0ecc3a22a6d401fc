"""Packing lists: what to take, for how many days, and nothing twice."""

from collections import Counter
from collections.abc import Iterator

from pydantic import Field

from kuznia.forge.package import version_of
from kuznia.forge.terms import Bench, Check, Domain, Draft, Finding, Input, Part, Presentation

EVERY_DAY = ("socks", "shirt")


class Trip(Input):
    days: int = Field(default=3, ge=1, le=60, description="How long you are away.")


class PackingList(Draft):
    items: tuple[tuple[str, int], ...]


def plan(bench: Bench[Trip]) -> PackingList:
    """A list without a model: what is worn every day, and each word of the prompt once."""
    words = dict.fromkeys(bench.reading.prompt.lower().split())
    daily = tuple((item, bench.reading.days) for item in EVERY_DAY)
    return PackingList(items=(*daily, *((word, 1) for word in words if word not in EVERY_DAY)))


def nothing_twice(draft: PackingList, _: Bench[Trip]) -> Iterator[Finding]:
    for item, times in Counter(item for item, _ in draft.items).items():
        if times > 1:
            yield Finding("twice", "block", item, f"{item} is listed {times} times.")


LIST: Part[PackingList, Trip] = Part(
    name="list", make=plan, checks=(Check("nothing-twice", nothing_twice),)
)
DOMAIN = Domain(
    name="packing",
    package=__name__,
    path="packing",
    summary="A packing list, with nothing on it twice.",
    input=Trip,
    read=lambda trip: trip,
    version=version_of(__name__),
    parts=lambda _: (LIST,),
    shown=Presentation(examples=({"prompt": "tent lamp", "days": 2},)),
)
