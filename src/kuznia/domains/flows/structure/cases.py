"""The cases that guards tell apart, and the cases in which a step's guards clash."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import product
from math import prod

from kuznia.domains.flows.schema import Fact, Flow, FlowStep, FormField, Scalar
from kuznia.domains.flows.structure.formats import read_date
from kuznia.domains.flows.structure.guards import Facts, Known, holds, tests

# Cases of one step that are checked one by one.
MAX_CASES = 4096


@dataclass(frozen=True, slots=True)
class Clash:
    """A case in which not exactly one move of a step holds."""

    kind: str
    facts: Facts


def constants(flow: Flow) -> dict[str, list[Scalar]]:
    """The values that each fact is compared with, anywhere in the flow."""
    found: dict[str, list[Scalar]] = {}
    for step in flow.steps:
        for move in step.next:
            if move.when is None:
                continue
            for test in tests(move.when):
                if test.op == "filled":
                    found.setdefault(test.fact, [])
                else:
                    values = test.value if isinstance(test.value, tuple) else (test.value,)
                    found.setdefault(test.fact, []).extend(values)
    return found


def all_cases(flow: Flow) -> dict[str, tuple[Known, ...] | None]:
    """The values worth trying for each fact that a guard tests; None when they are unlimited."""
    return {name: _cases(flow, name, values) for name, values in constants(flow).items()}


def _cases(flow: Flow, name: str, values: list[Scalar]) -> tuple[Known, ...] | None:
    step = flow.by_id.get(name)
    if step is not None:
        return tuple(outcome.id for outcome in step.outcomes) or None
    fact = flow.facts.get(name)
    if fact is None:
        return None
    found = _of_type(fact, values)
    if (
        found is not None
        and isinstance(fact, FormField)
        and not fact.required
        and None not in found
    ):
        return (*found, None)
    return found


def _of_type(fact: Fact, values: list[Scalar]) -> tuple[Known, ...] | None:
    match fact.type:
        case "yesno":
            return (True, False)
        case "choice":
            return tuple(option.id for option in fact.options) or None
        case "many":
            return ((), *((option.id,) for option in fact.options)) if fact.options else None
        case "number":
            return _numbers(fact, values)
        case "date":
            return _dates(values)
        case _:
            # Of free text, a guard can only test whether there is any.
            return None if values else ("x", None)


def _numbers(fact: Fact, values: list[Scalar]) -> tuple[Known, ...] | None:
    if not values:
        return (1, None)
    points: set[int | float] = set()
    for value in values:
        if isinstance(value, bool) or not isinstance(value, int | float):
            return None
        points |= {value - 1, value, value + 1}
    low = fact.low if isinstance(fact, FormField) and fact.low is not None else min(points)
    high = fact.high if isinstance(fact, FormField) and fact.high is not None else max(points)
    return tuple(sorted(point for point in points if low <= point <= high)) or None


def _dates(values: list[Scalar]) -> tuple[Known, ...] | None:
    if not values:
        return ("2000-01-01", None)
    points: set[str] = set()
    for value in values:
        day = read_date(value) if isinstance(value, str) else None
        # The first and the last date have no neighbour.
        if day is None or not 1 < day.year < 9999:
            return None
        points |= {(day + timedelta(days=shift)).isoformat() for shift in (-1, 0, 1)}
    return tuple(sorted(points))


def clashes(step: FlowStep, known: dict[str, tuple[Known, ...] | None]) -> Iterator[Clash]:
    """The cases that no move covers, or more than one, and the moves that cover none."""
    guarded = [move for move in step.next if move.when is not None]
    others = len(step.next) - len(guarded)
    if others > 1:
        yield Clash("two-others", {})
    if not guarded:
        return
    names = list(dict.fromkeys(t.fact for m in guarded if m.when for t in tests(m.when)))
    domains: list[tuple[Known, ...]] = []
    for name in names:
        domain = known.get(name)
        if domain is None:
            yield Clash("unknown", {name: None})
            return
        domains.append(domain)
    if prod(map(len, domains)) > MAX_CASES:
        yield Clash("too-many", dict.fromkeys(names))
        return
    yield from _clashes_in(step, names, domains, others)


def _clashes_in(
    step: FlowStep, names: list[str], domains: list[tuple[Known, ...]], others: int
) -> Iterator[Clash]:
    guarded = [move for move in step.next if move.when is not None]
    true_once = [False] * len(guarded)
    reported: set[str] = set()
    for values in product(*domains):
        facts = dict(zip(names, values, strict=True))
        true = [place for place, move in enumerate(guarded) if holds(move.when, facts)]
        for place in true:
            true_once[place] = True
        kind = "gap" if not true and not others else "overlap" if len(true) > 1 else ""
        # The first case of a kind shows what is wrong.
        if kind and kind not in reported:
            reported.add(kind)
            yield Clash(kind, facts)
    for move, once in zip(guarded, true_once, strict=True):
        if not once:
            yield Clash("never", {"to": move.to})
