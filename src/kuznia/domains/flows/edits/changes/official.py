"""Edits of what an authority asks for: the fee, a signature, the decision of an official."""

from kuznia.domains.flows.edits.changes.fields import having, step_of
from kuznia.domains.flows.edits.changes.steps import (
    free_id,
    insert_before,
    redirected,
    used,
    without,
)
from kuznia.domains.flows.edits.operations import (
    AddApproval,
    AddSignature,
    Exempt,
    ImpossibleEdit,
    SetFee,
    SetFees,
)
from kuznia.domains.flows.planner import standard_steps as standard
from kuznia.domains.flows.reading.prompt_text import slug
from kuznia.domains.flows.schema import Comparison, Fee, Flow, FlowStep, Move
from kuznia.domains.flows.structure.blocks import Block, steps_of


def set_fee(flow: Flow, edit: SetFee) -> Flow:
    pays = [step for step in flow.steps if step.kind == "pay"]
    if len(pays) > 1:
        raise ImpossibleEdit("There are several fees: set them by the options they depend on.")
    if not edit.kopiykas:
        flow = without(flow, pays[0]) if pays else flow
        return flow.having(fee=None)
    fee = Fee(kopiykas=edit.kopiykas)
    if pays:
        # Where some pay nothing, there is no fee that everyone pays.
        general = None if flow.fee is None else fee
        return having(flow, pays[0], fee=fee).having(fee=general)
    flow = insert_before(
        flow, _sending(flow).id, *_wired(standard.pay(edit.kopiykas), _sending(flow))
    )
    return flow.having(fee=fee)


def _sending(flow: Flow) -> FlowStep:
    """The step that submits."""
    for step in flow.steps:
        if step.kind == "submit":
            return step
    raise ImpossibleEdit("The flow has no step that submits.")


def _wired(made: tuple[Block, ...], target: FlowStep) -> tuple[FlowStep, ...]:
    """A standard step with its moves, which lead on to the target or to ends of its own."""
    return tuple(step for step in steps_of((*made, target)) if step.id != target.id)


def _payment(flow: Flow) -> FlowStep:
    pays = [step for step in flow.steps if step.kind == "pay"]
    if len(pays) != 1:
        raise ImpossibleEdit("The flow has no payment, or several.")
    return pays[0]


def _onward(flow: Flow, pay: FlowStep) -> str:
    """What follows a payment that was made."""
    for move in pay.next:
        if move.to != pay.id and flow.by_id[move.to].kind != "end":
            return move.to
    raise ImpossibleEdit("Nothing follows the payment.")


def set_fees(flow: Flow, edit: SetFees) -> Flow:
    """A payment for each case, behind a decision; the last case is the one without a guard."""
    if edit.field not in flow.asks:
        raise ImpossibleEdit(f"There is no field {edit.field}.")
    pay = _payment(flow)
    decision = standard.step(
        free_id(flow, "which_fee"), "decision", standard.both("Який збір", "Which fee")
    )
    made: list[FlowStep] = []
    moves: list[Move] = []
    onward = _onward(flow, pay)
    for case in edit.cases:
        when = Comparison(fact=edit.field, op="eq", value=case.option)
        if not case.kopiykas:
            moves.append(Move(to=onward, when=when))
            continue
        name = free_id(flow, f"pay_{slug(str(case.option))}")
        own = redirected(pay, pay.id, name)
        guards = tuple(
            move.model_copy(update={"when": move.when.model_copy(update={"fact": name})})
            if isinstance(move.when, Comparison)
            else move
            for move in own.next
        )
        fee = Fee(kopiykas=case.kopiykas)
        made.append(own.model_copy(update={"id": name, "fee": fee, "next": guards}))
        moves.append(Move(to=name, when=when))
    moves[-1] = Move(to=moves[-1].to)
    decision = decision.model_copy(update={"next": tuple(moves)})
    place = flow.steps.index(pay)
    steps = [redirected(step, pay.id, decision.id) for step in flow.steps if step is not pay]
    return flow.having(steps=(*steps[:place], decision, *made, *steps[place:]), fee=None)


def exempt(flow: Flow, edit: Exempt) -> Flow:
    pay = _payment(flow)
    onward = _onward(flow, pay)
    title = standard.both("Чи треба платити", "Is a fee due")
    decision = standard.step(free_id(flow, "fee_due"), "decision", title)
    moves = (Move(to=onward, when=edit.when), Move(to=pay.id))
    decision = decision.model_copy(update={"next": moves})
    return insert_before(flow, pay.id, decision).having(fee=None)


def add_signature(flow: Flow, _: AddSignature) -> Flow:
    if any(step.kind == "sign" for step in flow.steps):
        return flow
    pays = [step.id for step in flow.steps if step.kind == "pay"]
    target = flow.by_id[pays[0]] if pays else _sending(flow)
    flow = insert_before(flow, target.id, *_wired(standard.sign(), target))
    if any(step.kind == "authenticate" for step in flow.steps):
        return flow
    first = flow.steps[0]
    return insert_before(flow, first.id, *_wired(standard.authenticate(()), first))


def add_approval(flow: Flow, edit: AddApproval) -> Flow:
    step = step_of(flow, edit.step)
    if step.kind != "wait":
        raise ImpossibleEdit(f"The step {step.id} waits for no decision.")
    name = free_id(flow, slug(f"approval {edit.who.en}"))
    refused = standard.REFUSED
    title = standard.both(f"Погодження: {edit.who.uk}", f"Approval: {edit.who.en}")
    new = standard.step(
        name,
        "wait",
        title,
        who=edit.who,
        days=edit.days or step.days,
        working_days=step.working_days,
        outcomes=(
            standard.option("approved", "Погоджено", "Approved"),
            standard.option("rejected", "Відмовлено", "Rejected"),
            standard.option("overdue", "Строк минув", "Overdue"),
        ),
    )
    well = standard.equals(name, "approved")
    if edit.first:
        moves = (Move(to=step.id, when=well), Move(to=refused.id))
        return insert_before(flow, step.id, new.model_copy(update={"next": moves}), refused)
    hoped = next(
        (m for m in step.next if isinstance(m.when, Comparison) and m.when.value == "approved"),
        None,
    )
    if hoped is None:
        raise ImpossibleEdit(f"The step {step.id} has no outcome that approves.")
    moves = (Move(to=hoped.to, when=well), Move(to=refused.id))
    new = new.model_copy(update={"next": moves})
    own = tuple(m.model_copy(update={"to": name}) if m is hoped else m for m in step.next)
    place = flow.steps.index(step)
    changed = step.model_copy(update={"next": own})
    ends = () if refused.id in flow.by_id else (refused,)
    steps = (*flow.steps[:place], changed, new, *flow.steps[place + 1 :], *ends)
    return used(flow.having(steps=steps))
