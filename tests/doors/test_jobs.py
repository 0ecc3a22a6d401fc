"""Orders as jobs, as a caller meets them: `Prefer: respond-async` and /api/v1/jobs."""

import asyncio
import sqlite3
from contextlib import closing
from dataclasses import replace
from typing import Any

import httpx2
import pytest
from tests.callers.spenders import eventually, rows
from tests.doors.conftest import Start
from tests.servers.loop import EVENTS, NOTES, Kuznia, held, inside, made
from tests.servers.model import ModelServer, reply, status

from kuznia.jobs.job import Point
from kuznia.platform.db.tables import artefacts, bookings, jobs, tape
from kuznia.platform.settings.values import DatabaseUrl

LATER = {"prefer": "respond-async"}
JOBS = "/api/v1/jobs"


async def put(kuznia: Kuznia, prompt: str = "a note on iron", **more: Any) -> httpx2.Response:
    headers = LATER | more.pop("headers", {})
    return await kuznia.make(prompt, headers=headers, **more)


async def reaches(kuznia: Kuznia, job: str, *states: str) -> dict[str, Any]:
    """The job, once it is in one of these states."""
    seen: dict[str, Any] = {}

    async def there() -> bool:
        seen.update((await kuznia.client.get(job)).json()["data"])
        return seen["state"] in states

    await eventually(there)
    return seen


async def test_an_order_may_be_left_and_its_artefact_fetched_later(
    enter: Start, modelserver: ModelServer
) -> None:
    kuznia = await enter()
    modelserver.will(reply("note: iron"))
    answer = await put(kuznia)
    job = await reaches(kuznia, answer.headers["location"], "done")
    artefact = (await kuznia.client.get(job["links"]["artefact"])).json()["data"]
    events = await kuznia.client.get(job["links"]["events"])

    assert answer.status_code == 202
    assert answer.headers["preference-applied"] == "respond-async"
    assert int(answer.headers["retry-after"]) > 0
    assert (job["attempts"], job["error"]) == (1, None)
    assert artefact["parts"]["note"]["text"] == "iron"
    assert artefact["evidence"]["run_id"] == job["run_id"] == answer.headers["x-run-id"]
    assert events.text.count("event: run.finished") == 1
    assert len(modelserver.calls) == 1


async def test_what_was_asked_and_replied_is_in_the_artefact_alone(
    enter: Start, modelserver: ModelServer
) -> None:
    kuznia = await enter()
    modelserver.will(reply("note: kanarka"))
    answer = await put(kuznia, "a note on kanarka")
    await reaches(kuznia, answer.headers["location"], "done")

    (call,) = await rows(kuznia.doors.db, tape)
    assert "kanarka" not in str([call, *await rows(kuznia.doors.db, jobs)])
    assert (call.state, call.input_tokens, call.output_tokens) == ("reply", 7, 3)


@pytest.mark.parametrize(
    ("prefer", "taken"),
    [
        ("wait=10, Respond-Async", True),
        ("respond-async; x=1", True),
        ('handling="a, respond-async"', False),
        ('"respond-async', False),
        ("respond-async=yes", False),
        ("respond-asynchronously,,;=\x7f", False),
    ],
)
async def test_a_preference_is_read_as_rfc_7240_has_it_and_else_ignored(
    kuznia: Kuznia, modelserver: ModelServer, prefer: str, taken: bool
) -> None:
    modelserver.will(reply("note: iron"))

    answer = await kuznia.make(headers={"prefer": prefer})

    assert answer.status_code == (202 if taken else 200)
    assert ("preference-applied" in answer.headers) == taken


async def test_who_wants_events_gets_them(kuznia: Kuznia, modelserver: ModelServer) -> None:
    modelserver.will(reply("note: iron"))

    answer = await kuznia.make(headers=LATER | EVENTS)

    assert answer.headers["content-type"].startswith("text/event-stream")


async def test_what_is_wrong_with_an_order_is_said_at_once(kuznia: Kuznia) -> None:
    answers = [
        await kuznia.client.post(NOTES, json={"prompt": "x"}, headers=LATER),
        await kuznia.client.post(NOTES, content=b"{", headers=LATER | {"content-type": "x/json"}),
        await kuznia.client.post(NOTES, json={"prompt": "x" * 600_000}, headers=LATER),
        await put(kuznia, params={"max_cost": "-1"}),
    ]

    assert [answer.status_code for answer in answers] == [400, 400, 413, 400]
    assert await rows(kuznia.doors.db, jobs) == []


