"""Checks 9 and 13: the steps the law requires, and the fields it forbids."""

from collections.abc import Iterator

from kuznia.domains.flows.schema import FlowStep, Kind
from kuznia.domains.flows.structure.graph import FlowGraph
from kuznia.domains.flows.structure.law import (
    SIGNED_ARCHETYPES,
    UNREVIEWED_ARCHETYPES,
    asks_for_secret,
)
from kuznia.forge.terms import Finding


def legal_steps(graph: FlowGraph) -> Iterator[Finding]:
    """Consent, identity, review, signature and payment are on every path that needs them."""
    targets = graph.of_kind("submit") or graph.of_kind("pay")
    if not targets:
        yield _lacks(graph.flow.steps[0], "submit", "Nothing is ever submitted")
        return
    yield from _before_sending(graph, targets)
    yield from _consent(graph, targets)
    yield from _payment(graph, targets)
    yield from _identity(graph)
    yield from _order(graph)
    yield from _good_ends(graph)


def _lacks(step: FlowStep, kind: Kind, what: str) -> Finding:
    return Finding(
        "legal-steps",
        "mend",
        step.id,
        f"{what}: a step of kind {kind} is missing.",
        f"Put a step of kind {kind} on every path to {step.id}, at its place in the order.",
    )


def _before_sending(graph: FlowGraph, targets: tuple[FlowStep, ...]) -> Iterator[Finding]:
    flow = graph.flow
    if flow.legal_effect or flow.archetype in SIGNED_ARCHETYPES:
        unsigned = _past(graph, "sign", [graph.first])
        yield from (
            _lacks(step, "sign", f"{step.id} can be reached without a signature")
            for step in targets
            if step.id in unsigned
        )
    if flow.archetype in UNREVIEWED_ARCHETYPES:
        return
    asking = [step.id for step in flow.steps if step.kind == "form" and step.fields]
    unseen = _past(graph, "review", asking)
    yield from (
        _lacks(step, "review", f"{step.id} can be reached without a review of the answers")
        for step in targets
        if step.id in unseen
    )


def _past(graph: FlowGraph, kind: Kind, starts: list[str]) -> frozenset[str]:
    """The steps that can be reached from the starts past all steps of this kind."""
    return graph.reach(starts, (step.id for step in graph.of_kind(kind)))


def _consent(graph: FlowGraph, targets: tuple[FlowStep, ...]) -> Iterator[Finding]:
    """Consent is asked on each branch that collects personal data, and only there."""
    unasked = _past(graph, "consent", [graph.first])
    personal = [
        step.id
        for step in graph.flow.steps
        if step.id in unasked and (step.provides or any(field.personal for field in step.fields))
    ]
    reached = _past(graph, "consent", personal)
    for step in targets:
        if step.id in reached:
            yield _lacks(step, "consent", f"{step.id} receives personal data without consent")


def _payment(graph: FlowGraph, targets: tuple[FlowStep, ...]) -> Iterator[Finding]:
    flow = graph.flow
    due = flow.archetype == "payment" or (flow.fee is not None and flow.fee.kopiykas > 0)
    pays = graph.of_kind("pay")
    if due:
        unpaid = _past(graph, "pay", [graph.first])
        for step in targets:
            if step.id in unpaid and step.kind != "pay":
                yield _lacks(step, "pay", f"{step.id} can be reached without payment")
    for step in pays:
        if not due and not (step.fee and step.fee.kopiykas):
            yield Finding(
                "legal-steps",
                "mend",
                step.id,
                f"Step {step.id} takes money although there is no fee.",
                "State the fee, or remove the payment.",
            )


def _identity(graph: FlowGraph) -> Iterator[Finding]:
    """A person proves who they are before they sign or are looked up in a registry."""
    unproven = _past(graph, "authenticate", [graph.first])
    about_persons = {"sign", *(["lookup"] if graph.of_kind("authenticate") else [])}
    for step in graph.flow.steps:
        if step.kind in about_persons and step.id in unproven:
            yield _lacks(step, "authenticate", f"{step.id} can be reached without signing in")


_ORDER: tuple[tuple[Kind, tuple[Kind, ...]], ...] = (
    # No kind on the right may follow the kind on the left.
    ("review", ("form",)),
    ("sign", ("form", "review", "consent")),
    ("pay", ("form", "review", "consent", "sign")),
    ("submit", ("form", "review", "consent", "sign", "pay")),
)


def _order(graph: FlowGraph) -> Iterator[Finding]:
    for kind, forbidden in _ORDER:
        for step in graph.of_kind(kind):
            ahead = graph.ahead(step.id)
            for later in graph.of_kind(*forbidden):
                if later.id in ahead and (later.kind != "form" or later.fields):
                    yield Finding(
                        "legal-steps",
                        "mend",
                        later.id,
                        f"{later.id} ({later.kind}) comes after {step.id} ({kind}).",
                        "Keep the order: forms, review, consent, sign, pay, submit.",
                    )


def _good_ends(graph: FlowGraph) -> Iterator[Finding]:
    targets = [step.id for step in graph.of_kind("submit", "pay")]
    early = graph.reach([graph.first], targets)
    for end in graph.of_kind("end"):
        if end.ending in {None, "done"} and end.id in early:
            yield _lacks(end, "submit", f"{end.id} says it is done before anything is submitted")


def sensitive_field(graph: FlowGraph) -> Iterator[Finding]:
    """A service must not ask for card numbers, codes or passwords."""
    for step in graph.flow.steps:
        for field in step.fields:
            words = (field.id.replace("_", " "), field.label.uk, field.label.en)
            if any(map(asks_for_secret, words)):
                yield Finding(
                    "sensitive-field",
                    "mend",
                    step.id,
                    f"The field {field.id} asks for a secret, such as a card number or a password.",
                    f"Remove {field.id}: payment and sign-in happen at the bank.",
                )
