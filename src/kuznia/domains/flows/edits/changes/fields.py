"""Edits of fields: added, removed, moved, limited, with other words or options."""

from kuznia.domains.flows.edits.operations import (
    AddField,
    HintField,
    ImpossibleEdit,
    LimitField,
    MoveField,
    OrderFields,
    RemoveField,
    RequireField,
    RetypeField,
    SetOptions,
)
from kuznia.domains.flows.schema import Flow, FlowStep, FormField


def step_of(flow: Flow, name: str) -> FlowStep:
    """The step with this id; ImpossibleEdit when there is none."""
    if name not in flow.by_id:
        raise ImpossibleEdit(f"There is no step {name}.")
    return flow.by_id[name]


def form_of(flow: Flow, name: str) -> FlowStep:
    step = step_of(flow, name)
    if step.kind != "form":
        raise ImpossibleEdit(f"The step {step.id} has no fields: choose a form.")
    return step


def home_of(flow: Flow, field: str) -> FlowStep:
    """The page that asks a field; ImpossibleEdit when none does."""
    for step in flow.steps:
        if any(other.id == field for other in step.fields):
            return step
    raise ImpossibleEdit(f"There is no field {field}.")


def having(flow: Flow, step: FlowStep, **values: object) -> Flow:
    """The flow with other values of a step."""
    new = step.model_copy(update=values)
    return flow.having(steps=tuple(new if other.id == step.id else other for other in flow.steps))


def with_field(flow: Flow, name: str, **values: object) -> Flow:
    """The flow with other values of a field."""
    home = home_of(flow, name)
    fields = (f.model_copy(update=values) if f.id == name else f for f in home.fields)
    return having(flow, home, fields=tuple(fields))


def add_field(flow: Flow, edit: AddField) -> Flow:
    if edit.field.id in flow.facts:
        raise ImpossibleEdit(f"The field {edit.field.id} already exists.")
    home = form_of(flow, edit.step) if edit.step else _page_for(flow, edit.field)
    group = home.fields[0].group if home.fields else edit.field.group
    field = edit.field.model_copy(update={"group": group})
    return having(flow, home, fields=(*home.fields, field))


def _page_for(flow: Flow, field: FormField) -> FlowStep:
    forms = [step for step in flow.steps if step.kind == "form" and step.repeats == 1]
    if not forms:
        raise ImpossibleEdit("The flow has no page to put the field on.")
    near = [form for form in forms if any(field.group in f.group for f in form.fields)]
    return (near or forms[-1:])[0]


def remove_field(flow: Flow, edit: RemoveField) -> Flow:
    home = home_of(flow, edit.field)
    return having(flow, home, fields=tuple(f for f in home.fields if f.id != edit.field))


def move_field(flow: Flow, edit: MoveField) -> Flow:
    home, target = home_of(flow, edit.field), form_of(flow, edit.to)
    field = next(f for f in home.fields if f.id == edit.field)
    group = target.fields[0].group if target.fields else field.group
    flow = having(flow, home, fields=tuple(f for f in home.fields if f.id != field.id))
    target = flow.by_id[target.id]
    moved = field.model_copy(update={"group": group})
    return having(flow, target, fields=(*target.fields, moved))


def order_fields(flow: Flow, edit: OrderFields) -> Flow:
    page = form_of(flow, edit.step)
    by_id = {field.id: field for field in page.fields}
    if sorted(by_id) != sorted(edit.fields):
        raise ImpossibleEdit(f"Name each field of {page.id} once: {', '.join(by_id)}.")
    return having(flow, page, fields=tuple(by_id[name] for name in edit.fields))


def require_field(flow: Flow, edit: RequireField) -> Flow:
    return with_field(flow, edit.field, required=edit.required)


def limit_field(flow: Flow, edit: LimitField) -> Flow:
    field = _field(flow, edit.field)
    stated = {name for name in type(edit).model_fields if getattr(edit, name) not in {None, ()}}
    stated -= {"op", "field"}
    if wrong := sorted(stated - _LIMITS.get(field.type, frozenset())):
        raise ImpossibleEdit(
            f"The field {field.id} is of type {field.type}: it has no {', '.join(wrong)}."
        )
    values = {name: getattr(edit, name) for name in stated}
    low, high = values.get("low", field.low), values.get("high", field.high)
    if low is not None and high is not None and low > high:
        raise ImpossibleEdit(f"The field {field.id} cannot be from {low:g} to {high:g}.")
    return with_field(flow, field.id, **values)


_LIMITS = {
    "text": frozenset({"max_length"}),
    "long": frozenset({"max_length"}),
    "number": frozenset({"low", "high"}),
    "file": frozenset({"max_length", "file_types", "max_megabytes"}),
}


def hint_field(flow: Flow, edit: HintField) -> Flow:
    return with_field(flow, edit.field, hint=edit.hint)


def retype_field(flow: Flow, edit: RetypeField) -> Flow:
    field = _field(flow, edit.field)
    if field.options or edit.type in {"choice", "many"}:
        raise ImpossibleEdit(f"The field {field.id} cannot change to {edit.type}: set its options.")
    if edit.type == field.type:
        return flow
    plain = {"format": None, "low": None, "high": None, "component": None}
    return with_field(flow, field.id, type=edit.type, **plain)


def set_options(flow: Flow, edit: SetOptions) -> Flow:
    field = _field(flow, edit.field)
    if field.type not in {"choice", "many"}:
        raise ImpossibleEdit(f"The field {field.id} is of type {field.type}: it has no options.")
    if len({option.id for option in edit.options}) < len(edit.options):
        raise ImpossibleEdit(f"Two options of {field.id} have the same id.")
    return with_field(flow, field.id, options=edit.options)


def _field(flow: Flow, name: str) -> FormField:
    home_of(flow, name)
    return flow.asks[name]
