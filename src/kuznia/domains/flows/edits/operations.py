"""Edits: typed operations that change only what they name."""

from collections.abc import Iterable
from typing import Annotated, Literal, TypeAlias

from pydantic import Field, ValidationError

from kuznia.domains.flows.schema import Flow, FlowStep, FlowValue, FormField, Guard, Id, Move, Text


class ImpossibleEdit(ValueError):
    """An edit that this flow does not allow; the message says why."""


class AddField(FlowValue):
    """Add a field to the page that is named, or else to a page of the same topic."""

    op: Literal["add-field"] = "add-field"
    field: FormField
    step: Id | None = None


class RemoveField(FlowValue):
    op: Literal["remove-field"] = "remove-field"
    field: Id


class MoveField(FlowValue):
    """Move a field to another page, and change nothing else about it."""

    op: Literal["move-field"] = "move-field"
    field: Id
    to: Id


class RequireField(FlowValue):
    """Make a field required, or optional."""

    op: Literal["require-field"] = "require-field"
    field: Id
    required: bool


class Rename(FlowValue):
    """Rename a step, a field or the flow itself."""

    op: Literal["rename"] = "rename"
    # The id of a step or a field; the flow itself when left out.
    what: Id | None = None
    title: Text


class AddStep(FlowValue):
    """Insert a step after another, on the way that goes well."""

    op: Literal["add-step"] = "add-step"
    after: Id
    step: FlowStep


class RemoveStep(FlowValue):
    """Remove a step; the moves to it lead to the step that followed it."""

    op: Literal["remove-step"] = "remove-step"
    step: Id


class MoveStep(FlowValue):
    op: Literal["move-step"] = "move-step"
    step: Id
    after: Id


class AddBranch(FlowValue):
    """Insert a page that is visited only when the guard holds."""

    op: Literal["branch"] = "branch"
    after: Id
    when: Guard
    step: FlowStep


Edit: TypeAlias = Annotated[
    AddField
    | RemoveField
    | MoveField
    | RequireField
    | Rename
    | AddStep
    | RemoveStep
    | MoveStep
    | AddBranch,
    Field(discriminator="op"),
]


def apply_edits(flow: Flow, edits: Iterable[Edit]) -> Flow:
    """Apply the edits in order; ImpossibleEdit when one of them cannot be applied."""
    for edit in edits:
        try:
            flow = _applied(flow, edit)
        except ValidationError as wrong:
            first = wrong.errors(include_url=False, include_input=False)[0]
            raise ImpossibleEdit(f"{edit.op}: {first['msg']}") from wrong
    return flow


def _applied(flow: Flow, edit: Edit) -> Flow:  # noqa: C901 - one line for each operation
    match edit:
        case AddField():
            return _add_field(flow, edit)
        case RemoveField(field=name):
            home = _home(flow, name)
            return _with(flow, home, fields=tuple(f for f in home.fields if f.id != name))
        case MoveField():
            return _move_field(flow, edit)
        case RequireField(field=name, required=required):
            home = _home(flow, name)
            return _with(flow, home, fields=_changed(home, name, {"required": required}))
        case Rename():
            return _rename(flow, edit)
        case AddStep(after=after, step=step):
            return _insert(flow, after, step)
        case RemoveStep(step=name):
            return _without(flow, _step(flow, name))
        case MoveStep(step=name, after=after):
            if name == after:
                raise ImpossibleEdit(f"The step {name} cannot come after itself.")
            step = _step(flow, name)
            return _insert(_without(flow, step), after, step)
        case AddBranch():
            return _branch(flow, edit)


def _step(flow: Flow, name: str) -> FlowStep:
    if name not in flow.by_id:
        raise ImpossibleEdit(f"There is no step {name}.")
    return flow.by_id[name]


def _home(flow: Flow, field: str) -> FlowStep:
    for step in flow.steps:
        if any(f.id == field for f in step.fields):
            return step
    raise ImpossibleEdit(f"There is no field {field}.")


def _with(flow: Flow, step: FlowStep, **values: object) -> Flow:
    new = step.model_copy(update=values)
    return flow.having(steps=tuple(new if other.id == step.id else other for other in flow.steps))


def _changed(step: FlowStep, name: str, values: dict[str, object]) -> tuple[FormField, ...]:
    return tuple(f.model_copy(update=values) if f.id == name else f for f in step.fields)


