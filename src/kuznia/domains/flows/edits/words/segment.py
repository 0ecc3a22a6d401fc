"""A part of a sentence that may be one instruction: its phrases, names, numbers and new texts."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

from kuznia.domains.flows.edits.operations import Edit
from kuznia.domains.flows.edits.words.names import FlowLabels, FlowName, names_in
from kuznia.domains.flows.edits.words.tokens import SentenceToken
from kuznia.domains.flows.edits.words.vocabulary import FILLER, EditCue, number_at, numbers_in
from kuznia.domains.flows.reading.prompt_text import words
from kuznia.domains.flows.schema import Flow, FlowStep
from kuznia.forge.wishes.matching import alike, stem

_VERB_ENDINGS = (
    "іть", "ить", "їть", "єть", "ає", "ює", "ує", "яє", "лася", "лося", "йте", "йти", "ати",
    "ити", "іти", "яти", "ути", "ють", "ять", "уть", "ать", "ємо", "емо", "имо", "ймо", "али",
    "или", "ься", "ися",
)  # fmt: skip
_KINDS = {
    **dict.fromkeys(("date", "дату", "дата", "дати"), "date"),
    **dict.fromkeys(("file", "файл", "picture"), "file"),
    **dict.fromkeys(("number", "число"), "number"),
}
# Numbers that are also articles and pronouns.
_ONE = frozenset({"one", "один", "одна", "одне", "одну"})


@dataclass(frozen=True, slots=True)
class EditReading:
    """What an instruction was understood as: edits, or none where something is to stay."""

    edits: tuple[Edit, ...] = ()
    # The fields and pages it is about, for the "it" of the next instruction.
    about: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StatedNumber:
    value: float
    first: int
    last: int


@dataclass(frozen=True)
class EditSegment:
    """Some tokens of a sentence, with everything that was recognised in them."""

    flow: Flow
    labels: FlowLabels
    text: str
    tokens: tuple[SentenceToken, ...]
    cues: tuple[EditCue, ...]
    names: tuple[FlowName, ...]
    # What the instruction before was about.
    before: tuple[str, ...] = ()

    @cached_property
    def tags(self) -> frozenset[str]:
        return frozenset(cue.tag for cue in self.cues)

    def has(self, *tags: str) -> bool:
        return not self.tags.isdisjoint(tags)

    def of(self, *tags: str) -> tuple[EditCue, ...]:
        """The longest phrases of these tags, in their order."""
        mine = [cue for cue in self.cues if cue.tag in tags]
        beside: dict[int, list[EditCue]] = defaultdict(list)
        for cue in mine:
            for place in cue.places:
                beside[place].append(cue)
        return tuple(
            cue
            for cue in mine
            if not any(set(cue.places) < set(other.places) for other in beside[cue.places[0]])
        )

    def places(self, *tags: str) -> frozenset[int]:
        return frozenset(place for cue in self.cues if cue.tag in tags for place in cue.places)

    @cached_property
    def numbers(self) -> tuple[StatedNumber, ...]:
        words = [token.text if token.kind == "word" else "" for token in self.tokens]
        return tuple(self._number(words, first, last) for first, last in numbers_in(words))

    def _number(self, words: list[str], first: int, last: int) -> StatedNumber:
        hit = number_at(words, first)
        value = hit[0] if hit else 0.0
        return StatedNumber(-value if self._is_minus(first - 1) else value, first, last)

    def _is_minus(self, place: int) -> bool:
        """Whether the sign before a number makes it negative: it stands at the number alone."""
        if place < 0 or self.tokens[place].text not in {"-", "–"}:
            return False
        apart = place == 0 or self.tokens[place - 1].end < self.tokens[place].start
        return apart and self.tokens[place].end == self.tokens[place + 1].start

    @property
    def quotes(self) -> tuple[int, ...]:
        """The places of quotations that name nothing of the flow."""
        named = {place for name in self.names for place in range(name.first, name.last)}
        return tuple(
            n for n, token in enumerate(self.tokens) if token.kind == "quote" and n not in named
        )

    @cached_property
    def fields(self) -> tuple[str, ...]:
        """The fields that are named; each name has to mean just one."""
        ids = (name.ids("field") for name in self.names)
        return tuple(dict.fromkeys(known[0] for known in ids if len(known) == 1))

    @cached_property
    def pages(self) -> tuple[str, ...]:
        ids = (name.ids("page") for name in self.names)
        return tuple(dict.fromkeys(known[0] for known in ids if len(known) == 1))

    @cached_property
    def options(self) -> tuple[tuple[str, str], ...]:
        """The options that are named, each with its field in front."""
        ids = (name.ids("option") for name in self.names)
        return tuple(dict.fromkeys(_pair(known[0]) for known in ids if len(known) == 1))

    def subjects(self) -> tuple[str, ...]:
        """The fields that the instruction is about: named, or "it" for those before."""
        if self.fields:
            return self.fields
        if self.has("pronoun") and (known := self._of_kind()):
            return known
        if self.has("pronoun"):
            return tuple(name for name in self.before if name in self.flow.asks)
        return ()

    def _of_kind(self) -> tuple[str, ...]:
        """The field that `that date` means: the only one of its type."""
        types = {_KINDS[self.tokens[cue.places[0]].text] for cue in self.of("kind_word")}
        fields = tuple(name for name, field in self.flow.asks.items() if field.type in types)
        return fields if len(fields) == 1 else ()

    def numbers_left(self) -> bool:
        """Whether there is a number that is no part of a name."""
        named = {place for name in self.names for place in range(name.first, name.last)}
        return any(
            n.first not in named and self.tokens[n.first].text not in _ONE for n in self.numbers
        )

    def explained(self, tags: Iterable[str], *also: int, names: bool = True) -> bool:
        """Whether each word belongs to a phrase of these tags, to a name or to these places."""
        return not self.unexplained(tags, *also, names=names)

    def stated(self, tags: Iterable[str], *also: int) -> bool:
        """Whether each word is explained, or a verb: what is to be is stated by other words."""
        return all(self.is_verb(place) for place in self.unexplained(tags, *also))

    def is_verb(self, place: int) -> bool:
        """Whether a word is a Ukrainian verb by its ending; the lexicon has the others."""
        token = self.tokens[place]
        return token.kind == "word" and len(token.text) > 4 and token.text.endswith(_VERB_ENDINGS)

    def unexplained(self, tags: Iterable[str], *also: int, names: bool = True) -> tuple[int, ...]:
        known = self.places(FILLER, *tags) | set(also) | self.own_words
        if names:
            known |= {place for name in self.names for place in range(name.first, name.last)}
        return tuple(
            n for n, token in enumerate(self.tokens) if n not in known and token.kind != "sign"
        )

    @cached_property
    def own_words(self) -> frozenset[int]:
        """The places of words from the service's own name: they say only what it is about."""
        name = self.flow.name
        stems = {stem(word) for text in (name.uk, name.en) for word in words(text) if len(word) > 3}
        return frozenset(
            n
            for n, token in enumerate(self.tokens)
            if token.kind == "word"
            and len(token.text) > 3
            and any(alike(stem(token.text), known) for known in stems)
        )

    def raw(self, first: int, last: int) -> str:
        """The text of the tokens from one place to another, as it was written."""
        if first >= last:
            return ""
        return self.text[self.tokens[first].start : self.tokens[last - 1].end]

    def part(self, first: int, last: int) -> "EditSegment":
        """A part of the segment, as a segment of its own."""
        inside = (cue for cue in self.cues if first <= cue.places[0] and cue.places[-1] < last)
        cues = (EditCue(cue.tag, tuple(place - first for place in cue.places)) for cue in inside)
        tokens = self.tokens[first:last]
        return replace(self, tokens=tokens, cues=tuple(cues), names=names_in(self.labels, tokens))

    def value(self, place: int) -> str:
        """A quotation without its quotes."""
        return self.tokens[place].text


def _pair(name: str) -> tuple[str, str]:
    field, _, option = name.partition(".")
    return field, option


def home_of(flow: Flow, field: str) -> FlowStep:
    """The page that asks a field."""
    return next(step for step in flow.steps if any(one.id == field for one in step.fields))


def forms(flow: Flow) -> tuple[FlowStep, ...]:
    """The pages with fields, in their order."""
    return tuple(step for step in flow.steps if step.kind == "form")


def places_of(numbers: Iterable[StatedNumber]) -> tuple[int, ...]:
    """The places of the words of these numbers."""
    return tuple(place for number in numbers for place in range(number.first, number.last))
