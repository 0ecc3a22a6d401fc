"""Check 16: every path is walked, and every move is taken by one of them."""

from collections.abc import Iterator

from kuznia.domains.flows.schema import FlowStep, Move
from kuznia.domains.flows.structure.graph import FlowGraph, spread
from kuznia.domains.flows.structure.interpreter import MAX_RUNS, ROUNDS
from kuznia.forge.terms import Finding


def execution(graph: FlowGraph) -> Iterator[Finding]:
    """Every path is walked to its end, and every move is taken by at least one of them."""
    flow = graph.flow
    if len(graph.runs) > MAX_RUNS:
        yield Finding(
            "execution",
            "block",
            graph.first,
            f"There are more than {MAX_RUNS} paths through the flow: too many to walk.",
            "Use fewer branches, or join them sooner.",
        )
        return
    # A run that got stuck took no more moves; another check says why it got stuck.
    silent = spread([run.stopped_at for run in graph.runs if run.stuck is not None], graph.after)
    walked = {step for run in graph.runs for step, _ in run.trail}
    for step in flow.steps:
        if step.id not in walked - silent or step.kind in {"fork", "end"} or _clashing(graph, step):
            continue
        for place, move in enumerate(step.next):
            if (step.id, place) not in graph.taken and not _after_many(step, move):
                yield Finding(
                    "execution",
                    "mend",
                    step.id,
                    f"No path takes the move from {step.id} to {move.to}.",
                    "Remove the move: earlier decisions rule it out.",
                )


def _after_many(step: FlowStep, move: Move) -> bool:
    """Whether the move follows a loop of more rounds than are walked."""
    return move.when is None and any((other.limit or 0) > ROUNDS for other in step.next)


def _clashing(graph: FlowGraph, step: FlowStep) -> bool:
    """Whether the step's guards clash, which another check reports."""
    return any(graph.clashes(step))
