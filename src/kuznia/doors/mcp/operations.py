"""The operations of our API that are tools, described by its own document."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel, Field, JsonValue
from pydantic_core import from_json, to_json

from kuznia.forge.artefact import Makers
from kuznia.forge.terms import Status
from kuznia.web.answers import EVENT_STREAM
from kuznia.web.shapes import DeclineShape, FindingShape, UnmetShape, WishShape

REF = "#/components/schemas/"
# Also in a `mapping`, where a reference is not called one.
_REF, _MOVED = re.compile(rf'"{REF}([^"]*+)"'), r'"#/$defs/\1"'


class Gist(BaseModel):
    """An artefact without what an agent seldom needs; the resource has the whole of it."""

    id: str
    domain: str
    status: Status
    made_by: Makers | None = None
    wishes: list[WishShape]
    parts: dict[str, dict[str, JsonValue]]
    left_out: list[str] = Field(
        default=[], description="Parts that are long, or for a browser; read the resource."
    )
    unmet: list[UnmetShape]
    findings: list[FindingShape]
    decline: DeclineShape | None = None
    resource: str = Field(description="The whole artefact, for `resources/read`.")


class OrderOutcome(BaseModel):
    """How far an order is."""

    state: Literal["working", "ended"]
    run_id: str
    artefact: Gist | None = Field(default=None, description="Null while the order is worked on.")
    next: str = Field(default="", description="What to do now, if there is something.")


@dataclass(frozen=True, slots=True)
class AgentTool:
    """A tool that does what one operation of the API does."""

    name: str
    title: str
    # The operation's id; empty for what only agents need.
    operation: str
    reads: bool = False


# Domains that are not in this table have theirs by `make_` and their name.
MAKERS = {"flows": "make_flow", "training": "make_plan", "records": "make_record"}
OTHERS = (
    AgentTool("answer_questions", "Answer what an artefact asks", "artefacts_answer"),
    AgentTool("give_feedback", "Say what to change in an artefact", "artefacts_feedback"),
    AgentTool("edit_flow", "Change a flow", "flows_edit_flow"),
    AgentTool("analyse_code", "Measure how good code is", "analyse_code", reads=True),
    AgentTool("verify_plan", "Check a training plan", "verify", reads=True),
)


@dataclass(frozen=True, slots=True)
class Operation:
    """How a tool's operation is asked, and what for."""

    tool: AgentTool
    method: str
    path: str
    in_path: Sequence[str]
    # It makes an artefact, tells how far it is, and ends with an OrderOutcome.
    streams: bool
    # Any, here and below: JSON Schema is JSON of any shape.
    listed: Mapping[str, Any]


def operations(document: Mapping[str, Any], domains: Sequence[str]) -> dict[str, Operation]:
    """The tools of a server with these domains, by name, always in the same order."""
    makers = [
        AgentTool(MAKERS.get(name, f"make_{name}"), f"Make and check: {name}", f"make_{name}")
        for name in domains
    ]
    found = {
        described["operationId"]: (method, path, described)
        for path, methods in document["paths"].items()
        for method, described in methods.items()
        if "operationId" in described
    }
    return {
        tool.name: _operation(document, tool, *found[tool.operation])
        for tool in (*makers, *OTHERS)
        if tool.operation in found
    }


def _operation(
    document: Mapping[str, Any],
    tool: AgentTool,
    method: str,
    path: str,
    described: Mapping[str, Any],
) -> Operation:
    in_path = [one["name"] for one in described.get("parameters", ()) if one["in"] == "path"]
    answer = described["responses"]["200"]["content"]
    streams = EVENT_STREAM in answer
    if streams:
        output = OrderOutcome.model_json_schema()
    else:
        envelope = _resolved(document, answer["application/json"]["schema"])
        output = _whole(document, envelope["properties"]["data"])
    sent = described["requestBody"]["content"]["application/json"]["schema"]
    listed = {
        "name": tool.name,
        "title": tool.title,
        "description": _described(described, streams=streams),
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
        streams=streams,
        listed=listed,
    )


def _described(described: Mapping[str, Any], *, streams: bool) -> str:
    if not streams:
        return f"{described['summary']}. {described.get('description', '')}".strip()
    return (
        f"{described['summary']}. The answer says for each wish of the prompt whether it is met: "
        "tell the user which are not. If it is still worked on, call wait_run with its run_id."
    )


def _input(schema: dict[str, Any], in_path: Sequence[str]) -> dict[str, Any]:
    """What the operation takes in its body, and in its path."""
    named = {name: {"type": "string", "description": f"The {name}."} for name in in_path}
    required = [*in_path, *schema.get("required", ())]
    properties = {**named, **schema.get("properties", {})}
    more = {"required": required} if required else {}
    return {**schema, "type": "object", "properties": properties, **more}


def _resolved(document: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    ref = schema.get("$ref")
    return document["components"]["schemas"][ref.removeprefix(REF)] if ref else schema


def _whole(document: Mapping[str, Any], schema: Mapping[str, Any]) -> dict[str, Any]:
    """A schema that stands alone: what it refers to is inside it."""
    schemas: Mapping[str, Any] = document["components"]["schemas"]
    # As JSON a reference is a text like any other, and as easily found and moved.
    root = to_json(_resolved(document, schema)).decode()
    inside: dict[str, str] = {}
    waiting = [root]
    while waiting:
        for name in _REF.findall(waiting.pop()):
            if name not in inside:
                inside[name] = to_json(schemas[name]).decode()
                waiting.append(inside[name])
    made: dict[str, Any] = from_json(_REF.sub(_MOVED, root))
    if inside:
        made["$defs"] = {name: from_json(_REF.sub(_MOVED, text)) for name, text in inside.items()}
    return made
