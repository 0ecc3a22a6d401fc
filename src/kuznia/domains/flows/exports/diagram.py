"""A flow as a diagram of tasks, gateways and events, as BPMN, SVG and Mermaid show it.

A step that branches gets a gateway after it, and a step that several moves lead to gets one before
it: tools for processes need explicit splits and joins.
"""

from dataclasses import dataclass
from typing import Literal, assert_never

from kuznia.domains.flows.schema import (
    All,
    Comparison,
    Either,
    Flow,
    FlowStep,
    Guard,
    Kind,
    Language,
    Move,
    Not,
)
from kuznia.domains.flows.structure.guards import written
from kuznia.domains.flows.structure.interpreter import way

Shape = Literal["start", "end", "user", "service", "split", "merge", "parallel", "timer"]

_SERVED: frozenset[Kind] = frozenset({"lookup", "submit"})


@dataclass(frozen=True, slots=True)
class DiagramNode:
    id: str
    shape: Shape
    label: str
    step: FlowStep | None = None
    # The task that a timer sits on.
    on: str | None = None


@dataclass(frozen=True, slots=True)
class DiagramEdge:
    id: str
    source: str
    target: str
    label: str = ""
    when: Guard | None = None
    # Whether it is taken when no other edge is.
    rest: bool = False
    limit: int | None = None
    # Whether it leads back.
    back: bool = False


@dataclass(frozen=True, slots=True)
class Diagram:
    nodes: tuple[DiagramNode, ...]
    edges: tuple[DiagramEdge, ...]


def rounds(step: str) -> str:
    """The name of the counter of a step's repetitions."""
    return f"{step}_rounds"


def diagram_of(flow: Flow, language: Language) -> Diagram:
    """Draw the diagram of a flow."""
    return _DiagramBuilder(flow, language).drawn()


class _DiagramBuilder:
    def __init__(self, flow: Flow, language: Language) -> None:
        self.flow = flow
        self.language: Language = language
        self.nodes: list[DiagramNode] = []
        self.edges: list[DiagramEdge] = []
        self.coming: dict[str, int] = {flow.steps[0].id: 1}
        for step in flow.steps:
            for move in step.next:
                self.coming[move.to] = self.coming.get(move.to, 0) + 1
            if overdue(step) is not None:
                target = step.next[overdue(step) or 0].to
                self.coming[target] = self.coming.get(target, 0) + 1

    def drawn(self) -> Diagram:
        name = self.flow.name.of(self.language)
        self.nodes.append(DiagramNode("start", "start", name))
        for step in self.flow.steps:
            self.step(step)
        first = self.flow.steps[0].id
        self.edge("start", Move(to=first), "")
        for step in self.flow.steps:
            self.moves(step)
        return Diagram(tuple(self.nodes), tuple(self.edges))

    def step(self, step: FlowStep) -> None:
        title = step.title.of(self.language)
        # A join waits for all its edges; another step would run once for each.
        if self.coming.get(step.id, 0) > 1 and step.kind != "join":
            self.nodes.append(DiagramNode(f"{step.id}_in", "merge", ""))
            self.edges.append(DiagramEdge(f"{step.id}_in_on", f"{step.id}_in", step.id))
        self.nodes.append(DiagramNode(step.id, _shape(step), title, step))
        if len(step.next) > 1 and step.kind not in {"decision", "fork"}:
            self.nodes.append(DiagramNode(f"{step.id}_out", "split", self.question(step)))
            self.edges.append(DiagramEdge(f"{step.id}_done", step.id, f"{step.id}_out"))
        if overdue(step) is not None:
            days = f"{step.days} d" if self.language == "en" else f"{step.days} дн."
            self.nodes.append(DiagramNode(f"{step.id}_late", "timer", days, step, on=step.id))

    def question(self, step: FlowStep) -> str:
        if step.outcomes:
            return "Чим завершилося?" if self.language == "uk" else "How did it turn out?"
        return "Яким шляхом?" if self.language == "uk" else "Which way?"

    def moves(self, step: FlowStep) -> None:
        source = step.id
        if len(step.next) > 1 and step.kind not in {"decision", "fork"}:
            source = f"{step.id}_out"
        several = len(step.next) > 1
        for move in step.next:
            quiet = not several or step.kind == "fork"
            label = "" if quiet else guard_label(self.flow, move.when, self.language)
            self.edge(source, move, label, several)
        late = overdue(step)
        if late is not None:
            self.edge(f"{step.id}_late", Move(to=step.next[late].to), "")

    def edge(self, source: str, move: Move, label: str, several: bool = False) -> None:
        target = move.to
        if self.coming.get(target, 0) > 1 and self.flow.by_id[target].kind != "join":
            target = f"{target}_in"
        split = several and not source.startswith("start")
        self.edges.append(
            DiagramEdge(
                id=f"{source}_to_{move.to}_{len(self.edges)}",
                source=source,
                target=target,
                label=label,
                when=move.when,
                rest=split and move.when is None and not self.forks(source),
                limit=move.limit,
                back=move.limit is not None,
            )
        )

    def forks(self, source: str) -> bool:
        step = self.flow.by_id.get(source)
        return step is not None and step.kind == "fork"


def guard_label(flow: Flow, when: Guard | None, language: Language) -> str:
    """A guard as text for a person; equal parts are written once."""
    if when is None:
        return "інакше" if language == "uk" else "otherwise"
    both, either, no = ("і", "або", "не") if language == "uk" else ("and", "or", "not")
    match when:
        case Comparison():
            return _compared(flow, when, language)
        case Not(no=inner):
            return f"{no} ({guard_label(flow, inner, language)})"
        case All(all=parts) | Either(any=parts):
            glue = both if isinstance(when, All) else either
            return f" {glue} ".join(
                dict.fromkeys(guard_label(flow, part, language) for part in parts)
            )
        case _ as never:
            assert_never(never)


def _compared(flow: Flow, test: Comparison, language: Language) -> str:
    fact, asked = flow.facts.get(test.fact), flow.by_id.get(test.fact)
    options = (*(asked.outcomes if asked else ()), *(fact.options if fact else ()))
    labels = {option.id: option.label.of(language) for option in options}
    values = test.value if isinstance(test.value, tuple) else (test.value,)
    known = [labels.get(str(value), "") for value in values]
    if test.op in {"eq", "in"} and all(known):
        return ", ".join(known)
    if test.op == "eq" and isinstance(test.value, bool):
        yes, no = ("так", "ні") if language == "uk" else ("yes", "no")
        return yes if test.value else no
    return written(test, "feel")


def overdue(step: FlowStep) -> int | None:
    """The index of a waiting step's move for when nobody answers in time, if it has one."""
    late = any(outcome.id == "overdue" for outcome in step.outcomes)
    if step.kind != "wait" or step.days is None or not late or len(step.next) < 2:
        return None
    return way(step, {step.id: "overdue"}, {})


def _shape(step: FlowStep) -> Shape:
    if step.kind == "end":
        return "end"
    if step.kind in {"fork", "join"}:
        return "parallel"
    if step.kind == "decision":
        return "split"
    return "service" if step.kind in _SERVED else "user"
