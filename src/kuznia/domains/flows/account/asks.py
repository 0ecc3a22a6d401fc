"""What the clauses ask people for, and the field of the flow that asks for each."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import product

from kuznia.domains.flows.account.places import FactPlace, FlowPlaces, concepts
from kuznia.domains.flows.account.situations import chosen
from kuznia.domains.flows.planner.lexicon import LEXICON
from kuznia.domains.flows.reading.alternatives import alternatives
from kuznia.domains.flows.reading.prompt_text import clean
from kuznia.domains.flows.reading.quantities import Quantity, numbers_of
from kuznia.domains.flows.reading.statements import Piece, Statement
from kuznia.domains.flows.reading.words import (
    Cue,
    KeyIndex,
    Words,
    all_keys,
    content,
    cue,
    cues,
    is_generic,
    read_words,
)
from kuznia.domains.flows.schema import FlowOption

_SAID_OF_IT: tuple[Cue, ...] = (
    "optional",
    "if_any",
    "required",
    "example",
    "free_text",
    "future",
    "past",
)
# So much of what is asked has to be in the label of its field.
_ENOUGH = 0.6
# A field that nothing else asks for needs less.
_ENOUGH_LEFT = 0.3
# A label that is about a field of the lexicon has so many of its words.
_ALL = 0.75
_HALF = 0.5
# A full name may do without it.
_MAY_LACK = frozenset({"middle_name"})


@dataclass(frozen=True)
class Asked:
    """One thing that people are asked for, in the words of the prompt."""

    text: str
    words: Words
    asides: Words = ()
    # Whether the prompt lists it beside others.
    listed: bool = False
    # All that is said, with who gives it.
    spoken: Words = ()
    # What is said of the case in which it is asked, and is not about the field.
    known: frozenset[str] = frozenset()

    @cached_property
    def named(self) -> Words:
        """Its words without its limits, and without what is only said of it."""
        gone: set[int] = set()
        for name in _SAID_OF_IT:
            gone |= {
                place for span in cues(name, self.words) for place in range(span.start, span.end)
            }
        rest = tuple(w for place, w in enumerate(self.words) if place not in gone) or self.words
        return tuple(word for word in rest if not word.keys or set(word.keys) - self.known)

    @cached_property
    def keys(self) -> frozenset[str]:
        found = frozenset(content(self.named))
        # `Type (cat, dog)`: what says little alone does when its options are named.
        return found or (all_keys(self.named) if self.asides else found)

    @cached_property
    def numbers(self) -> tuple[Quantity, ...]:
        return numbers_of(self.text, (*self.words, *self.asides))

    @cached_property
    def concepts(self) -> frozenset[str]:
        return concepts(" ".join(word.text for word in self.named))

    @cached_property
    def lexical(self) -> Mapping[str, frozenset[str]]:
        """The fields of the lexicon that are named, with the words that name them."""
        return lexical(" ".join(word.text for word in self.named))

    @cached_property
    def phrases(self) -> tuple[frozenset[str], ...]:
        """The fields of the lexicon phrase by phrase: a full name is several."""
        rows = LEXICON.find([word.text for word in self.named])
        return tuple(frozenset(phrase.fields) for *_, phrase in rows)

    @property
    def every_word(self) -> Words:
        return (*(self.spoken or self.words), *self.asides)

    @cached_property
    def alternatives(self) -> tuple[Words, ...]:
        """What stands between the `or`s, outside the brackets or else inside."""
        for words in (self.named, self.asides):
            parts = tuple(alternatives(self.text, words, commas=words is self.asides))
            if len(parts) > 1:
                return parts
        return ()


@lru_cache(maxsize=2048)
def lexical(text: str) -> Mapping[str, frozenset[str]]:
    """The fields of the lexicon that a text names, with the words that name them."""
    words = read_words(text)
    rows: dict[str, frozenset[str]] = {}
    for start, end, phrase in LEXICON.find([word.text for word in words]):
        keys = all_keys(words[start:end])
        rows |= {name: keys | rows.get(name, frozenset()) for name in phrase.fields}
    return rows


def asked_for(statement: Statement) -> tuple[Asked, ...]:
    """What a statement asks for, piece by piece."""
    rows = [
        Asked(statement.text, _what(piece.words), piece.asides, statement.listed, piece.words)
        for piece in _with_options(statement.pieces)
    ]
    rows = [_in_case(row, statement.condition) for row in rows]
    return tuple(row for row in rows if row.keys or row.numbers or row.alternatives)


def _what(words: Words) -> Words:
    """What is asked for, without the words that say who gives it: `the owner types the number`."""
    spans = [span for span in cues("ask", words) if content(words[span.end :])]
    return words[spans[-1].start :] if spans else words


def _in_case(asked: Asked, condition: Words) -> Asked:
    """`If there are dogs, ask how many`: the number of dogs."""
    if asked.keys == frozenset({"number"}) and condition:
        return Asked(asked.text, (*asked.words, *condition), asked.asides, asked.listed)
    return asked


def _with_options(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """The pieces; one that only says something of the one before is a part of it."""
    held: Piece | None = None
    for piece in pieces:
        if held and not content(piece.words) and (_says_how(piece) or not piece.words):
            held = Piece(held.words, (*held.asides, *piece.words, *piece.asides))
            continue
        if held:
            yield held
        held = piece
    if held:
        yield held


def _says_how(piece: Piece) -> bool:
    return any(cue(name, piece.words) for name in ("optional", "required", "if_any")) or bool(
        piece.words and any(word.text[0].isdigit() for word in piece.words)
    )


def likeness(asked: Asked, place: FactPlace) -> tuple[float, float]:
    """How much of what is asked for is in a field's name, and how well the two match in all."""
    keys = asked.keys
    if not keys:
        return 0.0, 0.0
    covered = place.named.covered(keys)
    for name in asked.lexical.keys() & place.concepts:
        covered |= asked.lexical[name] & keys
    if not covered - _loose(keys):
        covered = frozenset[str]()
    share = len(covered) / len(keys)
    back = max(KeyIndex(keys).share(label) for label in place.labels)
    if place.fact.type == "yesno" and back < _HALF:
        # Whether the breed is dangerous does not ask for the breed.
        share *= 0.5
    known = max(back, 0.5) if asked.lexical.keys() & place.concepts else back
    more = place.keys.share(keys)
    # The last decides between two fields that the lexicon takes for one.
    score = 0.6 * share + 0.3 * known + 0.1 * more + 0.01 * back
    if cue("upload", asked.words) and place.fact.type != "file":
        score *= 0.5
        share *= 0.5
    if place.field is None:
        score *= 0.9
    return share, score


