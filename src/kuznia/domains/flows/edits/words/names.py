"""The names of a flow in a sentence: its fields, pages and options, in any inflection."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Literal

from kuznia.domains.flows.edits.words.tokens import SentenceToken, normal
from kuznia.domains.flows.edits.words.vocabulary import word_set
from kuznia.domains.flows.planner.lexicon import LEXICON
from kuznia.domains.flows.reading.prompt_text import words
from kuznia.domains.flows.schema import Flow, Text
from kuznia.forge.wishes.matching import alike, stem

Thing = Literal["field", "page", "option"]
# Words inside a name that inflection and translation put in and leave out.
_LINKS = word_set("links")
_MAX_WORDS = 12
# Words that are another word when they stand alone: `дати` is "to give", `last` is a place.
_HOMONYMS = word_set("homonyms")
_IRREGULAR: dict[str, str] = dict.fromkeys(
    ("імені", "ім'ям", "імен", "імена", "іменем", "імя", "імям"), "ім'я"
)


@dataclass(frozen=True, slots=True)
class NamedThing:
    """A thing of the flow; an option has its field in front: `field.option`."""

    thing: Thing
    id: str


@dataclass(frozen=True, slots=True)
class FlowName:
    """Words, from a token to another, that name things of the flow."""

    first: int
    last: int
    things: tuple[NamedThing, ...]
    # Whether all words of the thing's label are there.
    is_whole: bool = False

    def ids(self, thing: Thing) -> tuple[str, ...]:
        return tuple(named.id for named in self.things if named.thing == thing)


@dataclass(frozen=True, slots=True)
class _FlowLabel:
    named: NamedThing
    stems: tuple[str, ...]
    # What no other label of the same kind of thing has.
    own: frozenset[str]


@dataclass(frozen=True, slots=True)
class FlowLabels:
    """The labels of one flow."""

    flow: Flow
    rows: tuple[_FlowLabel, ...]


def names_in(known: "FlowLabels", tokens: Sequence[SentenceToken]) -> tuple[FlowName, ...]:
    """The names in these tokens, the longest at each place, in their order."""
    found: list[FlowName] = []
    place = 0
    while place < len(tokens):
        name = (
            _quoted(known.rows, tokens, place)
            if tokens[place].kind == "quote"
            else _longest(known.flow, known.rows, tokens, place)
        )
        if name is None:
            place += 1
        else:
            found.append(name)
            place = name.last
    return tuple(_bracketed(tokens, found))


def _bracketed(tokens: Sequence[SentenceToken], names: list[FlowName]) -> Iterator[FlowName]:
    """The names; one in brackets takes in the words before it, which say the same."""
    last = 0
    for name in names:
        opens = name.first - 1
        if (
            name.is_whole
            and opens > 0
            and tokens[opens].text == "("
            and tokens[name.last : name.last + 1]
            and tokens[name.last].text == ")"
        ):
            first = max(last, opens - 2)
            while first < opens and tokens[first].kind != "word":
                first += 1
            yield FlowName(first, name.last + 1, name.things, True)
            last = name.last
        elif not any(_swallowed(tokens, name, other) for other in names):
            yield name
            last = name.last


def _swallowed(tokens: Sequence[SentenceToken], name: FlowName, other: FlowName) -> bool:
    """Whether a name is of the words before a bracket that names it again."""
    opens = other.first - 1
    near = opens - 2 <= name.first and name.last <= opens
    return near and opens > 0 and tokens[opens].text == "(" and other.is_whole


def _quoted(
    labels: tuple[_FlowLabel, ...], tokens: Sequence[SentenceToken], place: int
) -> FlowName | None:
    stems = _stems(tokens[place].text)
    things = tuple(label.named for label in labels if _equal(label.stems, stems))
    return FlowName(place, place + 1, things, True) if things else None


def _equal(left: Sequence[str], right: Sequence[str]) -> bool:
    return len(left) == len(right) and all(
        alike(a, b) for a, b in zip(sorted(left), sorted(right), strict=True)
    )


def _longest(
    flow: Flow, labels: tuple[_FlowLabel, ...], tokens: Sequence[SentenceToken], place: int
) -> FlowName | None:
    runs = [(*run, label) for label in labels if (run := _run(label, tokens, place))]
    phrase = _phrase(flow, tokens, place)
    if phrase is not None and all(phrase.last >= last for last, *_ in runs):
        longest = [
            label.named for last, is_whole, label in runs if last == phrase.last and is_whole
        ]
        return FlowName(place, phrase.last, tuple(dict.fromkeys((*phrase.things, *longest))), True)
    if not runs:
        return None
    end = max(last for last, *_ in runs)
    best = [(is_whole, label) for last, is_whole, label in runs if last == end]
    things: list[NamedThing] = []
    for thing in ("field", "page", "option"):
        mine = [(is_whole, label.named) for is_whole, label in best if label.named.thing == thing]
        whole = [named for is_whole, named in mine if is_whole]
        things += whole or [named for _, named in mine]
    return FlowName(place, end, tuple(dict.fromkeys(things)), any(is_whole for is_whole, _ in best))


def _run(label: _FlowLabel, tokens: Sequence[SentenceToken], place: int) -> tuple[int, bool] | None:
    """How far the tokens from here are words of the label, and whether all of them are there."""
    left, end, owns = list(label.stems), place, False
    for n in range(place, min(len(tokens), place + _MAX_WORDS)):
        token = tokens[n]
        if token.kind != "word":
            break
        mark = _stem(token.text)
        hit = next((known for known in left if alike(known, mark)), None)
        if hit is not None:
            left.remove(hit)
            owns = owns or hit in label.own
            end = n + 1
        elif n == place or token.text not in _LINKS:
            break
    if end == place or (left and _is_empty(tokens, place, end)):
        return None
    return (end, not left) if not left or owns else None


def _is_empty(tokens: Sequence[SentenceToken], first: int, last: int) -> bool:
    """Whether a part of a label has only words that mean something else alone."""
    return {token.text for token in tokens[first:last]} <= _LINKS | _HOMONYMS


def _phrase(flow: Flow, tokens: Sequence[SentenceToken], place: int) -> FlowName | None:
    """A phrase of the planner's lexicon for a field of this flow."""
    following = tokens[place : place + 6]
    run = [token.text for token in takewhile(lambda token: token.kind == "word", following)]
    hit = next(iter(LEXICON.find(run)), None) if run else None
    if hit is None or hit[0] != 0:
        return None
    fields = tuple(NamedThing("field", name) for name in hit[2].fields if name in flow.asks)
    return FlowName(place, place + hit[1], fields) if fields else None


