"""Checks 6 to 8, 12 and 15: guards, and the facts that are known, asked and used."""

from collections.abc import Iterator, Mapping

from kuznia.domains.flows.schema import FlowStep
from kuznia.domains.flows.structure.cases import Clash
from kuznia.domains.flows.structure.graph import FlowGraph, goes_well, spread
from kuznia.domains.flows.structure.guards import Known, tests
from kuznia.domains.flows.structure.registries import KNOWN
from kuznia.forge.terms import Finding


def guard_cases(graph: FlowGraph) -> Iterator[Finding]:
    """Exactly one move of a step has to hold in every case."""
    for step in graph.flow.steps:
        if step.kind == "fork":
            continue
        for clash in graph.clashes(step):
            yield Finding("guard-cases", "mend", step.id, _message(step, clash), _advice(clash))


def _message(step: FlowStep, clash: Clash) -> str:
    case = _case(clash.facts)
    match clash.kind:
        case "gap":
            return f"No move of step {step.id} holds when {case}."
        case "overlap":
            return f"More than one move of step {step.id} holds when {case}."
        case "never":
            return f"The move of step {step.id} to {clash.facts['to']} can never be taken."
        case "unknown":
            return f"Step {step.id} decides by {next(iter(clash.facts))}, which can have any value."
        case "too-many":
            return f"Step {step.id} depends on more cases than can be checked."
        case _:
            return f"Step {step.id} has more than one move without a guard."


def _case(facts: Mapping[str, Known]) -> str:
    return ", ".join(f"{name} is {value!r}" for name, value in facts.items())


def _advice(clash: Clash) -> str:
    return {
        "gap": "Remove the guard of one move, so that it is taken in all other cases.",
        "overlap": "Make the guards exclude each other.",
        "never": "Remove the move, or correct its guard.",
        "unknown": "Decide by a choice, a yes or no, a number, a date or an outcome.",
        "too-many": "Split the decision over several steps.",
    }.get(clash.kind, "Leave only one move without a guard.")


def used_before_collected(graph: FlowGraph) -> Iterator[Finding]:
    """A fact that a guard or a page uses has to be known on every path to it."""
    reported: set[tuple[str, str]] = set()
    for run in graph.runs:
        known: set[str] = set()
        for step, place in run.trail:
            for name in sorted(_missing(graph.flow.by_id[step], known)):
                if (step, name) not in reported:
                    reported.add((step, name))
                    yield Finding(
                        "used-before-collected",
                        "mend",
                        step,
                        f"Step {step} uses {name}, which is not known on every path to it.",
                        f"Ask for {name} before {step} on every path, or do not use it there.",
                    )
            known |= graph.learned(step, place)


def _missing(step: FlowStep, known: set[str]) -> set[str]:
    own = {step.id, *(field.id for field in step.fields), *(fact.id for fact in step.provides)}
    used = {test.fact for move in step.next if move.when for test in tests(move.when)}
    return (used - own - known) | (set(step.shows) - known)


def asked_twice(graph: FlowGraph) -> Iterator[Finding]:
    """A field must not be asked on two steps of one path."""
    where: dict[str, list[str]] = {}
    for step in graph.flow.steps:
        for field in step.fields:
            where.setdefault(field.id, []).append(step.id)
    for name, steps in where.items():
        for place, step in enumerate(steps):
            # Going back to a step to correct it does not count.
            others = set(steps[:place] + steps[place + 1 :])
            ahead = graph.ahead(step)
            if step in steps[:place] or others & ahead:
                yield Finding(
                    "asked-twice",
                    "mend",
                    step,
                    f"The field {name} is asked on {step} and again after it.",
                    f"Ask for {name} once, where it is first needed.",
                )
                break


def unused_fact(graph: FlowGraph) -> Iterator[Finding]:
    """A fact has to be shown, sent or used by a guard."""
    used = graph.decided_by | {name for step in graph.flow.steps for name in step.shows}
    targets = graph.of_kind("submit", "pay")
    # Where nothing is submitted at all, another check says so once, not for each field.
    sent = spread([step.id for step in targets or graph.flow.steps], graph.before)
    # A step that cannot finish has a check of its own.
    finishing = spread([step.id for step in graph.of_kind("end")], graph.before)
    for step in graph.flow.steps:
        for fact in step.provides:
            if fact.id not in used:
                yield _unused(step, fact.id, "provided by a registry but not shown or used")
        for field in step.fields:
            if step.id in finishing - sent and field.id not in used:
                yield _unused(step, field.id, "asked but not sent or used")


def _unused(step: FlowStep, name: str, why: str) -> Finding:
    return Finding(
        "unused-fact", "warn", step.id, f"{name} is {why}.", f"Show {name}, or remove it."
    )


def once_only(graph: FlowGraph) -> Iterator[Finding]:
    """What a registry knows about an identified person must not be asked."""
    uncorrectable = _without_correction(graph)
    for step, name in _asked_though_known(graph):
        yield Finding(
            "once-only",
            "mend",
            step,
            f"{name} is asked although a registry knows it.",
            f"Take {name} from a lookup's provides and show it, instead of asking.",
        )
    for step in sorted(uncorrectable):
        yield Finding(
            "once-only",
            "mend",
            step,
            f"Step {step} shows registry data, and nobody can report an error in it.",
            f"Give {step} an outcome for wrong data, and a move for that outcome.",
        )


def known_to_registries(graph: FlowGraph) -> tuple[frozenset[str], frozenset[str]]:
    """Facts that registries know: those taken from a registry, and those asked anyway."""
    asked = frozenset(name for _, name in _asked_though_known(graph))
    provided = frozenset(f.id for s in graph.flow.steps for f in s.provides if f.registry)
    return provided - asked, asked


def _asked_though_known(graph: FlowGraph) -> Iterator[tuple[str, str]]:
    for step in graph.flow.steps:
        if step.repeats > 1:
            # The records of a repeated page are about other people, whom nobody has looked up.
            continue
        for field in step.fields:
            provider = _provider(graph, field.id)
            if provider is not None and step.id in _after(graph, provider, field.id):
                yield step.id, field.id


def _provider(graph: FlowGraph, name: str) -> str | None:
    """The step that provides a fact, or could: signing in opens what registries know."""
    for step in graph.flow.steps:
        if any(fact.id == name for fact in step.provides):
            return step.id
    if name in KNOWN:
        return next((step.id for step in graph.of_kind("authenticate")), None)
    return None


def _after(graph: FlowGraph, provider: str, name: str) -> frozenset[str]:
    """The steps that can follow the provider when it went well: there the fact is known."""
    step = graph.flow.by_id[provider]
    lookup = next((s for s in graph.of_kind("lookup") if s.registry == KNOWN.get(name)), None)
    if lookup is not None:
        # Where the registry itself is asked, the person may be asked only when it fails.
        step = lookup
    well = [move.to for move in step.next if goes_well(step, move)]
    return spread(well, graph.forward)


def _without_correction(graph: FlowGraph) -> frozenset[str]:
    provided = {fact.id for step in graph.flow.steps for fact in step.provides if fact.registry}
    return frozenset(
        step.id
        for step in graph.flow.steps
        if step.kind in {"form", "review"} and provided & set(step.shows) and len(step.next) < 2
    )
