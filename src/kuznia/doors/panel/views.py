"""The admin panel: what an admin sees. Nothing here changes anything; acts.py does."""

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
    Given,
    Panel,
    Text,
    View,
    ask_first,
    el,
    facts,
    link,
    page,
    rows_of,
    search,
    view,
)
from kuznia.doors.readiness import readiness
from kuznia.forge.shelf.storage import used_by
from kuznia.web.studio import studio_file

router = APIRouter(prefix="/admin", include_in_schema=False, route_class=Panel)

# Rows of what somebody spent, the newest; the command line shows all.
MAX_BOOKED = 500


@router.get("/panel.css")
async def style() -> Response:
    return studio_file("panel.css", "text/css")


@router.get("/panel.svg")
async def icon() -> Response:
    return studio_file("panel.svg", "image/svg+xml")


@router.get("")
async def state(request: Request) -> Response:
    at, here = doors(request), view(request)
    now = await readiness(at)
    runs = at.runs.newest()
    told: dict[str, Given] = {
        "Version": __version__,
        "Takes orders": here.say("yes" if now.ready else "no"),
        "Database": now.database,
        "Tables": now.schema_,
        "Redis": now.redis,
        "Model": now.model,
        "Runs under way": str(sum(not one.ended for one in runs)),
        "Runs that ended": str(sum(one.ended for one in runs)),
    }
    breakers = [[name, here.say(state)] for name, state in now.breakers.items()]
    table = here.table("Models", ("Model", "Breaker"), breakers)
    return page(here, here.say("State"), facts(here, told), el("h2", here.say("Models")), table)


@router.get("/users")
async def users(request: Request, after: Text = "", who: Text = "") -> Response:
    at, here = doors(request), view(request)
    known = at.callers.users
    found = [await known.get(who)] if who else await known.all(after, ROWS + 1)
    rows, more = rows_of(found, lambda last: {"after": last.id})
    heads = ("Name", "Id", "Role", "State", "Since", "Theirs", "Change")
    table = here.table("Users", heads, (_person(here, one) for one in rows))
    find = search(here, "Name or id", "who", who)
    return page(here, here.say("Users"), find, table, here.more(more))


def _person(here: View, one: User) -> Sequence[Given]:
    say = here.say
    mine = here.who is not None and here.who.id == one.id
    other = ("user", "Make a user") if one.role == "admin" else ("admin", "Make an admin")
    turn = ("enable", "Enable") if one.disabled else ("disable", "Disable")
    acts = [
        # Which of the many buttons it is must be told to whoever does not see the row.
        el("button", say(word), name="act", value=act, aria_label=f"{say(word)}: {_name(one)}")
        for act, word in (turn, other)
    ]
    of = el("input", type="hidden", name="who", value=one.id)
    return (
        _name(one),
        el("code", one.id),
        say(one.role),
        say("disabled" if one.disabled else "active"),
        here.moment(one.created_at),
        [
            el("a", say("API keys"), href=link("keys", owner=one.id)),
            " ",
            el("a", say("Artefacts"), href=link("artefacts", owner=one.id)),
            " ",
            el("a", say("Limits"), href=link("limits", owner=one.id)),
        ],
        say("This is you.") if mine else here.form("users", of, *acts, class_="row"),
    )


def _name(one: User) -> str:
    return one.name or one.id


@router.get("/keys")
async def keys(
    request: Request, owner: Text = "", after_owner: Text = "", after: Text = ""
) -> Response:
    at, here = doors(request), view(request)
    start = (after_owner, after) if after_owner else ()
    whose = await at.callers.users.owner(owner) if owner else ""
    found = await overview.keys(at.db, start, ROWS + 1, whose)
    now = at.forge.clock.now()
    rows, more = rows_of(
        found, lambda last: {"owner": owner, "after_owner": last.owner, "after": last.id}
    )
    heads = ("Key", "For", "Owner", "Allows", "Since", "Until", "State", "Change")
    table = here.table("API keys", heads, (_key(here, one, one.works(now)) for one in rows))
    find = search(here, "Owner", "owner", owner)
    return page(here, here.say("API keys"), find, table, here.more(more))


