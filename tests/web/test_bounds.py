"""What is wrong is refused for about what it costs to read it, on every route and however wrong."""

import json
import resource
from functools import cache
from pathlib import Path

import pytest
from fastapi import Request
from pydantic import ValidationError
from starlette.types import Message
from tests.clocks import least_work_of
from tests.web.worst import USELESS, bodies, worst

from kuznia.app import Made, create_app
from kuznia.domains.training.schema.plan import Plan
from kuznia.platform.errors import MAX_FIELDS, Fault, Invalid, TooLarge, invalid
from kuznia.platform.settings import Settings
from kuznia.platform.settings.values import DatabaseUrl
from kuznia.web.body import JsonBody, _holds_more

DOCUMENT = json.loads((Path(__file__).parents[2] / "docs/openapi.json").read_text("utf-8"))
# Ten times what the dearest takes; it once took 13 s and 3 GB.
SECONDS, MEGABYTES = 1.0, 400


@cache
def read_by() -> dict[str, JsonBody]:
    nowhere = Settings(database_url=DatabaseUrl.read("sqlite:///nowhere.db"))
    return bodies(create_app(Made(settings=nowhere)))


async def refused(body: JsonBody, content: bytes) -> Fault:
    async def receive() -> Message:
        return {"type": "http.request", "body": content, "more_body": False}

    headers = [(b"content-type", b"application/json")]
    with pytest.raises(Fault) as fault:
        await body.read(Request({"type": "http", "headers": headers}, receive))
    return fault.value


def test_every_route_that_takes_json_reads_it_within_bounds() -> None:
    described = {
        f"{method.upper()} {path}".removesuffix("/")
        for path, methods in DOCUMENT["paths"].items()
        for method, operation in methods.items()
        if "application/json" in operation.get("requestBody", {}).get("content", {})
    }

    # A message of agents is bounded in bytes and values, and read by the words of its protocol.
    assert {name.removesuffix("/") for name in read_by()} == described - {"POST /mcp"}


# Not measured for coverage: that would be half of what it costs.
@pytest.mark.no_cover
@pytest.mark.usefixtures("collected_as_ever")
@pytest.mark.parametrize("name", sorted(read_by()))
async def test_the_worst_bodies_are_refused_for_little(name: str) -> None:
    body, before = read_by()[name], _peak()
    for how, content in [*worst(body), *USELESS.items()]:
        faults: list[Fault] = []

        async def refuse(content: bytes = content, faults: list[Fault] = faults) -> None:
            faults.append(await refused(body, content))

        assert await least_work_of(SECONDS, refuse) < SECONDS, how
        fault = faults[0]
        assert isinstance(fault, Invalid | TooLarge), how
        fields = fault.details.get("fields", [])
        assert isinstance(fields, list)
        assert len(fields) <= MAX_FIELDS, how
        assert len(fault.message) < 8_000, how
    assert _peak() - before < MEGABYTES


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


@pytest.mark.parametrize(
    ("content", "values"),
    [
        (b"[1]", 1),
        (b'["a,b,[{,"]', 1),
        (b'["\\",\\\\",2]', 2),
        (b'{"a":[1,2],"b":{"c":3}}', 5),
        (b'"a text that never ends, \\"', 1),
        (b"[" * 50, 50),
    ],
)
def test_values_are_counted_without_being_read(content: bytes, values: int) -> None:
    padded = content + b" " * 300

    assert not _holds_more(padded, values + 1)
    assert values < 4 or _holds_more(padded, values - 2)


def test_of_many_faults_the_first_are_named_and_the_rest_are_counted() -> None:
    with pytest.raises(ValidationError) as wrong:
        Plan.model_validate_json(json.dumps({f"a{n}": 0 for n in range(1000)}), strict=True)
    fault = invalid(wrong.value)

    fields = fault.details["fields"]
    assert isinstance(fields, list)
    assert len(fields) == MAX_FIELDS
    assert fault.message.startswith("The request is not valid: title, summary, language, kind, ")
    assert "reason: This field is needed; a0, a1, a2" in fault.message
    assert fault.message.endswith(f"; and {wrong.value.error_count() - MAX_FIELDS} more.")


def test_names_as_long_as_the_report_leave_it_readable() -> None:
    with pytest.raises(ValidationError) as wrong:
        Plan.model_validate_json(json.dumps({"x" * 100_000 + str(n): 0 for n in range(30)}))

    assert len(invalid(wrong.value).message) < 3000
