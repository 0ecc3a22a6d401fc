"""Checks 1 to 5, 10 and 11: whether every way through the flow comes to a proper end."""

from collections.abc import Iterator

from kuznia.domains.flows.checks.proof.study import Study, spread
from kuznia.domains.flows.schema import SERVICES, FormField, Step
from kuznia.domains.flows.structure.guards import tests
from kuznia.forge.terms import Finding


def unreachable_step(study: Study) -> Iterator[Finding]:
    """A step that nothing leads to is a page nobody will ever see."""
    for step in study.flow.steps:
        if step.id not in study.reached:
            yield Finding(
                "unreachable-step",
                "mend",
                step.id,
                f"Nothing leads to step {step.id}.",
                f"Lead to {step.id} from an earlier step, or leave it out.",
            )


def cannot_finish(study: Study) -> Iterator[Finding]:
    """A step from which no end can be reached holds whoever gets there."""
    by_id = study.flow.by_id
    # Dead ends and moves into nothing are reported as such, not a second time here.
    final = [
        step.id
        for step in study.flow.steps
        if step.kind == "end" or not step.next or any(move.to not in by_id for move in step.next)
    ]
    finishing = spread(final, study.before)
    for step in study.flow.steps:
        if step.id in study.reached and step.id not in finishing:
            yield Finding(
                "cannot-finish",
                "mend",
                step.id,
                f"From step {step.id} no end can be reached.",
                f"Give {step.id} a way on to an end.",
            )


def dead_end(study: Study) -> Iterator[Finding]:
    """A step without a way on, that is not an end, leaves the person standing."""
    for step in study.flow.steps:
        if step.kind != "end" and not step.next:
            yield Finding(
                "dead-end",
                "mend",
                step.id,
                f"Step {step.id} has no way on and is not an end.",
                f"Add a move from {step.id} to the step that follows it.",
            )


def dangling_target(study: Study) -> Iterator[Finding]:
    """A move into nothing."""
    for step in study.flow.steps:
        for move in step.next:
            if move.to not in study.flow.by_id:
                yield Finding(
                    "dangling-target",
                    "mend",
                    step.id,
                    f"Step {step.id} leads to {move.to}, which does not exist.",
                    f"Let {step.id} lead to a step of the flow, or add {move.to}.",
                )


def improper_completion(study: Study) -> Iterator[Finding]:
    """What is split has to be joined, by as many as left; an end inside a split ends nothing."""
    told: set[str] = set()
    for run in study.runs:
        if run.stuck in {"join", "split-end"} and run.at not in told:
            told.add(run.at)
            what = "ends while" if run.stuck == "split-end" else "is joined though"
            yield Finding(
                "improper-completion",
                "block",
                run.at,
                f"At step {run.at} one strand {what} others that left the same fork are elsewhere.",
                "Lead every branch of a fork to one join, and let no branch end before it.",
            )
    for end in study.of_kind("end"):
        if end.next:
            yield Finding(
                "improper-completion",
                "mend",
                end.id,
                f"The end {end.id} has a way on.",
                f"Take the moves out of {end.id}, or make it a status step.",
            )


def unbounded_loop(study: Study) -> Iterator[Finding]:
    """A loop needs a counter, or a person who may leave it; a machine may go round for ever."""
    for step in study.flow.steps:
        others = any(move.when is None and move.limit is None for move in step.next)
        if any(move.limit for move in step.next) and not others:
            yield Finding(
                "unbounded-loop",
                "mend",
                step.id,
                f"Step {step.id} has a counted move, and no way on when the count is used up.",
                f"Add a move without a guard to {step.id}.",
            )
    machine = {
        step.id: tuple(
            move.to
            for move in step.next
            if move.limit is None and not _human(study, step) and move.to in study.flow.by_id
        )
        for step in study.flow.steps
    }
    for step in study.flow.steps:
        if step.id in spread(machine[step.id], machine):
            yield Finding(
                "unbounded-loop",
                "mend",
                step.id,
                f"Step {step.id} comes back to itself, and nothing counts how often.",
                "Give the move that leads back a limit, and a way on for when it is used up.",
            )


def _human(study: Study, step: Step) -> bool:
    """Whether it is a person's answer that decides where the step leads."""
    facts = {t.fact for move in step.next if move.when is not None for t in tests(move.when)}
    return len(step.next) > 1 and bool(facts) and all(_asked(study, fact, step) for fact in facts)


def _asked(study: Study, fact: str, step: Step) -> bool:
    if fact == step.id:
        return step.kind in {"form", "review", "consent"}
    return isinstance(study.flow.facts.get(fact), FormField)


def unrouted_outcome(study: Study) -> Iterator[Finding]:
    """Whoever is asked may fail to answer; that has to lead somewhere of its own."""
    for step in study.flow.steps:
        if step.kind not in SERVICES:
            continue
        if len(step.outcomes) < 2:
            yield Finding(
                "unrouted-outcome",
                "mend",
                step.id,
                f"Step {step.id} can only go well.",
                f"Give {step.id} an outcome for when it fails, and a move for each outcome.",
            )
        elif step.next and step.id not in study.decided_by:
            yield Finding(
                "unrouted-outcome",
                "mend",
                step.id,
                f"Step {step.id} leads on in the same way however it turns out.",
                f"Guard the moves of {step.id} by its outcomes.",
            )
