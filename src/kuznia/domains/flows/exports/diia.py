"""Screens in the component format of the Diia design system, one for each page of the flow.

Every component is written by one function here that takes what the component requires: a code that
does not exist, or a required property left out, cannot be written.
"""

from collections.abc import Iterator

from pydantic import JsonValue

from kuznia.domains.flows.exports.schemas import Json
from kuznia.domains.flows.schema import PAGE_KINDS, Fact, Flow, FlowStep, FormField, Language
from kuznia.domains.flows.screens.controls import error_of, hint_of
from kuznia.domains.flows.screens.texts import BUTTONS, FORMATS, WORDS
from kuznia.domains.flows.screens.values import InvalidAnswer, max_length
from kuznia.domains.flows.structure.components import component
from kuznia.domains.flows.structure.formats import EXAMPLES, pattern_of
from kuznia.domains.flows.structure.registries import REGISTRIES

_PHONE = "+380 ## ### ## ##"
_DATE, _TIME = r"^\d{4}-\d{2}-\d{2}$", r"^([01]\d|2[0-3]):[0-5]\d$"
_NUMBER, _WHOLE = r"^-?\d+([.,]\d{1,2})?$", r"^-?\d+$"


def diia(flow: Flow) -> Json:
    """The screens in the order of the steps."""
    seen = [step for step in flow.steps if step.kind in PAGE_KINDS]
    screens: list[JsonValue] = [
        {"step": step.id, "screen": _screen(flow, step, f"{place} / {len(seen)}")}
        for place, step in enumerate(seen, start=1)
    ]
    return {"flow": flow.id, "screens": screens}


def _screen(flow: Flow, step: FlowStep, where: str) -> Json:
    return {
        "topGroup": [_top(flow, step, where)],
        "body": list(_body(flow, step)),
        "bottomGroup": [{"bottomGroupOrg": _bottom(flow, step)}],
    }


def _top(flow: Flow, step: FlowStep, where: str) -> Json:
    return {
        "topGroupOrg": {
            "componentId": f"top_{step.id}",
            "navigationPanelMlc": {
                "componentId": f"nav_{step.id}",
                "label": flow.name.of(flow.language),
                "ellipseMenu": [],
            },
            "titleGroupMlc": {
                "componentId": f"title_{step.id}",
                "heroText": step.title.of(flow.language),
                "label": where,
            },
        }
    }


def _body(flow: Flow, step: FlowStep) -> Iterator[JsonValue]:
    language = flow.language
    if step.kind == "end":
        yield _final(step, language)
    elif step.text is not None:
        label: Json = {"componentId": f"text_{step.id}", "text": step.text.of(language)}
        yield {"textLabelMlc": {**label, "parameters": []}}
    shown = [flow.facts[name] for name in step.shows if name in flow.facts]
    if shown:
        yield from _shown(step, shown, language)
    if step.kind == "review":
        asked = [field for other in flow.steps for field in other.fields if other.kind == "form"]
        yield _table(f"answers_{step.id}", asked, language)
    if step.fee is not None:
        yield _fee(step, language)
    yield from _fields(step, language)


def _final(step: FlowStep, language: Language) -> Json:
    good = step.ending in {None, "done"}
    text = step.text.of(language) if step.text else step.title.of(language)
    return {
        "statusMessageMlc": {
            "componentId": f"status_{step.id}",
            "icon": "✅" if good else "😔",
            "title": step.title.of(language),
            "text": text,
            "parameters": [],
        }
    }


def _shown(step: FlowStep, shown: list[Fact], language: Language) -> Iterator[JsonValue]:
    asked = (REGISTRIES.get(fact.registry or "") for fact in shown)
    names = {registry.name.of(language) for registry in asked if registry is not None}
    yield {
        "attentionMessageMlc": {
            "componentId": f"registers_{step.id}",
            "icon": "☝️",
            "title": WORDS["known"].of(language),
            "text": "; ".join(sorted(names)),
            "parameters": [],
        }
    }
    yield _table(f"shown_{step.id}", shown, language)


def _table(name: str, facts: list[Fact] | list[FormField], language: Language) -> Json:
    rows: list[JsonValue] = [
        {
            "tableItemHorizontalMlc": {
                "componentId": f"{name}_{fact.id}",
                "label": fact.label.of(language),
                # Filled in by the server of the screen.
                "value": f"{{{fact.id}}}",
            }
        }
        for fact in facts
    ]
    return {"tableBlockOrg": {"componentId": name, "items": rows}}


def _fee(step: FlowStep, language: Language) -> Json:
    fee = step.fee.hryvnias if step.fee else ""
    row: Json = {
        "componentId": f"fee_{step.id}",
        "label": WORDS["fee"].of(language),
        "value": fee,
    }
    items: list[JsonValue] = [{"tableItemHorizontalMlc": row}]
    return {"paymentInfoOrg": {"componentId": f"payment_{step.id}", "items": items}}


def _fields(step: FlowStep, language: Language) -> Iterator[JsonValue]:
    """Plain fields together in one block, the others each in a block of its own, in order."""
    together: list[JsonValue] = []
    number = 0
    for field in step.fields:
        code = component(field)
        if code in {"inputTextMlc", "inputDateMlc", "selectorOrg"}:
            together.append({code: _inside(field, language, code)})
            continue
        if together:
            number += 1
            yield _questions(step, number, together)
            together = []
        yield {code: _alone(field, language, code)}
    if together:
        yield _questions(step, number + 1, together)


def _questions(step: FlowStep, number: int, items: list[JsonValue]) -> Json:
    name = f"questions_{step.id}_{number}"
    return {"questionFormsOrg": {"id": name, "componentId": name, "items": items}}


