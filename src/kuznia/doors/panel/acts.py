"""What an admin does in the panel. Each route takes a form of ours alone; see Panel."""

from collections.abc import Awaitable, Callable, Mapping

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from kuznia.callers.limits.caller_limits import NAMES, parsed_limit
from kuznia.callers.users import User, Users
from kuznia.doors.context import doors, require_accounts
from kuznia.doors.http import panel_session
from kuznia.doors.http.address import address_of
from kuznia.doors.panel.page import Panel, View, el, link, page, view
from kuznia.platform.errors import (
    Conflict,
    Fault,
    Forbidden,
    Invalid,
    NotFound,
    RateLimited,
    Unauthorized,
)
from kuznia.platform.log import get_log
from kuznia.web.asked import caller_of
from kuznia.web.ids import InPath

log = get_log("panel")
router = APIRouter(prefix="/admin", include_in_schema=False, route_class=Panel)

Act = Callable[[Users, str], Awaitable[User]]
ACTS: Mapping[str, Act] = {
    "disable": Users.disable,
    "enable": Users.enable,
    "admin": lambda users, who: users.set_role(who, "admin"),
    "user": lambda users, who: users.set_role(who, "user"),
}


@router.get("/sign-in")
async def sign_in_page(request: Request) -> Response:
    """Where nobody needs a credential there is nothing to sign in to."""
    if not doors(request).settings.closed:
        return RedirectResponse(link(""), 303)
    return _sign_in(view(request))


@router.post("/sign-in")
async def sign_in(request: Request) -> Response:
    """The session opens the panel and nothing else; one the browser had before is over."""
    at, sent = require_accounts(request), _form(request)
    accounts = at.callers.accounts
    try:
        session = await accounts.open_panel(
            sent.get("name", ""), sent.get("password", ""), address_of(request)
        )
    except (Unauthorized, Forbidden, RateLimited, Invalid) as fault:
        return _sign_in(view(request), fault)
    await panel_session.sign_out(request)
    answer = RedirectResponse(link(""), 303)
    panel_session.begin(request, answer, session)
    return answer


@router.post("/sign-out")
async def sign_out(request: Request) -> Response:
    await panel_session.sign_out(request)
    answer = RedirectResponse(panel_session.SIGN_IN, 303)
    panel_session.end(answer)
    return answer


@router.post("/users")
async def change_person(request: Request) -> Response:
    """Everywhere within a second; nobody shuts the door on themselves."""
    at, me, sent = doors(request), caller_of(request), _form(request)
    act, user = sent.get("act", ""), await at.callers.users.get(sent.get("who", ""))
    if user.id == me.id:
        raise Conflict("Somebody else must do that: you would lock yourself out.")
    if act not in ACTS:
        raise Invalid("There is nothing of that name to be done.")
    await ACTS[act](at.callers.users, user.id)
    at.callers.forget(user.id)
    log.info("person_changed", user=user.id, act=act, by=me.id)
    return _to("users", who=user.id)


@router.post("/keys/{key_id}/revoke")
async def revoke(request: Request, key_id: InPath) -> Response:
    at, me = doors(request), caller_of(request)
    found = await at.callers.keys.find(key_id)
    if found is None:
        raise NotFound("There is no such key.")
    key = await at.callers.keys.revoke(found.key.owner, key_id)
    at.callers.forget(key_id)
    log.info("key_revoked", key=key.id, by=me.id)
    return _to("keys", owner=key.owner)


@router.post("/limits")
async def decide(request: Request) -> Response:
    """What a field leaves empty stays as it is."""
    at, me, sent = doors(request), caller_of(request), _form(request)
    owner = await at.callers.users.owner(sent.get("who", ""))
    try:
        changes = {name: parsed_limit(name, text) for name in NAMES if (text := sent.get(name, ""))}
    except ValueError as wrong:
        raise Invalid(f"{wrong}.") from None
    if changes:
        await at.metering.caller_limits.decide(owner, changes)
        log.info("limits_decided", owner=owner, limits=sorted(changes), by=me.id)
    return _to("limits", owner=owner)


def _form(request: Request) -> Mapping[str, str]:
    return request.state.form


def _to(where: str, **query: str) -> Response:
    return RedirectResponse(link(where, **query), 303)


def _sign_in(at: View, fault: Fault | None = None) -> Response:
    say = at.say
    told = el("p", say(fault.message), role="alert") if fault else None
    name = el("input", name="name", autocomplete="username", required="", maxlength="200")
    word = el(
        "input",
        name="password",
        type="password",
        autocomplete="current-password",
        required="",
        maxlength="1000",
    )
    form = at.form(
        "sign-in",
        el("label", say("Name"), name),
        el("label", say("Password"), word),
        el("button", say("Sign in")),
    )
    return page(at, say("Sign in"), told, form, fault=fault)
