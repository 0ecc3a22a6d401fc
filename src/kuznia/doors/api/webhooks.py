"""Webhooks: where a caller is told that their jobs have ended, and what became of the messages."""

from datetime import datetime, timedelta
from typing import Annotated, get_args

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from kuznia.doors.context import doors
from kuznia.jobs.opening import Webhooks
from kuznia.jobs.webhooks.endpoints import MAX_URL_LENGTH, EventType, WebhookEndpoint
from kuznia.jobs.webhooks.outbox import Delivery, DeliveryState
from kuznia.platform.envelope import Envelope
from kuznia.web.answers import answered
from kuznia.web.body import SMALL, JsonBody
from kuznia.web.ids import BeforeInQuery, InPath, LimitInQuery
from kuznia.web.route import ExactRoute
from kuznia.web.state import caller_of

router = APIRouter(prefix="/api/v1/webhooks", tags=["webhooks"], route_class=ExactRoute)

DAY = 86_400
EVENTS: tuple[EventType, ...] = get_args(EventType)


class NewWebhook(BaseModel):
    model_config = ConfigDict(extra="forbid")

    url: str = Field(
        min_length=1,
        max_length=MAX_URL_LENGTH,
        description="An `https` address of the internet. It is sent to, and never followed "
        "anywhere else.",
    )
    events: tuple[EventType, ...] = Field(
        default=EVENTS, min_length=1, max_length=10, description="What to be told of."
    )


class WebhookChange(BaseModel):
    model_config = ConfigDict(extra="forbid")

    enabled: bool = Field(description="Whether events are written for it.")


class SecretRotation(BaseModel):
    model_config = ConfigDict(extra="forbid")

    overlap: int = Field(
        default=DAY, ge=0, le=30 * DAY, description="Seconds for which the old secret signs too."
    )


class WebhookShape(BaseModel):
    """A webhook without its secret."""

    id: str
    url: str
    events: tuple[EventType, ...]
    public_key: str = Field(description="Verifies the signatures `v1a`; it is no secret.")
    created_at: datetime
    disabled_at: datetime | None = Field(
        description="Since when nothing is sent: you disabled it, or its receiver answered 410."
    )
    overlap_until: datetime | None = Field(description="Until when the old secret signs too.")
    failures: int = Field(description="Deliveries that failed since the last one that did not.")
    paused_until: datetime | None = Field(description="After failures, nothing is sent before.")
    dropped: int = Field(description="Events not kept for it because too many waited.")


class SecretWebhook(WebhookShape):
    secret: str = Field(description="Verifies the signatures `v1`. It cannot be shown again.")


class DeliveryShape(BaseModel):
    """One message; its id is the `webhook-id`, the same for every attempt."""

    id: str
    type: str
    state: DeliveryState = Field(
        description="`dead`: it was tried as often as it may be, or answered with 410."
    )
    attempts: int
    next_at: datetime = Field(description="When it may be tried, or tried again.")
    status: int | None = Field(description="What the receiver answered last.")
    error: str | None = Field(
        description="Why there is no answer: `timeout`, `not_reached`, or `address_refused` for a "
        "name that leads to a private address."
    )
    created_at: datetime
    ended_at: datetime | None


class DeliveryPage(BaseModel):
    items: list[DeliveryShape]
    next: str | None = Field(
        description="Send it as `before` to get the next page; null on the last page."
    )


NEW_WEBHOOK, CHANGE, ROTATION = (
    JsonBody(NewWebhook, SMALL),
    JsonBody(WebhookChange, SMALL),
    JsonBody(SecretRotation, SMALL),
)


@router.get(
    "",
    summary="Your webhooks, newest first",
    response_class=Response,
    responses={200: {"model": Envelope[list[WebhookShape]]}},
)
async def page(request: Request) -> Response:
    hooks = doors(request).webhooks
    # More than there may be: an operator can have lowered the limit since.
    listed = await hooks.endpoints.of(caller_of(request).id, limit=1000)
    return answered([_shape(hooks, endpoint) for endpoint in listed])


@router.post(
    "",
    summary="Create a webhook",
    status_code=201,
    response_class=Response,
    responses={201: {"model": Envelope[SecretWebhook]}},
    openapi_extra=NEW_WEBHOOK.described([{"url": "https://example.com/kuznia"}]),
)
async def create(request: Request) -> Response:
    hooks, who = doors(request).webhooks, caller_of(request)
    sent = await NEW_WEBHOOK.read(request)
    return _secret(hooks, *await hooks.endpoints.create(who.id, sent.url, sent.events))


@router.get(
    "/{webhook_id}",
    summary="One webhook",
    response_class=Response,
    responses={200: {"model": Envelope[WebhookShape]}},
)
async def read(request: Request, webhook_id: InPath) -> Response:
    hooks = doors(request).webhooks
    return answered(_shape(hooks, await hooks.endpoints.get(webhook_id, caller_of(request).id)))


