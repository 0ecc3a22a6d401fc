"""Flows for tests: one that is sound, and ways to build others."""

from typing import Any

from kuznia.domains.flows.checks.proof import prove
from kuznia.domains.flows.schema import (
    Comparison,
    Fact,
    Flow,
    FlowOption,
    FlowStep,
    FormField,
    Move,
    Op,
    Text,
)
from kuznia.domains.flows.structure.blocks import Block, Branch, ChoiceBlock, steps_of
from kuznia.domains.flows.structure.graph import FlowGraph


def text(words: str) -> Text:
    return Text(uk=words, en=words)


def ask(name: str, **more: Any) -> FormField:
    return FormField(**{"id": name, "label": text(name), **more})


def options(*names: str) -> tuple[FlowOption, ...]:
    return tuple(FlowOption(id=name, label=text(name)) for name in names)


def step(name: str, kind: str = "form", **more: Any) -> FlowStep:
    return FlowStep(**{"id": name, "kind": kind, "title": text(name), **more})


def service(name: str, kind: str, *outcomes: str, **more: Any) -> FlowStep:
    return step(name, kind, outcomes=options(*(outcomes or ("well", "badly"))), **more)


def on(fact: str, value: Any = True, op: Op = "eq") -> Comparison:
    return Comparison(fact=fact, op=op, value=value)


FAILED = step("failed", "end", ending="cancelled")
DONE = step("done", "end", ending="done")


def or_fail(name: str) -> ChoiceBlock:
    """After a service: on when it went well, to the end when not."""
    return ChoiceBlock((Branch(on(name, "well")), Branch(None, (FAILED,))))


KIND = ask("kind", type="choice", options=options("self", "org"), group="kind")
NAME = ask("surname", format="name", personal=True, group="person", autocomplete="family-name")
CODE = ask("code", format="edrpou", group="company")
EMAIL = ask("email", format="email", personal=True, group="contact", autocomplete="email")


def a_tree(**instead: FlowStep) -> tuple[Block, ...]:
    """A registration with two branches; a step can be put in the place of another by its id."""

    def the(one: FlowStep) -> FlowStep:
        return instead.get(one.id, one)

    return (
        the(step("who", fields=(KIND,))),
        ChoiceBlock(
            (
                Branch(on("kind", "org"), (the(step("company", fields=(CODE,))),)),
                Branch(None, (the(step("person", fields=(NAME,))),)),
            )
        ),
        the(step("contact", fields=(EMAIL,))),
        the(step("look", "review")),
        the(step("agree", "consent")),
        the(service("send", "submit")),
        or_fail("send"),
        the(DONE),
    )


def a_flow(steps: tuple[FlowStep, ...] | None = None, **more: Any) -> Flow:
    """A sound registration, or one of the steps given."""
    return Flow(
        **{
            "id": "registration",
            "name": text("registration"),
            "archetype": "registration",
            "language": "en",
            "steps": steps if steps is not None else steps_of(a_tree()),
            **more,
        }
    )


def changed(flow: Flow, name: str, **values: Any) -> Flow:
    """The flow with one step changed."""
    steps = tuple(one.model_copy(update=values) if one.id == name else one for one in flow.steps)
    return Flow.model_validate({**flow.model_dump(), "steps": [one.model_dump() for one in steps]})


def without(flow: Flow, name: str) -> Flow:
    """The flow with one step taken out and what led to it led on."""
    gone = flow.by_id[name]
    rest: list[FlowStep] = []
    for one in flow.steps:
        if one.id != name:
            moves = tuple(
                move.model_copy(update={"to": gone.next[0].to}) if move.to == name else move
                for move in one.next
            )
            rest.append(one.model_copy(update={"next": moves}))
    return a_flow(tuple(rest), archetype=flow.archetype, fee=flow.fee)


def codes(flow: Flow) -> set[str]:
    """What the proof finds in a flow."""
    return {finding.code for finding in prove(FlowGraph(flow))}


def to(name: str, when: Any = None, limit: int | None = None) -> Move:
    return Move(to=name, when=when, limit=limit)


def registry_fact(name: str, registry: str = "eddr", **more: Any) -> Fact:
    return Fact(**{"id": name, "label": text(name), "registry": registry, **more})