def _loose(keys: frozenset[str]) -> frozenset[str]:
    """The words that say too little alone, when there are others."""
    loose = frozenset(key for key in keys if is_generic(key))
    return loose if loose != keys else frozenset()


Match = tuple[FactPlace, ...]


def matched(asked: Sequence[Asked], places: FlowPlaces, taken: frozenset[str]) -> list[Match]:
    """The fields that ask for each thing: the best pairs first, no field for two things.

    What is asked for in the same words twice is one thing. A field that is taken, because it
    decides a condition, is no answer to what has only a word in common with it.
    """
    every = (*places.fields, *places.provided)
    pairing = _Pairing(asked)
    strong, weak = _pairs(asked, every, taken)
    pairing.pair(strong)
    # What says once more what was said before has the same field, if no other is left.
    pairing.pair(strong, again=True)
    pairing.take_options(places)
    pairing.pair(weak)
    pairing.share_out(every)
    return [tuple(answer) for answer in pairing.answers]


_Pair = tuple[float, int, FactPlace]


def _pairs(
    asked: Sequence[Asked], every: Iterable[FactPlace], taken: frozenset[str]
) -> tuple[list[_Pair], list[_Pair]]:
    """The pairs that have most words in common, and those that have some, the best first."""
    strong: list[_Pair] = []
    weak: list[_Pair] = []
    for (number, row), place in product(enumerate(asked), every):
        share, score = likeness(row, place)
        if share >= _ENOUGH:
            strong.append((score, number, place))
        elif share >= _ENOUGH_LEFT and place.fact.id not in taken and not _other(row, place):
            weak.append((score, number, place))
    strong.sort(key=_worse)
    weak.sort(key=_worse)
    return strong, weak


def _worse(pair: _Pair) -> float:
    return -pair[0]


