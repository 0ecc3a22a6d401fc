"""What differs between two versions of a flow, each thing by its id."""

from typing import Literal, cast

from kuznia.domains.flows.schema import Flow, FlowOption, FlowValue, Move, Text


class Difference(FlowValue):
    """One difference between two versions of a flow."""

    kind: Literal["added", "removed", "changed"]
    # A step, a field as `step.field`, or the flow's own value.
    what: str
    before: str = ""
    after: str = ""


def differences(before: Flow, after: Flow) -> tuple[Difference, ...]:
    """List what was added, removed or changed: steps, fields and their values."""
    changes = [*_values("", before, after, ("name", "fee", "legal_effect", "archetype"))]
    old, new = before.by_id, after.by_id
    for name in [*old, *(name for name in new if name not in old)]:
        if name not in new:
            changes.append(Difference(kind="removed", what=name, before=old[name].title.uk))
        elif name not in old:
            changes.append(Difference(kind="added", what=name, after=new[name].title.uk))
        else:
            changes += _values(f"{name}.", old[name], new[name], ("kind", "title", "shows", "next"))
    return (*changes, *_fields(before, after))


def _values(
    where: str, before: FlowValue | Flow, after: FlowValue | Flow, names: tuple[str, ...]
) -> list[Difference]:
    return [
        Difference(kind="changed", what=f"{where}{name}", before=_text(old), after=_text(new))
        for name in names
        if (old := getattr(before, name)) != (new := getattr(after, name))
    ]


def _text(value: object) -> str:
    if isinstance(value, Text):
        return value.uk
    if isinstance(value, tuple):
        return ", ".join(_text(item) for item in cast("tuple[object, ...]", value))
    if isinstance(value, FlowOption):
        return value.label.uk
    return value.to if isinstance(value, Move) else "" if value is None else str(value)


def _fields(before: Flow, after: Flow) -> list[Difference]:
    old = {field.id: (step.id, field) for step in before.steps for field in step.fields}
    new = {field.id: (step.id, field) for step in after.steps for field in step.fields}
    changes: list[Difference] = []
    for name, (home, field) in old.items():
        if name not in new:
            changes.append(Difference(kind="removed", what=f"{home}.{name}", before=field.label.uk))
        elif new[name] != (home, field):
            new_home, new_field = new[name]
            if new_home != home:
                changes.append(Difference(kind="changed", what=name, before=home, after=new_home))
            names = ("label", "required", "type", "format", "options", "low", "high")
            changes += _values(f"{new_home}.{name}.", field, new_field, names)
    for name, (home, field) in new.items():
        if name not in old:
            changes.append(Difference(kind="added", what=f"{home}.{name}", after=field.label.uk))
    return changes
