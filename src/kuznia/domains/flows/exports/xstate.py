"""XState 5: the flow as a state machine that a browser or a test can run.

Each page waits for the event NEXT; between a fork and its join it waits for NEXT with the step's
id, because parallel pages are left one by one. The context holds the facts by id. Guards and
actions are names, and beside the machine are their expressions over the context.
"""

from pydantic import JsonValue

from kuznia.domains.flows.exports.diagram import rounds
from kuznia.domains.flows.exports.schemas import Json
from kuznia.domains.flows.schema import Flow, FlowStep, Move
from kuznia.domains.flows.structure.graph import FlowGraph
from kuznia.domains.flows.structure.guards import written


def xstate(flow: Flow) -> Json:
    """The machine, its guards and its counters."""
    machine = _Machine(flow)
    states: Json = {}
    inside = machine.inside_forks()
    for step in flow.steps:
        if step.id not in inside:
            states[step.id] = machine.state(step)
    counters: Json = dict.fromkeys(machine.counters, 0)
    return {
        "machine": {
            "id": flow.id,
            "initial": flow.steps[0].id,
            "context": counters,
            "states": states,
        },
        "guards": machine.guards,
        # Each action adds one to its counter.
        "actions": {f"count_{name.removesuffix('_rounds')}": name for name in machine.counters},
    }


class _Machine:
    def __init__(self, flow: Flow) -> None:
        self.flow = flow
        self.guards: Json = {}
        self.counters: list[str] = []

    def inside_forks(self) -> set[str]:
        """The steps between a fork and its join, which are states of the fork's regions."""
        return {step for fork in self.forks() for branch in self.branches(fork) for step in branch}

    def forks(self) -> list[FlowStep]:
        return [step for step in self.flow.steps if step.kind == "fork"]

    def join(self, fork: FlowStep) -> FlowStep:
        """The nearest join that all branches of a fork reach."""
        graph = FlowGraph(self.flow)
        ahead = [graph.reach([move.to]) for move in fork.next]
        joins = [step for step in self.flow.steps if step.kind == "join"]
        common = [join for join in joins if all(join.id in region for region in ahead)]
        return max(common, key=lambda join: len(graph.ahead(join.id)))

    def branches(self, fork: FlowStep) -> list[list[str]]:
        graph, join = FlowGraph(self.flow), self.join(fork)
        regions = (graph.reach([move.to], [join.id]) for move in fork.next)
        return [[s.id for s in self.flow.steps if s.id in region] for region in regions]

    def state(self, step: FlowStep, event: str = "NEXT") -> Json:
        title: Json = {"meta": {"kind": step.kind, "title": step.title.of(self.flow.language)}}
        if step.kind == "end":
            return {**title, "type": "final"}
        if step.kind == "fork":
            return {**title, **self.split(step)}
        moves: list[JsonValue] = [self.move(step, n, m) for n, m in enumerate(step.next)]
        # A decision or join waits for no event.
        if step.kind in {"decision", "join"}:
            return {**title, "always": moves}
        return {**title, "on": {event: moves}}

    def split(self, fork: FlowStep) -> Json:
        join = self.join(fork)
        regions: Json = {}
        for place, (move, branch) in enumerate(
            zip(fork.next, self.branches(fork), strict=True), start=1
        ):
            states: Json = {
                name: self.state(self.flow.by_id[name], f"NEXT.{name}") for name in branch
            }
            states[f"{fork.id}_{place}_done"] = {"type": "final"}
            regions[f"{fork.id}_{place}"] = {"initial": move.to, "states": states}
            self.lead_to_done(states, join.id, f"{fork.id}_{place}_done")
        return {"type": "parallel", "states": regions, "onDone": {"target": join.id}}

    def lead_to_done(self, states: Json, join: str, done: str) -> None:
        """Replace the join by the region's own end inside a region."""
        for name, state in states.items():
            moves = state.get("on") if isinstance(state, dict) else None
            listed = moves.get(f"NEXT.{name}") if isinstance(moves, dict) else None
            for move in listed if isinstance(listed, list) else ():
                if isinstance(move, dict) and move["target"] == join:
                    move["target"] = done

    def move(self, step: FlowStep, place: int, move: Move) -> Json:
        made: Json = {"target": move.to}
        if move.when is None:
            return made
        expression = written(move.when, "js")
        if move.limit is not None:
            counter = rounds(step.id)
            expression = f"({expression}) && {counter} < {move.limit}"
            made["actions"] = [f"count_{step.id}"]
            if counter not in self.counters:
                self.counters.append(counter)
        name = f"{step.id}_{place}"
        self.guards[name] = expression
        made["guard"] = name
        return made
