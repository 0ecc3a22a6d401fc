"""Webhooks as a caller meets them, verified by the library that others verify them with."""

import json
from base64 import b64decode
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from standardwebhooks import Webhook, WebhookVerificationError
from tests.callers.spenders import eventually, rows
from tests.doors.conftest import Start
from tests.doors.test_jobs import put, reaches
from tests.servers.loop import Kuznia
from tests.servers.model import ModelServer, reply, status
from tests.servers.receiver import Received, Receiver, receiver

from kuznia.platform.db.tables import deliveries, webhooks

__all__ = ["receiver"]

HOOKS = "/api/v1/webhooks"
PRIVATE = {"webhook_private_targets": True}


@pytest.fixture
async def kuznia(enter: Start) -> Kuznia:
    return await enter(**PRIVATE)


async def hooked(kuznia: Kuznia, receiver: Receiver, **more: Any) -> dict[str, Any]:
    """A webhook for this receiver, with its secret."""
    answer = await kuznia.client.post(HOOKS, json={"url": receiver.url, **more})
    assert answer.status_code == 201
    return answer.json()["data"]


async def send_test(kuznia: Kuznia, hook: dict[str, Any]) -> dict[str, Any]:
    answer = await kuznia.client.post(f"{HOOKS}/{hook['id']}/test")
    assert answer.status_code == 202
    return answer.json()["data"]


async def attempted(kuznia: Kuznia, hook: dict[str, Any], attempts: int = 1) -> dict[str, Any]:
    """The newest message, once it was tried so often and that is written down."""

    async def there() -> bool:
        newest = max(await rows(kuznia.doors.db, deliveries), key=lambda row: row.id)
        return newest.attempts >= attempts and newest.fence is None

    await eventually(there)
    answer = await kuznia.client.get(f"{HOOKS}/{hook['id']}/deliveries")
    return answer.json()["data"]["items"][0]


def verified(message: Received, secret: str) -> dict[str, Any]:
    return Webhook(secret).verify(message.body, message.headers)


def verify_public(message: Received, key: str) -> None:
    """As the specification has it for `v1a`; the library knows only `v1`."""
    signed = f"{message.id}.{message.headers['webhook-timestamp']}.".encode() + message.body
    kinds = (one.split(",") for one in message.headers["webhook-signature"].split())
    (signature,) = (text for kind, text in kinds if kind == "v1a")
    public = Ed25519PublicKey.from_public_bytes(b64decode(key.removeprefix("whpk_")))
    public.verify(b64decode(signature), signed)


async def test_the_end_of_a_job_is_told_and_what_it_made_is_not(
    kuznia: Kuznia, modelserver: ModelServer, receiver: Receiver
) -> None:
    modelserver.will(reply("note: kanarka"))
    hook = await hooked(kuznia, receiver)

    answer = await put(kuznia, "a note on kanarka")
    job = await reaches(kuznia, answer.headers["location"], "done")
    (message,) = await receiver.arrived()

    body = verified(message, hook["secret"])
    verify_public(message, hook["public_key"])
    assert (body["type"], body["data"]["id"], body["data"]["state"]) == (
        "job.done",
        job["id"],
        "done",
    )
    assert body["timestamp"] == job["ended_at"]
    assert (await kuznia.client.get(body["data"]["links"]["artefact"])).status_code == 200
    assert b"kanarka" not in message.body
    assert (message.path, message.headers["content-type"]) == ("/hook", "application/json")
    sent = await attempted(kuznia, hook)
    assert (sent["id"], sent["state"], sent["status"]) == (message.id, "delivered", 204)


async def test_whatever_end_a_job_has_is_told_to_who_wants_to_know_it(
    kuznia: Kuznia, modelserver: ModelServer, receiver: Receiver
) -> None:
    hook = await hooked(kuznia, receiver, events=["job.failed", "job.cancelled"])
    modelserver.will(reply("note: iron"), status(401))
    done = (await put(kuznia)).headers["location"]
    await reaches(kuznia, done, "done")
    failed = (await put(kuznia, "a second note")).headers["location"]
    await reaches(kuznia, failed, "failed")
    await receiver.arrived(1)
    kuznia.doors.jobs._at_once = 0
    cancelled = (await put(kuznia, "a third note")).headers["location"]
    await kuznia.client.delete(cancelled)
    await kuznia.client.delete(cancelled)

    messages = [verified(one, hook["secret"]) for one in await receiver.arrived(2)]

    assert [one["type"] for one in messages] == ["job.failed", "job.cancelled"]
    assert [one["data"]["links"]["self"] for one in messages] == [failed, cancelled]
    assert messages[0]["data"]["error"] == "MODEL_UNAVAILABLE"
    assert len(await rows(kuznia.doors.db, deliveries)) == 2


