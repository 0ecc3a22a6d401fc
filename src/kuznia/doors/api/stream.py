"""Server-sent events of a run: following, resuming and cancelling."""

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
from kuznia.forge.runs.supervisor import Runs
from kuznia.forge.terms import EventKind
from kuznia.platform.envelope import Envelope
from kuznia.platform.errors import Invalid
from kuznia.platform.redis import NoRedis
from kuznia.web.answers import EVENT_STREAM, answered
from kuznia.web.client_left import ClientLeft, unless_gone
from kuznia.web.ids import InPath
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
        "id": {"type": "string", "description": "The number of the event, for `Last-Event-ID`."},
        "event": {"type": "string", "enum": list(get_args(EventKind))},
        "data": {"type": "string", "description": "JSON."},
    },
}
EVENTS = {EVENT_STREAM: {"schema": EVENT}}
HERE = b": here\n\n"


class EventStream(Response):
    """A stream that starts at once, and ends when the run ends or the client leaves."""

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
        """Sends a comment first, so that the client knows at once that it is connected."""
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
    summary="Follow a run from its start, or resume a broken stream",
    response_class=Response,
    responses={
        200: {"description": "The run's events.", "content": EVENTS},
        204: {"description": "The run has ended and you have its last event; do not reconnect."},
    },
)
async def follow(
    request: Request,
    run_id: InPath,
    last_event_id: Annotated[
        int, Header(ge=0, description="The number of the last event you have.")
    ] = 0,
) -> Response:
    """Sends every event after `Last-Event-ID`, and those still to come. The last event is always
    `run.finished` or `run.failed`; a stream that ends without one was cut off, and can be resumed
    here."""
    runs = doors(request).runs
    try:
        run = await runs.get(caller_of(request), run_id)
    except NoRedis:
        # A browser does not reconnect after an error, and this error is temporary.
        if (sought := runs.seek(caller_of(request), run_id)) is None:
            raise
        return EventStream(runs, sought, last_event_id)
    newest = run.events.newest
    # The copy of a run in another process may be behind what its listener has seen.
    if last_event_id > newest and (run.ended or isinstance(run, Run)):
        raise Invalid(
            f"Last-Event-ID must be the number of an event of this run; the newest is {newest}.",
            details={"fields": [{"where": "header.last-event-id", "message": "too high"}]},
        )
    if last_event_id == newest and run.ended:
        # A browser reconnects after every end of a stream, except after this answer.
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
    """Stops the work, including calls to a model. A run that has ended does not change."""
    await doors(request).runs.cancel(caller_of(request), run_id)
    message = "The run was stopped, unless it had ended already."
    return answered(None, status=202, message=message)


def wants_events(request: Request) -> bool:
    return EVENT_STREAM in request.headers.get("accept", "")
