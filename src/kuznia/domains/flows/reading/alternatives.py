"""The alternatives that some words list: `half or full plot`."""

from collections.abc import Iterator

from kuznia.domains.flows.reading.quantities import numbers_of
from kuznia.domains.flows.reading.words import Cue, Words, cue, cues


def alternatives(text: str, words: Words, *, commas: bool) -> Iterator[Words]:
    """What stands between the `or`s; commas part it, too, where they may."""
    joins = {span.start for span in cues("or", words)}
    if not joins and not (commas and not describes(text, words)):
        return
    part: list[int] = []
    for place, word in enumerate(words):
        gap = text[words[place - 1].end : word.start] if place else ""
        if (place in joins or any(sign in gap for sign in ",/;")) and part:
            yield tuple(words[i] for i in part)
            part = []
        # What is chosen stands before a dash: `Applicant — a company or a person`.
        if place and any(sign in gap for sign in "—–:"):
            part = []
        if place not in joins:
            part.append(place)
    if part:
        yield tuple(words[i] for i in part)


def describes(text: str, words: Words) -> bool:
    """Whether what is in brackets says how something is asked, and lists no options."""
    names: tuple[Cue, ...] = ("optional", "required", "if_any", "free_text", "example", "upload")
    return bool(numbers_of(text, words)) or any(cue(name, words) for name in names)
