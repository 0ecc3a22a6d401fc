"""Checks 6 to 8, 12 and 15: guards, and what is known, asked and asked again."""

from collections.abc import Iterator, Mapping

from kuznia.domains.flows.schema import Step
from kuznia.domains.flows.structure.cases import Clash
from kuznia.domains.flows.structure.graph import FlowGraph, goes_well, spread
from kuznia.domains.flows.structure.guards import Known, tests
from kuznia.domains.flows.structure.registries import KNOWN
from kuznia.forge.terms import Finding


def guard_cases(graph: FlowGraph) -> Iterator[Finding]:
    """In every case exactly one way on: neither none nor two."""
    for step in graph.flow.steps:
        if step.kind == "fork":
            continue
        for clash in graph.clashes(step):
            yield Finding("guard-cases", "mend", step.id, _message(step, clash), _advice(clash))


def _message(step: Step, clash: Clash) -> str:
    case = _case(clash.facts)
    match clash.kind:
        case "gap":
            return f"No move of step {step.id} holds when {case}."
        case "overlap":
            return f"More than one move of step {step.id} holds when {case}."
        case "never":
            return f"The move of step {step.id} to {clash.facts['to']} can never be taken."
        case "unknown":
            return f"Step {step.id} decides by {next(iter(clash.facts))}, which can be anything."
        case "too-many":
            return f"Step {step.id} decides by more cases than can be looked through."
        case _:
            return f"Step {step.id} has more than one move without a guard."


def _case(facts: Mapping[str, Known]) -> str:
    return ", ".join(f"{name} is {value!r}" for name, value in facts.items())


def _advice(clash: Clash) -> str:
    return {
        "gap": "Leave the guard of one move out, so that it is taken in all other cases.",
        "overlap": "Make the guards exclude each other.",
        "never": "Take the move out, or correct its guard.",
        "unknown": "Decide by a choice, a yes or no, a number, a date or an outcome.",
        "too-many": "Split the decision over several steps.",
    }.get(clash.kind, "Leave only one move without a guard.")


def used_before_collected(graph: FlowGraph) -> Iterator[Finding]:
    """What a guard or a page looks at has to be known on every way that leads there."""
    told: set[tuple[str, str]] = set()
    for run in graph.runs:
        known: set[str] = set()
        for step, place in run.trail:
            for name in sorted(_missing(graph.flow.by_id[step], known)):
                if (step, name) not in told:
                    told.add((step, name))
                    yield Finding(
                        "used-before-collected",
                        "mend",
                        step,
                        f"Step {step} uses {name}, which is not known on every way there.",
                        f"Ask for {name} before {step} on every way, or do not use it there.",
                    )
            known |= graph.learned(step, place)


def _missing(step: Step, known: set[str]) -> set[str]:
    own = {step.id, *(field.id for field in step.fields), *(fact.id for fact in step.provides)}
    used = {test.fact for move in step.next if move.when for test in tests(move.when)}
    return (used - own - known) | (set(step.shows) - known)


def asked_twice(graph: FlowGraph) -> Iterator[Finding]:
    """A field asked on two steps that one person can come to is asked twice."""
    where: dict[str, list[str]] = {}
    for step in graph.flow.steps:
        for field in step.fields:
            where.setdefault(field.id, []).append(step.id)
    for name, steps in where.items():
        for place, step in enumerate(steps):
            # Going back to the same step to correct it is not being asked twice.
            others = set(steps[:place] + steps[place + 1 :])
            ahead = graph.ahead(step)
            if step in steps[:place] or others & ahead:
                yield Finding(
                    "asked-twice",
                    "mend",
                    step,
                    f"The field {name} is asked at {step} and once more after it.",
                    f"Ask for {name} once, where it is needed first.",
                )
                break


def unused_fact(graph: FlowGraph) -> Iterator[Finding]:
    """What is neither shown, nor sent, nor decided by, need not be known."""
    used = graph.decided_by | {name for step in graph.flow.steps for name in step.shows}
    targets = graph.of_kind("submit", "pay")
    # Where nothing is handed in at all, that is what is wrong, and not each field of it.
    sent = spread([step.id for step in targets or graph.flow.steps], graph.before)
    # Where nothing can be finished, something else is wrong.
    finishing = spread([step.id for step in graph.of_kind("end")], graph.before)
    for step in graph.flow.steps:
        for fact in step.provides:
            if fact.id not in used:
                yield _unused(step, fact.id, "told by a register but neither shown nor used")
        for field in step.fields:
            if step.id in finishing - sent and field.id not in used:
                yield _unused(step, field.id, "asked but neither sent nor used")


def _unused(step: Step, name: str, why: str) -> Finding:
    return Finding("unused-fact", "warn", step.id, f"{name} is {why}.", f"Show {name}, or drop it.")


def once_only(graph: FlowGraph) -> Iterator[Finding]:
    """What a register knows about a person who has proven who they are is not asked again."""
    wrong = _without_way_out(graph)
    for step, name in _asked_though_known(graph):
        yield Finding(
            "once-only",
            "mend",
            step,
            f"{name} is asked although a register knows it.",
            f"Take {name} from a lookup's provides and show it, instead of asking.",
        )
    for step in sorted(wrong):
        yield Finding(
            "once-only",
            "mend",
            step,
            f"Step {step} shows data of a register, and no way to say that they are wrong.",
            f"Give {step} an outcome for wrong data and a move for it.",
        )


def known_to_registers(graph: FlowGraph) -> tuple[frozenset[str], frozenset[str]]:
    """The needed facts that registers know: those they told, and those asked all the same."""
    asked = frozenset(name for _, name in _asked_though_known(graph))
    told = frozenset(f.id for step in graph.flow.steps for f in step.provides if f.registry)
    return told - asked, asked


def _asked_though_known(graph: FlowGraph) -> Iterator[tuple[str, str]]:
    for step in graph.flow.steps:
        if step.repeats > 1:
            # One record after another: these are about others, whom nobody has looked up.
            continue
        for field in step.fields:
            teller = _teller(graph, field.id)
            if teller is not None and step.id in _despite(graph, teller, field.id):
                yield step.id, field.id


def _teller(graph: FlowGraph, name: str) -> str | None:
    """The step that is told the fact, or could be: a proof of identity, for what registers know."""
    for step in graph.flow.steps:
        if any(fact.id == name for fact in step.provides):
            return step.id
    if name in KNOWN:
        return next((step.id for step in graph.of_kind("authenticate")), None)
    return None


def _despite(graph: FlowGraph, teller: str, name: str) -> frozenset[str]:
    """Steps one can come to after the teller went well: there the fact is known."""
    step = graph.flow.by_id[teller]
    lookup = next((s for s in graph.of_kind("lookup") if s.registry == KNOWN.get(name)), None)
    if lookup is not None:
        # The register that would know it is asked: only when it fails may the person be.
        step = lookup
    well = [move.to for move in step.next if goes_well(step, move)]
    return spread(well, graph.forward)


def _without_way_out(graph: FlowGraph) -> frozenset[str]:
    told = {fact.id for step in graph.flow.steps for fact in step.provides if fact.registry}
    return frozenset(
        step.id
        for step in graph.flow.steps
        if step.kind in {"form", "review"} and told & set(step.shows) and len(step.next) < 2
    )
