"""What differs between two versions of a flow, each thing by its id."""

from collections.abc import Iterator
from typing import Literal, cast

from kuznia.domains.flows.schema import (
    Fact,
    Fee,
    Flow,
    FlowOption,
    FlowStep,
    FlowValue,
    FormField,
    Guard,
    Move,
    Text,
)
from kuznia.domains.flows.structure.guards import written

# How a value is read that has a place of its own in the list, or follows from another.
_APART = {"id", "fields", "steps", "group"}


class Difference(FlowValue):
    """One difference between two versions of a flow."""

    kind: Literal["added", "removed", "changed"]
    # A step, a field as `step.field`, their values as `step.days` and `step.field.hint`, or the
    # flow's own value. `fields` is the order of the fields on a page, `pages` that of the pages.
    what: str
    before: str = ""
    after: str = ""


def differences(before: Flow, after: Flow) -> tuple[Difference, ...]:
    """List what was added, removed or changed: steps, fields, all of their values, their order."""
    changes = [*_values("", before, after)]
    old, new = before.by_id, after.by_id
    for name in [*old, *(name for name in new if name not in old)]:
        if name not in new:
            changes.append(Difference(kind="removed", what=name, before=old[name].title.uk))
        elif name not in old:
            changes.append(Difference(kind="added", what=name, after=new[name].title.uk))
        else:
            changes += _values(f"{name}.", old[name], new[name])
    return (*changes, *_fields(before, after), *_orders(before, after))


def _values(where: str, before: FlowValue | Flow, after: FlowValue | Flow) -> Iterator[Difference]:
    for name in type(before).model_fields:
        if name in _APART:
            continue
        old, new = getattr(before, name), getattr(after, name)
        if old != new:
            # A text may have changed in English alone.
            language = "en" if _shown(old, "uk") == _shown(new, "uk") else "uk"
            yield Difference(
                kind="changed",
                what=f"{where}{name}",
                before=_shown(old, language),
                after=_shown(new, language),
            )


def _shown(value: object, language: Literal["uk", "en"]) -> str:
    match value:
        case None | ():
            return ""
        case Text():
            return value.of(language)
        case FlowOption() | Fact():
            return value.label.of(language)
        case Fee():
            return f"{value.hryvnias} UAH"
        case Move():
            return _move(value)
        case tuple():
            items = cast("tuple[object, ...]", value)
            return ", ".join(_shown(item, language) for item in items)
        case float():
            return f"{value:g}"
        case _:
            return str(value)


def _move(move: Move) -> str:
    when = f" if {_guard(move.when)}" if move.when is not None else ""
    return f"{move.to}{when}{f' up to {move.limit} times' if move.limit else ''}"


def _guard(guard: Guard) -> str:
    return written(guard, "python")


def _fields(before: Flow, after: Flow) -> Iterator[Difference]:
    old, new = _homes(before), _homes(after)
    for name, (home, field) in old.items():
        if name not in new:
            yield Difference(kind="removed", what=f"{home}.{name}", before=field.label.uk)
            continue
        new_home, new_field = new[name]
        if new_home != home:
            yield Difference(kind="changed", what=name, before=home, after=new_home)
        yield from _values(f"{new_home}.{name}.", field, new_field)
    for name, (home, field) in new.items():
        if name not in old:
            yield Difference(kind="added", what=f"{home}.{name}", after=field.label.uk)


def _homes(flow: Flow) -> dict[str, tuple[str, FormField]]:
    return {field.id: (step.id, field) for step in flow.steps for field in step.fields}


def _orders(before: Flow, after: Flow) -> Iterator[Difference]:
    """The order of what is in both: of the fields on each page, and of the pages."""
    for step in before.steps:
        other = after.by_id.get(step.id)
        if other is not None:
            old, new = _names(step), _names(other)
            yield from _order(f"{step.id}.fields", old, new)
    yield from _order("pages", _pages(before), _pages(after))


def _order(what: str, old: list[str], new: list[str]) -> Iterator[Difference]:
    kept = [name for name in old if name in new]
    if kept != [name for name in new if name in old]:
        yield Difference(kind="changed", what=what, before=", ".join(old), after=", ".join(new))


def _names(step: FlowStep) -> list[str]:
    return [field.id for field in step.fields]


def _pages(flow: Flow) -> list[str]:
    return [step.id for step in flow.steps if step.kind == "form"]
