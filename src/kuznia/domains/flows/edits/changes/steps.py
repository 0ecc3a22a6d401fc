"""Edits of steps: added, removed, moved, split, joined, shown only in a case."""

from kuznia.domains.flows.edits.changes.fields import form_of, having, home_of, step_of, with_field
from kuznia.domains.flows.edits.operations import (
    AddBranch,
    AddStep,
    ImpossibleEdit,
    JoinPages,
    LimitMove,
    MoveStep,
    OnlyWhen,
    RemoveStep,
    Rename,
    SetDays,
    SetText,
    SplitPage,
)
from kuznia.domains.flows.planner import standard_steps as standard
from kuznia.domains.flows.reading.prompt_text import slug
from kuznia.domains.flows.schema import Flow, FlowStep, Move


def rename(flow: Flow, edit: Rename) -> Flow:
    if edit.what is None:
        return flow.having(name=edit.title)
    if edit.what in flow.by_id:
        return having(flow, flow.by_id[edit.what], title=edit.title)
    return with_field(flow, edit.what, label=edit.title)


def add_step(flow: Flow, edit: AddStep) -> Flow:
    return insert(flow, edit.after, edit.step)


def insert(flow: Flow, after: str, step: FlowStep) -> Flow:
    """Insert a step after another; it takes over that step's moves, with their guards."""
    before = step_of(flow, after)
    if before.kind == "end":
        raise ImpossibleEdit(f"Nothing can follow {after}: it is an end.")
    if before.outcomes or len(before.next) > 1:
        # Its outcome decides where it leads: the new step goes onto the first move, the hoped one.
        place = _hoped(flow, before)
        hoped = before.next[place]
        moves = tuple(
            move.model_copy(update={"to": step.id}) if n == place else move
            for n, move in enumerate(before.next)
        )
        own: tuple[Move, ...] = (Move(to=hoped.to),)
    else:
        moves, own = (Move(to=step.id),), before.next
    new = step.model_copy(update={"next": own})
    return _placed(flow, before, moves, new)


def _hoped(flow: Flow, step: FlowStep) -> int:
    """The first move that leads on: neither back nor to a bad end."""
    order = {known.id: n for n, known in enumerate(flow.steps)}
    for n, move in enumerate(step.next):
        target = flow.by_id.get(move.to)
        ends = target is not None and target.ending in {"cancelled", "refused"}
        if target is not None and not ends and order[target.id] > order[step.id]:
            return n
    return 0


def _placed(flow: Flow, before: FlowStep, moves: tuple[Move, ...], *new: FlowStep) -> Flow:
    place = flow.steps.index(before)
    changed = before.model_copy(update={"next": moves})
    return flow.having(steps=(*flow.steps[:place], changed, *new, *flow.steps[place + 1 :]))


def insert_before(flow: Flow, name: str, *new: FlowStep) -> Flow:
    """Insert steps that already lead on to a step: what led to it leads to the first of them."""
    target = step_of(flow, name)
    place = flow.steps.index(target)
    known = {step.id for step in new} | {name}
    steps = tuple(
        step if step.id in known else redirected(step, name, new[0].id) for step in flow.steps
    )
    ends = [step for step in new if step.kind == "end" and step.id not in flow.by_id]
    inner = [step for step in new if step.kind != "end"]
    return flow.having(steps=(*steps[:place], *inner, *steps[place:], *ends))


def redirected(step: FlowStep, old: str, new: str) -> FlowStep:
    """The step with its moves to one step leading to another."""
    moves = (m.model_copy(update={"to": new}) if m.to == old else m for m in step.next)
    return step.model_copy(update={"next": tuple(moves)})


def remove_step(flow: Flow, edit: RemoveStep) -> Flow:
    return without(flow, step_of(flow, edit.step))


def without(flow: Flow, step: FlowStep) -> Flow:
    onward = [move.to for move in step.next if move.to != step.id]
    if step.kind == "end" or not onward:
        raise ImpossibleEdit(f"The step {step.id} is an end: the moves to it would lead nowhere.")
    follower = step.next[_hoped(flow, step)].to
    follower = onward[0] if follower == step.id else follower
    return used(
        flow.having(
            steps=tuple(
                redirected(other, step.id, follower) for other in flow.steps if other is not step
            )
        )
    )


def used(flow: Flow) -> Flow:
    """The flow without the ends that nothing leads to."""
    targets = {move.to for step in flow.steps for move in step.next} | {flow.steps[0].id}
    return flow.having(steps=tuple(s for s in flow.steps if s.kind != "end" or s.id in targets))


