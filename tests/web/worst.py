"""The worst bodies each route can be sent: wrong at every place its schema has, a megabyte long."""

import inspect
from collections.abc import Callable, Iterator
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute

from kuznia.web.body import JsonBody

LENGTH = 1_000_000
Wrap = Callable[[str], str]


def bodies(app: FastAPI) -> dict[str, JsonBody]:
    """What each route reads, by its name; of routes that read no JSON there is nothing."""
    found: dict[str, JsonBody] = {}
    for route in _routes(app.router):
        names = inspect.getclosurevars(route.endpoint)
        for body in {**names.globals, **names.nonlocals}.values():
            if isinstance(body, JsonBody):
                found[f"{min(route.methods or ())} {route.path}"] = body
    return found


def _routes(router: APIRouter) -> Iterator[APIRoute]:
    for route in router.routes:
        if isinstance(route, APIRoute):
            yield route
        elif included := getattr(route, "original_router", None):
            yield from _routes(included)


def worst(body: JsonBody) -> Iterator[tuple[str, bytes]]:
    """Each with a name: where it is wrong, and how. With as many wrong values as are looked at;
    and as long as it can be, which is the same wherever it is wrong."""
    schema = body.kind.model_json_schema()
    length = min(LENGTH, body.max_bytes or LENGTH)
    for where, wrap, place in _places(schema, schema.get("$defs", {}), str, "", 0):
        room = length - len(wrap("").encode()) - 20
        for name, most, fill in _fills(place, room):
            few = min(most, body.max_values - 30)
            for count in {few, most} if not where else {few}:
                yield f"{where or 'body'}: {count} {name}", wrap(fill(count)).encode()


def _places(
    schema: dict[str, Any], named: dict[str, Any], wrap: Wrap, where: str, depth: int
) -> Iterator[tuple[str, Wrap, dict[str, Any]]]:
    if "$ref" in schema:
        schema = named[schema["$ref"].rpartition("/")[2]]
    if depth > 7:
        return
    yield where, wrap, schema
    for one in schema.get("anyOf", schema.get("oneOf", ())):
        yield from _places(one, named, wrap, where, depth + 1)
    for name, one in schema.get("properties", {}).items():
        inner = _object(wrap, name, schema["properties"])
        yield from _places(one, named, inner, f"{where}.{name}", depth + 1)
    if isinstance(schema.get("items"), dict):
        inner = _list(wrap)
        yield from _places(schema["items"], named, inner, f"{where}[]", depth + 1)


def _object(wrap: Wrap, name: str, properties: dict[str, Any]) -> Wrap:
    # A tag says which of several kinds it is: without it nothing of the kind would be looked at.
    tags = [f'"{tag}":"{one["const"]}",' for tag, one in properties.items() if "const" in one]
    return lambda text: wrap("{" + "".join(tags) + f'"{name}":{text}' + "}")


def _list(wrap: Wrap) -> Wrap:
    return lambda text: wrap(f"[{text}]")


def _fills(schema: dict[str, Any], room: int) -> Iterator[tuple[str, int, Callable[[int], str]]]:
    """What may be done to a place, how often there is room for it, and its text."""
    if schema.get("type") == "array":
        for item in ("0", "{}", '""', "[]", "null"):
            most = room // (len(item) + 1)
            yield f"of {item}", most, lambda count, item=item: "[" + ",".join([item] * count) + "]"
    elif schema.get("type") == "object":
        yield "unknown fields", room // 10, _object_of
        yield "times one field", room // 6, lambda count: "{" + '"a":0,' * count + '"a":0}'


def _object_of(count: int) -> str:
    return "{" + ",".join(f'"{number:05x}":0' for number in range(count)) + "}"


# What is no JSON of any use, whatever is asked for.
USELESS: dict[str, bytes] = {
    "deep lists": b"[" * LENGTH,
    "deep objects": b'{"a":' * (LENGTH // 5),
    "a long number": b"9" * LENGTH,
    "a long text": b'"' + b"a" * LENGTH + b'"',
    "a text of escapes": b'"' + b"\\u0000" * (LENGTH // 6) + b'"',
    "quotes": b'"' * LENGTH,
    "backslashes": b'"' + b"\\" * LENGTH,
    "halves of characters": b'"' + b"\\ud800" * (LENGTH // 6) + b'"',
    "no UTF-8": b"\xff" * LENGTH,
    "a text that never ends": b'{"prompt":"' + b'\\"' * (LENGTH // 2),
}
