"""Check 16: every path is walked, and every move is taken by one of them."""

from collections.abc import Iterator

from kuznia.domains.flows.schema import Move, Step
from kuznia.domains.flows.structure.graph import FlowGraph, spread
from kuznia.domains.flows.structure.interpreter import MAX_RUNS, ROUNDS
from kuznia.forge.terms import Finding


def execution(graph: FlowGraph) -> Iterator[Finding]:
    """Every way is walked to its end, and every move is taken by at least one of them."""
    flow = graph.flow
    if len(graph.runs) > MAX_RUNS:
        yield Finding(
            "execution",
            "block",
            graph.first,
            f"There are more than {MAX_RUNS} ways through: they cannot all be walked.",
            "Let fewer steps branch, or let the branches come together sooner.",
        )
        return
    # A strand that stopped early took no more moves; why it stopped is another check's to say.
    silent = spread([run.stopped_at for run in graph.runs if run.stuck is not None], graph.after)
    walked = {step for run in graph.runs for step, _ in run.trail}
    for step in flow.steps:
        if step.id not in walked - silent or step.kind in {"fork", "end"} or _odd(graph, step):
            continue
        for place, move in enumerate(step.next):
            if (step.id, place) not in graph.taken and not _after_many(step, move):
                yield Finding(
                    "execution",
                    "mend",
                    step.id,
                    f"No way through the flow ever takes the move from {step.id} to {move.to}.",
                    "Take the move out: what was decided before rules it out.",
                )


def _after_many(step: Step, move: Move) -> bool:
    """Whether the move is for when a long loop is used up: that many rounds are not walked."""
    return move.when is None and any((one.limit or 0) > ROUNDS for one in step.next)


def _odd(graph: FlowGraph, step: Step) -> bool:
    """Whether the guards of a step are wrong by themselves, which is said elsewhere."""
    return any(graph.clashes(step))
