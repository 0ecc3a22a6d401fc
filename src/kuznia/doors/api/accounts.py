"""Signing in and staying in, for those whose account is here."""

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from kuznia.callers.accounts import TokenPair
from kuznia.callers.users import Role
from kuznia.doors.context import doors, require_accounts
from kuznia.doors.http.address import address_of
from kuznia.platform.envelope import Envelope
from kuznia.web.answers import answered
from kuznia.web.asked import caller_of
from kuznia.web.body import SMALL, JsonBody
from kuznia.web.route import ExactRoute

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
    """Who the server takes you for."""

    id: str
    name: str | None
    role: Role
    scopes: list[str] = Field(description="What the credential you came with allows.")


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
    """The access token goes into `Authorization: Bearer ...`; the other one gives the next pair."""
    at = require_accounts(request)
    sent = await SIGN_IN.read(request)
    password = sent.password.get_secret_value()
    return answered(await at.callers.accounts.sign_in(sent.name, password, address_of(request)))


@router.post(
    "/refresh",
    summary="The next pair of tokens",
    response_class=Response,
    responses={200: {"model": Envelope[TokenPair]}},
    openapi_extra=REFRESH.described([{"refresh_token": "kr_..."}]),
)
async def refresh(request: Request) -> Response:
    """A refresh token is good for one use. One that comes a second time ends the sign-in."""
    at = require_accounts(request)
    sent = await REFRESH.read(request)
    return answered(await at.callers.accounts.refresh(sent.refresh_token.get_secret_value()))


@router.post(
    "/revoke",
    summary="Sign out",
    response_class=Response,
    responses={200: {"model": Envelope[None]}},
    openapi_extra=REFRESH.described([{"refresh_token": "kr_..."}]),
)
async def revoke(request: Request) -> Response:
    """The refresh token gives nothing any more; the access token ends by itself, soon."""
    at = require_accounts(request)
    sent = await REFRESH.read(request)
    await at.callers.accounts.sign_out(sent.refresh_token.get_secret_value())
    return answered(None)


@router.post(
    "/password",
    summary="Change your password",
    response_class=Response,
    responses={200: {"model": Envelope[None]}},
    openapi_extra=NEW_PASSWORD.described([{"old": "a good sentence", "new": "a better sentence"}]),
)
async def password(request: Request) -> Response:
    """Every sign-in ends, this one too."""
    at, who = require_accounts(request), caller_of(request)
    sent = await NEW_PASSWORD.read(request)
    old, new = sent.old.get_secret_value(), sent.new.get_secret_value()
    await at.callers.accounts.change_password(who.id, old, new, address_of(request))
    at.callers.forget(who.id)
    return answered(None)


@router.get(
    "/me",
    summary="Who you are here",
    response_class=Response,
    responses={200: {"model": Envelope[Me]}},
)
async def me(request: Request) -> Response:
    who = caller_of(request)
    user = await doors(request).callers.users.find(who.id)
    role: Role = "admin" if who.admin or (user and user.role == "admin") else "user"
    name = user.name if user else None
    return answered(Me(id=who.id, name=name, role=role, scopes=sorted(who.scopes)))
