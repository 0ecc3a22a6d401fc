"""What free text says about health, in Ukrainian, in English and mixed.

The text is the person's and is only read: nothing in it can clear a flag or loosen a rule. What is
denied, said of somebody else, over, or only feared says nothing; what sounds like health and is not
understood is kept as a question.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from kuznia.domains.training.hearing.injuries import REGIONS, Trouble, injuries_of
from kuznia.domains.training.hearing.readings import Readings, readings_of
from kuznia.domains.training.hearing.scope import HealthScope, scope_of
from kuznia.domains.training.hearing.terms import HealthSign, Spans, TermSpan, WayToSay, lexicon
from kuznia.domains.training.hearing.words import HeardWord, plain, words_of
from kuznia.domains.training.schema.profile import Flag, Injury, Region

__all__ = ["HealthMentions", "gravest", "health_mentions", "plain", "regions"]

# Words between two terms of one sign.
_NEAR = 10
# Below this age a plan is one for the young.
_GROWN = 18


@dataclass(frozen=True, slots=True)
class HealthMentions:
    """What free text says about health."""

    flags: frozenset[Flag] = frozenset()
    injuries: tuple[Injury, ...] = ()
    systolic: int | None = None
    diastolic: int | None = None
    pregnancy_week: int | None = None
    postpartum_weeks: int | None = None
    caesarean: bool = False
    age: int | None = None
    # Sentences that may be about health and were not understood, word for word.
    unclear: tuple[str, ...] = ()


@dataclass(slots=True)
class _Heard:
    flags: set[Flag] = field(default_factory=set[Flag])
    # Sentences that something was understood of, and those that are to be asked about.
    understood: set[int] = field(default_factory=set[int])
    asked: set[int] = field(default_factory=set[int])


def health_mentions(*texts: str) -> HealthMentions:
    """Everything the texts say about health."""
    return joined(_mentions(text) for text in texts if text)


def regions(text: str) -> frozenset[Region]:
    """The parts of the body a text names, whatever it says about them."""
    spans = _spans(words_of(plain(text)))
    return frozenset(region for region in REGIONS if spans.all(f"@{region}"))


def joined(several: Iterable[HealthMentions]) -> HealthMentions:
    """What several texts say together: the worst of each number, the gravest of each place."""
    all_of = tuple(several)
    weeks = [one.postpartum_weeks for one in all_of if one.postpartum_weeks is not None]
    return HealthMentions(
        flags=frozenset(flag for one in all_of for flag in one.flags),
        injuries=gravest(injury for one in all_of for injury in one.injuries),
        systolic=max((one.systolic for one in all_of if one.systolic), default=None),
        diastolic=max((one.diastolic for one in all_of if one.diastolic), default=None),
        pregnancy_week=max((o.pregnancy_week for o in all_of if o.pregnancy_week), default=None),
        postpartum_weeks=min(weeks, default=None),
        caesarean=any(one.caesarean for one in all_of),
        age=min((one.age for one in all_of if one.age), default=None),
        unclear=tuple(dict.fromkeys(text for one in all_of for text in one.unclear)),
    )


_STAGES = {"chronic": 0, "acute": 1, "surgery": 2}


def gravest(injuries: Iterable[Injury]) -> tuple[Injury, ...]:
    """The gravest injury of each region; among equals the first, and the worst pain."""
    known: dict[Region, Injury] = {}
    for injury in injuries:
        before = known.get(injury.region)
        if before is None:
            known[injury.region] = injury
            continue
        worse = injury if _STAGES[injury.stage] > _STAGES[before.stage] else before
        pain = max(injury.pain, before.pain)
        known[injury.region] = worse.model_copy(update={"pain": pain})
    return tuple(known[name] for name in sorted(known))


def _spans(words: Sequence[HeardWord]) -> Spans:
    return Spans(words, lexicon().index.find(words))


def _mentions(text: str) -> HealthMentions:
    text = plain(text)
    words = words_of(text)
    if not words:
        return HealthMentions()
    spans = _spans(words)
    scope = scope_of(words, spans)
    heard = _Heard()
    for sign in _possible(spans):
        _hear(sign, words, spans, scope, heard)
    trouble = injuries_of(words, spans, scope)
    readings = readings_of(words, spans, scope)
    _number_flags(readings, trouble, heard)
    heard.understood |= trouble.understood
    heard.asked |= set(_vague(words, spans, scope, trouble))
    unclear = sorted(heard.asked - heard.understood) if not heard.flags else []
    return HealthMentions(
        flags=frozenset(heard.flags),
        injuries=gravest(trouble.injuries),
        systolic=readings.systolic,
        diastolic=readings.diastolic,
        pregnancy_week=readings.pregnancy_week if "pregnancy" in heard.flags else None,
        postpartum_weeks=readings.postpartum_weeks if "postpartum" in heard.flags else None,
        caesarean="postpartum" in heard.flags and bool(spans.all("@section_word")),
        age=readings.age,
        unclear=tuple(_sentence(text, words, number) for number in unclear),
    )


def _possible(spans: Spans) -> Iterator[HealthSign]:
    """The signs of which any way to say them begins with a term of the text, in their order."""
    numbers = {number for name in spans.names() for number in _beginning_with().get(name, ())}
    signs = lexicon().signs
    return (signs[number] for number in sorted(numbers))


@cache
def _beginning_with() -> Mapping[str, tuple[int, ...]]:
    """The numbers of the signs by the terms that their ways begin with."""
    numbers: dict[str, tuple[int, ...]] = {}
    for number, sign in enumerate(lexicon().signs):
        for name in {way.names[0] for way in sign.ways}:
            numbers[name] = (*numbers.get(name, ()), number)
    return numbers


def _hear(
    sign: HealthSign, words: Sequence[HeardWord], spans: Spans, scope: HealthScope, heard: _Heard
) -> None:
    for way in sign.ways:
        for place in _occurrences(sign, way, words, spans, scope):
            sentence = words[place].sentence
            if sign.flags:
                # The lexicon's tests hold that its flags are flags.
                heard.flags.update(flag for flag in sign.flags)  # type: ignore[misc]
                heard.understood.add(sentence)
            else:
                heard.asked.add(sentence)
            return


def _occurrences(
    sign: HealthSign,
    way: WayToSay,
    words: Sequence[HeardWord],
    spans: Spans,
    scope: HealthScope,
) -> Iterator[int]:
    """Places where one way to say a sign is said of the person, now."""
    names = way.names
    if not all(spans.all(name) for name in names):
        return
    for first in spans.all(names[0]):
        together = [first]
        for name in names[1:]:
            near = [
                other
                for other in spans.near(name, first.first, _NEAR)
                if abs(words[other.first].sentence - words[first.first].sentence) <= way.far
            ]
            if near:
                together.append(min(near, key=lambda other: abs(other.first - first.first)))
        if len(together) == len(names) and _holds(sign, way, together, words, spans, scope):
            yield first.first


def _holds(
    sign: HealthSign,
    way: WayToSay,
    together: list[TermSpan],
    words: Sequence[HeardWord],
    spans: Spans,
    scope: HealthScope,
) -> bool:
    sentence = words[together[0].first].sentence
    if any(scope.unsaid(piece.first) for piece in together) or scope.is_over(sentence, sign.fades):
        return False
    if not sign.unless or (sign.unless_with and sign.unless_with not in way.names):
        return True
    return not spans.within(sign.unless, sentence)


def _number_flags(readings: Readings, trouble: Trouble, heard: _Heard) -> None:
    if trouble.fractured:
        heard.flags.add("trauma")
    if readings.fever:
        heard.flags.add("fever")
    if readings.thin:
        heard.flags.add("compensatory")


def _vague(
    words: Sequence[HeardWord], spans: Spans, scope: HealthScope, trouble: Trouble
) -> Iterator[int]:
    """Sentences with words of health that nothing above has made sense of."""
    muscles = {
        words[span.first].sentence for span in spans.all("@muscle") if not scope.denied[span.first]
    }
    for name in ("health_word", "lasting_illness", "pills", "forbids", "doctor_word", "exam"):
        for span in spans.all(f"@{name}"):
            sentence = words[span.first].sentence
            # A diagnosis of long ago is one still.
            fades = "never" if name == "lasting_illness" else "soon"
            if not scope.unsaid(span.first) and not scope.is_over(sentence, fades):
                yield sentence
    yield from trouble.nowhere - muscles
    for place, word in enumerate(words):
        named = _is_medical(word.text) and not spans.within("@allergy", word.sentence)
        if named and not scope.silent(place):
            yield word.sentence
    yield from _places_named(words, spans, scope)


def _places_named(words: Sequence[HeardWord], spans: Spans, scope: HealthScope) -> Iterator[int]:
    """Sentences that name a joint, or a part with its side, and say nothing we know of it."""
    for name in ("@joint_place", "@one_side", "@body_part"):
        for span in spans.all(name):
            sentence = words[span.first].sentence
            aimed = spans.within("@aim_word", sentence) or spans.within("@at_ease", sentence)
            well = any(scope.denied[hurt.first] for hurt in spans.within("@hurt", sentence))
            if not (aimed or well or scope.silent(span.first) or scope.is_over(sentence, "soon")):
                yield sentence


# Endings of the names of diseases, operations and medicines, folded as the texts are.
_MEDICAL = (
    "itis", "osis", "algia", "opathy", "ectomy", "oplasty", "oscopy", "otomy", "aemia", "plegia",
    "paresis", "sclerosis", "olol", "sartan", "xaban", "statin", "azole", "mycin", "cillin",
    "pril", "gliptin", "tidine", "azepam", "triptan", "патия", "патии", "патию", "ектомия",
    "томию", "скопия", "скопию", "альгия", "плегия", "парез", "лол", "сартан", "ксабан",
    "статин", "азол", "мицин", "циллин", "прил", "азепам", "триптан", "синдром",
)  # fmt: skip
_NOT_MEDICAL = frozenset(
    {"april", "empathy", "sympathy", "симпатия", "емпатия", "апатия", "апрель"}
)
_SHORT = 6


def _is_medical(text: str) -> bool:
    """Whether a word sounds like a disease, an operation or a medicine."""
    return len(text) >= _SHORT and text.endswith(_MEDICAL) and text not in _NOT_MEDICAL


def _sentence(text: str, words: Sequence[HeardWord], number: int) -> str:
    inside = [word for word in words if word.sentence == number]
    return text[inside[0].start : inside[-1].end][:120]