def _key(here: View, one: ApiKey, works: bool) -> Sequence[Given]:
    state = "works" if works else "revoked" if one.revoked_at else "expired"
    revoke = ask_first(here, "Revoke", one.name, f"keys/{one.id}/revoke")
    return (
        el("code", one.id),
        one.name,
        el("a", el("code", one.owner), href=link("limits", owner=one.owner)),
        ", ".join(one.scopes),
        here.moment(one.created_at),
        here.moment(one.revoked_at or one.expires_at),
        here.say(state),
        revoke if works else None,
    )


@router.get("/limits")
async def limits(request: Request, owner: Text = "", after: Text = "") -> Response:
    at, here = doors(request), view(request)
    find = search(here, "Owner", "owner", owner)
    if owner:
        owner = await at.callers.users.owner(owner, erased=True)
        return page(
            here,
            here.say("Limits"),
            find,
            *await _limits_of(request, owner),
            el("h2", here.say("Spent")),
            await _spent_by(request, owner),
        )
    found = await overview.counted(at.db, (after,) if after else (), ROWS + 1)
    rows, more = rows_of(found, lambda last: {"after": last})
    table = here.table(
        "Limits", ("Owner",), ([el("a", one, href=link("limits", owner=one))] for one in rows)
    )
    return page(here, here.say("Limits"), find, table, here.more(more))


async def _limits_of(request: Request, owner: str) -> Sequence[Given]:
    at, here = doors(request), view(request)
    say, caller_limits = here.say, at.metering.caller_limits
    allowed, decided = await caller_limits.of(owner), await caller_limits.decided(owner)
    used = (await budget_state(at.db, owner, at.forge.clock.now())).used
    used["storage"] = await used_by(at.db, owner)
    rows: list[Sequence[Given]] = []
    fields: list[Given] = [el("input", type="hidden", name="who", value=owner)]
    for name in NAMES:
        word = say(LIMITS[name])
        spent = limit_text(name, used[name]) if name in used else ""
        limit = limit_text(name, getattr(allowed, name))
        whose = say("for this caller" if name in decided else "as for everyone")
        rows.append((word, limit, spent, whose))
        box = el("input", name=name, maxlength="40", placeholder=say("unchanged"))
        fields.append(el("label", word, box))
    table = here.table(owner, ("What", "Limit", "Used", "Decided"), rows)
    hint = say("A number, or 10/minute, or dollars; `off`: no limit; `usual`: as for everyone.")
    fields += [el("p", hint), el("button", say("Decide"))]
    return table, el("h2", say("Decide for this caller")), here.form("limits", *fields)


async def _spent_by(request: Request, owner: str) -> Given:
    at, here = doors(request), view(request)
    rows = [
        (
            one.day,
            f"{one.name} ({one.key})" if one.name else one.key or here.say("signed in"),
            one.model or "–",
            f"{one.calls:,}",
            f"{one.input_tokens:,} + {one.output_tokens:,}",
            limit_text("cost", one.cost),
        )
        for one in await booked(at.db, owner, at.forge.clock.now(), MAX_DAYS)
    ]
    heads = ("Day", "Key", "Model", "Calls", "Tokens", "Cost")
    return here.table("Spent by day, key and model", heads, rows[:MAX_BOOKED])


LIMITS = {
    "requests": "Requests",
    "generation": "Orders",
    "at_once": "Orders at once",
    "tokens_day": "Tokens a day",
    "tokens_month": "Tokens a month",
    "cost_day": "Dollars a day",
    "cost_month": "Dollars a month",
    "storage": "Bytes kept",
}


@router.get("/settings")
async def settings(request: Request) -> Response:
    here = view(request)
    rows = (
        (el("code", name), el("code", value))
        for name, value in doors(request).settings.public().items()
    )
    table = here.table("Settings in force", ("Setting", "Value"), rows)
    return page(here, here.say("Settings"), table)
