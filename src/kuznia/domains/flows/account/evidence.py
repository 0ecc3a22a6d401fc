"""What a flow shows of a statement by its words: enough of them in one place, and nothing against.

Numbers, negations and quotations are facts: they have to be there. Other words need not all be.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from kuznia.domains.flows.account.answers import Answer, Case, against, numbers_shown
from kuznia.domains.flows.account.asks import Asked, asked_for
from kuznia.domains.flows.account.places import NAME, STEPS, FactPlace, FlowPlaces
from kuznia.domains.flows.account.situations import named_in_full
from kuznia.domains.flows.reading.prompt_text import clean
from kuznia.domains.flows.reading.words import (
    Cue,
    KeyIndex,
    Words,
    content,
    cue,
    denies,
    is_generic,
    key_set,
    manners,
    read_words,
    without,
)
from kuznia.domains.flows.schema import FlowStep

# So many of the words have to be in one place, where a model has named none.
_ENOUGH = 0.5
# And where it has.
_CLAIMED = 0.4
# So many of the words that name the service, unless its own name has one of them.
_TOPIC = 0.3
_SENTENCE = re.compile(r"[.!?;\n]+")
_QUOTED = re.compile(r"[«\"\u201c]([^«»\"\u201c\u201d\n]{6,200})[»\"\u201d]")
NOTHING = Answer(why="Nothing in the flow shows it.")


def in_steps(case: Case) -> Answer:
    """What the texts of a step show, with those of the steps beside it."""
    keys = _spoken_keys(case)
    if not keys:
        return NOTHING
    steps = case.steps()
    rows = [(_share(case, step, keys), step) for step in case.places.flow.steps if step.id in steps]
    rows = [(share, step) for share, step in rows if share and _agrees(case, step)]
    claimed = [row for row in rows if row[1].id in case.claimed]
    share, step = max(claimed or rows, key=lambda row: row[0], default=(0.0, None))
    if step is None or not (claimed or share >= _ENOUGH or _has_numbers(case, step)):
        return NOTHING
    if not numbers_shown(case, [step, *_beside(case.places, step)]):
        return against("A number in it is nowhere in the flow.")
    own = (row for row in case.places.fields if row.step.id == step.id and _is_named(row, keys))
    return Answer(
        (case.places.pointer[step.id], *case.situation.pointers),
        steps=frozenset({step.id}),
        facts=frozenset(place.fact.id for place in own),
    )


def _spoken_keys(case: Case) -> frozenset[str]:
    said = frozenset(content(without(case.words, "last", "first", "review")))
    return said - case.situation.keys or said


def _share(case: Case, step: FlowStep, keys: frozenset[str]) -> float:
    """How many of the words a step has; 0 if it has none that says something alone."""
    places = case.places
    own = places.step_keys[step.id].covered(keys) | _quoted(case, step, keys)
    if not any(not is_generic(key) for key in own):
        return 0.0
    near = places.keys(other.id for other in _beside(places, step)).keys
    known = KeyIndex(case.situation.keys | places.named.keys | near)
    return len(own | known.covered(keys)) / len(keys) + len(own) / len(keys) / 100


def _quoted(case: Case, step: FlowStep, keys: frozenset[str]) -> frozenset[str]:
    """The words of a quotation that the step has word for word."""
    text = case.places.step_text(step).lower()
    rows = [row for row in _QUOTED.findall(case.statement.text) if clean(row).lower() in text]
    return keys if rows else frozenset()


def _beside(places: FlowPlaces, step: FlowStep) -> Iterator[FlowStep]:
    after = {move.to for move in step.next}
    for other in places.flow.steps:
        if other.id in after or any(move.to == step.id for move in other.next):
            yield other


def _has_numbers(case: Case, step: FlowStep) -> bool:
    """Whether the step itself has the numbers, which says more than a word."""
    return bool(case.numbers) and numbers_shown(case, [step])


def _agrees(case: Case, step: FlowStep) -> bool:
    """Whether the step does not deny what is said, and denies what is denied."""
    keys = _spoken_keys(case)
    denied = denies(without(case.words, "free", "optional", "dont_ask"))
    rows = [
        is_denied
        for own, is_denied in _sentences(case.places.step_text(step))
        if len(own.covered(keys)) * 2 >= len(keys) or (denied and is_denied and own.covered(keys))
    ]
    return (True in rows) if denied else (not rows or False in rows)


@lru_cache(maxsize=512)
def _sentences(text: str) -> tuple[tuple[KeyIndex, bool], ...]:
    return tuple(
        (key_set(row), denies(read_words(clean(row)))) for row in _SENTENCE.split(text) if row
    )


def in_name(case: Case) -> Answer:
    """What the service is, in the words of its name and its texts."""
    keys = frozenset(content(without(case.words, "service")))
    places = case.places
    named = {key for key in places.named.covered(keys) if not is_generic(key)}
    titles = KeyIndex(frozenset[str]().union(*(_title(step).keys for step in places.flow.steps)))
    shown = places.everything.share(keys) >= _TOPIC and titles.covered(keys)
    if keys and not named and not shown:
        return Answer(why="The flow is for another service.")
    if not numbers_shown(case):
        return against("A number in it is nowhere in the flow.")
    return Answer((NAME,))


def _title(step: FlowStep) -> KeyIndex:
    return key_set(f"{step.title.uk}\n{step.title.en}")


def field_of(case: Case, asked: Asked) -> FactPlace | None:
    """The field that has enough of the words in its texts, or any where a model has named it."""
    keys = frozenset(content((*asked.named, *asked.asides)))
    reached = case.situation.steps(case.places)
    rows = [
        (place.pointer in case.claimed, len(place.keys.covered(keys)) / len(keys), place)
        for place in case.places.fields
        if keys and place.step.id in reached and place.pointer not in case.taken
        if _is_named(place, keys)
    ]
    rows = [row for row in rows if row[1] >= (_CLAIMED if row[0] else _ENOUGH)]
    return max(rows, key=lambda row: row[:2])[2] if rows else None


def listed_options(case: Case) -> Answer:
    """Items that are options of a field: `kind: short, full or extended`."""
    asked = [row for row, _ in case.matches] or asked_for(case.statement)
    return as_options(case, [part for row in asked for part in row.alternatives or (row.words,)])


def as_options(case: Case, parts: Sequence[Words]) -> Answer:
    """The field that has an option for each part."""
    for place in case.places.fields:
        if parts and all(len(named_in_full(place.fact.options, part)) == 1 for part in parts):
            return Answer((place.pointer,), facts=frozenset({place.fact.id}))
    return Answer(why="No step asks for this.")


def _is_named(place: FactPlace, keys: Iterable[str]) -> bool:
    return any(not is_generic(key) for key in place.keys.covered(keys))


def is_manner(words: Words) -> bool:
    """Whether a clause says in which manner to ask, and hardly anything else: `keep it short`."""
    manner = sum(word.text in manners() for word in words)
    facts: tuple[Cue, ...] = ("condition", "optional", "required", "refuse", "dont_ask", "money")
    return manner > len(content(words)) and not any(cue(name, words) for name in facts)


def is_story(words: Words) -> bool:
    """Whether a clause begins with how things are now, and asks for nothing."""
    asks: tuple[Cue, ...] = ("ask", "condition", "optional", "required", "refuse", "dont_ask")
    return bool(cue("background", words[:3])) and not any(cue(name, words) for name in asks)


def is_background(case: Case) -> bool:
    """Whether a statement only says who writes, or how things are, and asks for nothing."""
    names: tuple[Cue, ...] = ("ask", "asking", "optional", "required", "upload")
    asks = any(cue(name, case.words) for name in names) or any(match for _, match in case.matches)
    return not (asks or case.conditional or case.numbers or denies(case.words))


def background(case: Case, *, leading: bool) -> Answer:
    """The answer to what asks for nothing; it belongs to the service as a whole."""
    stated = cue("background", case.statement.outside) is not None
    if stated and not case.conditional and not denies(case.words):
        return Answer((NAME,))
    if leading and is_background(case) and not case.statement.listed:
        return Answer((NAME,))
    return NOTHING if content(case.words) or case.numbers else Answer((STEPS,))
