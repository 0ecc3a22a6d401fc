"""The artefacts of a caller: read one, list them, delete."""

from collections.abc import Collection
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import AfterValidator

from kuznia.doors.context import doors
from kuznia.forge.shelf.shelf import MAX_DELETED, Deleted
from kuznia.forge.terms import Status
from kuznia.platform.envelope import Envelope
from kuznia.web.answers import answered
from kuznia.web.ids import NAME, BeforeInQuery, InPath, LimitInQuery
from kuznia.web.route import ExactRoute
from kuznia.web.shapes import ArtefactPage, ArtefactShape, DeletedShape, kept_headers, linked, links
from kuznia.web.state import caller_of


def many(domains: Collection[str]) -> APIRouter:
    """The routes of the history. An unknown domain is refused: its history would look empty."""
    router = APIRouter(prefix="/api/v1/artefacts", tags=["artefacts"], route_class=ExactRoute)
    names = sorted(domains)

    def known(name: str | None) -> str | None:
        if name is not None and name not in domains:
            message = f"There is no such domain; the domains are {', '.join(names)}"
            raise ValueError(message)
        return name

    described = Query(json_schema_extra={"enum": names})

    @router.get(
        "",
        summary="Your artefacts, newest first",
        response_class=Response,
        responses={200: {"model": Envelope[ArtefactPage]}},
    )
    async def page(
        request: Request,
        domain: Annotated[str | None, AfterValidator(known), described] = None,
        status: Annotated[Status | None, Query()] = None,
        before: BeforeInQuery = None,
        limit: LimitInQuery = 20,
    ) -> Response:
        rows = await doors(request).forge.shelf.page(
            caller_of(request), domain=domain, status=status, before=before, limit=limit + 1
        )
        lines = [
            {
                "id": kept.id,
                "domain": kept.domain,
                "status": kept.status,
                "created_at": kept.created_at,
                "links": links(kept),
            }
            for kept in rows[:limit]
        ]
        following = rows[limit - 1].id if len(rows) > limit else None
        return answered({"items": lines, "next": following})

    @router.delete(
        "",
        summary="Delete all artefacts older than a given one",
        response_class=Response,
        responses={200: {"model": Envelope[DeletedShape]}},
    )
    async def delete_before(
        request: Request,
        before: Annotated[
            str,
            Query(
                max_length=64, pattern=NAME, description="The id of the oldest artefact to keep."
            ),
        ],
        domain: Annotated[str | None, AfterValidator(known), described] = None,
    ) -> Response:
        """Deletes at most a thousand, the oldest first; `more` tells whether to repeat it."""
        shelf = doors(request).forge.shelf
        return _deleted(request, await shelf.delete_before(caller_of(request), before, domain))

    return router


single = APIRouter(prefix="/api/v1/artefacts", tags=["artefacts"], route_class=ExactRoute)


@single.get(
    "/{artefact_id}",
    summary="One artefact",
    response_class=Response,
    responses={200: {"model": Envelope[ArtefactShape]}},
)
async def read(request: Request, artefact_id: InPath) -> Response:
    shelf = doors(request).forge.shelf
    kept = await shelf.get(caller_of(request), artefact_id)
    return answered(linked(kept), headers=kept_headers(kept))


@single.delete(
    "/{artefact_id}",
    summary="Delete one artefact",
    response_class=Response,
    responses={200: {"model": Envelope[DeletedShape]}},
)
async def delete(request: Request, artefact_id: InPath) -> Response:
    """This cannot be undone. The storage it used is free again."""
    shelf = doors(request).forge.shelf
    return _deleted(request, await shelf.delete(caller_of(request), artefact_id))


def _deleted(request: Request, gone: Deleted) -> Response:
    doors(request).runs.forget_runs(gone.runs)
    more = gone.count == MAX_DELETED
    return answered(DeletedShape(deleted=gone.count, bytes=gone.size, more=more))
