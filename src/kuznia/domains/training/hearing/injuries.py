"""Injured places in a text: where, how they stand, how much they hurt, since when."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from kuznia.domains.training.hearing.readings import pain_in, weeks_in
from kuznia.domains.training.hearing.scope import HealthScope
from kuznia.domains.training.hearing.terms import Spans, TermSpan
from kuznia.domains.training.hearing.words import HeardWord
from kuznia.domains.training.schema.profile import Injury, Region

REGIONS: tuple[Region, ...] = (
    "knee",
    "shoulder",
    "low_back",
    "wrist",
    "elbow",
    "ankle",
    "hip",
    "neck",
)
# Words between a place and what is wrong with it.
_NEAR = 12
# A fracture counts as fresh for so long.
_BONE_WEEKS = 12
# Pain of ten when nothing is said, and from which a place carries no load.
_MILD, _STRONG = 2, 7


@dataclass(slots=True)
class Trouble:
    """Everything that is wrong with places of the body."""

    injuries: list[Injury] = field(default_factory=list[Injury])
    # A fresh injury or fracture that no region of ours can be spared for, or a bad one.
    fractured: bool = False
    # Sentences in which something is wrong, and it is not said where; and those that were placed.
    nowhere: set[int] = field(default_factory=set[int])
    understood: set[int] = field(default_factory=set[int])


def injuries_of(words: Sequence[HeardWord], spans: Spans, scope: HealthScope) -> Trouble:
    """Every injury of a text; a sentence without a place speaks of the place before it."""
    trouble = Trouble()
    last: tuple[Region, ...] = ()
    inside = {number: tuple(some) for number, some in groupby(words, lambda word: word.sentence)}
    for sentence, its_words in inside.items():
        places = tuple(_regions(spans, scope, sentence))
        wrong = tuple(_wrong(spans, scope, sentence))
        scored = pain_in(its_words, hurts=False)
        if places and scored and scored > _MILD:
            # `knee 9/10` says all there is to say.
            wrong += tuple(TermSpan("@hurt", place, place + 1) for _, place in places[:1])
        if wrong and not scope.is_over(sentence, "soon"):
            here = HurtSentence(sentence, its_words, inside.get(sentence + 1, ()))
            _add(trouble, here, places, wrong, last, spans, scope)
        last = tuple(dict.fromkeys(region for region, _ in places)) or last
    return trouble


@dataclass(frozen=True, slots=True)
class HurtSentence:
    """One sentence, and the words of the one after it."""

    number: int
    words: Sequence[HeardWord]
    following: Sequence[HeardWord]


def _add(
    trouble: Trouble,
    sentence: HurtSentence,
    places: tuple[tuple[Region, int], ...],
    wrong: tuple[TermSpan, ...],
    last: tuple[Region, ...],
    spans: Spans,
    scope: HealthScope,
) -> None:
    near = (
        region
        for region, place in places
        if any(abs(place - span.first) <= _NEAR for span in wrong)
    )
    chosen = tuple(dict.fromkeys(near)) or (() if places else _carried(last, wrong))
    if chosen:
        trouble.fractured |= _is_grave(spans, scope, sentence.number)
        injury = _injury(sentence, spans, {span.name for span in wrong})
        trouble.injuries += (injury.model_copy(update={"region": region}) for region in chosen)
        trouble.understood.add(sentence.number)
    elif _is_of_a_body(spans, sentence.number) and (weeks_in(sentence.words) or 0) < _BONE_WEEKS:
        trouble.fractured = True
        trouble.understood.add(sentence.number)
    elif any(span.name in {"@hurt", "@surgery", "@swell"} for span in wrong):
        trouble.nowhere.add(sentence.number)


def _is_of_a_body(spans: Spans, sentence: int) -> bool:
    """Whether what broke or tore is a body, and neither a belt nor a record."""
    if spans.within("@strong_acute", sentence):
        return True
    bad = spans.within("@break_word", sentence) or spans.within("@acute", sentence)
    return bool(bad) and any(spans.within(name, sentence) for name in _BODY)


_BODY = ("@limb", "@leg", "@arm", "@body_part", "@one_side", "@head", "@belly", "@eye")


def _is_grave(spans: Spans, scope: HealthScope, sentence: int) -> bool:
    """Whether it popped, locked, or carries no weight."""
    return any(not scope.silent(span.first) for span in spans.within("@grave", sentence))


def _carried(last: tuple[Region, ...], wrong: tuple[TermSpan, ...]) -> tuple[Region, ...]:
    return last if any(span.name != "@trouble" for span in wrong) else ()


def _regions(spans: Spans, scope: HealthScope, sentence: int) -> Iterator[tuple[Region, int]]:
    for region in REGIONS:
        for span in spans.within(f"@{region}", sentence):
            if not scope.foreign[span.first]:
                yield region, span.first


_WRONG = ("hurt", "acute", "surgery", "trouble", "break_word", "swell")


def _wrong(spans: Spans, scope: HealthScope, sentence: int) -> Iterator[TermSpan]:
    muscles = any(not scope.denied[span.first] for span in spans.within("@muscle", sentence))
    for name in _WRONG:
        for span in spans.within(f"@{name}", sentence):
            if scope.unsaid(span.first):
                continue
            # Sore muscles after training are what training does.
            if muscles and name in {"hurt", "trouble"}:
                continue
            yield span


def _injury(sentence: HurtSentence, spans: Spans, names: set[str]) -> Injury:
    weeks = weeks_in(sentence.words)
    if weeks is None and "@surgery" in names:
        weeks = weeks_in(sentence.following)
    pain = pain_in(sentence.words, hurts="@hurt" in names)
    number = sentence.number
    stage = "chronic"
    if "@surgery" in names:
        stage = "surgery"
    elif names & {"@acute", "@break_word", "@swell"}:
        old = spans.within("@chronic", number) or (weeks or 0) >= _BONE_WEEKS
        stage = "chronic" if old else "acute"
    elif "@hurt" in names and (pain or 0) >= _STRONG and spans.within("@fresh", number):
        stage = "acute"
    return Injury(
        region="knee",
        stage=stage,
        pain=_MILD if pain is None else pain,
        weeks=min(520, round(weeks)) if weeks is not None and stage == "surgery" else None,
    )