async def test_too_many_that_wait_are_refused_with_what_to_do(enter: Start) -> None:
    kuznia = await enter(jobs_waiting=2, jobs_at_once=0)

    answers = [await put(kuznia, f"a note, number {number}") for number in range(3)]

    refused = answers[2].json()["error"]
    assert [answer.status_code for answer in answers] == [202, 202, 429]
    assert refused["details"] == {"waiting": 2, "limit": 2}
    assert "DELETE /api/v1/jobs/ID" in refused["message"]
    assert "retry-after" in answers[2].headers


async def test_a_cancelled_job_hangs_up_on_the_model_and_pays_what_it_used(
    enter: Start, modelserver: ModelServer
) -> None:
    kuznia = await enter()
    modelserver.will(held(asyncio.Event(), reply("note: iron")))
    answer = await put(kuznia)
    job = answer.headers["location"]
    await modelserver.arrived()

    cancelled = (await kuznia.client.delete(job)).json()["data"]
    await modelserver.left()

    assert cancelled["state"] == "cancelled"
    await eventually(lambda: _is_left(kuznia))
    (booked,) = await rows(kuznia.doors.db, bookings)
    assert (booked.calls, booked.output_tokens) == (1, 0)
    assert (await kuznia.client.delete(job)).json()["data"] == cancelled


async def _is_left(kuznia: Kuznia) -> bool:
    return not kuznia.doors.jobs.under_way and bool(await rows(kuznia.doors.db, bookings))


async def test_a_job_that_waits_can_be_cancelled_and_requeued(
    enter: Start, modelserver: ModelServer
) -> None:
    kuznia = await enter(jobs_at_once=0)
    job = (await put(kuznia)).headers["location"]
    cancelled = await kuznia.client.delete(job)
    requeued = await kuznia.client.post(f"{job}/requeue")
    twice = await kuznia.client.post(f"{job}/requeue")

    assert cancelled.json()["data"]["state"] == "cancelled"
    assert "retry-after" not in cancelled.headers
    assert requeued.json()["data"]["state"] == "queued"
    assert twice.status_code == 409


async def test_a_model_that_is_down_is_asked_again_later_until_the_job_is_dead(
    enter: Start, modelserver: ModelServer
) -> None:
    kuznia = await enter(job_attempts=3, job_wait=0.01, breaker_failures=1000)
    modelserver.will(status(500))
    answer = await put(kuznia)
    job = await reaches(kuznia, answer.headers["location"], "dead")
    modelserver.will(reply("note: iron"))
    await kuznia.client.post(f"{answer.headers['location']}/requeue")
    again = await reaches(kuznia, answer.headers["location"], "done")

    assert job["attempts"] == 3
    assert job["error"]["code"] == "MODEL_UNAVAILABLE"
    assert (again["attempts"], again["error"]) == (1, None)


async def test_what_would_fail_again_is_not_tried_again(
    enter: Start, modelserver: ModelServer
) -> None:
    kuznia = await enter()
    modelserver.will(status(401))
    refused = await reaches(kuznia, (await put(kuznia)).headers["location"], "failed")
    modelserver.will(reply("note: bad"))
    bad = await reaches(kuznia, (await put(kuznia, "another note")).headers["location"], "failed")

    assert (refused["attempts"], refused["error"]["details"]["reason"]) == (1, "credentials")
    assert bad["error"]["code"] == "NOT_ACCEPTED"
    assert bad["artefact"] == bad["error"]["details"]["artefact"]
    again = await kuznia.client.post(f"{bad['links']['self']}/requeue")
    assert again.status_code == 409


async def test_an_order_that_is_on_the_shelf_is_a_job_that_asks_nobody(
    kuznia: Kuznia, modelserver: ModelServer
) -> None:
    modelserver.will(reply("note: iron"))
    first = (await kuznia.make()).json()["data"]["id"]

    job = await reaches(kuznia, (await put(kuznia)).headers["location"], "done")

    assert job["artefact"] == first
    assert len(modelserver.calls) == 1


