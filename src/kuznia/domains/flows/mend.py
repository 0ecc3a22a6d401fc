"""What our own code can put right in a flow that a model wrote: it costs no token."""

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

from pydantic import ValidationError

from kuznia.domains.flows.checks.proof import Study
from kuznia.domains.flows.checks.proof.law import LIGHT, SIGNED, secret
from kuznia.domains.flows.planner import parts
from kuznia.domains.flows.schema import SERVICES, Flow, FormField, Move, Step, Text
from kuznia.domains.flows.structure.blocks import Block, Choice
from kuznia.domains.flows.structure.guards import tests
from kuznia.domains.flows.structure.registries import KNOWN
from kuznia.forge.terms import Finding

Steps = dict[str, Step]


def mend(flow: Flow, findings: Iterable[Finding]) -> Flow:
    """The flow with what can be put right put right; the same flow when nothing can."""
    wanted = {finding.code for finding in findings}
    for code, cure in CURES.items():
        if code in wanted:
            flow = cure(flow)
    return flow


def _with(flow: Flow, steps: Iterable[Step]) -> Flow:
    try:
        return flow.having(steps=tuple(steps))
    except ValidationError:
        # What was to be put in is there under the same name: then it is not for us to mend.
        return flow


def _each(flow: Flow, change: Callable[[Step], Step]) -> Flow:
    return _with(flow, map(change, flow.steps))


def _set(step: Step, **values: object) -> Step:
    return step.model_copy(update=values)


def _no_secrets(flow: Flow) -> Flow:
    def asks(field: FormField) -> bool:
        return any(
            secret(said) for said in (field.id.replace("_", " "), field.label.uk, field.label.en)
        )

    return _each(flow, lambda s: _set(s, fields=tuple(f for f in s.fields if not asks(f))))