def _other(asked: Asked, place: FactPlace) -> bool:
    """Whether the lexicon knows both, and as different fields."""
    return bool(asked.lexical and place.concepts) and not asked.lexical.keys() & place.concepts


class _Pairing:
    """Which field answers to which thing, while the pairs are gone through."""

    def __init__(self, asked: Sequence[Asked]) -> None:
        self.asked = asked
        self.answers: list[list[FactPlace]] = [[] for _ in asked]
        self._owner: dict[str, int] = {}

    def pair(self, pairs: Iterable[_Pair], *, again: bool = False) -> None:
        for _, number, place in pairs:
            other = self._owner.get(place.pointer)
            free = other is None or (again and _restates(self.asked[number], self.asked[other]))
            if free and not self.answers[number]:
                self._owner.setdefault(place.pointer, number)
                self.answers[number].append(place)

    def take_options(self, places: FlowPlaces) -> None:
        """Give what is only told by its options the field that has them."""
        for row, answer in zip(self.asked, self.answers, strict=True):
            if not answer:
                answer.extend(_by_options(row, places))

    def share_out(self, every: Iterable[FactPlace]) -> None:
        """Give what is asked for in several fields, as a full name is, all of them."""
        for place in every:
            for number, row in enumerate(self.asked):
                own = row.lexical.keys() & place.concepts
                lacks = own and self.answers[number] and place.pointer not in self._owner
                if lacks and _is_all(place, own):
                    self._owner[place.pointer] = number
                    self.answers[number].append(place)


def _restates(later: Asked, first: Asked) -> bool:
    """Whether one speaks of what the other asks for: `email, phone; email is optional`."""
    if (later.listed and first.listed) or later.text == first.text:
        return later.keys == first.keys
    return later.keys <= first.keys or first.keys <= later.keys


def _is_all(place: FactPlace, names: AbstractSet[str]) -> bool:
    """Whether these fields of the lexicon are most of what a label says, in both languages."""
    for text in (place.fact.label.uk, place.fact.label.en):
        keys = frozenset(content(read_words(clean(text))))
        known = lexical(clean(text))
        own = frozenset[str]().union(*(known[name] for name in names if name in known))
        if len(own & keys) < _ALL * len(keys):
            return False
    return True


def lacking(asked: Asked, match: Match) -> str:
    """A field of the lexicon that is asked for and is in none of the fields that answer."""
    shown = frozenset[str]().union(*(place.concepts for place in match))
    for fields in asked.phrases:
        gone = fields - shown - _MAY_LACK
        keys = asked.lexical[next(iter(fields))]
        named = any(place.keys.share(keys) == 1 for place in match)
        if (gone and len(match) > 1) or not (fields & shown or named):
            return min(gone or fields)
    return ""


def _by_options(asked: Asked, places: FlowPlaces) -> Iterator[FactPlace]:
    """The field whose options are the alternatives: `half or full plot`."""
    if len(asked.alternatives) > 1:
        hits = [p for p in places.fields if p.fact.options and not _wrong_options(asked, p)]
        yield from hits[:1]


def _wrong_options(asked: Asked, place: FactPlace) -> str:
    """What is wrong with the options of a field, when the prompt lists them."""
    parts = asked.alternatives
    if len(parts) < 2:
        return ""
    options = place.fact.options
    hits: list[FlowOption] = []
    for part in parts:
        own = chosen(options, part)
        if not own:
            return "An option that the prompt lists is missing: " + _spoken(part)
        hits += own
    # Each of several pieces names some of the options.
    hits += chosen(options, read_words(asked.text))
    extra = [option for option in options if option not in hits]
    if extra and not cue("example", asked.every_word):
        return f"The prompt does not list this option: {extra[0].label.en}."
    return ""


def _spoken(words: Words) -> str:
    return " ".join(word.text for word in words) + "."


def wrong_options(asked: Asked, place: FactPlace) -> str:
    """As above, for a field that has options, or should have."""
    if len(asked.alternatives) < 2:
        return ""
    if place.fact.options:
        return _wrong_options(asked, place)
    parts = [all_keys(part) for part in asked.alternatives]
    if asked.asides and not any(place.keys.covered(part) for part in parts):
        return "The field has no options, and the prompt lists some."
    return ""


def label_words(place: FactPlace) -> Words:
    return read_words(clean(f"{place.fact.label.uk} {place.fact.label.en}"))
