"""The admin panel: what is and was made, for whom, and why it was accepted. Never what is in it."""

from collections.abc import Sequence
from typing import Any, cast

from fastapi import APIRouter, Request, Response

from kuznia.callers import overview
from kuznia.callers.limits.caller_limits import limit_text
from kuznia.doors.context import doors
from kuznia.doors.panel.page import (
    ROWS,
    Given,
    Panel,
    Text,
    View,
    el,
    facts,
    link,
    page,
    rows_of,
    search,
    view,
)
from kuznia.forge.runs.past import PastRun
from kuznia.forge.runs.runs import Run
from kuznia.forge.terms import Event
from kuznia.platform.errors import NotFound
from kuznia.web.ids import InPath

router = APIRouter(prefix="/admin", include_in_schema=False, route_class=Panel)


@router.get("/runs")
async def runs(request: Request, after: Text = "") -> Response:
    at, here = doors(request), view(request)
    found = at.runs.newest()
    # One that is gone by now was at the far end: what came after it is gone too.
    begin = next((n for n, one in enumerate(found, 1) if one.id == after), 0)
    rows, more = rows_of(found[begin : begin + ROWS + 1], lambda last: {"after": last.id})
    heads = ("Run", "Domain", "Owner", "State", "Events", "Listeners")
    table = here.table("Runs of this process", heads, (_run(here, one) for one in rows))
    return page(here, here.say("Runs"), table, here.more(more))


def _run(here: View, one: Run | PastRun) -> Sequence[Given]:
    return (
        el("a", el("code", one.id), href=link(f"runs/{one.id}")),
        one.domain,
        el("code", one.caller.id),
        here.say(one.ending or "under way"),
        str(one.events.newest),
        str(one.listeners),
    )


@router.get("/runs/{run_id}")
async def run(request: Request, run_id: InPath, after: int = 0) -> Response:
    at, here = doors(request), view(request)
    found = at.runs.find(run_id)
    if found is None:
        raise NotFound("There is no such run in this process any more.")
    made = found.artefact
    told: dict[str, Given] = {
        "Run": el("code", found.id),
        "Domain": found.domain,
        "Owner": el("code", found.caller.id),
        "State": here.say(found.ending or "under way"),
        "Artefact": made and el("a", el("code", made), href=link(f"artefacts/{made}")),
    }
    # Unchecked text is in the drafts, and they are many.
    events = [one for one in found.events.told if one.kind != "part.draft" and one.number > after]
    rows, more = rows_of(events[: ROWS + 1], lambda last: {"after": str(last.number)})
    table = here.table("Events", ("Number", "Event", "Part", "Findings"), map(_event, rows))
    return page(here, here.say("Run"), facts(here, told), table, here.more(more))


def _event(one: Event) -> Sequence[Given]:
    # Any: what an event tells is between those who make a run.
    findings = cast("tuple[Any, ...]", one.data.get("findings", ()))
    codes = ", ".join(found.code for found in findings)
    return str(one.number), one.kind, str(one.data.get("part", "")), codes


@router.get("/artefacts")
async def artefacts(request: Request, owner: Text = "", after: Text = "") -> Response:
    at, here = doors(request), view(request)
    whose = await at.callers.users.owner(owner) if owner else ""
    found = await overview.made(at.db, (after,) if after else (), ROWS + 1, whose)
    rows, more = rows_of(found, lambda last: {"owner": owner, "after": last.id})
    heads = ("Artefact", "Domain", "Owner", "Status", "ArtefactSummary")
    table = here.table("Artefacts", heads, (_artefact(here, one) for one in rows))
    find = search(here, "Owner", "owner", owner)
    return page(here, here.say("Artefacts"), find, table, here.more(more))


def _artefact(here: View, one: overview.ArtefactSummary) -> Sequence[Given]:
    return (
        el("a", el("code", one.id), href=link(f"artefacts/{one.id}")),
        one.domain,
        el("code", one.owner),
        here.say(one.status),
        here.moment(one.created_at),
    )


@router.get("/artefacts/{artefact_id}")
async def artefact(request: Request, artefact_id: InPath) -> Response:
    here = view(request)
    made, why = await overview.reasons(doors(request).db, artefact_id)
    evidence = why.evidence
    told: dict[str, Given] = {
        "Artefact": el("code", made.id),
        "Run": el("code", made.run_id),
        "Domain": f"{made.domain} {evidence['domain_version']}",
        "Owner": el("code", made.owner),
        "Status": here.say(made.status),
        "Declined": why.declined,
        "ArtefactSummary": here.moment(made.created_at),
        "Tokens": f"{evidence['input_tokens']:,} + {evidence['output_tokens']:,}",
        "Cost": limit_text("cost", evidence["cost"]),
        "Seconds": f"{evidence['seconds']:.3f} ({evidence['model_seconds']:.3f})",
    }
    parts = (
        (
            one["part"],
            here.say(one["made_by"]),
            one["model"] or "",
            str(one["tries"]),
            here.say(one["ended"]),
            ", ".join(
                f"{check['name']}@{check['version']} {'✓' if check['passed'] else '✗'}"
                for check in one["checks"]
            ),
        )
        for one in evidence["parts"]
    )
    calls = (
        (
            one["model"],
            one["outcome"],
            f"{one['input_tokens']:,} + {one['output_tokens']:,}",
            limit_text("cost", one["cost"]),
            f"{one['seconds']:.3f}",
        )
        for one in evidence["attempts"]
    )
    return page(
        here,
        here.say("Artefact"),
        facts(here, told),
        here.table("Parts", ("Part", "Made by", "Model", "Tries", "Ended", "Checks"), parts),
        here.table("Calls to models", ("Model", "Outcome", "Tokens", "Cost", "Seconds"), calls),
        here.table("Findings", ("Part", "Severity", "Code"), why.findings),
    )


@router.get("/feedback")
async def feedback(request: Request, after_owner: Text = "", after: Text = "") -> Response:
    at, here = doors(request), view(request)
    start = (after_owner, after) if after_owner else ()
    found = await overview.feedback(at.db, start, ROWS + 1)
    logs = list(dict.fromkeys((one.owner, one.domain) for one in found))
    shown, more = rows_of(logs, lambda last: {"after_owner": last[0], "after": last[1]})
    rows = (
        (el("code", one.owner), one.domain, one.kind, str(one.count), here.moment(one.last))
        for one in found
        if (one.owner, one.domain) in shown
    )
    table = here.table("What was learnt", ("Owner", "Domain", "Kind", "Entries", "Last"), rows)
    return page(here, here.say("Feedback"), table, here.more(more))
