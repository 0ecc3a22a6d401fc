"""A condition of a prompt, found in a flow: the facts that decide it, and what they lead to."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from kuznia.domains.flows.account.places import FactPlace, FlowPlaces, guarded_facts, option_text
from kuznia.domains.flows.reading.prompt_text import clean
from kuznia.domains.flows.reading.quantities import Quantity, numbers_of
from kuznia.domains.flows.reading.words import (
    KeyIndex,
    Words,
    all_keys,
    content,
    denies,
    key_set,
    read_words,
)
from kuznia.domains.flows.schema import FlowOption
from kuznia.domains.flows.structure.guards import Known, tests

Assignment = Mapping[str, Known]
# Less of a condition's words than this is another condition.
_ENOUGH = 0.5
_MAX_CASES = 32


@dataclass(frozen=True)
class Situation:
    """When a condition holds and when not, as values of the facts that decide it."""

    cases: tuple[Assignment, ...] = ({},)
    others: tuple[Assignment, ...] = ()
    pointers: tuple[str, ...] = ()
    # The words of the prompt and of the flow that are about the condition itself.
    keys: frozenset[str] = frozenset()
    score: float = 1.0

    @property
    def facts(self) -> frozenset[str]:
        return frozenset(name for case in self.cases for name in case)

    def flipped(self) -> "Situation":
        return Situation(self.others, self.cases, self.pointers, self.keys, self.score)

    def steps(self, places: FlowPlaces) -> frozenset[str]:
        """The steps that can be reached when the condition holds."""
        return frozenset[str]().union(*(places.reach(case) for case in self.cases))

    def own(self, places: FlowPlaces) -> frozenset[str]:
        """The steps that can be reached then, and at no other time."""
        other = frozenset[str]().union(*(places.reach(case) for case in self.others))
        return self.steps(places) - other

    def avoids(self, places: FlowPlaces, steps: Iterable[str]) -> bool:
        """Whether one can finish well without these steps, although the condition holds."""
        without = frozenset(steps)
        return any(places.finishes(case, without) for case in self.cases)

    def finishes(self, places: FlowPlaces) -> bool:
        return any(places.finishes(case) for case in self.cases)


ALWAYS = Situation()


def situations(places: FlowPlaces, words: Words, text: str) -> tuple[Situation, ...]:
    """The conditions in the flow that some words may mean, the best first."""
    sought = frozenset(content(words)) or all_keys(words)
    scored = list(_of_facts(places, words, text, sought))
    scored += _of_outcomes(places, words, sought)
    scored.sort(key=lambda row: -row.score)
    best = scored[0].score if scored else 0.0
    near = [row for row in scored if row.score >= max(_ENOUGH, best - 0.1)]
    if not near or (near[0].score < 0.99 and len(sought) > 1):
        near = [*_combined(scored, sought), *near]
    return tuple(near)


def _of_facts(
    places: FlowPlaces, words: Words, text: str, sought: frozenset[str]
) -> Iterator[Situation]:
    numbers = numbers_of(text, words)
    deciding = guarded_facts(places.flow)
    for place in (*places.fields, *places.provided):
        if place.fact.id not in deciding:
            continue
        if place.fact.options:
            yield from _of_choice(places, place, words, sought)
        elif place.fact.type == "number":
            yield from _of_number(places, place, numbers, sought)
        elif place.fact.type == "yesno":
            yield from _of_yesno(place, words, text, sought)
        else:
            yield from _of_filled(place, words, sought)


def _of_yesno(
    place: FactPlace, words: Words, text: str, sought: frozenset[str]
) -> Iterator[Situation]:
    label = clean(place.fact.label.uk if _is_cyrillic(text) else place.fact.label.en)
    spoken = read_words(label)
    numbers = numbers_of(text, words)
    if not _same_numbers(numbers, numbers_of(label, spoken)):
        return
    covered = place.keys.covered(sought)
    # A number that both have counts as a word.
    same = any(row.measure != "money" for row in numbers)
    score = (len(covered) + same) / (len(sought) + same) if sought or same else 0.0
    if not score:
        return
    back = KeyIndex(sought).share(content(spoken))
    denied = denies(words) != denies(spoken)
    turned = _direction(text, words) * _direction(label, spoken) < 0
    name, holds = place.fact.id, denied == turned
    yield Situation(
        ({name: holds},),
        ({name: not holds},),
        (place.pointer,),
        covered | frozenset(content(spoken)),
        score + back / 20,
    )


def _is_cyrillic(text: str) -> bool:
    return sum("а" <= letter.lower() <= "ї" for letter in text) * 2 > sum(map(str.isalpha, text))


def _same_numbers(sought: Iterable[Quantity], label: Iterable[Quantity]) -> bool:
    numbers = {number.value for number in sought if number.measure != "money"}
    return not numbers or numbers <= {number.value for number in label}


def _direction(text: str, words: Words) -> int:
    """Whether a text speaks of more than a number, of less, or of neither."""
    bounds = {number.bound for number in numbers_of(text, words)}
    return int(bool(bounds & {"least", "above"})) - int(bool(bounds & {"most", "below"}))


def _of_choice(
    places: FlowPlaces, place: FactPlace, words: Words, sought: frozenset[str]
) -> Iterator[Situation]:
    hits = chosen(place.fact.options, words)
    if not hits:
        return
    covered = KeyIndex(place.keys.keys | places.named.keys).covered(sought)
    score = len(covered) / len(sought) if sought else 1.0
    names = {option.id for option in hits}
    if denies(words) and not any(map(_is_denied, hits)):
        names = {option.id for option in place.fact.options} - names
    many = place.fact.type == "many"
    picked = tuple({place.fact.id: (name,) if many else name} for name in sorted(names))
    rest = tuple(
        {place.fact.id: (option.id,) if many else option.id}
        for option in place.fact.options
        if option.id not in names
    )
    pointer = place.pointer
    keys = covered.union(*(all_keys(read_words(option_text(option))) for option in hits))
    yield Situation(picked, rest, (pointer,), keys, max(score, _ENOUGH))


def chosen(options: Iterable[FlowOption], words: Words) -> list[FlowOption]:
    """The options that some words name; where two share words, the one that is named in full."""
    spoken = KeyIndex(all_keys(words))
    raw = {word.text for word in words}
    rows: list[tuple[float, FlowOption]] = []
    for option in options:
        share = max(_option_share(text, spoken, raw) for text in (option.label.uk, option.label.en))
        rows.append((share, option))
    best = max((share for share, _ in rows), default=0.0)
    if best < _ENOUGH:
        return []
    hits = [option for share, option in rows if share >= max(best, 0.99) or share == best]
    # `Found` and `not found` have the same words.
    alike = [option for option in hits if _is_denied(option) == denies(words)]
    return alike if any(map(_is_denied, hits)) and alike else hits


def _is_denied(option: FlowOption) -> bool:
    return any(denies(read_words(clean(text))) for text in (option.label.uk, option.label.en))


def named_in_full(options: Iterable[FlowOption], words: Words) -> list[FlowOption]:
    """The options that have all of the words in their labels."""
    keys = all_keys(words)
    return [option for option in options if keys and key_set(option_text(option)).share(keys) == 1]


def _option_share(text: str, spoken: KeyIndex, raw: set[str]) -> float:
    words = read_words(clean(text))
    if keys := all_keys(words):
        return spoken.share(keys)
    # What has no word of its own, such as `A`, has to be there as it is.
    return float(bool(words) and all(word.text in raw for word in words))


def _of_number(
    places: FlowPlaces, place: FactPlace, numbers: Sequence[Quantity], sought: frozenset[str]
) -> Iterator[Situation]:
    limits = limits_of(places, place.fact.id)
    covered = KeyIndex(place.keys.keys | places.named.keys).covered(sought)
    score = len(covered) / len(sought) if sought else 1.0
    for number in numbers:
        if number.value not in limits:
            continue
        tried = [number.value - 1, number.value, number.value + 1]
        cases = [value for value in tried if _fits(value, number)]
        others = [
            value
            for value in tried
            if value not in cases and not (number.bound == "exact" and value < number.value)
        ]
        name = place.fact.id
        yield Situation(
            tuple({name: value} for value in cases),
            tuple({name: value} for value in others),
            (place.pointer,),
            covered | place.named.keys,
            max(score, _ENOUGH + 0.2),
        )


def _fits(value: float, number: Quantity) -> bool:
    match number.bound:
        case "most":
            return value <= number.value
        case "below":
            return value < number.value
        case "above":
            return value > number.value
        case "least":
            return value >= number.value
        case "exact":
            return value == number.value


def limits_of(places: FlowPlaces, fact: str = "") -> frozenset[float]:
    """The numbers that a fact is compared with, or any fact."""
    moves = (move for step in places.flow.steps for move in step.next if move.when)
    values = (
        test.value
        for move in moves
        if move.when
        for test in tests(move.when)
        if fact in {"", test.fact}
    )
    return frozenset(
        float(value)
        for value in values
        if isinstance(value, int | float) and not isinstance(value, bool)
    )


def _of_filled(place: FactPlace, words: Words, sought: frozenset[str]) -> Iterator[Situation]:
    """A field that may be left empty: whether there is an answer."""
    covered = place.keys.covered(sought)
    if covered:
        name, empty = place.fact.id, denies(words)
        states: tuple[Assignment, Assignment] = ({name: "x"}, {name: None})
        yes, no = reversed(states) if empty else states
        yield Situation((yes,), (no,), (place.pointer,), covered, len(covered) / len(sought))


def _of_outcomes(places: FlowPlaces, words: Words, sought: frozenset[str]) -> Iterator[Situation]:
    """A step that may go one way or another."""
    for step in places.flow.steps:
        hits = chosen(step.outcomes, words) if step.outcomes else []
        if not hits or len(hits) == len(step.outcomes):
            continue
        covered = places.step_keys[step.id].covered(sought)
        names = {outcome.id for outcome in hits}
        yield Situation(
            tuple({step.id: name} for name in sorted(names)),
            tuple({step.id: one.id} for one in step.outcomes if one.id not in names),
            (places.pointer[step.id],),
            covered,
            len(covered) / len(sought) * 0.9 if sought else 0.0,
        )


def _combined(scored: list[Situation], sought: frozenset[str]) -> Iterator[Situation]:
    """Two conditions that hold together, when neither covers the words alone."""
    if len(scored) < 2:
        return
    first = scored[0]
    rest = sought - first.keys
    if not rest:
        return
    second = max(scored[1:], key=lambda row: len(row.keys & rest))
    if second.facts & first.facts or not second.keys & rest:
        return
    share = len((first.keys | second.keys) & sought) / len(sought)
    if share <= min(1.0, first.score):
        return
    cases = tuple({**a, **b} for a, b in product(first.cases, second.cases))[:_MAX_CASES]
    sides = product((*first.cases, *first.others), (*second.cases, *second.others))
    every = [{**a, **b} for a, b in sides]
    others = tuple(case for case in every if case not in cases)[:_MAX_CASES]
    yield Situation(
        cases, others, (*first.pointers, *second.pointers), first.keys | second.keys, share
    )