def labels_of(flow: Flow) -> "FlowLabels":
    """Every label of a flow, taken apart once for all that is looked for in it."""
    rows = [
        (named, _stems(text))
        for named, label in _things(flow)
        for text in dict.fromkeys((label.uk, label.en))
    ]
    return FlowLabels(
        flow,
        tuple(
            _FlowLabel(
                named,
                stems,
                frozenset(
                    one
                    for one in stems
                    if not any(
                        one in others
                        for other, others in rows
                        if other != named and other.thing == named.thing
                    )
                    and one not in _COMMON
                ),
            )
            for named, stems in rows
            if stems
        ),
    )


_COMMON = frozenset(
    stem(word)
    for word in (
        "you",
        "your",
        "вас",
        "про",
        "about",
        "the",
        "not",
        "other",
        "type",
        "що",
        "як",
        "ще",
        "так",
        "ні",
        "no",
        "yes",
        "інше",
        "data",
        "дані",
    )
)


def _things(flow: Flow) -> Iterator[tuple[NamedThing, Text]]:
    for step in flow.steps:
        if step.kind == "form":
            yield NamedThing("page", step.id), step.title
        for field in step.fields:
            yield NamedThing("field", field.id), field.label
            for option in field.options:
                yield NamedThing("option", f"{field.id}.{option.id}"), option.label


def _stems(text: str) -> tuple[str, ...]:
    known = [word for word in words(normal(text)) if word not in _LINKS] or words(normal(text))
    return tuple(_stem(word) for word in known)


def _stem(word: str) -> str:
    return stem(_IRREGULAR.get(word, word))


def name_words(flow: Flow) -> tuple[str, ...]:
    """Every word of the flow's labels, by which a slip of the keyboard is seen."""
    texts = (text for _, label in _things(flow) for text in (label.uk, label.en))
    return tuple(
        dict.fromkeys(word for text in texts for word in words(normal(text)) if len(word) >= 5)
    )
