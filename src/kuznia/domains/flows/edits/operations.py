"""Editing: typed operations that change only what they name, and what then differs."""

from collections.abc import Iterable
from typing import Annotated, Literal, TypeAlias, cast

from pydantic import Field, ValidationError

from kuznia.domains.flows.schema import Flow, FormField, Guard, Id, Move, Option, Step, Text, Value


class Impossible(ValueError):
    """An operation that cannot be done to this flow; the message says why, in plain words."""


class AddField(Value):
    """A field on a page: on the one named, or on the first that is about the same topic."""

    op: Literal["add-field"] = "add-field"
    field: FormField
    step: Id | None = None


class RemoveField(Value):
    op: Literal["remove-field"] = "remove-field"
    field: Id


class MoveField(Value):
    """The field on another page; nothing else about it changes."""

    op: Literal["move-field"] = "move-field"
    field: Id
    to: Id


class ChangeField(Value):
    """Whether a field is required."""

    op: Literal["require-field"] = "require-field"
    field: Id
    required: bool


class Rename(Value):
    """The words for a step, a field or the flow itself."""

    op: Literal["rename"] = "rename"
    # The id of a step or a field; the flow itself when left out.
    what: Id | None = None
    title: Text


class AddStep(Value):
    """A step on every way that leads on from another."""

    op: Literal["add-step"] = "add-step"
    after: Id
    step: Step


class RemoveStep(Value):
    """A step taken out; what led to it leads on to what came after it."""

    op: Literal["remove-step"] = "remove-step"
    step: Id


class MoveStep(Value):
    op: Literal["move-step"] = "move-step"
    step: Id
    after: Id


class AddBranch(Value):
    """A page that is gone through only when the guard holds."""

    op: Literal["branch"] = "branch"
    after: Id
    when: Guard
    step: Step


Edit: TypeAlias = Annotated[
    AddField
    | RemoveField
    | MoveField
    | ChangeField
    | Rename
    | AddStep
    | RemoveStep
    | MoveStep
    | AddBranch,
    Field(discriminator="op"),
]


class Difference(Value):
    """One thing that is not as it was."""

    kind: Literal["added", "removed", "changed"]
    # A step, a field as `step.field`, or the flow's own value.
    what: str
    before: str = ""
    after: str = ""


def edited(flow: Flow, edits: Iterable[Edit]) -> Flow:
    """The flow with the operations done in order; Impossible when one of them cannot be."""
    for edit in edits:
        try:
            flow = _done(flow, edit)
        except ValidationError as wrong:
            first = wrong.errors(include_url=False, include_input=False)[0]
            raise Impossible(f"{edit.op}: {first['msg']}") from wrong
    return flow


def _done(flow: Flow, edit: Edit) -> Flow:  # noqa: C901 - one line for each operation
    match edit:
        case AddField():
            return _add_field(flow, edit)
        case RemoveField(field=name):
            home = _home(flow, name)
            return _with(flow, home, fields=tuple(f for f in home.fields if f.id != name))
        case MoveField():
            return _move_field(flow, edit)
        case ChangeField(field=name, required=required):
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
                raise Impossible(f"The step {name} cannot come after itself.")
            step = _step(flow, name)
            return _insert(_without(flow, step), after, step)
        case AddBranch():
            return _branch(flow, edit)


def _step(flow: Flow, name: str) -> Step:
    if name not in flow.by_id:
        raise Impossible(f"There is no step {name}.")
    return flow.by_id[name]


def _home(flow: Flow, field: str) -> Step:
    for step in flow.steps:
        if any(one.id == field for one in step.fields):
            return step
    raise Impossible(f"There is no field {field}.")


def _with(flow: Flow, step: Step, **values: object) -> Flow:
    new = step.model_copy(update=values)
    return flow.having(steps=tuple(new if one.id == step.id else one for one in flow.steps))


def _changed(step: Step, name: str, values: dict[str, object]) -> tuple[FormField, ...]:
    return tuple(f.model_copy(update=values) if f.id == name else f for f in step.fields)


def _add_field(flow: Flow, edit: AddField) -> Flow:
    if edit.field.id in flow.facts:
        raise Impossible(f"The field {edit.field.id} is there already.")
    home = _step(flow, edit.step) if edit.step else _page_for(flow, edit.field)
    if home.kind != "form":
        raise Impossible(f"The step {home.id} asks nothing: choose a form.")
    group = home.fields[0].group if home.fields else edit.field.group
    field = edit.field.model_copy(update={"group": group})
    return _with(flow, home, fields=(*home.fields, field))


def _page_for(flow: Flow, field: FormField) -> Step:
    forms = [step for step in flow.steps if step.kind == "form" and step.repeats == 1]
    if not forms:
        raise Impossible("There is no page to ask it on.")
    near = [one for one in forms if any(field.group in f.group for f in one.fields)]
    return (near or forms[-1:])[0]