async def test_a_key_repeated_is_one_job_and_another_order_with_it_is_refused(
    enter: Start,
) -> None:
    kuznia = await enter(jobs_at_once=0)
    key = {"idempotency-key": "k"}
    first, again = await put(kuznia, headers=key), await put(kuznia, headers=key)
    other = await kuznia.make(headers=key)

    assert first.headers["location"] == again.headers["location"]
    assert again.headers["idempotency-replayed"] == "true"
    assert other.status_code == 409
    assert len(await rows(kuznia.doors.db, jobs)) == 1


async def test_a_batch_is_a_job_for_each_of_its_orders_or_for_none(enter: Start) -> None:
    kuznia = await enter(jobs_at_once=0, jobs_waiting=3)
    orders = [{"prompt": f"a note, number {number}"} for number in range(2)]
    key = {"idempotency-key": "k"}

    answers = [
        await kuznia.client.post(f"{NOTES}/batch", json={"orders": orders}, headers=LATER | more)
        for more in (key, key, {})
    ]

    first, again, _ = answers
    made = [job["id"] for job in first.json()["data"]["items"]]
    assert [answer.status_code for answer in answers] == [202, 202, 429]
    assert again.json()["data"] == first.json()["data"]
    assert [row.id for row in await rows(kuznia.doors.db, jobs)] == made
    assert "preference-applied" in first.headers


async def test_jobs_are_listed_page_by_page_and_by_state(enter: Start) -> None:
    kuznia = await enter(jobs_at_once=0)
    made = [(await put(kuznia, f"a note, number {n}")).json()["data"]["id"] for n in range(3)]
    await kuznia.client.delete(f"{JOBS}/{made[0]}")

    first = (await kuznia.client.get(JOBS, params={"limit": 2})).json()["data"]
    rest = (await kuznia.client.get(JOBS, params={"before": first["next"]})).json()["data"]
    gone = (await kuznia.client.get(JOBS, params={"state": "cancelled"})).json()["data"]

    assert [job["id"] for job in first["items"] + rest["items"]] == made[::-1]
    assert rest["next"] is None
    assert [job["id"] for job in gone["items"]] == made[:1]


async def test_a_server_that_ends_gives_its_jobs_back_and_the_next_one_goes_on(
    enter: Start, sqlite_url: str, modelserver: ModelServer
) -> None:
    modelserver.will(reply("note: bad"), held(asyncio.Event(), reply()), reply("note: iron"))
    async with inside(made(sqlite_url, modelserver.url, shutdown_grace=0)) as kuznia:
        answer = await put(kuznia)
        await modelserver.arrived(1)
    kuznia = await enter()
    job = await reaches(kuznia, answer.headers["location"], "done")

    # The first question was answered from the tape, and the second asked anew.
    assert len(modelserver.calls) == 3
    assert (job["attempts"], job["diverged"]) == (1, None)


async def test_what_is_made_after_its_job_was_lost_is_not_kept(
    sqlite_url: str, modelserver: ModelServer
) -> None:
    def taken_by_another(point: Point) -> None:
        if point == "after_reply":
            with closing(sqlite3.connect(DatabaseUrl.read(sqlite_url).database)) as other:
                other.execute("UPDATE jobs SET fence = 'another'")
                other.commit()

    modelserver.will(reply("note: iron"))
    makings = made(sqlite_url, modelserver.url)
    async with inside(replace(makings, reached=taken_by_another)) as kuznia:
        answer = await put(kuznia)
        run = f"/api/v1/runs/{answer.headers['x-run-id']}/events"
        await eventually(lambda: _has_failed(kuznia, run))
        job = (await kuznia.client.get(answer.headers["location"])).json()["data"]

        events = (await kuznia.client.get(run)).text
        assert "Another process makes this order by now." in events
        assert job["state"] == "working"
        assert await rows(kuznia.doors.db, artefacts) == []
        assert (await kuznia.make()).json()["data"]["evidence"]["run_id"] != job["run_id"]


async def _has_failed(kuznia: Kuznia, run: str) -> bool:
    answer = await kuznia.client.get(run)
    return answer.status_code == 200 and "event: run.failed" in answer.text