async def test_a_signature_of_another_body_or_secret_is_refused(
    kuznia: Kuznia, receiver: Receiver
) -> None:
    hook, other = await hooked(kuznia, receiver), await hooked(kuznia, receiver)
    await send_test(kuznia, hook)
    (message,) = await receiver.arrived()
    changed = Received(message.path, message.headers, message.body.replace(b"test", b"best"))

    assert verified(message, hook["secret"])["type"] == "webhook.test"
    for wrong, secret in ((message, other["secret"]), (changed, hook["secret"])):
        with pytest.raises(WebhookVerificationError):
            verified(wrong, secret)
    with pytest.raises(InvalidSignature):
        verify_public(message, other["public_key"])


async def test_after_a_rotation_both_secrets_sign_until_the_overlap_is_over(
    kuznia: Kuznia, receiver: Receiver
) -> None:
    hook = await hooked(kuznia, receiver)
    rotate = f"{HOOKS}/{hook['id']}/rotate"
    new = (await kuznia.client.post(rotate, json={"overlap": 600})).json()["data"]
    await send_test(kuznia, hook)
    (both,) = await receiver.arrived()
    newest = (await kuznia.client.post(rotate, json={"overlap": 0})).json()["data"]
    await send_test(kuznia, hook)
    alone = (await receiver.arrived(2))[1]

    assert len({hook["secret"], new["secret"], newest["secret"]}) == 3
    assert verified(both, hook["secret"]) == verified(both, new["secret"])
    assert verified(alone, newest["secret"])
    with pytest.raises(WebhookVerificationError):
        verified(alone, new["secret"])


async def test_a_secret_is_shown_once_and_is_in_no_row(kuznia: Kuznia, receiver: Receiver) -> None:
    hook = await hooked(kuznia, receiver)
    shown = [
        (await kuznia.client.get(f"{HOOKS}{rest}")).text
        for rest in ("", f"/{hook['id']}", f"/{hook['id']}/deliveries")
    ]
    kept = str(await rows(kuznia.doors.db, webhooks))
    export = (await kuznia.client.get("/api/v1/me/export")).text

    assert hook["url"] in export
    assert not [
        text for text in (*shown, kept, export) if "whsec_" in text or hook["secret"] in text
    ]


async def test_a_receiver_that_fails_is_tried_again_under_the_same_id(
    kuznia: Kuznia, receiver: Receiver
) -> None:
    receiver.will(500, 200)
    hook = await hooked(kuznia, receiver)
    sent = await send_test(kuznia, hook)
    first = await attempted(kuznia, hook)
    paused = (await kuznia.client.get(f"{HOOKS}/{hook['id']}")).json()["data"]
    again = f"{HOOKS}/{hook['id']}/deliveries/{sent['id']}/redeliver"
    assert (await kuznia.client.post(again)).status_code == 202
    messages = await receiver.arrived(2)

    assert (first["state"], first["status"]) == ("waiting", 500)
    assert first["next_at"] > first["created_at"]
    assert (paused["failures"], paused["paused_until"] is None) == (1, False)
    assert {one.id for one in messages} == {sent["id"]}
    assert messages[0].body == messages[1].body


async def test_gone_disables_a_webhook_until_its_owner_enables_it(
    kuznia: Kuznia, receiver: Receiver
) -> None:
    receiver.will(410, 200)
    hook = await hooked(kuznia, receiver)
    sent = await send_test(kuznia, hook)
    dead = await attempted(kuznia, hook)
    url = f"{HOOKS}/{hook['id']}"
    disabled = (await kuznia.client.get(url)).json()["data"]
    refused = await kuznia.client.post(f"{url}/test")
    enabled = (await kuznia.client.patch(url, json={"enabled": True})).json()["data"]
    await kuznia.client.post(f"{url}/deliveries/{sent['id']}/redeliver")
    await receiver.arrived(2)

    assert (dead["state"], dead["status"]) == ("dead", 410)
    assert disabled["disabled_at"] is not None
    assert (refused.status_code, enabled["disabled_at"]) == (409, None)