def _move_field(flow: Flow, edit: MoveField) -> Flow:
    home, target = _home(flow, edit.field), _step(flow, edit.to)
    if target.kind != "form":
        raise Impossible(f"The step {target.id} asks nothing: choose a form.")
    field = next(one for one in home.fields if one.id == edit.field)
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


def _insert(flow: Flow, after: str, step: Step) -> Flow:
    """The step takes over the ways on of the one before it, guards and all."""
    before = _step(flow, after)
    if before.kind == "end":
        raise Impossible(f"Nothing comes after {after}: it is an end.")
    if before.outcomes or len(before.next) > 1:
        # How it turned out decides where it leads: the new step goes onto the hoped way.
        place, hoped = next(iter(enumerate(before.next)))
        onto = hoped.model_copy(update={"to": step.id})
        moves = (*before.next[:place], onto, *before.next[place + 1 :])
        own: tuple[Move, ...] = (Move(to=hoped.to),)
    else:
        moves, own = (Move(to=step.id),), before.next
    new = step.model_copy(update={"next": own})
    changed = before.model_copy(update={"next": moves})
    place = flow.steps.index(before)
    return flow.having(steps=(*flow.steps[:place], changed, new, *flow.steps[place + 1 :]))


def _without(flow: Flow, step: Step) -> Flow:
    onward = [move.to for move in step.next if move.to != step.id]
    if step.kind == "end" or not onward:
        raise Impossible(f"The step {step.id} is an end: other ways would lead nowhere.")
    follower = onward[0]

    def led(one: Step) -> Step:
        moves = (
            move.model_copy(update={"to": follower}) if move.to == step.id else move
            for move in one.next
        )
        return one.model_copy(update={"next": tuple(moves)})

    rest = tuple(led(one) for one in flow.steps if one.id != step.id)
    # Ends that only this step led to go with it.
    used = {move.to for one in rest for move in one.next} | {rest[0].id}
    return flow.having(steps=tuple(s for s in rest if s.kind != "end" or s.id in used))


def _branch(flow: Flow, edit: AddBranch) -> Flow:
    before = _step(flow, edit.after)
    if len(before.next) != 1 or before.next[0].when is not None:
        raise Impossible(f"The step {edit.after} branches already: choose another.")
    follower = before.next[0].to
    new = edit.step.model_copy(update={"next": (Move(to=follower),)})
    moves = (Move(to=new.id, when=edit.when), Move(to=follower))
    place = flow.steps.index(before)
    changed = before.model_copy(update={"next": moves})
    return flow.having(steps=(*flow.steps[:place], changed, new, *flow.steps[place + 1 :]))


def differences(before: Flow, after: Flow) -> tuple[Difference, ...]:
    """What is not as it was: steps, fields and values, each by its id."""
    found = [*_values("", before, after, ("name", "fee", "legal_effect", "archetype"))]
    old, new = before.by_id, after.by_id
    for name in [*old, *(name for name in new if name not in old)]:
        if name not in new:
            found.append(Difference(kind="removed", what=name, before=old[name].title.uk))
        elif name not in old:
            found.append(Difference(kind="added", what=name, after=new[name].title.uk))
        else:
            found += _values(f"{name}.", old[name], new[name], ("kind", "title", "shows", "next"))
    return (*found, *_fields(before, after))


def _values(
    where: str, before: Value | Flow, after: Value | Flow, names: tuple[str, ...]
) -> list[Difference]:
    return [
        Difference(kind="changed", what=f"{where}{name}", before=_said(old), after=_said(new))
        for name in names
        if (old := getattr(before, name)) != (new := getattr(after, name))
    ]


def _said(value: object) -> str:
    if isinstance(value, Text):
        return value.uk
    if isinstance(value, tuple):
        return ", ".join(_said(one) for one in cast("tuple[object, ...]", value))
    if isinstance(value, Option):
        return value.label.uk
    return value.to if isinstance(value, Move) else "" if value is None else str(value)


def _fields(before: Flow, after: Flow) -> list[Difference]:
    old = {field.id: (step.id, field) for step in before.steps for field in step.fields}
    new = {field.id: (step.id, field) for step in after.steps for field in step.fields}
    found: list[Difference] = []
    for name, (home, field) in old.items():
        if name not in new:
            found.append(Difference(kind="removed", what=f"{home}.{name}", before=field.label.uk))
        elif new[name] != (home, field):
            there, now = new[name]
            if there != home:
                found.append(Difference(kind="changed", what=name, before=home, after=there))
            names = ("label", "required", "type", "format", "options", "low", "high")
            found += _values(f"{there}.{name}.", field, now, names)
    for name, (home, field) in new.items():
        if name not in old:
            found.append(Difference(kind="added", what=f"{home}.{name}", after=field.label.uk))
    return found
