"""UI schemas for form generators: React JSON Schema Form (RJSF) and JSON Forms."""

from pydantic import JsonValue

from kuznia.domains.flows.exports.schemas import Json, condition, shown_when
from kuznia.domains.flows.schema import FieldType, Flow, FlowStep, FormField
from kuznia.domains.flows.structure.components import MAX_RADIOS

_WIDGETS: dict[FieldType, str] = {
    "long": "textarea",
    "date": "date",
    "time": "time",
    "many": "checkboxes",
    "yesno": "radio",
}


def uischema(flow: Flow) -> Json:
    """Write both: `rjsf` for React JSON Schema Form, `jsonforms` for JSON Forms."""
    return {"rjsf": rjsf(flow), "jsonforms": jsonforms(flow)}


def rjsf(flow: Flow) -> Json:
    """The order, the widgets and the autocomplete tokens of the fields."""
    order: list[JsonValue] = []
    schema: Json = {}
    for step in flow.steps:
        if step.kind == "consent":
            order.append(step.id)
            schema[step.id] = {"ui:widget": "checkbox"}
        elif step.repeats > 1 and step.fields:
            order.append(step.id)
            schema[step.id] = {"items": {field.id: _widget(field) for field in step.record}}
        else:
            order += [field.id for field in step.fields if field.id not in schema]
            schema |= {field.id: _widget(field) for field in step.fields}
    return {"ui:order": [*order, "*"], **schema}


def _widget(field: FormField) -> Json:
    options: Json = {}
    few = field.type == "choice" and len(field.options) <= MAX_RADIOS
    if widget := "radio" if few else _WIDGETS.get(field.type):
        options["ui:widget"] = widget
    if field.autocomplete:
        options["ui:autocomplete"] = field.autocomplete
    if field.format == "phone":
        options["ui:options"] = {"inputType": "tel"}
    return options


def jsonforms(flow: Flow) -> Json:
    """A group for each page; a page of a branch is shown when the branch is taken."""
    elements: list[JsonValue] = []
    guards = shown_when(flow)
    for step in flow.steps:
        if not step.fields and step.kind != "consent":
            continue
        names = [field.id for field in step.fields]
        if step.kind == "consent" or step.repeats > 1:
            names = [step.id]
        group: Json = {
            "type": "Group",
            "label": step.title.of(flow.language),
            "elements": [_control(step, name) for name in names],
        }
        if step.id in guards:
            shown: Json = {"scope": "#", "schema": condition(guards[step.id])}
            group["rule"] = {"effect": "SHOW", "condition": shown}
        elements.append(group)
    return {"type": "VerticalLayout", "elements": elements}


def _control(step: FlowStep, name: str) -> Json:
    control: Json = {"type": "Control", "scope": f"#/properties/{name}"}
    field = next((f for f in step.fields if f.id == name), None)
    if field is not None and field.type == "long":
        control["options"] = {"multi": True}
    if field is not None and field.type == "choice" and len(field.options) <= MAX_RADIOS:
        control["options"] = {"format": "radio"}
    return control
