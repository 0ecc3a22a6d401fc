"""Pages of the admin panel on runs, artefacts and feedback; they never show a content."""

from collections.abc import Mapping, Sequence

from fastapi import APIRouter, Request, Response

from kuznia.callers import overview
from kuznia.callers.limits.caller_limits import limit_text
from kuznia.doors.context import doors
from kuznia.doors.panel.page import (
    ROWS,
    Content,
    Panel,
    PanelView,
    Text,
    el,
    facts,
    link,
    page,
    rows_of,
    search,
    view_of,
)
from kuznia.forge.runs.events import Event
from kuznia.forge.runs.live import Run
from kuznia.forge.runs.past import PastRun
from kuznia.forge.terms import Ended
from kuznia.platform.errors import NotFound
from kuznia.web.ids import InPath

# How the making of a part ended, in words.
ENDINGS: Mapping[Ended, str] = {
    "accepted": "accepted",
    "tries": "no attempts left",
    "stalled": "no progress",
    "budget": "budget spent",
    "model": "model failed",
    "deadline": "deadline passed",
    "needs": "another part is missing",
}

# What a check said; nothing where it had nothing to look at, or no way to.
MARKS: Mapping[bool | None, str] = {True: "✓", False: "✗", None: "not checked"}

router = APIRouter(prefix="/admin", include_in_schema=False, route_class=Panel)


@router.get("/runs")
async def runs(request: Request, after: Text = "") -> Response:
    context, view = doors(request), view_of(request)
    newest = context.runs.newest()
    # A run that is gone by now was the oldest: those after it are gone too.
    begin = next((n for n, run in enumerate(newest, 1) if run.id == after), 0)
    rows, more = rows_of(newest[begin : begin + ROWS + 1], lambda last: {"after": last.id})
    heads = ("Run", "Domain", "Owner", "State", "Events", "Listeners")
    table = view.table("Runs of this process", heads, (_run(view, run) for run in rows))
    return page(view, view.say("Runs"), table, view.more(more))


def _run(view: PanelView, run: Run | PastRun) -> Sequence[Content]:
    return (
        el("a", el("code", run.id), href=link(f"runs/{run.id}")),
        run.domain,
        el("code", run.caller.id),
        view.say(run.ending or "in progress"),
        str(run.events.newest),
        str(run.listeners),
    )


@router.get("/runs/{run_id}")
async def run_page(request: Request, run_id: InPath, after: int = 0) -> Response:
    context, view = doors(request), view_of(request)
    run = context.runs.find(run_id)
    if run is None:
        raise NotFound("This process no longer has that run.", message_id="no-such-run")
    made = run.artefact
    values: dict[str, Content] = {
        "Run": el("code", run.id),
        "Domain": run.domain,
        "Owner": el("code", run.caller.id),
        "State": view.say(run.ending or "in progress"),
        "Artefact": made and el("a", el("code", made), href=link(f"artefacts/{made}")),
    }
    # Unchecked text is in the drafts, and they are many.
    events = [e for e in run.events.events if e.kind != "part.draft" and e.number > after]
    rows, more = rows_of(events[: ROWS + 1], lambda last: {"after": str(last.number)})
    table = view.table("Events", ("Number", "Event", "Part", "Findings"), map(_event, rows))
    return page(view, view.say("Run"), facts(view, values), table, view.more(more))


def _event(event: Event) -> Sequence[Content]:
    part = codes = ""
    match event.kind:
        # Wishes are the prompt's own words, which an operator does not get to see here.
        case "run.started" | "run.finished" | "run.failed" | "wish.met" | "wish.open":
            pass
        case "part.checked" | "part.mended" | "part.unmet":
            part = event.data["part"]
            codes = ", ".join(finding.code for finding in event.data["findings"])
        case _:
            part = event.data["part"]
    return str(event.number), event.kind, part, codes


@router.get("/artefacts")
async def artefacts(request: Request, owner: Text = "", after: Text = "") -> Response:
    context, view = doors(request), view_of(request)
    whose = await context.callers.users.owner(owner) if owner else ""
    listed = await overview.made(context.db, (after,) if after else (), ROWS + 1, whose)
    rows, more = rows_of(listed, lambda last: {"owner": owner, "after": last.id})
    heads = ("Artefact", "Domain", "Owner", "Status", "Created")
    table = view.table("Artefacts", heads, (_artefact(view, made) for made in rows))
    find = search(view, "Owner", "owner", owner)
    return page(view, view.say("Artefacts"), find, table, view.more(more))


def _artefact(view: PanelView, made: overview.ArtefactSummary) -> Sequence[Content]:
    return (
        el("a", el("code", made.id), href=link(f"artefacts/{made.id}")),
        made.domain,
        el("code", made.owner),
        view.say(made.status),
        view.moment(made.created_at),
    )


@router.get("/artefacts/{artefact_id}")
async def artefact(request: Request, artefact_id: InPath) -> Response:
    view = view_of(request)
    made, why = await overview.reasons(doors(request).db, artefact_id)
    evidence = why.evidence
    values: dict[str, Content] = {
        "Artefact": el("code", made.id),
        "Run": el("code", made.run_id),
        "Domain": f"{made.domain} {evidence['domain_version']}",
        "Owner": el("code", made.owner),
        "Status": view.say(made.status),
        "Made by": view.say(why.made_by),
        "Wishes": ", ".join(
            f"{view.say(outcome.replace('_', ' '))}: {count}"
            for outcome, count in why.wishes.items()
        ),
        "Declined": why.declined,
        "Created": view.moment(made.created_at),
        "Tokens (input + output)": f"{evidence['input_tokens']:,} + {evidence['output_tokens']:,}",
        "Cost": limit_text("cost", evidence["cost"]),
        "Seconds": f"{evidence['seconds']:.3f}",
        "Seconds waiting for models": f"{evidence['model_seconds']:.3f}",
    }
    parts = (
        (
            one["part"],
            view.say(one["made_by"]),
            one["model"] or "",
            str(one["tries"]),
            view.say(ENDINGS[one["ended"]]),
            ", ".join(
                f"{check['name']}@{check['version']} {view.say(MARKS[check['passed']])}"
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
        view,
        view.say("Artefact"),
        facts(view, values),
        view.table("Parts", ("Part", "Made by", "Model", "Attempts", "Result", "Checks"), parts),
        view.table(
            "Calls to models",
            ("Model", "Result", "Tokens (input + output)", "Cost", "Seconds"),
            calls,
        ),
        view.table("Findings", ("Part", "Severity", "Code"), why.findings),
    )


@router.get("/feedback")
async def feedback(request: Request, after_owner: Text = "", after: Text = "") -> Response:
    context, view = doors(request), view_of(request)
    start = (after_owner, after) if after_owner else ()
    entries = await overview.feedback(context.db, start, ROWS + 1)
    logs = list(dict.fromkeys((one.owner, one.domain) for one in entries))
    shown, more = rows_of(logs, lambda last: {"after_owner": last[0], "after": last[1]})
    rows = (
        (el("code", one.owner), one.domain, one.kind, str(one.count), view.moment(one.last))
        for one in entries
        if (one.owner, one.domain) in shown
    )
    table = view.table("Stored feedback", ("Owner", "Domain", "Kind", "Entries", "Last"), rows)
    return page(view, view.say("Feedback"), table, view.more(more))
