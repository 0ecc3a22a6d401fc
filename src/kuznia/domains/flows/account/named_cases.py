"""Cases that a statement names without `if`: `companies give their code`, `adults pay 5`."""

from collections.abc import Iterator

from kuznia.domains.flows.account.places import FactPlace, FlowPlaces, guarded_facts, option_text
from kuznia.domains.flows.account.situations import Situation, chosen, limits_of, situations
from kuznia.domains.flows.reading.prompt_text import clean
from kuznia.domains.flows.reading.quantities import quantities
from kuznia.domains.flows.reading.statements import Statement
from kuznia.domains.flows.reading.subjects import Subject
from kuznia.domains.flows.reading.words import (
    KeyIndex,
    Words,
    all_keys,
    content,
    cue,
    denies,
    is_generic,
    read_words,
)
from kuznia.domains.flows.schema import FlowOption

# Words of a condition that no sign ends.
MAX_CONDITION = 16


def named_case(places: FlowPlaces, subject: Subject, part: Statement) -> tuple[Situation, ...]:
    """The case that a statement with no condition names all the same; none if it names none."""
    if subject in {"register", "absent", "anonymous"}:
        return ()
    words = part.outside
    return (
        tuple(named_options(places, words, part))
        or _for_whom(places, words, part)
        or tuple(_named_questions(places, words, part, alone=subject != "ask"))
        or tuple(_of_numbers(places, words, part))
    )


def by_a_word(places: FlowPlaces, words: Words, part: Statement) -> Iterator[Situation]:
    """`Charities hire it free`: a question that has one of the words, and the service has not."""
    deciding = guarded_facts(places.flow)
    for place in places.fields:
        if place.fact.id not in deciding or place.fact.type != "yesno":
            continue
        own = [w for w in words if place.named.covered(w.keys) and not places.named.covered(w.keys)]
        if any(not is_generic(key) for word in own for key in word.keys):
            yield from situations(places, tuple(own), part.text)[:1]


def _of_numbers(places: FlowPlaces, words: Words, part: Statement) -> Iterator[Situation]:
    """`Up to 3 items are free`: the case that a number names, when something is decided by it."""
    numbers = {
        number.value
        for number in part.numbers
        if number.bound != "exact" or number.measure != "money"
    }
    for row in situations(places, words, part.text):
        if any(numbers & limits_of(places, name) for name in row.facts):
            yield row
            return


def _for_whom(places: FlowPlaces, words: Words, part: Statement) -> tuple[Situation, ...]:
    """`For children under 14 we need ...`: the case that the first words name."""
    if not cue("for", words[:1]):
        return ()
    best: tuple[Situation, ...] = ()
    for end in range(2, min(len(words) - 1, MAX_CONDITION)):
        last = words[end - 1]
        if not (content((last,)) or last.text[0].isdigit()):
            continue
        rows = situations(places, words[1:end], part.text)[:1]
        if rows and (not best or rows[0].score >= best[0].score):
            best = rows
    return best


def _named_questions(
    places: FlowPlaces, words: Words, part: Statement, *, alone: bool
) -> Iterator[Situation]:
    """The case that a statement names with all the words of a question that decides something."""
    if _is_question(words):
        return
    deciding = guarded_facts(places.flow)
    for place in places.fields:
        if place.fact.id not in deciding or place.fact.type != "yesno":
            continue
        for text in (place.fact.label.uk, place.fact.label.en):
            about = _about(clean(text), words, part)
            more = frozenset(content(words)) - all_keys(about)
            if about and (alone or more or cue("must_be", words)):
                yield from situations(places, about, part.text)[:1]
                return


def _about(label: str, words: Words, part: Statement) -> Words:
    """Those of the words that are in a label; none unless the label is among them with its
    numbers."""
    spoken = read_words(label)
    keys = frozenset(content(spoken))
    own = {number.value for number in quantities(label)}
    numbers = {number.value for number in part.numbers}
    if not (keys or own) or not own <= numbers or KeyIndex(all_keys(words)).share(keys) < 1:
        return ()
    names = KeyIndex(keys)
    digits = {number.start for number in part.numbers if number.value in own}
    return tuple(w for w in words if names.covered(w.keys) or w.start in digits) or words


def _is_question(words: Words) -> bool:
    asks = {"whether", "if", "чи", "is", "are", "do", "does"}
    return bool(words) and (words[0].text in asks or bool(cue("asking", words)))


def named_options(
    places: FlowPlaces, words: Words, part: Statement, *, alone: bool = False
) -> Iterator[Situation]:
    """Of a question that decides something, the one option that is named.

    `alone` says that nothing else has to be said: `Fridges:` is the head of a list.
    """
    deciding = guarded_facts(places.flow)
    spoken = KeyIndex(all_keys(words))
    for place in places.fields:
        if place.fact.id not in deciding:
            continue
        hits = chosen(place.fact.options, words)
        own = _distinct(place, hits[0]) if len(hits) == 1 else frozenset[str]()
        rest = frozenset(content(words)) - spoken.covered(own) - own
        if not own or not _is_whole(own, hits[0], words) or _names_field(place, spoken, own):
            continue
        if alone or rest or denies(words) or part.numbers:
            names = KeyIndex(own)
            option = tuple(word for word in words if names.covered(word.keys))
            rows = (row for row in situations(places, option, "") if place.fact.id in row.facts)
            yield from tuple(rows)[:1]


def _is_whole(own: frozenset[str], option: FlowOption, words: Words) -> bool:
    """Whether an option that only a number tells from others is there with all its words."""
    if not all(key.isdecimal() for key in own):
        return True
    spoken = f" {' '.join(word.text for word in words)} "
    labels = [read_words(clean(text)) for text in (option.label.uk, option.label.en)]
    return any(
        len(label) > 1 and f" {' '.join(word.text for word in label)} " in spoken
        for label in labels
    )


def _distinct(place: FactPlace, option: FlowOption) -> frozenset[str]:
    """The words by which an option differs from the others of its field."""

    def keys(row: FlowOption) -> frozenset[str]:
        return all_keys(read_words(option_text(row)))

    others = [keys(row) for row in place.fact.options if row is not option]
    return keys(option) - frozenset[str]().union(*others)


def _names_field(place: FactPlace, spoken: KeyIndex, own: frozenset[str]) -> bool:
    """Whether the words are about the field itself: `how it was lost` names no answer `lost`."""
    labels = [
        frozenset(content(read_words(clean(text))))
        for text in (place.fact.label.uk, place.fact.label.en)
    ]
    return any(spoken.covered(own) <= keys and spoken.share(keys) >= 0.99 for keys in labels)