def _inside(field: FormField, language: Language, code: str) -> Json:
    if code == "inputDateMlc":
        return _input_date(field, language)
    return _selector(field, language) if code == "selectorOrg" else _input_text(field, language)


def _alone(field: FormField, language: Language, code: str) -> Json:
    if code == "radioBtnGroupOrg":
        return _radios(field, language)
    return _checks(field, language) if code == "checkboxGroupOrg" else _attachments(field, language)


def _named(field: FormField, language: Language) -> Json:
    named: Json = {
        "componentId": field.id,
        "inputCode": field.id,
        "label": field.label.of(language),
        "mandatory": field.required,
    }
    if hint := hint_of(field, language):
        named["hint"] = hint
    return named


def _input_text(field: FormField, language: Language) -> Json:
    made: Json = {**_named(field, language), "validation": _validation(field, language)}
    example = EXAMPLES.get(field.format) if field.format else None
    if example is not None and field.format != "name":
        made["placeholder"] = example
    if field.format == "phone":
        made["maskCode"] = _PHONE
    return made


def _validation(field: FormField, language: Language) -> list[JsonValue]:
    """All three properties always: the clients differ in which of them they can do without."""
    pattern = pattern_of(field.format) or {"time": _TIME, "date": _DATE}.get(field.type)
    if field.type == "number":
        pattern = _WHOLE if field.format == "integer" else _NUMBER
    if pattern is None:
        pattern = rf"^[\s\S]{{1,{max_length(field)}}}$"
    why = "format" if field.format in FORMATS else "number" if field.type == "number" else "missing"
    flags: list[JsonValue] = ["i"] if field.format == "email" else []
    return [
        {
            "regexp": pattern,
            "flags": flags,
            "errorMessage": error_of(field, InvalidAnswer(why), language),
        }
    ]


def _input_date(field: FormField, language: Language) -> Json:
    made = _named(field, language)
    del made["inputCode"]
    return {**made, "id": field.id, "dateFormat": "dd.MM.yyyy"}


def _selector(field: FormField, language: Language) -> Json:
    items: list[JsonValue] = [
        {
            "listWidgetItemMlc": {
                "componentId": f"{field.id}_{option.id}",
                "id": option.id,
                "label": option.label.of(language),
            }
        }
        for option in field.options
    ]
    return {
        **_named(field, language),
        "id": field.id,
        "placeholder": WORDS["choose"].of(language),
        "selectorListWidgetOrg": {"componentId": f"{field.id}_list", "items": items},
    }


def _radios(field: FormField, language: Language) -> Json:
    options = [(option.id, option.label.of(language)) for option in field.options]
    if field.type == "yesno":
        options = [("yes", WORDS["yes"].of(language)), ("no", WORDS["no"].of(language))]
    items: list[JsonValue] = [
        {
            "radioBtnMlc": {
                "componentId": f"{field.id}_{name}",
                "id": name,
                "label": label,
                "isSelected": False,
                "isEnabled": True,
            }
        }
        for name, label in options
    ]
    return {
        "componentId": field.id,
        "inputCode": field.id,
        "title": field.label.of(language),
        "mandatory": field.required,
        "items": items,
    }


def _checks(field: FormField, language: Language) -> Json:
    items: list[JsonValue] = [
        {
            "checkboxMlc": {
                "componentId": f"{field.id}_{option.id}",
                "id": option.id,
                "label": option.label.of(language),
                "isSelected": False,
                "isEnabled": True,
            }
        }
        for option in field.options
    ]
    return {
        "componentId": field.id,
        "inputCode": field.id,
        "title": field.label.of(language),
        "mandatory": field.required,
        "items": items,
    }


def _attachments(field: FormField, language: Language) -> Json:
    return {
        "componentId": field.id,
        "inputCode": field.id,
        "mandatory": field.required,
        "minNumber": 1 if field.required else 0,
        "maxNumber": max_length(field),
        "items": [],
        "btnAddOptionAtm": {
            "componentId": f"{field.id}_add",
            "label": field.label.of(language),
            "state": "enabled",
            "action": {"type": "uploadFile", "resource": field.id},
        },
    }


def _bottom(flow: Flow, step: FlowStep) -> Json:
    language = flow.language
    label = BUTTONS.get(step.kind, WORDS["next"]).of(language)
    button: Json = {
        "componentId": f"next_{step.id}",
        "label": label,
        "state": "disabled" if step.kind == "consent" else "enabled",
        "action": {
            "type": "home" if step.kind == "end" else "submit",
            "subtype": flow.id,
            "resource": step.id,
        },
    }
    bottom: Json = {"componentId": f"bottom_{step.id}"}
    if step.kind == "consent":
        bottom["checkboxBtnOrg"] = _consent(step, button, language)
        return bottom
    bottom["btnPrimaryDefaultAtm"] = button
    if step.kind in {"form", "review"} and len(step.outcomes) > 1:
        other = step.outcomes[-1]
        bottom["btnPlainAtm"] = {
            "componentId": f"{other.id}_{step.id}",
            "label": other.label.of(language),
            "state": "enabled",
            "action": {"type": "submit", "subtype": flow.id, "resource": other.id},
        }
    return bottom


def _consent(step: FlowStep, button: Json, language: Language) -> Json:
    box: Json = {
        "componentId": f"agree_{step.id}",
        "id": step.id,
        "label": WORDS["agree"].of(language),
        "isSelected": False,
        "isEnabled": True,
        "parameters": [],
    }
    items: list[JsonValue] = [{"checkboxSquareMlc": box}]
    return {"componentId": f"box_{step.id}", "items": items, "btnPrimaryDefaultAtm": button}
