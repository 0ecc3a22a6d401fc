"""Where a model says that a wish can be seen: its own words, looked up in the flow."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from kuznia.domains.flows.account.places import FlowPlaces
from kuznia.forge.terms import Wish

_PLACE = re.compile(r"steps\W{1,3}(\d{1,3})(?:\W{1,3}(?:fields|provides)\W{1,3}(\d{1,3}))?")
_NAME = re.compile(r"\w+")
_MAX_CLAIM = 600
# Shorter names are found in every sentence.
_SHORTEST = 3


def claimed(
    places: FlowPlaces, wishes: Sequence[Wish], claims: Iterable[Wish]
) -> Mapping[int, frozenset[str]]:
    """The ids of steps and the pointers of fields that are claimed, by the number of the wish."""
    numbers = {(wish.start, wish.end): number for number, wish in enumerate(wishes)}
    found: dict[int, frozenset[str]] = {}
    for claim in claims:
        number = numbers.get((claim.start, claim.end))
        if number is not None and claim.outcome == "met":
            text = " ".join((*claim.where, claim.why))[:_MAX_CLAIM].lower()
            found[number] = frozenset(_named(places, text))
    return found


def _named(places: FlowPlaces, text: str) -> Iterator[str]:
    """What a pointer leads to, or an id, a title or a label names; a field stands for its step."""
    names = frozenset(_NAME.findall(text))
    pointers = {
        f"/flow/steps/{step}" + (f"/fields/{field}" if field else "")
        for step, field in _PLACE.findall(text)
    }
    for step in places.flow.steps:
        titles = (step.title.uk, step.title.en)
        if places.pointer[step.id] in pointers or _is_named(step.id, titles, names, text):
            yield step.id
    for place in places.fields:
        label = place.fact.label
        if place.pointer in pointers or _is_named(place.fact.id, (label.uk, label.en), names, text):
            yield from (place.pointer, place.step.id)


def _is_named(ident: str, texts: Iterable[str], names: frozenset[str], text: str) -> bool:
    return ident.lower() in names or any(
        len(own) >= _SHORTEST and own.lower() in text for own in texts
    )