@router.patch(
    "/{webhook_id}",
    summary="Enable or disable a webhook",
    response_class=Response,
    responses={200: {"model": Envelope[WebhookShape]}},
    openapi_extra=CHANGE.described([{"enabled": True}]),
)
async def change(request: Request, webhook_id: InPath) -> Response:
    """While it is disabled, events are not written for it. What waits goes out once it is enabled
    again."""
    hooks, who = doors(request).webhooks, caller_of(request)
    enabled = (await CHANGE.read(request)).enabled
    changed = await hooks.endpoints.enable(webhook_id, who.id, enabled=enabled)
    hooks.outbox.news.set()
    return answered(_shape(hooks, changed))


@router.delete(
    "/{webhook_id}",
    summary="Delete a webhook and all its messages",
    response_class=Response,
    responses={200: {"model": Envelope[WebhookShape]}},
)
async def delete(request: Request, webhook_id: InPath) -> Response:
    hooks = doors(request).webhooks
    return answered(_shape(hooks, await hooks.endpoints.delete(webhook_id, caller_of(request).id)))


@router.post(
    "/{webhook_id}/rotate",
    summary="Give a webhook a new secret; the old one signs too for a while",
    status_code=201,
    response_class=Response,
    responses={201: {"model": Envelope[SecretWebhook]}},
    openapi_extra=ROTATION.described([{"overlap": DAY}]),
)
async def rotate(request: Request, webhook_id: InPath) -> Response:
    hooks, who = doors(request).webhooks, caller_of(request)
    overlap = timedelta(seconds=(await ROTATION.read(request)).overlap)
    return _secret(hooks, *await hooks.endpoints.rotate(webhook_id, who.id, overlap))


@router.post(
    "/{webhook_id}/test",
    summary="Send a message that tells of nothing",
    status_code=202,
    response_class=Response,
    responses={202: {"model": Envelope[DeliveryShape]}},
)
async def test(request: Request, webhook_id: InPath) -> Response:
    """Its type is `webhook.test`. `GET /api/v1/webhooks/{webhook_id}/deliveries` says what the
    receiver answered."""
    outbox = doors(request).webhooks.outbox
    return _accepted(await outbox.test(webhook_id, caller_of(request).id))


@router.get(
    "/{webhook_id}/deliveries",
    summary="What was sent, or is to be, newest first",
    response_class=Response,
    responses={200: {"model": Envelope[DeliveryPage]}},
)
async def deliveries(
    request: Request,
    webhook_id: InPath,
    state: Annotated[
        DeliveryState | None, Query(json_schema_extra={"enum": list(get_args(DeliveryState))})
    ] = None,
    before: BeforeInQuery = None,
    limit: LimitInQuery = 20,
) -> Response:
    hooks = doors(request).webhooks
    endpoint = await hooks.endpoints.get(webhook_id, caller_of(request).id)
    rows = await hooks.outbox.page(endpoint.id, state=state, before=before, limit=limit + 1)
    following = rows[limit - 1].id if len(rows) > limit else None
    return answered(DeliveryPage(items=[_sent(row) for row in rows[:limit]], next=following))


@router.post(
    "/{webhook_id}/deliveries/{delivery_id}/redeliver",
    summary="Send a message again, at once",
    status_code=202,
    response_class=Response,
    responses={202: {"model": Envelope[DeliveryShape]}},
)
async def redeliver(request: Request, webhook_id: InPath, delivery_id: InPath) -> Response:
    """Under the same id, whatever became of it; then as often as a new one."""
    outbox = doors(request).webhooks.outbox
    return _accepted(await outbox.redeliver(delivery_id, webhook_id, caller_of(request).id))


def _shape(hooks: Webhooks, endpoint: WebhookEndpoint) -> WebhookShape:
    return WebhookShape(
        id=endpoint.id,
        url=endpoint.url,
        events=endpoint.events,
        public_key=hooks.endpoints.secrets.public(endpoint.id, endpoint.generation),
        created_at=endpoint.created_at,
        disabled_at=endpoint.disabled_at,
        overlap_until=endpoint.overlap_until,
        failures=endpoint.failures,
        paused_until=endpoint.paused_until,
        dropped=endpoint.dropped,
    )


def _secret(hooks: Webhooks, endpoint: WebhookEndpoint, secret: str) -> Response:
    return answered(SecretWebhook(**dict(_shape(hooks, endpoint)), secret=secret), status=201)


def _sent(delivery: Delivery) -> DeliveryShape:
    return DeliveryShape.model_validate(delivery, from_attributes=True)


def _accepted(delivery: Delivery) -> Response:
    return answered(_sent(delivery), status=202)
