"""OpenAPI 3.1 of the operation that takes a submission."""

from pydantic import JsonValue

from kuznia.domains.flows.exports.schemas import Json, submission
from kuznia.domains.flows.schema import Flow


def openapi(flow: Flow) -> Json:
    """Describe one operation: send a submission, and get its reference number."""
    name = flow.name.of(flow.language)
    tags: list[JsonValue] = [{"name": flow.id, "description": name}]
    operation: Json = {
        "operationId": f"submit_{flow.id}",
        "summary": name,
        "tags": [flow.id],
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": _reference("Submission")}},
        },
        "responses": {
            "201": _answer("Accepted", "Receipt"),
            "422": _answer("Some answers are invalid", "Problem"),
            "503": {"description": "The service is not available"},
        },
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": name, "version": "1.0.0", "description": name},
        "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
        "servers": [{"url": "/"}],
        "tags": tags,
        "paths": {f"/services/{flow.id}/submissions": {"post": operation}},
        "components": {"schemas": _schemas(flow)},
    }


def _reference(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


def _answer(description: str, schema: str) -> Json:
    content: Json = {"application/json": {"schema": _reference(schema)}}
    return {"description": description, "content": content}


def _schemas(flow: Flow) -> Json:
    named = {key: value for key, value in submission(flow).items() if not key.startswith("$")}
    receipt: Json = {
        "type": "object",
        "properties": {"reference": {"type": "string"}},
        "required": ["reference"],
    }
    wrong: Json = {"type": "object", "additionalProperties": {"type": "string"}}
    problem: Json = {"type": "object", "properties": {"fields": wrong}, "required": ["fields"]}
    return {"Submission": named, "Receipt": receipt, "Problem": problem}
