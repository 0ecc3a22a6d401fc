"""Repairs of a model's flow by our own code, which cost no token."""

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

from pydantic import ValidationError

from kuznia.domains.flows.planner import standard_steps as standard
from kuznia.domains.flows.schema import SERVICE_KINDS, Flow, FlowStep, FormField, Move, Text
from kuznia.domains.flows.structure.blocks import Block, ChoiceBlock
from kuznia.domains.flows.structure.graph import FlowGraph
from kuznia.domains.flows.structure.guards import tests
from kuznia.domains.flows.structure.law import (
    SIGNED_ARCHETYPES,
    UNREVIEWED_ARCHETYPES,
    asks_for_secret,
)
from kuznia.domains.flows.structure.registries import KNOWN
from kuznia.forge.terms import Finding

Steps = dict[str, FlowStep]


def mend(flow: Flow, findings: Iterable[Finding]) -> Flow:
    """Apply every repair that a finding calls for, in order."""
    codes = {finding.code for finding in findings}
    for code, repair in REPAIRS.items():
        if code in codes:
            flow = repair(flow)
    return flow


def _with(flow: Flow, steps: Iterable[FlowStep]) -> Flow:
    try:
        return flow.having(steps=tuple(steps))
    except ValidationError:
        # A step to insert has the id of something else: this code cannot repair that.
        return flow


def _each(flow: Flow, change: Callable[[FlowStep], FlowStep]) -> Flow:
    return _with(flow, map(change, flow.steps))


def _set(step: FlowStep, **values: object) -> FlowStep:
    return step.model_copy(update=values)


def _no_secrets(flow: Flow) -> Flow:
    def asks(field: FormField) -> bool:
        return any(
            asks_for_secret(text)
            for text in (field.id.replace("_", " "), field.label.uk, field.label.en)
        )

    return _each(flow, lambda s: _set(s, fields=tuple(f for f in s.fields if not asks(f))))


def _in_both_languages(flow: Flow) -> Flow:
    """Use the other language's text where one is missing."""

    def both(text: Text | None) -> Text | None:
        if text is None or (text.uk.strip() and text.en.strip()):
            return text
        other = text.uk.strip() or text.en.strip() or flow.name.of(flow.language)
        return Text(uk=text.uk.strip() or other, en=text.en.strip() or other)

    def change(step: FlowStep) -> FlowStep:
        fields = tuple(
            field.model_copy(
                update={
                    "label": both(field.label),
                    "hint": both(field.hint),
                    "error": both(field.error),
                    "options": tuple(
                        option.model_copy(update={"label": both(option.label)})
                        for option in field.options
                    ),
                }
            )
            for field in step.fields
        )
        outcomes = tuple(o.model_copy(update={"label": both(o.label)}) for o in step.outcomes)
        return _set(
            step, title=both(step.title), text=both(step.text), fields=fields, outcomes=outcomes
        )

    return _each(flow, change)


def _asked_once(flow: Flow) -> Flow:
    seen: set[str] = set()
    steps: list[FlowStep] = []
    for step in flow.steps:
        steps.append(_set(step, fields=tuple(f for f in step.fields if f.id not in seen)))
        seen |= {field.id for field in step.fields}
    return _with(flow, steps)


def _from_registries(flow: Flow) -> Flow:
    """Remove fields that registries know, and let people report errors in registry data."""
    provided = {fact.id for step in flow.steps for fact in step.provides}
    proven = any(step.kind == "authenticate" for step in flow.steps)

    def change(step: FlowStep) -> FlowStep:
        if proven and step.kind == "form" and step.repeats == 1:
            known = provided | set(KNOWN)
            step = _set(step, fields=tuple(f for f in step.fields if f.id not in known))
        if step.kind in {"form", "review"} and provided & set(step.shows) and len(step.next) == 1:
            right = standard.option("right", "Усе правильно", "All correct")
            wrong = standard.option("wrong", "Дані помилкові", "The data are wrong")
            moves = (
                Move(to=step.next[0].to, when=standard.equals(step.id, "right")),
                Move(to=standard.DATA_WRONG.id),
            )
            step = _set(step, outcomes=(right, wrong), next=moves)
        return step

    return _ended(_each(flow, change), standard.DATA_WRONG)


def _ended(flow: Flow, end: FlowStep) -> Flow:
    """Add an end if a move leads to it."""
    needed = any(move.to == end.id for step in flow.steps for move in step.next)
    return _with(flow, (*flow.steps, end)) if needed and end.id not in flow.by_id else flow


def _led_on(flow: Flow) -> Flow:
    """Lead dangling moves and dead ends to the next step in the list."""
    order = [step.id for step in flow.steps]

    def after(step: FlowStep) -> str | None:
        later = order[order.index(step.id) + 1 :]
        return later[0] if later else None

    def change(step: FlowStep) -> FlowStep:
        if step.kind == "end":
            return _set(step, next=())
        follower = after(step)
        known = tuple(
            move if move.to in flow.by_id else move.model_copy(update={"to": follower})
            for move in step.next
            if move.to in flow.by_id or follower is not None
        )
        if not known and follower is not None:
            known = (Move(to=follower),)
        return _set(step, next=known)

    return _each(flow, change)


def _only_reached(flow: Flow) -> Flow:
    reached = FlowGraph(flow).reached
    return _with(flow, (step for step in flow.steps if step.id in reached))


