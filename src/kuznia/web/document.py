"""The OpenAPI document: every body has a schema of its own, as client generators need it."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, cast

from fastapi import FastAPI

REF = "#/components/schemas/"


# Any, here and below: OpenAPI is JSON of any shape.
def name_bodies(app: FastAPI) -> None:
    """Have the document hold each body schema once, among its components."""
    written = app.openapi

    def openapi() -> dict[str, Any]:
        new = app.openapi_schema is None
        document = written()
        if new:
            share(document)
        return document

    app.openapi = openapi


def share(document: dict[str, Any]) -> None:
    """Move the schema of each body, and those it uses, to where references point."""
    schemas: dict[str, Any] = document["components"]["schemas"]
    shared: dict[str, dict[str, Any]] = {}
    for content in _bodies(document):
        schema = content["schema"]
        if "title" not in schema or "$ref" in schema:
            continue
        own = {schema["title"]: schema, **schema.pop("$defs", {})}
        names = {name: _name(name, _meaning(name, own), schemas, shared) for name in own}
        for name, one in own.items():
            # Generators of clients name a class by its title.
            schemas[names[name]] = {**_renamed(one, names), "title": names[name]}
        content["schema"] = {"$ref": REF + names[schema["title"]]}
    for answer in _answers(document):
        # Generators of clients read the first kind of content; a stream is for who asks for it.
        answer["content"] = dict(
            sorted(answer["content"].items(), key=lambda kind: kind[0] != "application/json")
        )


def _bodies(document: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for operations in document["paths"].values():
        for operation in operations.values():
            if "requestBody" in operation:
                yield from operation["requestBody"]["content"].values()


def _answers(document: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for operations in document["paths"].values():
        for operation in operations.values():
            yield from (one for one in operation["responses"].values() if "content" in one)


def _name(
    name: str,
    meaning: dict[str, Any],
    schemas: Mapping[str, Any],
    shared: dict[str, dict[str, Any]],
) -> str:
    """A name no other schema has: a request and an answer of one name may differ."""
    number = 1
    free = name
    while free in schemas and shared.get(free) != meaning:
        free = f"{name}Input{'' if number == 1 else number}"
        number += 1
    shared[free] = meaning
    return free


def _meaning(name: str, own: Mapping[str, Any]) -> dict[str, Any]:
    """The schema with all that it refers to: two are the same only if all of it is equal."""
    reached, waiting = dict[str, Any](), [name]
    while waiting:
        following = waiting.pop()
        if following not in reached:
            reached[following] = own[following]
            waiting += re.findall(rf'"{REF}([^"]+)"', json.dumps(own[following]))
    # Compared as values: FastAPI writes some numbers as 0 and some as 0.0.
    return reached


def _renamed(value: Any, names: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        found = cast("dict[str, Any]", value)
        return {name: _renamed(one, names) for name, one in found.items()}
    if isinstance(value, list):
        return [_renamed(one, names) for one in cast("list[Any]", value)]
    if isinstance(value, str) and value.startswith(REF):
        return REF + names[value.removeprefix(REF)]
    return value
