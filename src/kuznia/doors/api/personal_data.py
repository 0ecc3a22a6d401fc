"""All data of a caller: exported as one file, or erased."""

from collections.abc import AsyncGenerator

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field
from pydantic_core import to_json

from kuznia.callers import personal_data
from kuznia.doors.context import doors
from kuznia.forge.terms import Caller
from kuznia.platform.db.database import Database
from kuznia.platform.envelope import Envelope
from kuznia.platform.log import get_log
from kuznia.web.answers import answered
from kuznia.web.route import ExactRoute
from kuznia.web.state import caller_of

log = get_log("callers")
router = APIRouter(prefix="/api/v1/me", tags=["me"], route_class=ExactRoute)

MEDIA_TYPE = "application/x-ndjson"
LINES = {MEDIA_TYPE: {"schema": {"type": "string"}}}


class Erased(BaseModel):
    rows: dict[str, int] = Field(description="Number of rows erased, by table.")


@router.get(
    "/export",
    summary="Export all your data, one line of JSON per row",
    response_class=Response,
    responses={200: {"content": LINES, "description": "`{table, row}` on each line."}},
)
async def export(request: Request) -> Response:
    """Contains everything except secrets: only hashes of keys and passwords are stored."""
    who = caller_of(request)
    headers = {"Content-Disposition": 'attachment; filename="kuznia-export.ndjson"'}
    return StreamingResponse(lines(doors(request).db, who), media_type=MEDIA_TYPE, headers=headers)


@router.delete(
    "",
    summary="Erase all your data and your account",
    response_class=Response,
    responses={200: {"model": Envelope[Erased]}},
)
async def erase(request: Request) -> Response:
    """This cannot be undone. Runs in progress are cancelled first. Your id is kept, with what was
    spent and the limits an operator set, so that erasing does not renew a budget."""
    context, who = doors(request), caller_of(request)
    await context.runs.forget(who)
    # Before the rows go: what is still in memory must not come after them.
    await context.forge.shelf.forget(who)
    rows = await personal_data.erase(context.db, who.id)
    context.callers.forget(who.id)
    log.info("erased", person=who.id, rows=sum(rows.values()))
    return answered(Erased(rows=rows))


async def lines(db: Database, who: Caller) -> AsyncGenerator[bytes]:
    """The lines of the export."""
    async for table, row in personal_data.taken(db, who.id):
        yield to_json({"table": table, "row": row}) + b"\n"
