"""Records as a caller meets them: whatever a model says, what is complete is valid."""

from collections.abc import AsyncIterator
from typing import Any

import jsonschema
import pytest
from pydantic_core import to_json
from tests.servers.loop import Kuznia, inside, made
from tests.servers.model import ModelServer, modelserver, reply

from kuznia.app import Made
from kuznia.domains.records import DOMAIN

__all__ = ["modelserver"]
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "name": {"type": "string"},
        "age": {"type": "integer", "minimum": 0},
        "born": {"type": "string", "format": "date"},
        "items": {"type": "array", "items": {"type": "number"}},
        "sum": {"type": "number"},
    },
    "required": ["name"],
    "additionalProperties": False,
}
TEXT = "Олена Кравець, 34 роки, купила за 10 і за 5, разом 15"


@pytest.fixture
async def kuznia(sqlite_url: str, modelserver: ModelServer) -> AsyncIterator[Kuznia]:
    makings = made(sqlite_url, modelserver.url, DOMAIN)
    async with inside(Made(settings=makings.settings, domains={"records": DOMAIN})) as running:
        yield running


async def order(kuznia: Kuznia, **more: Any) -> tuple[int, dict[str, Any]]:
    sent = {"prompt": TEXT, "json_schema": SCHEMA, **more}
    answer = await kuznia.client.post("/api/v1/records", json=sent)
    told = answer.json()
    return answer.status_code, told["data"] if told["success"] else told["error"]


SAID = [
    ('{"name": "Олена Кравець", "age": 34}', 1, {"name": "Олена Кравець", "age": 34}),
    ("```json\n{'name': 'Олена', 'age': '34',}\n```", 1, {"name": "Олена", "age": 34}),
    ('{"name": "Олена", "age": null, "city": "Київ"}', 1, {"name": "Олена"}),
    ('{"name": "Олена", "born": "01.02.1992"}', 1, {"name": "Олена", "born": "1992-02-01"}),
]


@pytest.mark.parametrize(("said", "calls", "meant"), SAID)
async def test_what_can_be_mended_costs_no_second_call(
    kuznia: Kuznia, modelserver: ModelServer, said: str, calls: int, meant: Any
) -> None:
    modelserver.will(reply(said))

    status, artefact = await order(kuznia)

    assert (status, artefact["status"]) == (200, "complete"), artefact
    assert artefact["parts"]["record"]["value"] == meant
    assert len(modelserver.calls) == calls
    jsonschema.Draft202012Validator(SCHEMA).validate(meant)


async def test_what_cannot_be_mended_is_asked_again_with_its_place(
    kuznia: Kuznia, modelserver: ModelServer
) -> None:
    modelserver.will(reply('{"name": "Олена", "age": -1}'), reply('{"name": "Олена", "age": 34}'))

    status, artefact = await order(kuznia)

    assert (status, artefact["parts"]["record"]["value"]["age"]) == (200, 34)
    assert len(modelserver.calls) == 2
    assert "/age" in str(modelserver.calls[1].body)


async def test_what_is_never_valid_is_refused_with_what_is_missing(
    kuznia: Kuznia, modelserver: ModelServer
) -> None:
    modelserver.will(*[reply('{"age": 34}')] * 5)

    status, error = await order(kuznia)

    kept = (await kuznia.client.get(f"/api/v1/artefacts/{error['details']['artefact']}")).json()
    assert (status, error["code"]) == (422, "NOT_ACCEPTED")
    assert "name" in str(kept["data"]["unmet"])


RULES: list[tuple[dict[str, Any], str, bool]] = [
    ({"kind": "quote", "of": "/name"}, '{"name": "Олена Кравець"}', True),
    ({"kind": "quote", "of": "/name"}, '{"name": "Ольга Кравець"}', False),
    ({"kind": "sum", "of": "/items/*", "equals": "/sum"},
     '{"name": "x", "items": [10, 5], "sum": 15}', True),
    ({"kind": "sum", "of": "/items/*", "equals": "/sum"},
     '{"name": "x", "items": [10, 6], "sum": 15}', False),
    ({"kind": "unique", "of": "/items/*"}, '{"name": "x", "items": [10, 5]}', True),
    ({"kind": "unique", "of": "/items/*"}, '{"name": "x", "items": [5, 5]}', False),
    ({"kind": "compare", "left": "/age", "by": "<", "right": "/sum"},
     '{"name": "x", "age": 34, "sum": 40}', True),
    ({"kind": "compare", "left": "/age", "by": "<", "right": "/sum"},
     '{"name": "x", "age": 34, "sum": 15}', False),
    ({"kind": "compare", "left": "/name", "by": "=", "right": "/age"},
     '{"name": "x", "age": 34}', False),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "said", "holds"), RULES)
async def test_a_rule_of_the_caller_can_say_no(
    kuznia: Kuznia, modelserver: ModelServer, rule: dict[str, Any], said: str, holds: bool
) -> None:
    modelserver.will(*[reply(said)] * 4)

    status, told = await order(kuznia, checks=[{**rule, "message": "It has to hold."}])

    assert status == (200 if holds else 422), told
    if holds:
        (evidence,) = told["evidence"]["parts"]
        assert {"name": "rules", "passed": True}.items() <= evidence["checks"][1].items()


async def test_a_schema_that_takes_for_ever_holds_up_nobody(
    kuznia: Kuznia, modelserver: ModelServer
) -> None:
    both = {f"d{n}": {"allOf": [{"$ref": f"#/$defs/d{n + 1}"}] * 2} for n in range(34)}
    schema = {"type": "object", "$ref": "#/$defs/d0", "$defs": {**both, "d34": {"type": "object"}}}
    modelserver.will(*[reply("{}")] * 4)

    status, error = await order(kuznia, json_schema=schema)

    assert (status, error["code"]) == (422, "NOT_ACCEPTED")


async def test_a_bad_order_says_where(kuznia: Kuznia, modelserver: ModelServer) -> None:
    status, error = await order(
        kuznia, json_schema={"type": "object", "$ref": "file:///etc/passwd"}
    )

    assert (status, error["code"]) == (400, "VALIDATION_ERROR")
    assert "passwd" not in str(to_json(error))
    assert not modelserver.calls
    assert [one["where"] for one in error["details"]["fields"]] == ["json_schema"]
