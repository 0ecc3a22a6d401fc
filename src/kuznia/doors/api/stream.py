"""Runs as they happen: server-sent events, resuming and cancelling."""

from contextlib import aclosing, suppress
from typing import Annotated, get_args

from fastapi import APIRouter, Header, Request, Response
from pydantic_core import to_json
from starlette.background import BackgroundTask
from starlette.types import Receive, Scope, Send

from kuznia.doors.context import doors
from kuznia.forge.runs.events import Event
from kuznia.forge.runs.far import FarRun, SoughtRun
from kuznia.forge.runs.live import Run
from kuznia.forge.runs.past import PastRun
from kuznia.forge.runs.runs import Runs
from kuznia.forge.terms import EventKind
from kuznia.platform.envelope import Envelope
from kuznia.platform.errors import Invalid
from kuznia.platform.redis import NoRedis
from kuznia.web.answers import EVENT_STREAM, answered
from kuznia.web.ids import InPath
from kuznia.web.leaving import ClientLeft, unless_gone
from kuznia.web.route import ExactRoute
from kuznia.web.shapes import linked
from kuznia.web.state import caller_of

router = APIRouter(prefix="/api/v1/runs", tags=["runs"], route_class=ExactRoute)

# Proxies cut a connection that is silent for a minute, some for half of one.
HEARTBEAT = 10.0
# OpenAPI has no words for a stream: this is each of its events.
EVENT = {
    "type": "object",
    "properties": {
        "id": {"type": "string", "description": "The number, for `Last-Event-ID`."},
        "event": {"type": "string", "enum": list(get_args(EventKind))},
        "data": {"type": "string", "description": "JSON."},
    },
}
EVENTS = {EVENT_STREAM: {"schema": EVENT}}
HERE = b": here\n\n"


class EventStream(Response):
    """Starts at once, before there is anything to tell; ends with the run or with the client."""

    media_type = EVENT_STREAM

    def __init__(self, runs: Runs, run: Run | PastRun | FarRun | SoughtRun, after: int = 0) -> None:
        self._runs, self._run, self._after = runs, run, after
        self.status_code = 200
        self.background: BackgroundTask | None = None
        self.body = b""
        self.init_headers(
            {"Cache-Control": "no-store", "X-Accel-Buffering": "no", "X-Run-Id": run.id}
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert scope["type"] == "http"
        headers = [(k, v) for k, v in self.raw_headers if k != b"content-length"]
        with self._runs.streaming(self._run):
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            # The answer has begun: to one who has left there is nothing more to say.
            with suppress(ClientLeft):
                await unless_gone(receive, self._pump(send))

    async def _pump(self, send: Send) -> None:
        """A heartbeat first: the client knows at once that it is heard, whatever the model does."""
        body = b"retry: 1000\n" + HERE
        await send({"type": "http.response.body", "body": body, "more_body": True})
        async with aclosing(self._run.events.after(self._after, HEARTBEAT)) as events:
            async for event in events:
                body = frame(event) if event else HERE
                await send({"type": "http.response.body", "body": body, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


def frame(event: Event) -> bytes:
    """JSON holds no raw line break, so one data line is always enough."""
    return b"id: %d\nevent: %b\ndata: %b\n\n" % (event.number, event.kind.encode(), data(event))


def data(event: Event) -> bytes:
    """The event's JSON. An artefact is put in as it lies on the shelf, with its links."""
    if event.kind == "run.finished" and (kept := event.data["artefact"]):
        return b'{"artefact":%b}' % linked(kept)
    return to_json(event.data)


@router.get(
    "/{run_id}/events",
    summary="Follow a run, from the start or from where you lost it",
    response_class=Response,
    responses={
        200: {"description": "The run's events.", "content": EVENTS},
        204: {"description": "The run has ended and you have its last event: come no more."},
    },
)
async def follow(
    request: Request,
    run_id: InPath,
    last_event_id: Annotated[
        int, Header(ge=0, description="The number of the last event you have.")
    ] = 0,
) -> Response:
    """Every event after `Last-Event-ID`, then those to come. The last is always `run.finished` or
    `run.failed`; a stream that ends without one was cut, and can be resumed here."""
    runs = doors(request).runs
    try:
        run = await runs.get(caller_of(request), run_id)
    except NoRedis:
        # A browser never comes again after an error, and this one passes.
        if (sought := runs.seek(caller_of(request), run_id)) is None:
            raise
        return EventStream(runs, sought, last_event_id)
    newest = run.events.newest
    # What is read of a run elsewhere may be behind what its listener has heard.
    if last_event_id > newest and (run.ended or isinstance(run, Run)):
        raise Invalid(
            f"Last-Event-ID is the number of an event of this run; the newest is {newest}.",
            details={"fields": [{"where": "header.last-event-id", "message": "too high"}]},
        )
    if last_event_id == newest and run.ended:
        # A browser comes again after every end of a stream, except after this answer.
        return Response(status_code=204)
    return EventStream(runs, run, last_event_id)


@router.delete(
    "/{run_id}",
    summary="Cancel a run",
    status_code=202,
    response_class=Response,
    responses={202: {"model": Envelope[None]}},
)
async def cancel(request: Request, run_id: InPath) -> Response:
    """The work stops, calls to the model included. A run that has ended stays as it ended."""
    await doors(request).runs.cancel(caller_of(request), run_id)
    message = "What was under way is stopped; what had ended stays as it ended."
    return answered(None, status=202, message=message)


def wants_events(request: Request) -> bool:
    return EVENT_STREAM in request.headers.get("accept", "")
