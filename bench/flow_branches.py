"""Whether a flow branches as its prompt says: the case is looked for, and what it changes."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bench.flow_words import Stems, common, stems
from kuznia.domains.flows.account.places import FlowPlaces
from kuznia.domains.flows.schema import FlowStep
from kuznia.domains.flows.structure.guards import Known

_NO = re.compile(
    r"\b(?:not|no|isn't|aren't|don't|doesn't|without|non|не|немає|нема|без|ні|поза)\b", re.I
)
_REPEATS = re.compile(r"повтор|кожн|repeat|each", re.IGNORECASE)
_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")


@dataclass(frozen=True)
class Case:
    """A question answered in one way: its words, and the steps with this answer and with others."""

    words: Stems
    # The words of this answer alone, where it has some of its own.
    answer: Stems
    others: Stems
    denied: bool | None
    with_it: frozenset[str]
    without: frozenset[str]


def behaves(places: FlowPlaces, branch: dict[str, Any]) -> bool:
    """Whether some case of the flow is the one that the prompt names, and does what it says."""
    said = f"{branch.get('if') or ''} {branch['quote']}"
    when = stems(said)
    then = stems(f"{branch.get('then') or ''} {branch.get('else') or ''} {branch['quote']}")
    effect = branch.get("effect") or "other"
    if _REPEATS.search(f"{branch.get('then') or ''} {branch['quote']}") and effect in {
        "other",
        "asks",
    }:
        repeated = (step for step in places.flow.steps if step.repeats > 1)
        if any(common(when, stems(places.step_text(step))) for step in repeated):
            return True
    return any(
        _is_named(case, branch, when) and _does(places, case, effect, then, said)
        for case in _cases(places)
    )


def _is_named(case: Case, branch: dict[str, Any], when: Stems) -> bool:
    if not common(case.words, when):
        return False
    if case.answer and not common(case.answer, when):
        return False
    if case.denied is None:
        return True
    spoken = branch.get("if") or branch["quote"]
    return bool(_NO.search(spoken)) == case.denied or len(_NO.findall(branch["quote"])) > 1


def _cases(places: FlowPlaces) -> Iterator[Case]:
    graph = places.graph
    for fact in graph.decided_by:
        values = graph.cases.get(fact) or ()
        reach = {value: places.reach({fact: value}) for value in values}
        for value in values:
            rest = frozenset[str]().union(*(reach[other] for other in values if other != value))
            yield _case(places, fact, value, reach[value], rest)


def _case(
    places: FlowPlaces, fact: str, value: Known, inside: frozenset[str], rest: frozenset[str]
) -> Case:
    known = places.flow.facts.get(fact)
    step = places.flow.by_id.get(fact)
    label = known.label if known else step.title if step else None
    options = known.options if known else step.outcomes if step else ()
    words = stems(f"{label.uk} {label.en}" if label else fact)
    words |= stems(f"{step.who.uk} {step.who.en}") if step and step.who else frozenset()
    own = next(
        (
            one.label
            for one in options
            if one.id == value or (isinstance(value, tuple) and one.id in value)
        ),
        None,
    )
    answer = stems(f"{own.uk} {own.en}") if own else frozenset[str]()
    if isinstance(value, int | float) and not isinstance(value, bool):
        answer = frozenset()
    denied = None
    if isinstance(value, bool) and label:
        denied = bool(_NO.search(label.uk) or _NO.search(label.en)) != (not value)
    others = frozenset[str]().union(
        *(stems(f"{one.label.uk} {one.label.en}") for one in options if one.label is not own)
    )
    return Case(words | answer, answer, others, denied, inside, rest)


def _does(places: FlowPlaces, case: Case, effect: str, then: Stems, said: str) -> bool:
    by_id = places.flow.by_id
    more = [by_id[name] for name in case.with_it - case.without]
    less = [by_id[name] for name in case.without - case.with_it]
    match effect:
        case "asks" | "document":
            return any(
                common(stems(asked.label.uk + " " + asked.label.en), then)
                for step in more
                for asked in step.fields
            )
        case "skips":
            return any(
                common(stems(places.step_text(step)), then)
                for step in less
                if step.kind in {"form", "pay", "wait"}
            )
        case "ends":
            stops = not case.with_it & places.done and bool(case.without & places.done)
            return stops or any(step.kind == "end" for step in more) or _speaks(places, more, then)
        case "pays":
            return any(step.kind == "pay" for step in (*more, *less)) and _amounts(
                places, (*more, *less), said
            )
        case "free":
            return any(step.kind == "pay" for step in less)
        case "actor":
            return any(step.kind == "wait" for step in (*more, *less)) or _speaks(
                places, more, then
            )
        case _:
            return _speaks(places, (*more, *less), then)


def _amounts(places: FlowPlaces, steps: tuple[FlowStep, ...], said: str) -> bool:
    numbers = {float(row.replace(",", ".")) for row in _NUMBER.findall(said.replace(",", ""))}
    paid = {(places.kopiykas(step) or 0) / 100 for step in steps if step.kind == "pay"}
    return not numbers or bool(numbers & paid) or paid == {0.0}


def _speaks(places: FlowPlaces, steps: list[FlowStep] | tuple[FlowStep, ...], then: Stems) -> bool:
    return any(
        len(common(stems(places.step_text(step)), then)) >= min(2, len(then)) for step in steps
    )