def _add_field(flow: Flow, edit: AddField) -> Flow:
    if edit.field.id in flow.facts:
        raise ImpossibleEdit(f"The field {edit.field.id} already exists.")
    home = _step(flow, edit.step) if edit.step else _page_for(flow, edit.field)
    if home.kind != "form":
        raise ImpossibleEdit(f"The step {home.id} has no fields: choose a form.")
    group = home.fields[0].group if home.fields else edit.field.group
    field = edit.field.model_copy(update={"group": group})
    return _with(flow, home, fields=(*home.fields, field))


def _page_for(flow: Flow, field: FormField) -> FlowStep:
    forms = [step for step in flow.steps if step.kind == "form" and step.repeats == 1]
    if not forms:
        raise ImpossibleEdit("The flow has no page to put the field on.")
    near = [form for form in forms if any(field.group in f.group for f in form.fields)]
    return (near or forms[-1:])[0]


def _move_field(flow: Flow, edit: MoveField) -> Flow:
    home, target = _home(flow, edit.field), _step(flow, edit.to)
    if target.kind != "form":
        raise ImpossibleEdit(f"The step {target.id} has no fields: choose a form.")
    field = next(f for f in home.fields if f.id == edit.field)
    group = target.fields[0].group if target.fields else field.group
    flow = _with(flow, home, fields=tuple(f for f in home.fields if f.id != field.id))
    target = flow.by_id[target.id]
    return _with(flow, target, fields=(*target.fields, field.model_copy(update={"group": group})))


def _rename(flow: Flow, edit: Rename) -> Flow:
    if edit.what is None:
        return flow.having(name=edit.title)
    if edit.what in flow.by_id:
        return _with(flow, flow.by_id[edit.what], title=edit.title)
    home = _home(flow, edit.what)
    return _with(flow, home, fields=_changed(home, edit.what, {"label": edit.title}))


def _insert(flow: Flow, after: str, step: FlowStep) -> Flow:
    """Insert a step after another; it takes over that step's moves, with their guards."""
    before = _step(flow, after)
    if before.kind == "end":
        raise ImpossibleEdit(f"Nothing can follow {after}: it is an end.")
    if before.outcomes or len(before.next) > 1:
        # Its outcome decides where it leads: the new step goes onto the first move, the hoped one.
        hoped, *others = before.next
        moves = (hoped.model_copy(update={"to": step.id}), *others)
        own: tuple[Move, ...] = (Move(to=hoped.to),)
    else:
        moves, own = (Move(to=step.id),), before.next
    new = step.model_copy(update={"next": own})
    changed = before.model_copy(update={"next": moves})
    place = flow.steps.index(before)
    return flow.having(steps=(*flow.steps[:place], changed, new, *flow.steps[place + 1 :]))


def _without(flow: Flow, step: FlowStep) -> Flow:
    onward = [move.to for move in step.next if move.to != step.id]
    if step.kind == "end" or not onward:
        raise ImpossibleEdit(f"The step {step.id} is an end: the moves to it would lead nowhere.")
    follower = onward[0]

    def redirected(other: FlowStep) -> FlowStep:
        moves = (
            move.model_copy(update={"to": follower}) if move.to == step.id else move
            for move in other.next
        )
        return other.model_copy(update={"next": tuple(moves)})

    rest = tuple(redirected(other) for other in flow.steps if other.id != step.id)
    # Ends that only this step led to are removed with it.
    used = {move.to for other in rest for move in other.next} | {rest[0].id}
    return flow.having(steps=tuple(s for s in rest if s.kind != "end" or s.id in used))


def _branch(flow: Flow, edit: AddBranch) -> Flow:
    before = _step(flow, edit.after)
    if len(before.next) != 1 or before.next[0].when is not None:
        raise ImpossibleEdit(f"The step {edit.after} branches already: choose another step.")
    follower = before.next[0].to
    new = edit.step.model_copy(update={"next": (Move(to=follower),)})
    moves = (Move(to=new.id, when=edit.when), Move(to=follower))
    place = flow.steps.index(before)
    changed = before.model_copy(update={"next": moves})
    return flow.having(steps=(*flow.steps[:place], changed, new, *flow.steps[place + 1 :]))
