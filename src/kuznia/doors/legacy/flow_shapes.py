"""The old shape of a flow: its pages in order, each text in one language."""

from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel, Field, JsonValue
from pydantic_core import from_json

from kuznia.domains.flows.schema import (
    PAGE_KINDS,
    FieldType,
    Flow,
    FlowStep,
    Format,
    FormField,
    Kind,
    Language,
)
from kuznia.forge.shelf.shelf import Kept

# The old words for kinds of step; steps without a page have none.
TYPES: Mapping[Kind, str] = {
    "form": "form",
    "authenticate": "redirect",
    "pay": "redirect",
    "sign": "signature",
    "consent": "confirmation",
    "review": "confirmation",
    "status": "confirmation",
    "end": "confirmation",
}
FIELDS: Mapping[FieldType | Format, str] = {
    "email": "email",
    "phone": "tel",
    "number": "number",
    "integer": "number",
    "money": "number",
    "long": "textarea",
    "date": "date",
    "time": "time",
    "yesno": "checkbox",
    "choice": "select",
    "many": "multiselect",
    "file": "file",
}


class OldChoice(BaseModel):
    value: str
    label: str


class OldField(BaseModel):
    name: str
    type: str
    label: str
    required: bool = True
    placeholder: str | None = None
    options: list[OldChoice] | None = None


class OldStep(BaseModel):
    id: str
    type: str
    title: str
    message: str | None = None
    fields: list[OldField] | None = None


class OldFlow(BaseModel):
    id: str
    name: str
    description: str | None = None
    steps: list[OldStep]
    metadata: dict[str, JsonValue] = Field(
        description="`artefact` is the address of the whole artefact."
    )


class FlowAnswer(BaseModel):
    """The outcome of a prompt; `error` says why there is no flow and no page."""

    flow: OldFlow | None = None
    ui: str | None = None
    status: Literal["ready", "processing", "error"]
    prompt: str
    error: str | None = None


def flow_answer(kept: Kept, prompt: str) -> FlowAnswer:
    """An artefact of flows in the old shape; one that was declined is told as an error."""
    artefact = from_json(kept.body)
    if (decline := artefact["decline"]) is not None:
        message = " ".join((decline["message"], *decline["questions"]))
        return failed(message, prompt)
    flow = Flow.model_validate(artefact["parts"]["flow"])
    metadata: dict[str, JsonValue] = {
        "artefact": f"/api/v1/artefacts/{kept.id}",
        "created_at": artefact["created_at"],
        "version": "1.0",
        "language": flow.language,
        "quality": kept.status,
    }
    return FlowAnswer(
        flow=_flow(flow, metadata),
        ui=artefact["parts"]["ui"]["html"],
        status="ready",
        prompt=prompt,
    )


def failed(message: str, prompt: str) -> FlowAnswer:
    return FlowAnswer(status="error", prompt=prompt, error=message)


def _flow(flow: Flow, metadata: dict[str, JsonValue]) -> OldFlow:
    return OldFlow(
        id=flow.id,
        name=flow.name.of(flow.language),
        description=" ".join(one.of(flow.language) for one in flow.assumptions) or None,
        # A client that shows them one by one must not show the ends that are refusals.
        steps=[
            _step(step, flow.language)
            for step in flow.steps
            if step.kind in PAGE_KINDS and step.ending in {None, "done"}
        ],
        metadata=metadata,
    )


def _step(step: FlowStep, language: Language) -> OldStep:
    return OldStep(
        id=step.id,
        type=TYPES[step.kind],
        title=step.title.of(language),
        message=step.text.of(language) if step.text else None,
        fields=[_field(one, language) for one in step.fields] or None,
    )


def _field(field: FormField, language: Language) -> OldField:
    return OldField(
        name=field.id,
        type=FIELDS.get(field.format or field.type) or FIELDS.get(field.type, "text"),
        label=field.label.of(language),
        required=field.required,
        placeholder=field.hint.of(language) if field.hint else None,
        options=[OldChoice(value=o.id, label=o.label.of(language)) for o in field.options] or None,
    )
