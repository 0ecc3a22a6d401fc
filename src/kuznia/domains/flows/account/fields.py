"""Statements about fields: that they are asked, of whom, with which limits and options; or not."""

from collections.abc import Iterator

from kuznia.domains.flows.account.answers import Answer, Case, against, joined
from kuznia.domains.flows.account.asks import Asked, Match, lacking, likeness, wrong_options
from kuznia.domains.flows.account.evidence import as_options
from kuznia.domains.flows.account.places import STEPS, FactPlace
from kuznia.domains.flows.account.steps import kinds_in
from kuznia.domains.flows.reading.quantities import Quantity, quantities
from kuznia.domains.flows.reading.words import (
    Words,
    cue,
    denial,
    read_words,
)
from kuznia.domains.flows.schema import FormField

_SAME = 0.6
_DIGITS = "0123456789 "


def asks(case: Case, asked: Asked, match: Match) -> Answer:
    """Whether the fields ask what is asked for, as it is asked for."""
    checks = (_required, _limits, _times, _of_whom)
    field = match[0].field
    why = wrong_options(asked, match[0]) if field else ""
    if field and not field.options and as_options(case, asked.alternatives).holds:
        why = ""
    if not why and (name := lacking(asked, match)):
        why = f"No step asks for {name.replace('_', ' ')}."
    for check in checks:
        why = why or check(case, asked, match)
    facts = frozenset(place.fact.id for place in match)
    pointers = tuple(place.pointer for place in match)
    return Answer((*pointers, *case.situation.pointers), why, bool(why), facts=facts)


def _required(case: Case, asked: Asked, match: Match) -> str:
    fields = [place.field for place in match if place.field]
    optional = cue("optional", asked.every_word) or cue("if_any", asked.every_word)
    if optional and all(field.required for field in fields) and fields:
        return f"{fields[0].label.en}: an answer is required."
    # `A plan and a budget are required` is said of both.
    both = cue("required", case.words) and not cue("optional", case.words)
    asks = both or cue("required", asked.every_word)
    asks = asks or (case.contrasts and not _leaves_open(case))
    if asks and not optional:
        empty = [field for field in fields if not field.required]
        # `Up to 3 photos, at least one`.
        counted = any(row.bound in {"most", "least"} for row in asked.numbers)
        if empty and not (counted and len(empty) < len(fields)):
            return f"{empty[0].label.en}: an answer is optional."
    return ""


def _leaves_open(case: Case) -> bool:
    """Whether it is not clear that an answer is required: `they can add a note`."""
    spoken = {word.text for word in case.words}
    return bool(spoken & _OPEN) or cue("optional", case.words) is not None


_OPEN = frozenset({"can", "may", "could", "might", "можна", "може", "можуть", "any", "якщо", "if"})


def _limits(case: Case, asked: Asked, match: Match) -> str:
    for number in asked.numbers:
        if number.value in case.known_numbers and case.conditional:
            continue
        if not any(_limited(case, number, place) for place in match):
            return f"The limit {number.value:g} is not there, or is another."
    return ""


def _limited(case: Case, number: Quantity, place: FactPlace) -> bool:
    """Whether a field has the limit that a number gives."""
    field = place.field
    if field is None or _turns_away(case, number, place):
        return True
    spoken = {row.value for row in quantities(place.text)}
    if number.value in _counted(case, field, spoken):
        return True
    upper = {field.high, field.max_length, *_repeats(case, place)} - {None}
    lower = {field.low} - {None}
    value = number.value
    match number.bound:
        case "most":
            return value in upper or (not upper and _open(field) and value in spoken)
        case "below":
            return bool({value, value - 1} & upper) or (not upper and value in spoken)
        case "least":
            return value in lower or (not lower and _open(field) and value in spoken)
        case "above":
            return bool({value, value + 1} & lower) or (not lower and value in spoken)
        case "exact":
            return value in upper | lower | spoken


def _counted(case: Case, field: FormField, spoken: set[float]) -> set[float]:
    """How many options there are, or how many files may be given: one in a field."""
    if field.options:
        return spoken | {float(len(field.options))}
    if field.type != "file":
        return set()
    name = field.label.en.strip(_DIGITS)
    alike = [place for place in case.places.fields if place.fact.label.en.strip(_DIGITS) == name]
    return {1.0, float(len(alike))}


def _turns_away(case: Case, number: Quantity, place: FactPlace) -> bool:
    """Whether an answer just past the limit leads to no good end."""
    if place.fact.type != "number" or number.bound == "exact":
        return False
    past = number.value + (1 if number.bound in {"most", "below"} else -1)
    inside, outside = {place.fact.id: number.value}, {place.fact.id: past}
    return case.places.finishes(inside) and not case.places.finishes(outside)


def _open(field: FormField) -> bool:
    """Whether the flow has no limit of its own for such a field, so that a hint has to do."""
    return field.type not in {"number", "file"}


def _repeats(case: Case, place: FactPlace) -> Iterator[float]:
    step = place.step
    for move in step.next:
        if move.limit:
            yield float(move.limit)
    if step.repeats > 1:
        yield float(step.repeats)
    # A loop over several pages leads back to the first of them.
    for other in case.places.flow.steps:
        for move in other.next:
            if move.limit and move.to == step.id:
                yield from (float(move.limit), float(move.limit + 1))


