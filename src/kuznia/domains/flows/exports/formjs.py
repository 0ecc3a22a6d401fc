"""Camunda forms for form-js: one for each page with fields."""

from pydantic import JsonValue

from kuznia.domains.flows.exports.schemas import Json
from kuznia.domains.flows.schema import Flow, FlowStep, FormField, Language
from kuznia.domains.flows.screens.controls import hint_of
from kuznia.domains.flows.screens.texts import WORDS
from kuznia.domains.flows.screens.values import accepted_endings, max_length
from kuznia.domains.flows.structure.components import MAX_RADIOS
from kuznia.domains.flows.structure.formats import pattern_of

VERSION = 19


def forms(flow: Flow) -> dict[str, Json]:
    """The forms by step."""
    return {
        step.id: form(flow, step)
        for step in flow.steps
        if step.fields or step.kind in {"consent", "review"}
    }


def form(flow: Flow, step: FlowStep) -> Json:
    """The form of one page."""
    language = flow.language
    heading: Json = {
        "type": "text",
        "id": f"Text_{step.id}",
        "text": f"# {step.title.of(language)}",
    }
    components: list[JsonValue] = [heading]
    components += [_component(field, language) for field in step.fields]
    if step.kind == "consent":
        components.append(
            {
                "type": "checkbox",
                "id": f"Field_{step.id}",
                "key": step.id,
                "label": WORDS["agree"].of(language),
                "validate": {"required": True},
            }
        )
    return {
        "schemaVersion": VERSION,
        "type": "default",
        "id": f"Form_{step.id}",
        "components": components,
    }


def _component(field: FormField, language: Language) -> Json:
    shared: Json = {
        "id": f"Field_{field.id}",
        "key": field.id,
        "label": field.label.of(language),
    }
    if hint := hint_of(field, language):
        shared["description"] = hint
    required: Json = {"required": True} if field.required else {}
    match field.type:
        case "yesno":
            yes: Json = {"label": WORDS["yes"].of(language), "value": True}
            no: Json = {"label": WORDS["no"].of(language), "value": False}
            return {**shared, "type": "radio", "values": [yes, no], "validate": required}
        case "choice" | "many":
            return {**shared, **_choice(field, language), "validate": required}
        case "number":
            return {**shared, "type": "number", **_number(field, required)}
        case "date":
            return _timed(shared, "date", required)
        case "time":
            return _timed(shared, "time", required)
        case "file":
            several = max_length(field) > 1
            accept: Json = {"accept": accepted_endings(field)} if field.file_types else {}
            picker: Json = {"type": "filepicker", "multiple": several, **accept}
            return {**shared, **picker, "validate": required}
        case _:
            kind = "textarea" if field.type == "long" else "textfield"
            return {**shared, "type": kind, "validate": _text(field, required)}


def _choice(field: FormField, language: Language) -> Json:
    values: list[JsonValue] = [
        {"label": option.label.of(language), "value": option.id} for option in field.options
    ]
    if field.type == "many":
        return {"type": "checklist", "values": values}
    return {"type": "radio" if len(values) <= MAX_RADIOS else "select", "values": values}


def _number(field: FormField, required: Json) -> Json:
    validate = dict(required)
    if field.low is not None:
        validate["min"] = field.low
    if field.high is not None:
        validate["max"] = field.high
    return {"decimalDigits": 0 if field.format == "integer" else 2, "validate": validate}


def _timed(shared: Json, kind: str, required: Json) -> Json:
    label = shared["label"]
    named: Json = {name: value for name, value in shared.items() if name != "label"}
    if kind == "date":
        more: Json = {"subtype": "date", "dateLabel": label}
        return {**named, "type": "datetime", **more, "validate": required}
    timed: Json = {"subtype": "time", "timeLabel": label, "timeInterval": 15}
    timed["timeSerializingFormat"] = "no_timezone"
    return {**named, "type": "datetime", **timed, "validate": required}


def _text(field: FormField, required: Json) -> Json:
    validate: Json = {**required, "maxLength": max_length(field)}
    if field.format == "email":
        validate["validationType"] = "email"
    elif pattern := pattern_of(field.format):
        validate["pattern"] = pattern
    return validate