@pytest.mark.parametrize("code", [301, 307])
async def test_no_redirect_is_followed(kuznia: Kuznia, receiver: Receiver, code: int) -> None:
    receiver.will(code, head=f"location: {receiver.url}/elsewhere\r\n")
    hook = await hooked(kuznia, receiver)
    await send_test(kuznia, hook)
    sent = await attempted(kuznia, hook)

    assert (sent["state"], sent["status"]) == ("waiting", code)
    assert [one.path for one in receiver.received] == ["/hook"]


async def test_a_receiver_that_is_silent_is_waited_for_no_longer_than_the_setting(
    enter: Start, receiver: Receiver
) -> None:
    kuznia = await enter(webhook_timeout=1, **PRIVATE)
    receiver.will(0)
    hook = await hooked(kuznia, receiver)
    await send_test(kuznia, hook)
    sent = await attempted(kuznia, hook)

    assert (sent["status"], sent["error"]) == (None, "timeout")


async def test_of_a_long_answer_nothing_is_read_but_its_head(
    kuznia: Kuznia, receiver: Receiver
) -> None:
    receiver.will(200, body=b"x" * 50_000_000)
    hook = await hooked(kuznia, receiver)
    await send_test(kuznia, hook)

    assert (await attempted(kuznia, hook))["state"] == "delivered"


async def test_a_name_of_a_private_address_is_never_connected_to(
    enter: Start, receiver: Receiver
) -> None:
    kuznia = await enter()
    url = f"https://localhost:{receiver.port}/hook"
    hook = (await kuznia.client.post(HOOKS, json={"url": url})).json()["data"]
    await send_test(kuznia, hook)
    sent = await attempted(kuznia, hook)

    assert (sent["status"], sent["error"]) == (None, "address_refused")
    assert receiver.connections == 0


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/hook",
        "https://127.0.0.1/hook",
        "https://169.254.169.254/latest",
        "https://[::1]/hook",
        "https://[::ffff:10.0.0.1]/hook",
        "https://ivan:pass@example.com/hook",
        "https://example.com/hook#part",
        "https://example.com/a b",
        "https://",
        "https://example.com:99999/",
        "ftp://example.com/",
        "hook",
        "https://example.com/\u0000",
        "https://example.com/" + "x" * 2000,
    ],
)
async def test_an_address_that_no_webhook_can_have_is_refused_at_once(
    enter: Start, url: str
) -> None:
    kuznia = await enter()

    answer = await kuznia.client.post(HOOKS, json={"url": url})

    assert answer.status_code == 400
    assert "url" in json.dumps(answer.json()["error"]["details"])
    assert await rows(kuznia.doors.db, webhooks) == []


async def test_a_caller_has_so_many_webhooks_and_no_more(enter: Start, receiver: Receiver) -> None:
    kuznia = await enter(webhooks_per_caller=2, **PRIVATE)
    hooks = [await hooked(kuznia, receiver) for _ in range(2)]
    third = await kuznia.client.post(HOOKS, json={"url": receiver.url})
    await kuznia.client.delete(f"{HOOKS}/{hooks[0]['id']}")
    listed = (await kuznia.client.get(HOOKS)).json()["data"]

    assert third.status_code == 409
    assert [hook["id"] for hook in listed] == [hooks[1]["id"]]


async def test_erasing_a_caller_erases_webhooks_and_messages(
    kuznia: Kuznia, receiver: Receiver
) -> None:
    hook = await hooked(kuznia, receiver)
    await send_test(kuznia, hook)
    await attempted(kuznia, hook)

    await kuznia.client.delete("/api/v1/me")

    assert await rows(kuznia.doors.db, webhooks) == []
    assert await rows(kuznia.doors.db, deliveries) == []


async def test_messages_are_listed_page_by_page_and_by_state(
    kuznia: Kuznia, receiver: Receiver
) -> None:
    hook = await hooked(kuznia, receiver)
    sent = [await send_test(kuznia, hook) for _ in range(3)]
    await receiver.arrived(3)

    url = f"{HOOKS}/{hook['id']}/deliveries"
    first = (await kuznia.client.get(url, params={"limit": 2})).json()["data"]
    rest = (await kuznia.client.get(url, params={"before": first["next"]})).json()["data"]
    dead = (await kuznia.client.get(url, params={"state": "dead"})).json()["data"]

    assert [one["id"] for one in first["items"] + rest["items"]] == [
        one["id"] for one in sent[::-1]
    ]
    assert (rest["next"], dead["items"]) == (None, [])
