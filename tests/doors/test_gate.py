"""What every request gets, whatever it asked for."""

import asyncio
import re
from collections.abc import AsyncIterator

import pytest
from pydantic import field_validator
from starlette.types import Message, Receive, Scope, Send
from tests.doors.conftest import Lines, Start
from tests.makers import NoteInput, a_domain, a_part
from tests.servers.loop import NOTES, Kuznia, spoken
from tests.servers.model import ModelServer, hang, reply

from kuznia.doors.http.gate import Gate
from kuznia.doors.http.routing import Targets
from kuznia.platform.clock import SystemClock
from kuznia.platform.metrics import Metrics

SECRET = "the prompt about granny's silver"
OURS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "strict-transport-security": "max-age=31536000",
    "cross-origin-opener-policy": "same-origin",
    "x-api-version": "1",
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
}


class TouchyInput(NoteInput):
    """Reading it breaks in a way nobody thought of."""

    @field_validator("prompt")
    @classmethod
    def break_(cls, prompt: str) -> str:
        raise ZeroDivisionError(prompt)


def break_(*_: object):
    raise ZeroDivisionError(SECRET)


BROKEN = {
    "in a check": a_domain(a_part(mend=break_)),
    "in a screen": a_domain(screen=break_),
    "before the run": a_domain(input=TouchyInput),
}


def head_of(size: int) -> bytes:
    """The head of an order whose body has this many bytes."""
    lines = f"POST {NOTES} HTTP/1.1", "host: localhost", "content-type: application/json"
    return "\r\n".join((*lines, f"content-length: {size}", "", "")).encode()


async def chunks(size: int) -> AsyncIterator[bytes]:
    """A body that does not say how long it is."""
    for _ in range(size // 1000):
        yield b" " * 1000


@pytest.mark.parametrize("given", ["abcdefgh", "A-z0.9_" + "x" * 57])
async def test_a_safe_request_id_is_taken_over(kuznia: Kuznia, given: str):
    answer = await kuznia.client.get("/nowhere", headers={"x-request-id": given})

    assert answer.headers["x-request-id"] == given
    assert answer.json()["request_id"] == given


@pytest.mark.parametrize(
    "given", [b"", b"short", b"x" * 65, b"a b c d e f", b"<script>alert", "їїїїїїїї".encode()]
)
async def test_a_hostile_request_id_is_replaced(kuznia: Kuznia, given: bytes):
    answer = await kuznia.client.get("/nowhere", headers=[(b"x-request-id", given)])

    assert re.fullmatch("req_[0-9a-f]{32}", answer.headers["x-request-id"])
    assert answer.json()["request_id"] == answer.headers["x-request-id"]


async def test_the_model_server_is_told_the_request_id(kuznia: Kuznia, modelserver: ModelServer):
    modelserver.will(reply("note: fine"))

    await kuznia.make(headers={"x-request-id": "follow-me-1"})

    assert modelserver.calls[0].headers["x-request-id"] == "follow-me-1"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 200),
        ("GET", "/health", 200),
        ("GET", "/nowhere", 404),
        ("DELETE", NOTES, 405),
        ("POST", NOTES, 415),
        ("GET", "/api/v1/artefacts?limit=0", 400),
        ("DELETE", "/api/v1/runs/none", 404),
    ],
)
async def test_security_headers_are_on_every_answer(
    kuznia: Kuznia, method: str, path: str, status: int
):
    answer = await kuznia.client.request(method, path)

    assert answer.status_code == status
    assert OURS.items() <= dict(answer.headers).items()


async def test_security_headers_are_on_answers_of_the_gate_itself(enter: Start):
    kuznia = await enter(max_body_bytes=1000)

    answer = await kuznia.client.post(NOTES, content=b"x" * 1001)

    assert answer.status_code == 413
    assert OURS.items() <= dict(answer.headers).items()


async def test_a_body_that_says_it_is_too_long_is_refused_unread(serve: Start):
    kuznia = await serve(max_body_bytes=1000)

    answer = await spoken(kuznia, head_of(1001) + b"{")

    assert answer.startswith(b"HTTP/1.1 413")
    assert b'"TOO_LARGE"' in answer


async def test_a_body_that_does_not_say_is_counted(serve: Start):
    kuznia = await serve(max_body_bytes=100_000)

    answer = await kuznia.client.post(
        NOTES, content=chunks(200_000), headers={"content-type": "application/json"}
    )

    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "TOO_LARGE")


async def test_a_body_of_exactly_the_limit_is_read(enter: Start, modelserver: ModelServer):
    modelserver.will(reply("note: fine"))
    kuznia = await enter(max_body_bytes=1000)
    body = b'{"prompt":"a note"}'.ljust(1000)

    answer = await kuznia.client.post(
        NOTES, content=body, headers={"content-type": "application/json"}
    )

    assert answer.status_code == 200


async def test_an_order_past_its_deadline_is_stopped_upstream_too(
    serve: Start, modelserver: ModelServer
):
    modelserver.will(hang)
    kuznia = await serve(request_timeout=1)

    answer = await kuznia.make()

    assert (answer.status_code, answer.json()["error"]["code"]) == (504, "TIMEOUT_ERROR")
    assert (await modelserver.left()).answered is None


