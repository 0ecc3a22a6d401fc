"""The API keys of the caller. A key cannot create keys: that takes an access token."""

from datetime import datetime, timedelta

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from kuznia.callers.credentials.keys import ApiKey, Scope
from kuznia.doors.context import require_accounts
from kuznia.platform.envelope import Envelope
from kuznia.platform.errors import Forbidden
from kuznia.web.answers import answered
from kuznia.web.body import SMALL, JsonBody
from kuznia.web.ids import InPath
from kuznia.web.route import ExactRoute
from kuznia.web.state import caller_of

router = APIRouter(prefix="/api/v1/keys", tags=["keys"], route_class=ExactRoute)

DAY = 86_400


class NewKey(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=100, description="What the key is for.")
    scopes: tuple[Scope, ...] = Field(default=("domains", "read"), min_length=1, max_length=10)
    expires_in: int | None = Field(
        default=None,
        ge=60,
        le=3650 * DAY,
        description="Seconds until it expires; by default it works until it is revoked.",
    )


class Rotation(BaseModel):
    model_config = ConfigDict(extra="forbid")

    overlap: int = Field(
        default=DAY, ge=0, le=90 * DAY, description="Seconds the old secret keeps working."
    )


class KeyShape(BaseModel):
    """A key without its secret."""

    id: str
    name: str
    scopes: tuple[Scope, ...]
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None


class SecretKey(KeyShape):
    key: str = Field(description="Send it as `X-API-Key`. It cannot be shown again.")


NEW_KEY, ROTATION = JsonBody(NewKey, SMALL), JsonBody(Rotation, SMALL)


@router.get(
    "",
    summary="Your API keys",
    response_class=Response,
    responses={200: {"model": Envelope[list[KeyShape]]}},
)
async def page(request: Request) -> Response:
    context, who = require_accounts(request), caller_of(request)
    return answered([_shape(one) for one in await context.callers.keys.of(who.id)])


@router.post(
    "",
    summary="Create an API key",
    status_code=201,
    response_class=Response,
    responses={201: {"model": Envelope[SecretKey]}},
    openapi_extra=NEW_KEY.described([{"name": "nightly build", "scopes": ["domains", "read"]}]),
)
async def create(request: Request) -> Response:
    context, who = require_accounts(request), caller_of(request)
    sent = await NEW_KEY.read(request)
    if beyond := [scope for scope in sent.scopes if scope not in who.scopes]:
        raise Forbidden(f"A key cannot have scopes its maker does not have: {', '.join(beyond)}.")
    life = timedelta(seconds=sent.expires_in) if sent.expires_in else None
    return _secret(*await context.callers.keys.create(who.id, sent.name, sent.scopes, life))


@router.post(
    "/{key_id}/rotate",
    summary="Give a key a new secret; the old one keeps working for a while",
    status_code=201,
    response_class=Response,
    responses={201: {"model": Envelope[SecretKey]}},
    openapi_extra=ROTATION.described([{"overlap": DAY}]),
)
async def rotate(request: Request, key_id: InPath) -> Response:
    context, who = require_accounts(request), caller_of(request)
    overlap = timedelta(seconds=(await ROTATION.read(request)).overlap)
    made = await context.callers.keys.rotate(who.id, key_id, overlap)
    context.callers.forget(key_id)
    return _secret(*made)


@router.delete(
    "/{key_id}",
    summary="Revoke a key, in all processes within a second",
    response_class=Response,
    responses={200: {"model": Envelope[KeyShape]}},
)
async def revoke(request: Request, key_id: InPath) -> Response:
    context, who = require_accounts(request), caller_of(request)
    key = await context.callers.keys.revoke(who.id, key_id)
    context.callers.forget(key_id)
    return answered(_shape(key))


def _shape(key: ApiKey) -> KeyShape:
    return KeyShape.model_validate(key, from_attributes=True)


def _secret(key: ApiKey, text: str) -> Response:
    return answered(SecretKey(**dict(_shape(key)), key=text), status=201)
