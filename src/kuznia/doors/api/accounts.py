"""Signing in and out, for users with an account on this server."""

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from kuznia.callers.accounts import TokenPair
from kuznia.callers.users import Role
from kuznia.doors.context import doors, require_accounts
from kuznia.doors.http.address import address_of
from kuznia.platform.envelope import Envelope
from kuznia.web.answers import answered
from kuznia.web.body import SMALL, JsonBody
from kuznia.web.route import ExactRoute
from kuznia.web.state import caller_of

router = APIRouter(prefix="/api/v1/auth", tags=["auth"], route_class=ExactRoute)


class Sent(BaseModel):
    model_config = ConfigDict(extra="forbid")


class SignIn(Sent):
    name: str = Field(min_length=1, max_length=200)
    password: SecretStr = Field(min_length=1, max_length=1000)


class Refresh(Sent):
    refresh_token: SecretStr = Field(max_length=200)


class NewPassword(Sent):
    old: SecretStr = Field(min_length=1, max_length=1000)
    new: SecretStr = Field(min_length=12, max_length=1000)


class Me(BaseModel):
    """The account of the caller."""

    id: str
    name: str | None
    role: Role
    scopes: list[str] = Field(description="What the credential of this request allows.")


SIGN_IN = JsonBody(SignIn, SMALL)
REFRESH = JsonBody(Refresh, SMALL)
NEW_PASSWORD = JsonBody(NewPassword, SMALL)


@router.post(
    "/token",
    summary="Sign in with a name and a password",
    response_class=Response,
    responses={200: {"model": Envelope[TokenPair]}},
    openapi_extra=SIGN_IN.described([{"name": "ivan@example.org", "password": "a good sentence"}]),
)
async def token(request: Request) -> Response:
    """Send the access token as `Authorization: Bearer ...`; the refresh token gets a new pair."""
    context = require_accounts(request)
    sent = await SIGN_IN.read(request)
    password = sent.password.get_secret_value()
    return answered(
        await context.callers.accounts.sign_in(sent.name, password, address_of(request))
    )


@router.post(
    "/refresh",
    summary="Exchange a refresh token for a new pair of tokens",
    response_class=Response,
    responses={200: {"model": Envelope[TokenPair]}},
    openapi_extra=REFRESH.described([{"refresh_token": "kr_..."}]),
)
async def refresh(request: Request) -> Response:
    """A refresh token works once. Using it a second time ends the session."""
    context = require_accounts(request)
    sent = await REFRESH.read(request)
    return answered(await context.callers.accounts.refresh(sent.refresh_token.get_secret_value()))


@router.post(
    "/revoke",
    summary="Sign out",
    response_class=Response,
    responses={200: {"model": Envelope[None]}},
    openapi_extra=REFRESH.described([{"refresh_token": "kr_..."}]),
)
async def revoke(request: Request) -> Response:
    """Ends the session: the refresh token stops working, and the access token expires soon."""
    context = require_accounts(request)
    sent = await REFRESH.read(request)
    await context.callers.accounts.sign_out(sent.refresh_token.get_secret_value())
    return answered(None)


@router.post(
    "/password",
    summary="Change your password",
    response_class=Response,
    responses={200: {"model": Envelope[None]}},
    openapi_extra=NEW_PASSWORD.described([{"old": "a good sentence", "new": "a better sentence"}]),
)
async def password(request: Request) -> Response:
    """Ends all your sessions, including this one."""
    context, who = require_accounts(request), caller_of(request)
    sent = await NEW_PASSWORD.read(request)
    old, new = sent.old.get_secret_value(), sent.new.get_secret_value()
    await context.callers.accounts.change_password(who.id, old, new, address_of(request))
    context.callers.forget(who.id)
    return answered(None)


@router.get(
    "/me",
    summary="Your account",
    response_class=Response,
    responses={200: {"model": Envelope[Me]}},
)
async def me(request: Request) -> Response:
    who = caller_of(request)
    user = await doors(request).callers.users.find(who.id)
    role: Role = "admin" if who.admin or (user and user.role == "admin") else "user"
    name = user.name if user else None
    return answered(Me(id=who.id, name=name, role=role, scopes=sorted(who.scopes)))
