"""Every route that takes JSON takes it in the same way, and every id is held to the same rule."""

import asyncio
import gzip
import json
import re
from pathlib import Path
from typing import Any

import httpx2
import pytest
from starlette.types import Message, Scope
from tests.doors.conftest import Lines
from tests.servers.loop import Kuznia

DOCUMENT: dict[str, Any] = json.loads(
    (Path(__file__).parents[2] / "docs/openapi.json").read_text("utf-8")
)
OPERATIONS = [
    (method.upper(), path, operation)
    for path, methods in DOCUMENT["paths"].items()
    for method, operation in methods.items()
]
WITH_JSON = [
    (method, re.sub(r"\{\w+\}", "me", path))
    for method, path, operation in OPERATIONS
    if "application/json" in operation.get("requestBody", {}).get("content", {})
]
WITH_IDS = [(method, path) for method, path, _ in OPERATIONS if "{" in path]
NO_IDS = ["%00", "a%00b", "%0A", "x%0A", "%0D%0Ax", "%7F", "x" * 300, "%ED%A0%80", "%FF", "%1B[0m"]
NUL = "deadlifts \x00 hurt \x00"


def code(answer: Any) -> str:
    return f"{answer.status_code} {answer.json()['error']['code']}"


async def test_no_route_takes_a_body_that_is_not_json(kuznia: Kuznia) -> None:
    answers = {
        (method, path, kind): code(
            await kuznia.client.request(method, path, content=b"{}", headers={"content-type": kind})
        )
        for method, path in WITH_JSON
        for kind in ("text/plain", "", "application/x-www-form-urlencoded")
    }

    assert {how: got for how, got in answers.items() if got != "415 UNSUPPORTED_MEDIA"} == {}


async def test_no_route_takes_a_compressed_body(kuznia: Kuznia) -> None:
    headers = {"content-type": "application/json", "content-encoding": "gzip"}
    packed = gzip.compress(b"{}")

    answers = {
        (method, path): code(
            await kuznia.client.request(method, path, content=packed, headers=headers)
        )
        for method, path in WITH_JSON
    }

    assert {how: got for how, got in answers.items() if got != "415 UNSUPPORTED_MEDIA"} == {}


@pytest.mark.parametrize(
    ("method", "path", "body", "where"),
    [
        ("POST", "/api/v1/code/analyze", {"files": [{"path": "a.py", "content": 1}]}, "content"),
        (
            "POST",
            "/api/v1/code/skeletons",
            {"files": [{"path": "a.py", "content": ""}], "include_docs": 1},
            "include_docs",
        ),
        (
            "POST",
            "/api/v1/flows/x/edits",
            {"operations": [{"op": "require-field", "field": "email", "required": "yes"}]},
            "required",
        ),
        ("POST", "/api/v1/code", {"prompt": "x" * 20, "language": "go", "include_docs": 0}, "docs"),
    ],
)
async def test_types_are_taken_strictly(
    kuznia: Kuznia, method: str, path: str, body: dict[str, Any], where: str
) -> None:
    answer = await kuznia.client.request(method, path, json=body)

    assert code(answer) == "400 VALIDATION_ERROR"
    assert answer.json()["error"]["details"]["fields"][0]["where"].endswith(where)


async def test_a_client_that_hangs_up_while_it_sends_breaks_nothing(
    kuznia: Kuznia, log: Lines
) -> None:
    forms = [("POST", "/api/v1/artefacts/x/preview/", "multipart/form-data; boundary=x")]
    forms += [("POST", "/api/v1/code/analyze", "multipart/form-data; boundary=x")]
    json_ones = [(*one, "application/json") for one in WITH_JSON]

    for method, path, kind in [*json_ones, *forms]:
        await _hang_up(kuznia, method, path, kind)

    lines = log()
    assert [line for line in lines if line["level"] == "error"] == []
    # Nobody was there to be told: the log has it as what it is.
    assert {line["status"] for line in lines if line["event"] == "request"} == {499}


async def _hang_up(kuznia: Kuznia, method: str, path: str, kind: str) -> None:
    begun = b"{" if kind == "application/json" else b"--x"
    coming = iter(
        [{"type": "http.request", "body": begun, "more_body": True}, {"type": "http.disconnect"}]
    )

    async def receive() -> Message:
        return next(coming, {"type": "http.disconnect"})

    async def send(_: Message) -> None:
        await asyncio.sleep(0)

    headers = [
        (name.lower().encode(), value.encode()) for name, value in kuznia.client.headers.items()
    ]
    scope: Scope = {
        "type": "http",
        "http_version": "1.1",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "scheme": "http",
        "query_string": b"",
        "server": ("localhost", 80),
        "client": ("127.0.0.1", 1),
        "headers": [*headers, (b"host", b"localhost"), (b"content-type", kind.encode())],
    }
    transport = kuznia.client._transport
    assert isinstance(transport, httpx2.ASGITransport)
    await transport.app(scope, receive, send)


async def test_what_can_be_no_id_is_refused_and_never_looked_for(on_postgres: Kuznia) -> None:
    for method, path in WITH_IDS:
        for wrong in NO_IDS:
            where = re.sub(r"\{\w+\}", wrong, path)
            answer = await on_postgres.client.request(method, where, json={})

            assert 400 <= answer.status_code < 500, (method, where, answer.text)


async def test_no_text_with_a_nul_breaks_a_route(on_postgres: Kuznia) -> None:
    kuznia = on_postgres
    profile = {"age": 34, "notes": NUL, "lifts": [{"exercise": NUL, "weight": 50.0}]}
    made = await kuznia.client.post("/api/v1/training/plans", json={"profile": {"age": 34}})
    plan = made.json()["data"]["id"]
    done = {"week": 1, "day": 1, "entries": [{"exercise": NUL, "done": False}]}
    sent: list[tuple[str, str, dict[str, Any]]] = [
        ("POST", "auth/token", {"name": f"iv\x00an{NUL}", "password": NUL}),
        ("POST", "auth/refresh", {"refresh_token": NUL}),
        ("POST", "auth/password", {"old": NUL, "new": NUL}),
        ("POST", "keys", {"name": NUL}),
        ("POST", "training/plans", {"prompt": NUL, "profile": profile}),
        ("POST", "training/plans/batch", {"orders": [{"prompt": NUL, "profile": profile}]}),
        ("POST", "training/questions", {"profile": profile}),
        ("POST", "flows", {"prompt": f"Реєстрація користувача: ім'я, email {NUL}"}),
        ("POST", "flows/x/edits", {"sentence": NUL}),
        ("POST", f"artefacts/{plan}/feedback", {"text": f"I hate {NUL}"}),
        ("POST", f"artefacts/{plan}/feedback", {"session": done}),
        ("PATCH", "training/playbook/me/lessons/x", {"text": NUL}),
        ("POST", "code/analyze", {"files": [{"path": NUL, "content": NUL, "language": NUL}]}),
        ("POST", "code/skeletons", {"files": [{"path": NUL, "content": NUL}]}),
    ]

    answers = [
        (path, await kuznia.client.request(method, f"/api/v1/{path}", json=body))
        for method, path, body in sent
    ]
    queries = [
        await kuznia.client.get(path)
        for path in (
            "/api/v1/artefacts?domain=%00",
            "/api/v1/artefacts?before=%00",
            "/api/v1/artefacts?status=%00",
            f"/api/v1/artefacts/{plan}/exports/ics?from=%00",
        )
    ]

    assert [(path, one.text) for path, one in answers if one.status_code >= 500] == []
    assert [one.text for one in queries if one.status_code >= 500] == []
