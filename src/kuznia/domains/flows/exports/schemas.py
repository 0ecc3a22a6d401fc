"""JSON Schema 2020-12 of a flow's answers: each page, and the whole submission."""

from collections.abc import Iterable
from typing import TypeAlias

from pydantic import JsonValue

from kuznia.domains.flows.schema import (
    All,
    Comparison,
    Either,
    Flow,
    FlowStep,
    FormField,
    Guard,
    Language,
    Not,
)
from kuznia.domains.flows.screens.controls import hint_of
from kuznia.domains.flows.screens.values import max_length
from kuznia.domains.flows.structure.blocks import (
    Block,
    Branch,
    ChoiceBlock,
    LoopBlock,
    ParallelBlock,
    Unstructured,
    blocks,
)
from kuznia.domains.flows.structure.formats import pattern_of
from kuznia.domains.flows.structure.guards import tests

Json: TypeAlias = dict[str, JsonValue]
DIALECT = "https://json-schema.org/draft/2020-12/schema"


def submission(flow: Flow) -> Json:
    """The schema of a submission: all answers, and which are required on which branch."""
    properties: Json = {}
    for step in flow.steps:
        properties |= _named(flow, step)
    whole: Json = {
        "$schema": DIALECT,
        "$id": f"urn:kuznia:flow:{flow.id}",
        "title": flow.name.of(flow.language),
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
    }
    try:
        required = _Required(flow)
        required.read(blocks(flow.steps))
    except Unstructured:
        # Without blocks nobody can tell which branch asks what: then nothing is required.
        return whole
    if required.always:
        whole["required"] = list[JsonValue](required.always)
    if required.rules:
        whole["allOf"] = list[JsonValue](required.rules)
    return whole


def of_step(flow: Flow, step: FlowStep) -> Json:
    """The schema of one page's answers."""
    own = {field.id: of_field(field, flow.language) for field in step.fields}
    if step.kind == "consent":
        own[step.id] = _agreed(step, flow.language)
    required = [field.id for field in step.fields if field.required]
    required += [step.id] if step.kind == "consent" else []
    return {
        "$schema": DIALECT,
        "$id": f"urn:kuznia:flow:{flow.id}:{step.id}",
        "title": step.title.of(flow.language),
        "type": "object",
        "properties": dict[str, JsonValue](own),
        "required": list[JsonValue](required),
        "additionalProperties": False,
    }


def pages(flow: Flow) -> dict[str, Json]:
    """The schemas of all pages with fields."""
    return {
        step.id: of_step(flow, step) for step in flow.steps if step.fields or step.kind == "consent"
    }


def _named(flow: Flow, step: FlowStep) -> Json:
    """The properties a step adds to the submission; a repeated step adds an array of records."""
    if step.kind == "consent":
        return {step.id: _agreed(step, flow.language)}
    if step.repeats < 2 or not step.fields:
        return {field.id: of_field(field, flow.language) for field in step.fields}
    return {
        step.id: {
            "type": "array",
            "title": step.title.of(flow.language),
            "minItems": 1,
            "maxItems": step.repeats,
            "items": {
                "type": "object",
                "properties": {field.id: of_field(field, flow.language) for field in step.record},
                "required": [field.id for field in step.record if field.required],
                "additionalProperties": False,
            },
        }
    }


def _agreed(step: FlowStep, language: Language) -> Json:
    return {"type": "boolean", "title": step.title.of(language), "const": True}


def of_field(field: FormField, language: Language) -> Json:
    """The schema of a field's valid answers."""
    schema: Json = {"title": field.label.of(language)}
    if hint := hint_of(field, language):
        schema["description"] = hint
    match field.type:
        case "yesno":
            return {**schema, "type": "boolean"}
        case "number":
            return {**schema, **_number(field)}
        case "choice":
            return {**schema, "type": "string", "oneOf": _options(field, language)}
        case "many":
            items: Json = {"type": "string", "oneOf": _options(field, language)}
            return {**schema, "type": "array", "uniqueItems": True, "items": items}
        case "file":
            names: Json = {"type": "string", "minLength": 1, "maxLength": 255}
            least = 1 if field.required else 0
            bounds: Json = {"minItems": least, "maxItems": max_length(field)}
            return {**schema, "type": "array", "items": names, **bounds}
        case _:
            return {**schema, **_text(field)}


def _number(field: FormField) -> Json:
    schema: Json = {"type": "integer" if field.format == "integer" else "number"}
    if field.low is not None:
        schema["minimum"] = field.low
    if field.high is not None:
        schema["maximum"] = field.high
    return schema


