"""The actions of the admin panel. Each route accepts only forms of our own pages; see Panel."""

from collections.abc import Awaitable, Callable, Mapping

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from kuznia.callers.limits.caller_limits import NAMES, parsed_limit
from kuznia.callers.users import User, Users
from kuznia.doors.context import DoorState, doors, require_accounts
from kuznia.doors.http import panel_session
from kuznia.doors.http.address import address_of
from kuznia.doors.panel.page import Panel, PanelView, el, link, page, view_of
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
from kuznia.web.ids import InPath
from kuznia.web.state import caller_of, state_of

log = get_log("panel")
router = APIRouter(prefix="/admin", include_in_schema=False, route_class=Panel)

Act = Callable[[Users, str], Awaitable[User]]
ACTS: Mapping[str, Act] = {
    "disable": Users.disable,
    "enable": Users.enable,
    "admin": lambda people, who: people.set_role(who, "admin"),
    "user": lambda people, who: people.set_role(who, "user"),
}


@router.get("/sign-in")
async def sign_in_page(request: Request) -> Response:
    """Sign-in page; a server without accounts needs no sign-in."""
    if not doors(request).settings.closed:
        return RedirectResponse(link(""), 303)
    return _sign_in(view_of(request))


@router.post("/sign-in")
async def sign_in(request: Request) -> Response:
    """Sign in to the panel; the session opens nothing else, and replaces an older one."""
    context, sent = require_accounts(request), _form(request)
    accounts = context.callers.accounts
    try:
        session = await accounts.open_panel(
            sent.get("name", ""), sent.get("password", ""), address_of(request)
        )
    except (Unauthorized, Forbidden, RateLimited, Invalid) as fault:
        return _sign_in(view_of(request), fault)
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
    """Change a user, in all processes within a second; nobody can lock themselves out."""
    context, me, sent = doors(request), caller_of(request), _form(request)
    act, person = sent.get("act", ""), await context.callers.users.get(sent.get("who", ""))
    if person.id == me.id:
        raise Conflict(
            "You cannot change your own account here: you could lock yourself out.",
            message_id="own-account",
        )
    if act not in ACTS:
        raise Invalid("There is no such action.", message_id="no-such-action")
    await ACTS[act](context.callers.users, person.id)
    context.callers.forget(person.id)
    log.info("person_changed", person=person.id, act=act, by=me.id)
    return _to("users", who=person.id)


@router.post("/keys/{key_id}/revoke")
async def revoke(request: Request, key_id: InPath) -> Response:
    context, me = doors(request), caller_of(request)
    stored = await context.callers.keys.find(key_id)
    if stored is None:
        raise NotFound("There is no such key.", message_id="no-such-key")
    key = await context.callers.keys.revoke(stored.key.owner, key_id)
    context.callers.forget(key_id)
    log.info("key_revoked", key=key.id, by=me.id)
    return _to("keys", owner=key.owner)


@router.post("/limits")
async def decide(request: Request) -> Response:
    """Set limits of a caller; an empty field changes nothing."""
    context, me, sent = doors(request), caller_of(request), _form(request)
    owner = await context.callers.users.owner(sent.get("who", ""))
    try:
        changes = {name: parsed_limit(name, text) for name in NAMES if (text := sent.get(name, ""))}
    except ValueError as wrong:
        raise Invalid(f"{wrong}.") from None
    if changes:
        await context.metering.caller_limits.decide(owner, changes)
        log.info("limits_decided", owner=owner, limits=sorted(changes), by=me.id)
    return _to("limits", owner=owner)


def _form(request: Request) -> Mapping[str, str]:
    form = state_of(request.scope, DoorState).form
    assert form is not None, "Panel reads the form of every POST"
    return form


def _to(path: str, **query: str) -> Response:
    return RedirectResponse(link(path, **query), 303)


def _sign_in(view: PanelView, fault: Fault | None = None) -> Response:
    say = view.say
    alert = el("p", view.fault(fault), role="alert") if fault else None
    name = el("input", name="name", autocomplete="username", required="", maxlength="200")
    password = el(
        "input",
        name="password",
        type="password",
        autocomplete="current-password",
        required="",
        maxlength="1000",
    )
    form = view.form(
        "sign-in",
        el("label", say("Name"), name),
        el("label", say("Password"), password),
        el("button", say("Sign in")),
    )
    return page(view, say("Sign in"), alert, form, fault=fault)