def _times(_: Case, asked: Asked, match: Match) -> str:
    spoken = asked.every_word
    # `It cannot be in the future` has the words of both.
    name = "past" if cue("past", spoken) else "future" if cue("future", spoken) else None
    field = match[0].field
    if name is None or field is None or field.type != "date" or field.format == name:
        return ""
    if not cue(name, read_words(match[0].text.lower())):
        return f"{field.label.en}: a date in the {name} is not asked for."
    return ""


def _of_whom(case: Case, asked: Asked, match: Match) -> str:
    """A field of a condition is asked then and only then; any other is asked of everybody."""
    steps = {place.step.id for place in match}
    label = match[0].fact.label.en
    if case.conditional:
        if match[0].fact.id in case.situation.facts:
            explicit = case.statement.relation in {"if", "unless"}
            return f"{label} decides this, and nothing else is asked." if explicit else ""
        reached = case.situation.steps(case.places)
        if not steps & reached:
            return f"{label} is asked in another case."
        if not steps & case.situation.own(case.places):
            return f"{label} is asked of everybody."
        return ""
    if match[0].field is None or not case.situation.finishes(case.places):
        return ""
    if asked.listed and case.situation.avoids(case.places, steps | _alike(case, match)):
        return f"{label} is asked only of some."
    return ""


def _alike(case: Case, match: Match) -> set[str]:
    """The steps with another field of the same name: each branch may have its own."""
    label = match[0].fact.label
    return {place.step.id for place in case.places.fields if place.fact.label == label}


def from_register(case: Case) -> Answer:
    """What is taken from a register, and is not asked."""
    answers = [_provided(case, asked) for asked, _ in case.matches if asked.keys]
    if not answers:
        provided = case.places.provided
        if not provided:
            return Answer(why="Nothing is taken from a register.")
        return Answer(tuple(place.pointer for place in provided))
    return joined(answers)


def _provided(case: Case, asked: Asked) -> Answer:
    known = [place for place in case.places.provided if _is(asked, place)]
    if not known:
        lookups = [
            step
            for step in case.places.of_kind("lookup")
            if case.places.step_keys[step.id].share(asked.keys) >= _SAME
        ]
        if not lookups:
            return Answer(why=f"No register provides it: {_spoken(asked.named)}.")
        return Answer(case.pointers(lookups))
    if again := [place for place in case.places.fields if _is(asked, place)]:
        return against(f"{again[0].fact.label.en} is asked.")
    return Answer(
        tuple(place.pointer for place in known),
        facts=frozenset(place.fact.id for place in known),
    )


def _spoken(words: Words) -> str:
    return " ".join(word.text for word in words)


def _is(asked: Asked, place: FactPlace) -> bool:
    return likeness(asked, place)[0] >= _SAME


def absent(case: Case) -> Answer:
    """What must not be asked, or done."""
    reached = case.situation.steps(case.places)
    words = _denied(case)
    span = denial(words)
    kinds = kinds_in(words) or (("wait",) if cue("decides", words) else ())
    steps = [step for kind in kinds for step in case.places.of_kind(kind) if step.id in reached]
    if kinds and not _field_named(case):
        if steps:
            return against(f"This step is there: {steps[0].title.en}.")
        return Answer((STEPS, *case.situation.pointers))
    if span and not any(asked.keys for asked, _ in case.matches):
        return _none_of_these(case)
    for asked, _ in case.matches:
        for place in case.places.fields:
            if place.step.id in reached and _forbidden(asked, place):
                return against(f"{place.fact.label.en} is asked.")
    return Answer((STEPS, *case.situation.pointers))


def _denied(case: Case) -> Words:
    """The words on that side of a dash where something is denied."""
    words, text = case.statement.outside, case.statement.text
    span = denial(words)
    start = span.start if span else 0
    while start and not any(
        dash in text[words[start - 1].end : words[start].start] for dash in ("—", "–", " - ")
    ):
        start -= 1
    return words[start:]


def anonymous(case: Case) -> Answer:
    """Nobody has to say who they are."""
    if steps := case.places.of_kind("authenticate"):
        return against(f"This step is there: {steps[0].title.en}.")
    for place in case.places.fields:
        field = place.field
        if field and field.required and place.concepts & _IDENTIFYING:
            return against(f"{field.label.en} is asked.")
    return Answer((STEPS,))


_IDENTIFYING = frozenset(
    {"last_name", "first_name", "middle_name", "email", "phone", "rnokpp", "passport", "id_card"}
)


def _field_named(case: Case) -> bool:
    return any(asked.lexical for asked, _ in case.matches)


def _none_of_these(case: Case) -> Answer:
    """`None of these`: the fields of the statement before are not asked in this case."""
    if not case.before or not case.conditional:
        return Answer(why="It is not clear what must not be asked.")
    reached = case.situation.steps(case.places)
    if asked := [place for place in case.before if place.step.id in reached]:
        return against(f"{asked[0].fact.label.en} is asked.")
    return Answer((STEPS, *case.situation.pointers))


def _forbidden(asked: Asked, place: FactPlace) -> bool:
    """Whether a field asks for it, under this name or another."""
    if not asked.keys:
        return False
    share, _ = likeness(asked, place)
    if cue("upload", asked.words) and place.fact.type != "file":
        return False
    shown = place.keys.share(asked.keys)
    same = asked.concepts & place.concepts and share >= 0.5
    return share >= _SAME or shown >= 0.75 or bool(same)