def _text(field: FormField) -> Json:
    schema: Json = {"type": "string", "minLength": 1, "maxLength": max_length(field)}
    if field.type == "date":
        schema["pattern"] = r"^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$"
    elif field.type == "time":
        schema["pattern"] = r"^([01]\d|2[0-3]):[0-5]\d$"
    elif pattern := pattern_of(field.format):
        schema["pattern"] = pattern
    return schema


def _options(field: FormField, language: Language) -> list[JsonValue]:
    return [{"const": option.id, "title": option.label.of(language)} for option in field.options]


def shown_when(flow: Flow) -> dict[str, Guard]:
    """The guards of pages that are on a branch which answers decide."""
    required = _Required(flow)
    try:
        required.read(blocks(flow.steps))
    except Unstructured:
        return {}
    return required.guards


class _Required:
    """A reader of blocks: which answers are always required, and which on a branch only."""

    def __init__(self, flow: Flow) -> None:
        self.flow = flow
        self.always: list[str] = []
        self.rules: list[Json] = []
        self.guards: dict[str, Guard] = {}

    def read(self, inside: Iterable[Block], when: tuple[Guard, ...] = ()) -> None:
        before: FlowStep | None = None
        for block in inside:
            match block:
                case FlowStep():
                    self.step(block, when)
                    before = block
                case LoopBlock(body=body):
                    self.read(body, when)
                    before = body[-1] if isinstance(body[-1], FlowStep) else before
                case ParallelBlock(branches=branches):
                    for branch in branches:
                        self.read(branch, when)
                case ChoiceBlock(branches=branches):
                    self.choice(branches, when, before)

    def step(self, step: FlowStep, when: tuple[Guard, ...]) -> None:
        guard = None if not when else when[0] if len(when) == 1 else All(all=when[:8])
        if guard is not None:
            self.guards[step.id] = guard
        names = [field.id for field in step.fields if field.required]
        if step.kind == "consent" or self.flow.by_id[step.id].repeats > 1:
            names = [step.id] if step.fields or step.kind == "consent" else []
        if not names:
            return
        if guard is None:
            self.always += names
            return
        # Strict validators need each required property declared in the same schema.
        named: Json = dict.fromkeys(names, True)
        then: Json = {"required": list[JsonValue](names), "properties": named}
        self.rules.append({"if": condition(guard), "then": then})

    def choice(
        self, branches: tuple[Branch, ...], when: tuple[Guard, ...], before: FlowStep | None
    ) -> None:
        guards = [branch.when for branch in branches if branch.when is not None]
        ends = [branch for branch in branches if _ends(branch.then)]
        if len(ends) == len(branches) - 1 or not all(self.asked(guard) for guard in guards):
            # A service's outcome is not an answer: only the branch that goes on counts.
            for branch in branches:
                if branch not in ends and (before is None or len(ends) == len(branches) - 1):
                    self.read(branch.then, when)
            return
        for branch in branches:
            if branch not in ends:
                rest = Not(no=guards[0] if len(guards) == 1 else Either(any=tuple(guards)))
                self.read(branch.then, (*when, branch.when or rest))

    def asked(self, guard: Guard) -> bool:
        return all(test.fact in self.flow.asks for test in tests(guard))


def _ends(inside: tuple[Block, ...]) -> bool:
    return bool(inside) and isinstance(inside[-1], FlowStep) and inside[-1].kind == "end"


def condition(guard: Guard) -> Json:
    """A schema that the submission matches when the guard holds."""
    match guard:
        case Comparison():
            return _compared(guard)
        case Not(no=inner):
            return {"not": condition(inner)}
        case All(all=parts):
            return {"allOf": [condition(part) for part in parts]}
        case Either(any=parts):
            return {"anyOf": [condition(part) for part in parts]}


_BOUNDS = {"lt": "exclusiveMaximum", "le": "maximum", "gt": "exclusiveMinimum", "ge": "minimum"}


def _compared(test: Comparison) -> Json:
    known: Json = {"type": "object", "required": [test.fact]}
    if test.op == "filled":
        return {**known, "properties": {test.fact: True}}
    if test.op == "ne":
        return {"not": _compared(test.model_copy(update={"op": "eq"}))}
    values = test.value if isinstance(test.value, tuple) else (test.value,)
    match test.op:
        case "eq":
            value: Json = {"const": values[0]}
        case "in":
            value = {"enum": list[JsonValue](values)}
        case _:
            value = {"type": "number", _BOUNDS[test.op]: values[0]}
    return {**known, "properties": {test.fact: value}}
