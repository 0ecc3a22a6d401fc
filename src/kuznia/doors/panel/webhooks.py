"""Pages of the admin panel on webhooks: which fail, and why; no address and no secret is shown."""

from collections.abc import Sequence

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from kuznia.doors.context import doors
from kuznia.doors.panel.jobs import After
from kuznia.doors.panel.page import (
    ROWS,
    Content,
    Panel,
    PanelView,
    ask_first,
    el,
    facts,
    link,
    page,
    rows_of,
    view_of,
)
from kuznia.jobs.webhooks.endpoints import WebhookEndpoint
from kuznia.jobs.webhooks.outbox import DELIVERY_STATES, Delivery
from kuznia.platform.errors import Invalid
from kuznia.platform.log import get_log
from kuznia.web.ids import InPath
from kuznia.web.state import caller_of

log = get_log("panel")
router = APIRouter(prefix="/admin", include_in_schema=False, route_class=Panel)


@router.get("/webhooks")
async def webhooks(request: Request, after: After = "") -> Response:
    endpoints, view = doors(request).webhooks.endpoints, view_of(request)
    listed = await endpoints.of(None, before=after or None, limit=ROWS + 1)
    rows, more = rows_of(listed, lambda last: {"after": last.id})
    counts = await endpoints.counts([row.id for row in rows])
    heads = ("Webhook", "Owner", "Host", "Status", *DELIVERY_STATES, "Created")
    cells = (
        (
            el("a", el("code", row.id), href=link(f"webhooks/{row.id}")),
            el("code", row.owner),
            row.host,
            _status(view, row),
            *(str(counts.get(row.id, {}).get(state, 0)) for state in DELIVERY_STATES),
            view.moment(row.created_at),
        )
        for row in rows
    )
    table = view.table("Webhooks", heads, cells)
    return page(view, view.say("Webhooks"), table, view.more(more))


@router.get("/webhooks/{webhook_id}")
async def webhook_page(request: Request, webhook_id: InPath, after: After = "") -> Response:
    hooks, view = doors(request).webhooks, view_of(request)
    endpoint = await hooks.endpoints.get(webhook_id, None)
    values: dict[str, Content] = {
        "Webhook": el("code", endpoint.id),
        "Owner": el("code", endpoint.owner),
        "Host": endpoint.host,
        "Status": _status(view, endpoint),
        "Failures": str(endpoint.failures),
        "Dropped": str(endpoint.dropped),
        "Created": view.moment(endpoint.created_at),
    }
    listed = await hooks.outbox.page(endpoint.id, before=after or None, limit=ROWS + 1)
    rows, more = rows_of(listed, lambda last: {"after": last.id})
    heads = ("Message", "Event", "State", "Attempts", "Answer", "Next attempt", "Created", "")
    table = view.table("Messages", heads, (_message(view, row) for row in rows))
    word, act = ("Disable", "disable") if endpoint.disabled_at is None else ("Enable", "enable")
    button = ask_first(view, word, endpoint.id, f"webhooks/{endpoint.id}/{act}")
    return page(view, view.say("Webhook"), facts(view, values), button, table, view.more(more))


@router.post("/webhooks/{webhook_id}/{act}")
async def change_webhook(request: Request, webhook_id: InPath, act: InPath) -> Response:
    """Enable or disable a webhook."""
    hooks, me = doors(request).webhooks, caller_of(request)
    if act not in {"enable", "disable"}:
        raise Invalid("There is no such action.", message_id="no-such-action")
    await hooks.endpoints.enable(webhook_id, None, enabled=act == "enable")
    hooks.outbox.news.set()
    log.info("webhook_changed", webhook=webhook_id, act=act, by=me.id)
    return RedirectResponse(link(f"webhooks/{webhook_id}"), 303)


@router.post("/webhooks/{webhook_id}/deliveries/{delivery_id}/redeliver")
async def redeliver(request: Request, webhook_id: InPath, delivery_id: InPath) -> Response:
    """Have a message sent again."""
    await doors(request).webhooks.outbox.redeliver(delivery_id, webhook_id, None)
    log.info("message_redelivered", delivery=delivery_id, by=caller_of(request).id)
    return RedirectResponse(link(f"webhooks/{webhook_id}"), 303)


def _status(view: PanelView, endpoint: WebhookEndpoint) -> str:
    if endpoint.disabled_at is not None:
        return view.say("disabled")
    return view.say("failing") if endpoint.failures else view.say("active")


def _message(view: PanelView, delivery: Delivery) -> Sequence[Content]:
    again = f"webhooks/{delivery.endpoint}/deliveries/{delivery.id}/redeliver"
    waits = delivery.state == "waiting"
    return (
        el("code", delivery.id),
        delivery.type,
        view.say(delivery.state),
        str(delivery.attempts),
        str(delivery.status or delivery.error or ""),
        view.moment(delivery.next_at) if waits else "",
        view.moment(delivery.created_at),
        ask_first(view, "Send again", delivery.id, again),
    )
