"""Checks 1 to 5, 10 and 11: every path through the flow reaches a proper end."""

from collections.abc import Iterator

from kuznia.domains.flows.schema import SERVICE_KINDS, FlowStep, FormField
from kuznia.domains.flows.structure.graph import FlowGraph, spread
from kuznia.domains.flows.structure.guards import tests
from kuznia.forge.terms import Finding


def unreachable_step(graph: FlowGraph) -> Iterator[Finding]:
    """A step without a move to it is a page that nobody ever sees."""
    for step in graph.flow.steps:
        if step.id not in graph.reached:
            yield Finding(
                "unreachable-step",
                "mend",
                step.id,
                f"No move leads to step {step.id}.",
                f"Add a move to {step.id} from an earlier step, or remove the step.",
            )


def cannot_finish(graph: FlowGraph) -> Iterator[Finding]:
    """A step from which no end can be reached traps the person on it."""
    by_id = graph.flow.by_id
    # Dead ends and dangling moves have checks of their own.
    final = [
        step.id
        for step in graph.flow.steps
        if step.kind == "end" or not step.next or any(move.to not in by_id for move in step.next)
    ]
    finishing = spread(final, graph.before)
    for step in graph.flow.steps:
        if step.id in graph.reached and step.id not in finishing:
            yield Finding(
                "cannot-finish",
                "mend",
                step.id,
                f"No end can be reached from step {step.id}.",
                f"Add a move from {step.id} that leads to an end.",
            )


def dead_end(graph: FlowGraph) -> Iterator[Finding]:
    """A step without a move that is not an end leaves the person stuck."""
    for step in graph.flow.steps:
        if step.kind != "end" and not step.next:
            yield Finding(
                "dead-end",
                "mend",
                step.id,
                f"Step {step.id} has no move and is not an end.",
                f"Add a move from {step.id} to the step that follows it.",
            )


def dangling_target(graph: FlowGraph) -> Iterator[Finding]:
    """A move has to lead to a step of the flow."""
    for step in graph.flow.steps:
        for move in step.next:
            if move.to not in graph.flow.by_id:
                yield Finding(
                    "dangling-target",
                    "mend",
                    step.id,
                    f"Step {step.id} leads to {move.to}, which does not exist.",
                    f"Make {step.id} lead to a step of the flow, or add {move.to}.",
                )


def improper_completion(graph: FlowGraph) -> Iterator[Finding]:
    """All branches of a fork have to meet at a join: an end inside a fork ends one branch only."""
    reported: set[str] = set()
    for run in graph.runs:
        if run.stuck in {"join", "split-end"} and run.stopped_at not in reported:
            reported.add(run.stopped_at)
            what = "ends while" if run.stuck == "split-end" else "is joined while"
            yield Finding(
                "improper-completion",
                "block",
                run.stopped_at,
                f"At step {run.stopped_at} a branch {what} other branches of its fork go on.",
                "Lead every branch of a fork to one join, and end no branch before it.",
            )
    for end in graph.of_kind("end"):
        if end.next:
            yield Finding(
                "improper-completion",
                "mend",
                end.id,
                f"The end {end.id} has a move.",
                f"Remove the moves of {end.id}, or make it a status step.",
            )


def unbounded_loop(graph: FlowGraph) -> Iterator[Finding]:
    """A loop needs a limit, or a person who can leave it: a machine would repeat it forever."""
    for step in graph.flow.steps:
        others = any(move.when is None and move.limit is None for move in step.next)
        if any(move.limit for move in step.next) and not others:
            yield Finding(
                "unbounded-loop",
                "mend",
                step.id,
                f"Step {step.id} has a move with a limit, and none for when it is reached.",
                f"Add a move without a guard to {step.id}.",
            )
    machine = {
        step.id: tuple(
            move.to
            for move in step.next
            if move.limit is None and not _human(graph, step) and move.to in graph.flow.by_id
        )
        for step in graph.flow.steps
    }
    for step in graph.flow.steps:
        if step.id in spread(machine[step.id], machine):
            yield Finding(
                "unbounded-loop",
                "mend",
                step.id,
                f"Step {step.id} leads back to itself, and no limit ends the loop.",
                "Give the move that leads back a limit, and add a move for when it is reached.",
            )


def _human(graph: FlowGraph, step: FlowStep) -> bool:
    """Whether a person's answers decide where the step leads."""
    facts = {t.fact for move in step.next if move.when is not None for t in tests(move.when)}
    return len(step.next) > 1 and bool(facts) and all(_asked(graph, fact, step) for fact in facts)


def _asked(graph: FlowGraph, fact: str, step: FlowStep) -> bool:
    if fact == step.id:
        return step.kind in {"form", "review", "consent"}
    return isinstance(graph.flow.facts.get(fact), FormField)


def unrouted_outcome(graph: FlowGraph) -> Iterator[Finding]:
    """An outside service may fail; each of its outcomes needs a move."""
    for step in graph.flow.steps:
        if step.kind not in SERVICE_KINDS:
            continue
        if len(step.outcomes) < 2:
            yield Finding(
                "unrouted-outcome",
                "mend",
                step.id,
                f"Step {step.id} has no outcome for failure.",
                f"Give {step.id} an outcome for failure, and a move for each outcome.",
            )
        elif step.next and step.id not in graph.decided_by:
            yield Finding(
                "unrouted-outcome",
                "mend",
                step.id,
                f"Step {step.id} leads to the same step whatever its outcome.",
                f"Guard the moves of {step.id} by its outcomes.",
            )