def _covered(flow: Flow) -> Flow:
    """Send uncovered cases along the last move, and remove moves that are never taken."""
    graph = FlowGraph(flow)

    def change(step: FlowStep) -> FlowStep:
        clashes = graph.clashes(step)
        kinds = {clash.kind for clash in clashes}
        never = {clash.facts["to"] for clash in clashes if clash.kind == "never"}
        moves = [move for move in step.next if move.when is None or move.to not in never]
        if "gap" in kinds and moves and not any(move.when is None for move in moves):
            moves[-1] = moves[-1].model_copy(update={"when": None, "limit": None})
        if "two-others" in kinds:
            first = next(move for move in moves if move.when is None)
            moves = [move for move in moves if move.when is not None or move is first]
        return _set(step, next=tuple(moves)) if moves else step

    return _each(flow, change)


def _taken(flow: Flow) -> Flow:
    """Remove moves that earlier decisions rule out."""
    taken = FlowGraph(flow).taken

    def change(step: FlowStep) -> FlowStep:
        moves = tuple(m for place, m in enumerate(step.next) if (step.id, place) in taken)
        if len(moves) == 1:
            moves = (moves[0].model_copy(update={"when": None, "limit": None}),)
        return _set(step, next=moves) if moves else step

    return _only_reached(_each(flow, change))


def _routed(flow: Flow) -> Flow:
    """Give a service step an outcome for failure, and a move for it."""

    def change(step: FlowStep) -> FlowStep:
        if step.kind not in SERVICE_KINDS or len(step.next) != 1 or step.next[0].when is not None:
            return step
        well = standard.option("well", "Вдалося", "It worked")
        badly = standard.option("badly", "Не вдалося", "It did not work")
        outcomes = step.outcomes if len(step.outcomes) > 1 else (well, badly)
        hoped = Move(to=step.next[0].to, when=standard.equals(step.id, outcomes[0].id))
        return _set(step, outcomes=outcomes, next=(hoped, Move(to=standard.UNAVAILABLE.id)))

    return _ended(_each(flow, change), standard.UNAVAILABLE)


def _shown_when_known(flow: Flow) -> Flow:
    known: set[str] = set()
    for run in FlowGraph(flow).runs:
        known |= set(run.path)
    facts = {fact.id for step in flow.steps if step.id in known for fact in step.provides}
    asked = set(flow.asks)
    return _each(
        flow, lambda s: _set(s, shows=tuple(n for n in s.shows if n in facts and n not in asked))
    )


def _lawful(flow: Flow) -> Flow:
    """Insert the steps that the law requires before the submission, each once and in order."""
    target = next((step for step in flow.steps if step.kind in {"submit", "pay"}), None)
    if target is None:
        return flow
    kinds = {step.kind for step in flow.steps}
    missing: list[Block] = []
    if "review" not in kinds and flow.archetype not in UNREVIEWED_ARCHETYPES:
        missing += standard.review(())
    if "consent" not in kinds and _personal(flow):
        missing.append(standard.consent())
    if "sign" not in kinds and (flow.legal_effect or flow.archetype in SIGNED_ARCHETYPES):
        missing += standard.sign()
    chain = [block for block in missing if isinstance(block, FlowStep)]
    return _put_before(flow, target, chain, missing)


def _personal(flow: Flow) -> bool:
    return any(s.provides or any(f.personal for f in s.fields) for s in flow.steps)


def _put_before(flow: Flow, target: FlowStep, chain: list[FlowStep], blocks: list[Block]) -> Flow:
    if not chain:
        return flow
    signed = any(isinstance(block, ChoiceBlock) for block in blocks)
    chained: list[FlowStep] = []
    for step, follower in zip(chain, [*(link.id for link in chain[1:]), target.id], strict=True):
        moves = (Move(to=follower),)
        if step.kind == "sign" and signed:
            hoped = Move(to=follower, when=standard.equals("sign", "signed"))
            moves = (hoped, Move(to=standard.CANCELLED.id))
        chained.append(_set(step, next=moves))

    def change(step: FlowStep) -> FlowStep:
        # The target's own move back to itself is a second try, and stays.
        if step.id == target.id:
            return step
        first = chained[0].id
        moves = tuple(
            m.model_copy(update={"to": first}) if m.to == target.id else m for m in step.next
        )
        return _set(step, next=moves)

    steps = [change(step) for step in flow.steps]
    place = next(n for n, step in enumerate(steps) if step.id == target.id)
    start = chained if place == 0 else []
    order = [*start, *steps] if start else [*steps[:place], *chained, *steps[place:]]
    return _ended(_with(flow, order), standard.CANCELLED)


def _counted(flow: Flow) -> Flow:
    """Limit a service step that repeats itself to three rounds."""

    def change(step: FlowStep) -> FlowStep:
        moves = list(step.next)
        for place, move in enumerate(moves):
            about = move.when is not None and any(t.fact == step.id for t in tests(move.when))
            if move.to == step.id and move.limit is None and about:
                moves[place] = move.model_copy(update={"limit": 3})
        if any(move.limit for move in moves) and all(move.when is not None for move in moves):
            moves.append(Move(to=standard.UNAVAILABLE.id))
        return _set(step, next=tuple(moves))

    return _ended(_each(flow, change), standard.UNAVAILABLE)


# In this order: inserted steps may need moves, moves may need guards, and some end unreachable.
REPAIRS: Mapping[str, Callable[[Flow], Flow]] = MappingProxyType(
    {
        "sensitive-field": _no_secrets,
        "texts": _in_both_languages,
        "asked-twice": _asked_once,
        "dangling-target": _led_on,
        "dead-end": _led_on,
        "improper-completion": _led_on,
        "unrouted-outcome": _routed,
        "once-only": _from_registries,
        "legal-steps": _lawful,
        "unbounded-loop": _counted,
        "guard-cases": _covered,
        "used-before-collected": _shown_when_known,
        "execution": _taken,
        "unreachable-step": _only_reached,
    }
)