def _said_in_both(flow: Flow) -> Flow:
    """A text that is missing in one language is better said in the other than not at all."""

    def both(text: Text | None) -> Text | None:
        if text is None or (text.uk.strip() and text.en.strip()):
            return text
        said = text.uk.strip() or text.en.strip() or flow.name.of(flow.language)
        return Text(uk=text.uk.strip() or said, en=text.en.strip() or said)

    def change(step: Step) -> Step:
        fields = tuple(
            field.model_copy(
                update={
                    "label": both(field.label),
                    "hint": both(field.hint),
                    "error": both(field.error),
                    "options": tuple(
                        one.model_copy(update={"label": both(one.label)}) for one in field.options
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
    steps: list[Step] = []
    for step in flow.steps:
        steps.append(_set(step, fields=tuple(f for f in step.fields if f.id not in seen)))
        seen |= {field.id for field in step.fields}
    return _with(flow, steps)


def _told_not_asked(flow: Flow) -> Flow:
    """What registers know is not asked, and what they told can be called wrong."""
    told = {fact.id for step in flow.steps for fact in step.provides}
    proven = any(step.kind == "authenticate" for step in flow.steps)

    def change(step: Step) -> Step:
        if proven and step.kind == "form" and step.repeats == 1:
            known = told | set(KNOWN)
            step = _set(step, fields=tuple(f for f in step.fields if f.id not in known))
        if step.kind in {"form", "review"} and told & set(step.shows) and len(step.next) == 1:
            right = parts.option("right", "Усе правильно", "All correct")
            wrong = parts.option("wrong", "Дані помилкові", "The data are wrong")
            moves = (
                Move(to=step.next[0].to, when=parts.is_(step.id, "right")),
                Move(to=parts.DATA_WRONG.id),
            )
            step = _set(step, outcomes=(right, wrong), next=moves)
        return step

    return _ended(_each(flow, change), parts.DATA_WRONG)


def _ended(flow: Flow, end: Step) -> Flow:
    """The flow with an end in it, if something leads there."""
    wanted = any(move.to == end.id for step in flow.steps for move in step.next)
    return _with(flow, (*flow.steps, end)) if wanted and end.id not in flow.by_id else flow


def _led_on(flow: Flow) -> Flow:
    """What leads nowhere leads to the step that is written after it."""
    order = [step.id for step in flow.steps]

    def after(step: Step) -> str | None:
        later = order[order.index(step.id) + 1 :]
        return later[0] if later else None

    def change(step: Step) -> Step:
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
    reached = Study(flow).reached
    return _with(flow, (step for step in flow.steps if step.id in reached))


def _covered(flow: Flow) -> Flow:
    """A case that no guard covers goes where the last one goes; what is never taken is left out."""
    study = Study(flow)

    def change(step: Step) -> Step:
        clashes = study.clashes(step)
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
    """Without moves that what was decided before rules out."""
    taken = Study(flow).taken

    def change(step: Step) -> Step:
        moves = tuple(m for place, m in enumerate(step.next) if (step.id, place) in taken)
        if len(moves) == 1:
            moves = (moves[0].model_copy(update={"when": None, "limit": None}),)
        return _set(step, next=moves) if moves else step

    return _only_reached(_each(flow, change))


def _routed(flow: Flow) -> Flow:
    """Whatever is asked of somebody else may fail, and then says so."""

    def change(step: Step) -> Step:
        if step.kind not in SERVICES or len(step.next) != 1 or step.next[0].when is not None:
            return step
        well = parts.option("well", "Вдалося", "It worked")
        badly = parts.option("badly", "Не вдалося", "It did not work")
        outcomes = step.outcomes if len(step.outcomes) > 1 else (well, badly)
        hoped = Move(to=step.next[0].to, when=parts.is_(step.id, outcomes[0].id))
        return _set(step, outcomes=outcomes, next=(hoped, Move(to=parts.UNAVAILABLE.id)))

    return _ended(_each(flow, change), parts.UNAVAILABLE)


def _shown_when_known(flow: Flow) -> Flow:
    known: set[str] = set()
    for run in Study(flow).runs:
        known |= set(run.path)
    facts = {fact.id for step in flow.steps if step.id in known for fact in step.provides}
    asked = set(flow.asks)
    return _each(
        flow, lambda s: _set(s, shows=tuple(n for n in s.shows if n in facts and n not in asked))
    )


def _lawful(flow: Flow) -> Flow:
    """The steps the law wants, put in before what is handed in, each once and in order."""
    target = next((step for step in flow.steps if step.kind in {"submit", "pay"}), None)
    if target is None:
        return flow
    kinds = {step.kind for step in flow.steps}
    missing: list[Block] = []
    if "review" not in kinds and flow.archetype not in LIGHT:
        missing += parts.review(())
    if "consent" not in kinds and _personal(flow):
        missing.append(parts.consent())
    if "sign" not in kinds and (flow.legal_effect or flow.archetype in SIGNED):
        missing += parts.sign()
    chain = [block for block in missing if isinstance(block, Step)]
    return _put_before(flow, target, chain, missing)


def _personal(flow: Flow) -> bool:
    return any(s.provides or any(f.personal for f in s.fields) for s in flow.steps)


def _put_before(flow: Flow, target: Step, chain: list[Step], blocks: list[Block]) -> Flow:
    if not chain:
        return flow
    signed = any(isinstance(block, Choice) for block in blocks)
    led: list[Step] = []
    for step, follower in zip(chain, [*(one.id for one in chain[1:]), target.id], strict=True):
        moves = (Move(to=follower),)
        if step.kind == "sign" and signed:
            hoped = Move(to=follower, when=parts.is_("sign", "signed"))
            moves = (hoped, Move(to=parts.CANCELLED.id))
        led.append(_set(step, next=moves))

    def change(step: Step) -> Step:
        # A move from what was handed in back to itself stays: it is a second try.
        if step.id == target.id:
            return step
        first = led[0].id
        moves = tuple(
            m.model_copy(update={"to": first}) if m.to == target.id else m for m in step.next
        )
        return _set(step, next=moves)

    steps = [change(step) for step in flow.steps]
    place = next(n for n, step in enumerate(steps) if step.id == target.id)
    start = led if place == 0 else []
    order = [*start, *steps] if start else [*steps[:place], *led, *steps[place:]]
    return _ended(_with(flow, order), parts.CANCELLED)


def _counted(flow: Flow) -> Flow:
    """A machine that asks itself again is stopped after the third time."""

    def change(step: Step) -> Step:
        moves = list(step.next)
        for place, move in enumerate(moves):
            about = move.when is not None and any(t.fact == step.id for t in tests(move.when))
            if move.to == step.id and move.limit is None and about:
                moves[place] = move.model_copy(update={"limit": 3})
        if any(move.limit for move in moves) and all(move.when is not None for move in moves):
            moves.append(Move(to=parts.UNAVAILABLE.id))
        return _set(step, next=tuple(moves))

    return _ended(_each(flow, change), parts.UNAVAILABLE)


# In this order: what is put in comes before what then has to be led on, and covered, and reached.
CURES: Mapping[str, Callable[[Flow], Flow]] = MappingProxyType(
    {
        "sensitive-field": _no_secrets,
        "texts": _said_in_both,
        "asked-twice": _asked_once,
        "dangling-target": _led_on,
        "dead-end": _led_on,
        "improper-completion": _led_on,
        "unrouted-outcome": _routed,
        "once-only": _told_not_asked,
        "legal-steps": _lawful,
        "unbounded-loop": _counted,
        "guard-cases": _covered,
        "used-before-collected": _shown_when_known,
        "execution": _taken,
        "unreachable-step": _only_reached,
    }
)
