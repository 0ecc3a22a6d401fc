"""Whether words are said of the person, now, and as a fact: denial, others, the past, fears."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from kuznia.domains.training.hearing.terms import Spans
from kuznia.domains.training.hearing.words import HeardWord

# Words a denial covers at most.
_REACH = 9
# Items of a list that a denial runs through are short.
_ITEM = 4
# And those without `or` have no more words than this.
_BARE = 3
# A number beside a person that is an age.
_GROWN_UP, _OLDEST = 11, 105
_FIRST_YEAR, _LAST_YEAR = 1950, 2024


@dataclass(slots=True)
class HealthScope:
    """For every word what speaks against hearing it, and what of each sentence is over."""

    denied: list[bool]
    # Said of somebody else, supposed, or part of an idiom.
    foreign: list[bool]
    soon_over: set[int] = field(default_factory=set[int])
    long_over: set[int] = field(default_factory=set[int])
    cleared: set[int] = field(default_factory=set[int])

    # Where a denial begins.
    denials: frozenset[int] = frozenset()

    def silent(self, place: int) -> bool:
        """Whether nothing is said by the word at this place."""
        return self.denied[place] or self.foreign[place]

    def unsaid(self, place: int) -> bool:
        """The same for a term, which may begin with a denial of its own: `not eating`."""
        if place in self.denials and not (place and self.denied[place - 1]):
            return self.foreign[place]
        return self.silent(place)

    def is_over(self, sentence: int, fades: str) -> bool:
        """Whether what a sentence says is past, for something that fades so."""
        if fades == "never":
            return False
        if sentence in self.long_over or sentence in self.cleared:
            return True
        return fades == "soon" and sentence in self.soon_over


def scope_of(words: Sequence[HeardWord], spans: Spans) -> HealthScope:
    """The scope of every word of a text."""
    scope = HealthScope([False] * len(words), [False] * len(words))
    scope.denials = spans.places("@deny")
    _deny(words, spans, scope)
    _deny_back(words, spans, scope)
    _others(words, spans, scope)
    _suppose(words, spans, scope)
    _date(words, spans, scope)
    for span in spans.all("@idiom"):
        for place in range(span.first, span.last):
            scope.foreign[place] = True
    return scope


def _covered(spans: Spans, name: str) -> frozenset[int]:
    """All places that terms of a class cover."""
    several = (range(span.first, span.last) for span in spans.all(f"@{name}"))
    return frozenset(place for one in several for place in one)


def _deny(words: Sequence[HeardWord], spans: Spans, scope: HealthScope) -> None:
    excused = _covered(spans, "not_denying") | _covered(spans, "idiom")
    turns = spans.places("@turn")
    also, signs = spans.places("@also"), spans.places("@clause_sign")
    for span in spans.all("@deny"):
        if span.first in excused:
            continue
        for place in range(span.first, min(len(words), span.first + _REACH)):
            if place > span.first and (
                words[place].sentence != words[span.first].sentence or place in turns
            ):
                break
            if (
                place > span.first
                and words[place].segment != words[place - 1].segment
                and not _goes_on(words, place, spans)
            ):
                break
            if place in also and _begins_clause(words, place, signs):
                break
            scope.denied[place] = True


def _goes_on(words: Sequence[HeardWord], place: int, spans: Spans) -> bool:
    """Whether a list that began before this comma is one of either-or."""
    either = spans.places("@either")
    signs, selves = spans.places("@clause_sign"), spans.places("@self") | spans.places("@they")
    if place in either:
        return True
    size = sum(1 for word in words[place : place + _REACH] if word.segment == words[place].segment)
    rest = range(place, min(len(words), place + _REACH))
    inside = [other for other in rest if words[other].segment == words[place].segment]
    if size <= _BARE and not any(other in signs or other in selves for other in inside):
        return True
    near = any(other in either and words[other].sentence == words[place].sentence for other in rest)
    return near and size <= _ITEM


def _begins_clause(words: Sequence[HeardWord], place: int, signs: frozenset[int]) -> bool:
    rest = range(place + 1, min(len(words), place + _REACH))
    return any(other in signs and words[other].segment == words[place].segment for other in rest)


def _deny_back(words: Sequence[HeardWord], spans: Spans, scope: HealthScope) -> None:
    excused, turns = _covered(spans, "not_denying"), spans.places("@turn")
    for span in spans.all("@deny_back"):
        if span.first in excused:
            continue
        place = span.first
        while place >= 0 and words[place].segment == words[span.first].segment:
            if place in turns:
                break
            scope.denied[place] = True
            place -= 1


def _others(words: Sequence[HeardWord], spans: Spans, scope: HealthScope) -> None:
    people, animals = spans.places("@person"), spans.places("@animal")
    selves, mine, they = (spans.places(f"@{name}") for name in ("self", "mine", "they"))
    verbs = {place for place, word in enumerate(words) if _is_own_verb(word.text)}
    selves |= verbs - people - animals
    if people and (spans.all("@for_them") or _is_for_them(words, people, selves, mine, they)):
        # The plan is for them: what is said of them counts.
        people = frozenset[int]()
    if not people and not animals:
        return
    links, others = spans.places("@of"), people | animals
    other = known = False
    for place, word in enumerate(words):
        if place and word.sentence != words[place - 1].sentence:
            other = known and place in they
        if place in others:
            other = known = True
            _backwards(words, place, links, mine, scope)
        elif (place in selves and not _at_mine(words, place, people)) or (
            place in mine and not _of_them(place, people | animals)
        ):
            other = False
        scope.foreign[place] = scope.foreign[place] or other


def _is_for_them(
    words: Sequence[HeardWord],
    people: frozenset[int],
    selves: frozenset[int],
    mine: frozenset[int],
    they: frozenset[int],
) -> bool:
    """Whether a text speaks of another person and their age, and never of the one who writes."""
    own = selves | {place for place in mine if not _of_them(place, people)}
    aged = any(
        _GROWN_UP <= (words[place].number or 0) <= _OLDEST
        for person in people
        for place in range(max(0, person - 4), min(len(words), person + 4))
    )
    return not own and (bool(they) or aged)


# Endings of Ukrainian verbs of the first person, and words that only look like one.
_OWN = ("аю", "яю", "ую", "юю", "юся", "уся", "юсь", "усь", "тиму", "тимусь", "тимуся")
_NOT_OWN = frozenset({"якусь", "чиюсь"})


def _is_own_verb(text: str) -> bool:
    """`тренуюся`, `бігаю`: the speaker is named by the verb alone."""
    return len(text) > 4 and text.endswith(_OWN) and text not in _NOT_OWN


def _at_mine(words: Sequence[HeardWord], place: int, people: frozenset[int]) -> bool:
    """`чоловік у мене гіпертонік`: still of him."""
    return place > 1 and words[place - 1].text in {"у", "в"} and place - 2 in people


def _of_them(place: int, others: frozenset[int]) -> bool:
    return not others.isdisjoint({place + 1, place + 2})


def _backwards(
    words: Sequence[HeardWord],
    person: int,
    links: frozenset[int],
    mine: frozenset[int],
    scope: HealthScope,
) -> None:
    """`a heart attack of my father`: what stands before belongs to them, too."""
    link = person - 2 if person - 1 in mine else person - 1
    if link not in links or link < 1:
        return
    place = link
    while place >= 0 and words[place].segment == words[person].segment:
        scope.foreign[place] = True
        place -= 1


def _suppose(words: Sequence[HeardWord], spans: Spans, scope: HealthScope) -> None:
    turns = spans.places("@turn")
    at_work = {words[span.first].sentence for span in spans.all("@job")}
    for place, word in enumerate(words):
        scope.foreign[place] = scope.foreign[place] or word.sentence in at_work
    for span in spans.all("@supposed"):
        segment = words[span.first].segment
        for place in range(span.first, len(words)):
            if words[place].segment != segment or (place in turns and place > span.last):
                break
            scope.foreign[place] = True
        for place in range(span.first - 1, max(-1, span.first - 4), -1):
            if words[place].segment != segment:
                break
            scope.foreign[place] = True


def _date(words: Sequence[HeardWord], spans: Spans, scope: HealthScope) -> None:
    for name, over in (
        ("soon_over", scope.soon_over),
        ("by_doctor", scope.cleared),
        ("long_ago", scope.long_over),
    ):
        for span in spans.all(f"@{name}"):
            # `not healed` is denied from before; `never bothered` only by its own first word.
            denied = scope.denied[span.first] and span.first > 0 and scope.denied[span.first - 1]
            if denied and name != "long_ago":
                continue
            sentence = words[span.first].sentence
            # What is over is often said in the sentence after.
            over.update({sentence} if name == "long_ago" else {sentence, sentence - 1})
    for word in words:
        if word.number is not None and _FIRST_YEAR <= word.number <= _LAST_YEAR:
            scope.long_over.add(word.sentence)
