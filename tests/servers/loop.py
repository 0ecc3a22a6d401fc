"""The whole application as its callers meet it: behind a real socket, or in this process."""

import asyncio
import signal
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any, NamedTuple

import httpx2
from fastapi import FastAPI
from pydantic_core import from_json
from starlette.types import Receive, Scope, Send
from tests.makers import a_domain
from tests.servers.model import Act, Exchange

from kuznia.app import Made, Routed, create_app, route
from kuznia.doors.context import Doors
from kuznia.doors.listen.server import Server, server
from kuznia.forge.terms import AnyDomain, Domain
from kuznia.llm.model import Model
from kuznia.platform.settings import Settings

NOTES = "/api/v1/notes"
NOTES_DOMAIN = a_domain()
EVENTS = {"accept": "text/event-stream"}


def made(database: str, upstream: str | None = None, domain: Domain | None = None, **more) -> Made:
    """The makings of a server of notes: one that asks a model once, unless told otherwise."""
    given: dict[str, Any] = {"database_url": database, "port": 0, "model_attempts": 1}
    if upstream is not None:
        given |= {"openai_base_url": upstream, "openai_model": "m"}
    model: Model | None = more.pop("model", None)
    domain = domain or NOTES_DOMAIN
    return Made(settings=Settings(**given | more), domains={domain.name: domain}, model=model)


@dataclass(frozen=True, slots=True)
class Kuznia:
    """A server that runs, a client of it, and what its doors have at hand."""

    client: httpx2.AsyncClient
    doors: Doors
    server: Server | None = None
    ended: "asyncio.Task[None] | None" = None

    def interrupt(self) -> None:
        """Ctrl-C; the second time in a hurry."""
        assert self.server is not None
        self.server.handle_exit(signal.SIGINT, None)

    async def make(self, prompt: str = "a note on iron", **more: Any) -> httpx2.Response:
        """Order one note; what is not a field of the order goes to the client."""
        sent = {name: more.pop(name) for name in ("headers", "params") if name in more}
        return await self.client.post(NOTES, json={"prompt": prompt, **more}, **sent)

    async def metrics(self) -> str:
        return (await self.client.get("/metrics")).text


_ROUTED: dict[tuple[int, ...], tuple[Mapping[str, AnyDomain], Routed]] = {}


def _app(made: Made) -> FastAPI:
    """The application; its routes are made once for all that have the same domains.

    There are some thousand of them in the tests, and nearly all of the time was the routes'.
    """
    domains = made.domains
    # The domains are kept: another's could get the number of one that is gone.
    key = tuple(map(id, domains.values()))
    if key not in _ROUTED:
        _ROUTED[key] = domains, route(domains)
    return create_app(made, _ROUTED[key][1])


@asynccontextmanager
async def served(made: Made) -> AsyncIterator[Kuznia]:
    """On a free port, by the product's own server, in this event loop."""
    running = server(_app(made), made.settings)
    # Its public way in would take over the signals of the tests.
    task = asyncio.create_task(running._serve())
    try:
        while not running.started and not task.done():  # noqa: ASYNC110 - uvicorn has no event for it
            await asyncio.sleep(0.002)
        if task.done():
            task.result()
        address = running.servers[0].sockets[0].getsockname()
        limits = httpx2.Limits(max_connections=None, max_keepalive_connections=20)
        async with httpx2.AsyncClient(
            base_url=f"http://127.0.0.1:{address[1]}", limits=limits, timeout=100, trust_env=False
        ) as client:
            yield Kuznia(client, running.lifespan.state["doors"], running, task)
    finally:
        running.should_exit = True
        await task
        if running.force_exit:
            # The process would end here, and all that it held open with it.
            await running.lifespan.shutdown()


@asynccontextmanager
async def inside(made: Made) -> AsyncIterator[Kuznia]:
    """The same application without a socket: cheaper, and its streams come in one piece."""
    app = _app(made)
    async with app.router.lifespan_context(app) as state:
        assert state is not None

        async def with_state(scope: Scope, receive: Receive, send: Send) -> None:
            await app({**scope, "state": dict(state)}, receive, send)

        transport = httpx2.ASGITransport(with_state)
        async with httpx2.AsyncClient(transport=transport, base_url="http://localhost") as client:
            yield Kuznia(client, state["doors"])


async def spoken(kuznia: Kuznia, data: bytes) -> bytes:
    """What the server says to these bytes, which may be no whole request."""
    reader, writer = await asyncio.open_connection("127.0.0.1", kuznia.client.base_url.port)
    try:
        async with asyncio.timeout(60):
            writer.write(data)
            head = await reader.readuntil(b"\r\n\r\n")
            size = int(head.lower().partition(b"content-length: ")[2].partition(b"\r")[0])
            return head + await reader.readexactly(size)
    finally:
        writer.close()


class Frame(NamedTuple):
    """One piece of an event stream; a comment has neither number nor data."""

    kind: str
    number: int = 0
    data: Any = None


async def frames(response: httpx2.Response) -> AsyncGenerator[Frame]:
    """The stream frame by frame, as it comes."""
    fields: dict[str, str] = {}
    async for line in response.aiter_lines():
        if line:
            name, _, value = line.partition(": ")
            fields[name] = value
        elif "event" in fields:
            yield Frame(fields["event"], int(fields["id"]), from_json(fields["data"]))
            fields = {}
        else:
            yield Frame("comment")
            fields = {}


async def told(response: httpx2.Response) -> list[Frame]:
    """Every event to the end of the stream, comments left out."""
    return [frame async for frame in frames(response) if frame.kind != "comment"]


@asynccontextmanager
async def watching(
    kuznia: Kuznia, prompt: str = "a note on iron", **fields: Any
) -> AsyncIterator[AsyncGenerator[Frame]]:
    """Order a note and see it being made; to leave the block is to leave the server."""
    params = fields.pop("params", None)
    body = {"prompt": prompt, **fields}
    async with kuznia.client.stream(
        "POST", NOTES, json=body, headers=EVENTS, params=params
    ) as response:
        assert response.status_code == 200, await response.aread()
        seen = frames(response)
        try:
            yield seen
        finally:
            await seen.aclose()


async def until(seen: AsyncGenerator[Frame], kind: str) -> Frame:
    """The next frame of this kind."""
    async for frame in seen:
        if frame.kind == kind:
            return frame
    raise AssertionError(f"the stream ended without {kind}")


async def listed(kuznia: Kuznia, count: int) -> list[Any]:
    """The history, once it has so many lines."""
    async with asyncio.timeout(60):
        while True:
            page = await kuznia.client.get("/api/v1/artefacts")
            if len(page.json()["data"]["items"]) >= count:
                return page.json()["data"]["items"]
            await asyncio.sleep(0.01)


async def leave(asking: "asyncio.Task[Any]") -> None:
    """Hang up in the middle of a request."""
    asking.cancel()
    with suppress(asyncio.CancelledError):
        await asking


def held(go: asyncio.Event, act: Act) -> Act:
    """The same act, once it is let go."""

    async def wait(to: Exchange) -> None:
        await go.wait()
        await act(to)

    return wait
