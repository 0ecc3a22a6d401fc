"""Each way through a flow as others have to walk it: what becomes known at which visit."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import TypeAlias

from kuznia.domains.flows.exports.diagram import rounds
from kuznia.domains.flows.schema import FlowStep
from kuznia.domains.flows.structure.graph import FlowGraph
from kuznia.domains.flows.structure.guards import Known, tests
from kuznia.domains.flows.structure.interpreter import Edge, FlowRun, way

# Which visit told a fact, and what.
_Told: TypeAlias = Mapping[str, tuple[int, Known]]


@dataclass(frozen=True, slots=True)
class Visit:
    step: str
    facts: dict[str, Known]


def visits(study: FlowGraph, run: FlowRun) -> list[Visit]:
    """The steps of a run, each with answers that lead on as the run did."""
    said = next(_answers(study, run, 0, {}, {}))
    found = [Visit(step, {}) for step, _ in run.trail]
    for place, name, value in said:
        found[place].facts[name] = value
    back: dict[str, int] = {}
    for visit, (name, place) in zip(found, run.trail, strict=True):
        step = study.flow.by_id[name]
        if any(move.limit is not None for move in step.next):
            visit.facts[rounds(name)] = back.setdefault(name, 0)
            back[name] += place >= 0 and step.next[place].limit is not None
    return found


def _answers(
    study: FlowGraph, run: FlowRun, index: int, known: _Told, taken: Mapping[Edge, int]
) -> Iterator[tuple[tuple[int, str, Known], ...]]:
    """What has to be said at each visit, found by trying from one visit to the next."""
    if index == len(run.trail):
        yield ()
        return
    name, place = run.trail[index]
    step = study.flow.by_id[name]
    asked = dict.fromkeys(_own(step), index)
    earlier = {one: told for one, told in known.items() if one not in asked}
    open_ = [one for one in _tested_facts(step) if one not in earlier]
    edge = (name, place)
    for values in product(*(_cases(study, run, one) for one in open_)):
        told = dict(zip(open_, values, strict=True))
        facts = {one: value for one, (_, value) in earlier.items()} | told
        if place >= 0 and way(step, facts, taken) != place:
            continue
        new = {one: (asked.get(one, _asker(study, run, index, one)), v) for one, v in told.items()}
        more = {**taken, edge: taken.get(edge, 0) + 1}
        for rest in _answers(study, run, index + 1, {**earlier, **new}, more):
            yield (*((visit, one, value) for one, (visit, value) in new.items()), *rest)


def _own(step: FlowStep) -> list[str]:
    return [step.id, *(one.id for one in step.fields), *(one.id for one in step.provides)]


def _tested_facts(step: FlowStep) -> list[str]:
    if step.kind == "fork":
        return []
    guards = (move.when for move in step.next if move.when is not None)
    return list(dict.fromkeys(test.fact for guard in guards for test in tests(guard)))


def _asker(study: FlowGraph, run: FlowRun, index: int, fact: str) -> int:
    """The last visit before this one at which the fact was asked or told."""
    before = [n for n in range(index) if fact in _own(study.flow.by_id[run.trail[n][0]])]
    return before[-1] if before else index


def _cases(study: FlowGraph, run: FlowRun, fact: str) -> list[Known]:
    """What the fact can be; first what it was when the run came to its end."""
    cases = study.cases.get(fact) or (None,)
    return sorted(cases, key=lambda one: one != run.facts.get(fact))
