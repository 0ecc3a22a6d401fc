"""The read-only pages of the admin panel; acts.py has what changes something."""

from collections.abc import Sequence

from fastapi import APIRouter, Request, Response

from kuznia import __version__
from kuznia.callers import overview
from kuznia.callers.budgets.bookings import MAX_DAYS, booked
from kuznia.callers.budgets.rows import budget_state
from kuznia.callers.credentials.keys import ApiKey
from kuznia.callers.limits.caller_limits import NAMES, limit_text
from kuznia.callers.users import User
from kuznia.doors.context import doors
from kuznia.doors.panel.page import (
    ROWS,
    Content,
    Panel,
    PanelView,
    Text,
    ask_first,
    el,
    facts,
    link,
    page,
    rows_of,
    search,
    view_of,
)
from kuznia.doors.readiness import readiness
from kuznia.forge.shelf.storage import used_by
from kuznia.web.studio import studio_file

router = APIRouter(prefix="/admin", include_in_schema=False, route_class=Panel)

# The newest rows of spending that are shown; `kuznia limits show` lists all.
MAX_BOOKED = 500


@router.get("/panel.css")
async def style() -> Response:
    return studio_file("panel.css", "text/css")


@router.get("/panel.svg")
async def icon() -> Response:
    return studio_file("panel.svg", "image/svg+xml")


@router.get("")
async def state(request: Request) -> Response:
    context, view = doors(request), view_of(request)
    now = await readiness(context)
    runs = context.runs.newest()
    values: dict[str, Content] = {
        "Version": __version__,
        "Accepts orders": view.say("yes" if now.ready else "no"),
        "Database": now.database,
        "Database schema": now.schema_,
        "Redis": view.say(now.redis),
        "Model": view.say(now.model),
        "Runs in progress": str(sum(not run.ended for run in runs)),
        "Finished runs": str(sum(run.ended for run in runs)),
    }
    breakers = [[name, view.say(state)] for name, state in now.breakers.items()]
    table = view.table("Models", ("Model", "Circuit breaker"), breakers)
    return page(
        view, view.say("Overview"), facts(view, values), el("h2", view.say("Models")), table
    )


@router.get("/users")
async def users(request: Request, after: Text = "", who: Text = "") -> Response:
    context, view = doors(request), view_of(request)
    people = context.callers.users
    listed = [await people.get(who)] if who else await people.all(after, ROWS + 1)
    rows, more = rows_of(listed, lambda last: {"after": last.id})
    heads = ("Name", "Id", "Role", "State", "Created", "Links", "Actions")
    table = view.table("Users", heads, (_person(view, person) for person in rows))
    find = search(view, "Name or id", "who", who)
    return page(view, view.say("Users"), find, table, view.more(more))


def _person(view: PanelView, person: User) -> Sequence[Content]:
    say = view.say
    mine = view.who is not None and view.who.id == person.id
    other = ("user", "Remove admin role") if person.role == "admin" else ("admin", "Make admin")
    turn = ("enable", "Enable") if person.disabled else ("disable", "Disable")
    acts = [
        # A screen reader does not show which row a button belongs to, so its label says it.
        el("button", say(word), name="act", value=act, aria_label=f"{say(word)}: {_name(person)}")
        for act, word in (turn, other)
    ]
    of = el("input", type="hidden", name="who", value=person.id)
    return (
        _name(person),
        el("code", person.id),
        say(person.role),
        say("disabled" if person.disabled else "active"),
        view.moment(person.created_at),
        [
            el("a", say("API keys"), href=link("keys", owner=person.id)),
            " ",
            el("a", say("Artefacts"), href=link("artefacts", owner=person.id)),
            " ",
            el("a", say("Limits"), href=link("limits", owner=person.id)),
        ],
        say("Your account") if mine else view.form("users", of, *acts, class_="row"),
    )


def _name(person: User) -> str:
    return person.name or person.id


@router.get("/keys")
async def keys(
    request: Request, owner: Text = "", after_owner: Text = "", after: Text = ""
) -> Response:
    context, view = doors(request), view_of(request)
    start = (after_owner, after) if after_owner else ()
    whose = await context.callers.users.owner(owner) if owner else ""
    listed = await overview.keys(context.db, start, ROWS + 1, whose)
    now = context.forge.clock.now()
    rows, more = rows_of(
        listed, lambda last: {"owner": owner, "after_owner": last.owner, "after": last.id}
    )
    heads = ("Key", "Purpose", "Owner", "Scopes", "Created", "Valid until", "State", "Actions")
    table = view.table("API keys", heads, (_key(view, key, key.works(now)) for key in rows))
    find = search(view, "Owner", "owner", owner)
    return page(view, view.say("API keys"), find, table, view.more(more))