def move_step(flow: Flow, edit: MoveStep) -> Flow:
    step = step_of(flow, edit.step)
    if edit.step in {edit.after, edit.before}:
        raise ImpossibleEdit(f"The step {edit.step} cannot stand beside itself.")
    if edit.before is not None:
        step_of(flow, edit.before)
        if [move.to for move in step.next] == [edit.before]:
            return flow
        moved = step.model_copy(update={"next": (Move(to=edit.before),)})
        return insert_before(without(flow, step), edit.before, moved)
    after = step_of(flow, edit.after or "")
    if [move.to for move in after.next] == [step.id]:
        return flow
    return insert(without(flow, step), after.id, step)


def branch(flow: Flow, edit: AddBranch) -> Flow:
    before = step_of(flow, edit.after)
    if len(before.next) != 1 or before.next[0].when is not None:
        raise ImpossibleEdit(f"The step {edit.after} branches already: choose another step.")
    follower = before.next[0].to
    new = edit.step.model_copy(update={"next": (Move(to=follower),)})
    return _placed(flow, before, (Move(to=new.id, when=edit.when), Move(to=follower)), new)


def split_page(flow: Flow, edit: SplitPage) -> Flow:
    page = form_of(flow, edit.step)
    apart = tuple(field for field in page.fields if field.id in edit.fields)
    rest = tuple(field for field in page.fields if field.id not in edit.fields)
    if len(apart) < len(edit.fields) or not rest or page.repeats > 1:
        raise ImpossibleEdit(f"Name some of the fields of {page.id}, and not all of them.")
    name = free_id(flow, f"ask_{apart[0].id}")
    title = edit.title or (apart[0].label if len(apart) == 1 else page.title)
    fields = tuple(field.model_copy(update={"group": name}) for field in apart)
    new = standard.step(name, "form", title, fields=fields).model_copy(update={"next": page.next})
    place = flow.steps.index(page)
    kept = page.model_copy(update={"fields": rest, "next": (Move(to=name),)})
    return flow.having(steps=(*flow.steps[:place], kept, new, *flow.steps[place + 1 :]))


def free_id(flow: Flow, wish: str) -> str:
    """An id that neither a step nor a fact has."""
    return slug(wish.replace("_", " "), {*flow.by_id, *flow.facts})


def join_pages(flow: Flow, edit: JoinPages) -> Flow:
    pages = sorted(
        (form_of(flow, name) for name in dict.fromkeys(edit.steps)), key=flow.steps.index
    )
    first, *others = pages
    if not others or any(page.repeats > 1 for page in pages):
        raise ImpossibleEdit("Name two different pages, none of which is repeated.")
    if any(len(page.next) != 1 for page in pages[:-1]):
        raise ImpossibleEdit(f"The page {first.id} decides what follows: it cannot be joined.")
    for page in others:
        flow = without(flow, page)
    group = first.fields[0].group if first.fields else first.id
    fields = tuple(
        field.model_copy(update={"group": group}) for page in pages for field in page.fields
    )
    home = flow.by_id[first.id]
    return having(flow, home, fields=fields, title=edit.title or home.title)


def only_when(flow: Flow, edit: OnlyWhen) -> Flow:
    page = flow.by_id.get(edit.what) or home_of(flow, edit.what)
    if page.kind != "form":
        raise ImpossibleEdit(f"The step {page.id} is no page with fields.")
    if edit.what != page.id and len(page.fields) > 1:
        flow = split_page(flow, SplitPage(step=page.id, fields=(edit.what,)))
        page = home_of(flow, edit.what)
    leading = [step for step in flow.steps if any(move.to == page.id for move in step.next)]
    before = leading[0] if len(leading) == 1 else None
    follower = page.next[0].to
    if len(page.next) != 1:
        raise ImpossibleEdit(f"The page {page.id} branches already: choose another one.")
    moves = (Move(to=page.id, when=edit.when), Move(to=follower))
    if before is not None and len(before.next) == 1 and before.kind == "form":
        return having(flow, before, next=moves)
    name = free_id(flow, f"which_{page.id}")
    decision = standard.step(name, "decision", standard.both("Розгалуження", "Branch"))
    return insert_before(flow, page.id, decision.model_copy(update={"next": moves}))


def set_days(flow: Flow, edit: SetDays) -> Flow:
    step = step_of(flow, edit.step)
    if step.kind != "wait":
        raise ImpossibleEdit(f"The step {step.id} waits for nothing.")
    if edit.days is not None:
        step = step.model_copy(update={"days": edit.days})
    if edit.working is not None:
        step = step.model_copy(update={"working_days": edit.working})
    return having(flow, step)


def set_text(flow: Flow, edit: SetText) -> Flow:
    return having(flow, step_of(flow, edit.step), text=edit.text)


def limit_move(flow: Flow, edit: LimitMove) -> Flow:
    step = step_of(flow, edit.step)
    if not any(move.to == edit.to for move in step.next):
        raise ImpossibleEdit(f"The step {step.id} does not lead to {edit.to}.")
    moves = (
        move.model_copy(update={"limit": edit.limit}) if move.to == edit.to else move
        for move in step.next
    )
    return having(flow, step, next=tuple(moves))
