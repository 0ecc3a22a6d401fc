"""The operations of our API that are tools, described by its own document."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel, Field, JsonValue

from kuznia.forge.artefact import Makers
from kuznia.forge.terms import Status
from kuznia.web.answers import EVENT_STREAM
from kuznia.web.shapes import DeclineShape, FindingShape, UnmetShape, WishShape

REF = "#/components/schemas/"
ARTEFACT = f"{REF}Envelope_ArtefactShape_"


class Gist(BaseModel):
    """An artefact without what an agent seldom needs; the resource has the whole of it."""

    id: str
    domain: str
    status: Status
    made_by: Makers | None = None
    wishes: list[WishShape]
    parts: dict[str, dict[str, JsonValue]]
    left_out: list[str] = Field(
        default=[], description="Parts that are too long to stand here; read the resource."
    )
    unmet: list[UnmetShape]
    findings: list[FindingShape]
    decline: DeclineShape | None = None
    resource: str = Field(description="The whole artefact, for `resources/read`.")


class Outcome(BaseModel):
    """How far an order is."""

    state: Literal["working", "ended"]
    run_id: str
    artefact: Gist | None = Field(default=None, description="Null while the order is worked on.")
    next: str = Field(default="", description="What to do now, if there is something.")


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool that does what one operation of the API does."""

    name: str
    title: str
    # The operation's id; empty for what only agents need.
    operation: str
    reads: bool = False


# Domains that are not in this table have theirs by `make_` and their name.
MAKERS = {"flows": "make_flow", "training": "make_plan", "records": "make_record"}
OTHERS = (
    Tool("answer_questions", "Answer what an artefact asks", "artefacts_answer"),
    Tool("give_feedback", "Say what to change in an artefact", "artefacts_feedback"),
    Tool("edit_flow", "Change a flow", "flows_edit_flow"),
    Tool("analyse_code", "Measure how good code is", "analyse_code", reads=True),
    Tool("verify_plan", "Check a training plan", "verify", reads=True),
)


@dataclass(frozen=True, slots=True)
class Operation:
    """How a tool's operation is asked, and what for."""

    tool: Tool
    method: str
    path: str
    in_path: Sequence[str]
    # It makes an artefact, and tells how far it is.
    streams: bool
    gives_artefact: bool
    # Any, here and below: JSON Schema is JSON of any shape.
    listed: Mapping[str, Any]


def operations(document: Mapping[str, Any], domains: Sequence[str]) -> dict[str, Operation]:
    """The tools of a server with these domains, by name, always in the same order."""
    makers = [
        Tool(MAKERS.get(name, f"make_{name}"), f"Make and check: {name}", f"make_{name}")
        for name in domains
    ]
    found = {
        told["operationId"]: (method, path, told)
        for path, methods in document["paths"].items()
        for method, told in methods.items()
        if "operationId" in told
    }
    return {
        tool.name: _operation(document, tool, *found[tool.operation])
        for tool in (*makers, *OTHERS)
        if tool.operation in found
    }


def _operation(
    document: Mapping[str, Any], tool: Tool, method: str, path: str, told: Mapping[str, Any]
) -> Operation:
    in_path = [one["name"] for one in told.get("parameters", ()) if one["in"] == "path"]
    answer = told["responses"]["200"]["content"]
    shape = answer["application/json"]["schema"]
    gives_artefact = shape.get("$ref") == ARTEFACT
    if gives_artefact:
        output = Outcome.model_json_schema()
    else:
        output = _whole(document, _found(document, shape)["properties"]["data"])
    sent = told["requestBody"]["content"]["application/json"]["schema"]
    listed = {
        "name": tool.name,
        "title": tool.title,
        "description": _described(told, gives_artefact=gives_artefact),
        "inputSchema": _input(_whole(document, sent), in_path),
        "outputSchema": output,
        "annotations": {
            "readOnlyHint": tool.reads,
            "destructiveHint": False,
            "idempotentHint": tool.reads,
            "openWorldHint": False,
        },
    }
    return Operation(
        tool=tool,
        method=method.upper(),
        path=path,
        in_path=in_path,
        streams=EVENT_STREAM in answer,
        gives_artefact=gives_artefact,
        listed=listed,
    )


def _described(told: Mapping[str, Any], *, gives_artefact: bool) -> str:
    if not gives_artefact:
        return f"{told['summary']}. {told.get('description', '')}".strip()
    return (
        f"{told['summary']}. The answer says for each wish of the prompt whether it is met; tell "
        "the user which are not. If it is still worked on, call wait_run with its run_id."
    )


def _input(schema: dict[str, Any], in_path: Sequence[str]) -> dict[str, Any]:
    """What the operation takes in its body, and in its path."""
    named = {name: {"type": "string", "description": f"The {name}."} for name in in_path}
    required = [*in_path, *schema.get("required", ())]
    properties = {**named, **schema.get("properties", {})}
    more = {"required": required} if required else {}
    return {**schema, "type": "object", "properties": properties, **more}


def _found(document: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    ref = schema.get("$ref")
    return document["components"]["schemas"][ref.removeprefix(REF)] if ref else schema


def _whole(document: Mapping[str, Any], schema: Mapping[str, Any]) -> dict[str, Any]:
    """A schema that stands alone: what it refers to is inside it."""
    root = _found(document, schema)
    names: dict[str, None] = {}
    waiting = [root]
    while waiting:
        for ref in _refs(waiting.pop()):
            if ref not in names:
                names[ref] = None
                waiting.append(document["components"]["schemas"][ref])
    whole = _moved(root)
    if names:
        schemas = document["components"]["schemas"]
        whole["$defs"] = {name: _moved(schemas[name]) for name in names}
    return whole


def _refs(value: object) -> Iterator[str]:
    if isinstance(value, Mapping):
        for name, one in value.items():
            if name == "$ref" and isinstance(one, str):
                yield one.removeprefix(REF)
            else:
                yield from _refs(one)
    elif isinstance(value, list):
        for one in value:
            yield from _refs(one)


def _moved(value: Any) -> Any:
    """The same with references to where the definitions are now."""
    if isinstance(value, Mapping):
        return {
            name: f"#/$defs/{one.removeprefix(REF)}"
            if name == "$ref" and isinstance(one, str)
            else _moved(one)
            for name, one in value.items()
        }
    return [_moved(one) for one in value] if isinstance(value, list) else value