def _key(view: PanelView, key: ApiKey, works: bool) -> Sequence[Content]:
    state = "active" if works else "revoked" if key.revoked_at else "expired"
    revoke = ask_first(view, "Revoke", key.name, f"keys/{key.id}/revoke")
    return (
        el("code", key.id),
        key.name,
        el("a", el("code", key.owner), href=link("limits", owner=key.owner)),
        ", ".join(key.scopes),
        view.moment(key.created_at),
        view.moment(key.revoked_at or key.expires_at),
        view.say(state),
        revoke if works else None,
    )


@router.get("/limits")
async def limits(request: Request, owner: Text = "", after: Text = "") -> Response:
    context, view = doors(request), view_of(request)
    find = search(view, "Owner", "owner", owner)
    if owner:
        owner = await context.callers.users.owner(owner, erased=True)
        return page(
            view,
            view.say("Limits"),
            find,
            *await _limits_of(request, owner),
            el("h2", view.say("Spending")),
            await _spent_by(request, owner),
        )
    listed = await overview.counted(context.db, (after,) if after else (), ROWS + 1)
    rows, more = rows_of(listed, lambda last: {"after": last})
    table = view.table(
        "Limits", ("Owner",), ([el("a", name, href=link("limits", owner=name))] for name in rows)
    )
    return page(view, view.say("Limits"), find, table, view.more(more))


async def _limits_of(request: Request, owner: str) -> Sequence[Content]:
    context, view = doors(request), view_of(request)
    say, allowances = view.say, context.metering.caller_limits
    allowed, decided = await allowances.of(owner), await allowances.decided(owner)
    used = (await budget_state(context.db, owner, context.forge.clock.now())).used
    used["storage"] = await used_by(context.db, owner)
    rows: list[Sequence[Content]] = []
    fields: list[Content] = [el("input", type="hidden", name="who", value=owner)]
    for name in NAMES:
        word = say(LIMITS[name])
        spent = limit_text(name, used[name]) if name in used else ""
        limit = say(limit_text(name, getattr(allowed, name)))
        whose = say("set for this caller" if name in decided else "default")
        rows.append((word, limit, spent, whose))
        box = el("input", name=name, maxlength="40", placeholder=say("unchanged"))
        fields.append(el("label", word, box))
    table = view.table(owner, ("Limit", "Value", "Used", "Source"), rows)
    hint = say(HINT)
    fields += [el("p", hint), el("button", say("Save"))]
    return table, el("h2", say("Set limits for this caller")), view.form("limits", *fields)


async def _spent_by(request: Request, owner: str) -> Content:
    context, view = doors(request), view_of(request)
    rows = [
        (
            one.day,
            f"{one.name} ({one.key})" if one.name else one.key or view.say("without a key"),
            one.model or "–",
            f"{one.calls:,}",
            f"{one.input_tokens:,} + {one.output_tokens:,}",
            limit_text("cost", one.cost),
        )
        for one in await booked(context.db, owner, context.forge.clock.now(), MAX_DAYS)
    ]
    heads = ("Day", "Key", "Model", "Calls", "Tokens (input + output)", "Cost")
    return view.table("Spending by day, key and model", heads, rows[:MAX_BOOKED])


HINT = "A number, a rate such as 10/minute, or dollars. `off`: no limit. `default`: server's."
LIMITS = {
    "requests": "Requests",
    "generation": "Orders",
    "at_once": "Concurrent orders",
    "tokens_day": "Tokens per day",
    "tokens_month": "Tokens per month",
    "cost_day": "Dollars per day",
    "cost_month": "Dollars per month",
    "storage": "Storage",
}


@router.get("/settings")
async def settings(request: Request) -> Response:
    view = view_of(request)
    rows = (
        (el("code", name), el("code", value))
        for name, value in doors(request).settings.public().items()
    )
    table = view.table("Current settings", ("Setting", "Value"), rows)
    return page(view, view.say("Settings"), table)
