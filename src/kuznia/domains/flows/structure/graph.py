"""A flow as a graph: what leads where, and every path through it, each computed once."""

from collections.abc import Iterable, Mapping
from functools import cached_property

from kuznia.domains.flows.schema import Flow, FlowStep, Kind, Move
from kuznia.domains.flows.structure.cases import Clash, all_cases, clashes
from kuznia.domains.flows.structure.guards import Known, holds, tests
from kuznia.domains.flows.structure.interpreter import MAX_RUNS, Edge, FlowRun, every_run


class FlowGraph:
    """The graph of one flow, with all its runs; kept while the flow is being checked."""

    def __init__(self, flow: Flow) -> None:
        self.flow = flow
        self.first = flow.steps[0].id
        self._clashes: dict[str, tuple[Clash, ...]] = {}

    @cached_property
    def cases(self) -> dict[str, tuple[Known, ...] | None]:
        return all_cases(self.flow)

    def clashes(self, step: FlowStep) -> tuple[Clash, ...]:
        """What is wrong with the guards of a step."""
        if step.id not in self._clashes:
            self._clashes[step.id] = tuple(clashes(step, self.cases))
        return self._clashes[step.id]

    @cached_property
    def runs(self) -> tuple[FlowRun, ...]:
        """Every path through the flow; MAX_RUNS + 1 of them when there are too many."""
        found: list[FlowRun] = []
        for run in every_run(self.flow, self.cases):
            found.append(run)
            if len(found) > MAX_RUNS:
                break
        return tuple(found)

    @cached_property
    def taken(self) -> frozenset[Edge]:
        return frozenset(edge for run in self.runs for edge in run.taken)

    @cached_property
    def forward(self) -> dict[str, tuple[str, ...]]:
        """Where each step leads, without the moves that go back."""
        by_id = self.flow.by_id
        return {
            step.id: tuple(move.to for move in step.next if move.limit is None and move.to in by_id)
            for step in self.flow.steps
        }

    @cached_property
    def after(self) -> dict[str, tuple[str, ...]]:
        by_id = self.flow.by_id
        return {
            step.id: tuple(move.to for move in step.next if move.to in by_id)
            for step in self.flow.steps
        }

    @cached_property
    def decided_by(self) -> frozenset[str]:
        """Every fact that a guard tests."""
        moves = (move for step in self.flow.steps for move in step.next if move.when is not None)
        return frozenset(test.fact for move in moves if move.when for test in tests(move.when))

    @cached_property
    def before(self) -> dict[str, tuple[str, ...]]:
        found: dict[str, list[str]] = {step.id: [] for step in self.flow.steps}
        for step, targets in self.after.items():
            for target in targets:
                found[target].append(step)
        return {step: tuple(sources) for step, sources in found.items()}

    @cached_property
    def reached(self) -> frozenset[str]:
        return self.reach([self.first])

    def learned(self, step: str, place: int) -> frozenset[str]:
        """The facts known after a step that was left by this move."""
        return self._learned[step, place]

    @cached_property
    def _learned(self) -> dict[Edge, frozenset[str]]:
        found: dict[Edge, frozenset[str]] = {}
        for step in self.flow.steps:
            asked = frozenset([step.id, *(field.id for field in step.fields)])
            all_facts = asked.union(fact.id for fact in step.provides)
            found[step.id, -1] = all_facts
            for place, move in enumerate(step.next):
                found[step.id, place] = all_facts if goes_well(step, move) else asked
        return found

    def ahead(self, step: str) -> frozenset[str]:
        """The steps that follow a step, without the moves that go back."""
        return spread(self.forward[step], self.forward)

    def of_kind(self, *kinds: Kind) -> tuple[FlowStep, ...]:
        return tuple(step for step in self.flow.steps if step.kind in kinds)

    def reach(self, starts: Iterable[str], without: Iterable[str] = ()) -> frozenset[str]:
        """The steps that can be reached from the starts, past the steps left out."""
        return spread(starts, self.after, frozenset(without))


def spread(
    starts: Iterable[str], ways: dict[str, tuple[str, ...]], without: frozenset[str] = frozenset()
) -> frozenset[str]:
    """Everything that can be reached along the ways, with the starts, past what is left out."""
    seen: set[str] = set()
    stack = [start for start in starts if start not in without]
    while stack:
        step = stack.pop()
        if step not in seen:
            seen.add(step)
            stack += [target for target in ways.get(step, ()) if target not in without]
    return frozenset(seen)


def goes_well(step: FlowStep, move: Move) -> bool:
    """Whether the move can be taken when the step has its first outcome, the hoped one."""
    if not step.outcomes:
        return True
    hoped = {step.id: step.outcomes[0].id}
    if move.when is not None:
        return _may_hold(move, step, hoped)
    return not any(
        other.when is not None and _may_hold(other, step, hoped) and other.limit is None
        for other in step.next
    )


def _may_hold(move: Move, step: FlowStep, hoped: dict[str, str]) -> bool:
    guard = move.when
    about = guard is not None and any(test.fact == step.id for test in tests(guard))
    return not about or holds(guard, hoped)


def paths_of(steps: tuple[FlowStep, ...]) -> float:
    """At most so many paths lead through these steps, each repeated step as often as it may be."""
    once = _paths_from(steps[0].id, {step.id: step for step in steps}, {})
    # What leads back to an earlier step is gone through again, on every path.
    again = any(move.limit and move.to != step.id for step in steps for move in step.next)
    return once * once if again else once


def _paths_from(name: str, steps: Mapping[str, FlowStep], counted: dict[str, float]) -> float:
    if name not in counted:
        step = steps[name]
        onward = [move.to for move in step.next if move.limit is None]
        back = next((move for move in step.next if move.limit is not None), None)
        rounds = (back.limit or 0) + 1 if back else 1
        paths = sum(_paths_from(to, steps, counted) for to in onward)
        counted[name] = rounds * paths if onward else 1.0
    return counted[name]