async def test_a_body_that_never_comes_is_not_waited_for(serve: Start):
    kuznia = await serve(request_timeout=0.1)

    answer = await spoken(kuznia, head_of(100) + b"{")

    assert answer.startswith(b"HTTP/1.1 504")
    assert b'"TIMEOUT_ERROR"' in answer


async def test_a_stream_that_began_late_still_ends_with_its_last_event(
    serve: Start, modelserver: ModelServer
):
    modelserver.will(hang)
    kuznia = await serve(request_timeout=1)
    reader, writer = await asyncio.open_connection("127.0.0.1", kuznia.client.base_url.port)
    head = head_of(19).replace(b"\r\n\r\n", b"\r\naccept: text/event-stream\r\n\r\n")
    writer.write(head + b'{"prompt":')
    await asyncio.sleep(2.3)

    writer.write(b'"a note"}')
    async with asyncio.timeout(60):
        said = await reader.readuntil(b"\r\n0\r\n\r\n")
    writer.close()

    assert b"event: run.failed" in said


@pytest.mark.parametrize("where", BROKEN)
async def test_what_breaks_is_told_without_a_trace(
    enter: Start, modelserver: ModelServer, where: str
):
    modelserver.will(reply("note: bad"))
    kuznia = await enter(BROKEN[where])

    answer = await kuznia.make(SECRET)

    assert (answer.status_code, answer.json()["error"]["code"]) == (500, "PROCESSING_ERROR")
    assert answer.json()["request_id"] == answer.headers["x-request-id"]
    assert not re.search(r"silver|\.py|Traceback|ZeroDivision|line \d", answer.text)


async def test_a_client_that_leaves_while_it_uploads_breaks_nothing(serve: Start, log: Lines):
    kuznia = await serve()
    assert kuznia.server is not None
    port = kuznia.client.base_url.port
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(head_of(100) + b"{")
    await writer.drain()
    while not kuznia.server.server_state.tasks:  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.002)

    writer.close()
    await asyncio.wait(kuznia.server.server_state.tasks, timeout=60)

    assert [line["status"] for line in log() if line["logger"] == "gate"] == [499]


@pytest.mark.parametrize("name", ["evil.example", "localhost.evil.example", "127.0.0.1.nip.io", ""])
async def test_a_name_that_is_not_ours_is_refused(kuznia, name):
    answer = await kuznia.client.get("/health", headers={"host": name})

    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "FORBIDDEN")


@pytest.mark.parametrize("name", ["localhost:8000", "127.0.0.1", "[::1]:80", "LOCALHOST"])
async def test_a_name_of_this_machine_is_answered(kuznia, name):
    answer = await kuznia.client.get("/health", headers={"host": name})

    assert answer.status_code == 200


async def test_the_operator_says_which_names_it_answers_to(enter):
    kuznia = await enter(allowed_hosts="kuznia.example")

    answer = await kuznia.client.get("/health", headers={"host": "kuznia.example"})

    assert answer.status_code == 200


FORWARDED = [
    ("forwarded", "for=192.0.2.1"),
    ("x-forwarded-for", "192.0.2.1"),
    ("x-forwarded-host", "kuznia.example"),
    ("x-real-ip", "192.0.2.1"),
]


@pytest.mark.parametrize(("name", "value"), FORWARDED)
async def test_who_comes_through_a_proxy_does_not_come_as_the_owner(kuznia, name, value):
    answer = await kuznia.client.get("/api/v1/artefacts", headers={name: value})

    assert answer.status_code == 403
    assert "ACCOUNTS=true" in answer.json()["error"]["message"]


async def test_an_operator_who_lets_strangers_in_lets_them_come_through_a_proxy(enter):
    kuznia = await enter(allow_remote=True)
    forwarded = {"x-forwarded-for": "192.0.2.1"}

    answer = await kuznia.client.get("/api/v1/artefacts", headers=forwarded)
    panel = await kuznia.client.get("/admin", headers=forwarded)

    assert answer.status_code == 200
    # Not as the machine's owner, though the proxy comes from this machine.
    assert panel.status_code == 403


async def test_a_proxy_is_no_harm_where_everyone_needs_a_credential(enter):
    kuznia = await enter(accounts=True)

    answer = await kuznia.client.get("/health", headers={"x-forwarded-for": "192.0.2.1"})

    assert answer.status_code == 200


async def test_a_reader_that_stops_reading_is_let_go(kuznia: Kuznia):
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"much"})

    async def takes_nothing(message: Message) -> None:
        if message["type"] == "http.response.body":
            await asyncio.Event().wait()

    gate = Gate(
        app,
        targets=Targets([], {}),
        cors=lambda app: app,
        clock=SystemClock(),
        metrics=Metrics(version="0"),
        deadline=60,
        stall=0.05,
        max_bytes=1000,
        hosts=frozenset(),
    )
    scope: Scope = {"type": "http", "method": "GET", "path": "/", "query_string": b""}
    scope |= {"headers": [], "state": {"doors": kuznia.doors}}

    async with asyncio.timeout(60):
        await gate(scope, asyncio.Event().wait, takes_nothing)  # pyright: ignore[reportArgumentType] - nothing is received
