"""`retry=later`: an order that failed for a reason that passes is made once that has passed."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator

import httpx2
import pytest
from tests.callers.spenders import eventually, rows
from tests.doors.conftest import Start
from tests.doors.test_jobs import LATER, reaches
from tests.servers.loop import EVENTS, NOTES, Kuznia, inside, made
from tests.servers.model import Act, Call, ModelServer, hang, listening, reply, status

from kuznia.platform.db.tables import artefacts, jobs

RETRY = {"retry": "later"}
# The breaker would keep the model from being asked for a while, which is tested elsewhere.
QUICK = {"job_wait": 0.05, "job_attempts": 100, "breaker_failures": 1000}
ORDERS = 6


class AwayModel(ModelServer):
    """Refuses while it is away, and counts what it has answered by prompt."""

    def __init__(self) -> None:
        super().__init__()
        self.away = True
        self.refused, self.answered = Counter[str](), Counter[str]()

    def act_for(self, call: Call) -> Act:
        prompt = call.body["messages"][1]["content"]
        (self.refused if self.away else self.answered)[prompt] += 1
        return status(503) if self.away else reply("note: iron")


@pytest.fixture
async def model() -> AsyncIterator[AwayModel]:
    async with listening(AwayModel()) as server:
        yield server


@pytest.fixture
async def kuznia(sqlite_url: str, model: AwayModel) -> AsyncIterator[Kuznia]:
    async with inside(made(sqlite_url, model.url, jobs_per_caller=ORDERS, **QUICK)) as running:
        yield running


async def test_what_was_ordered_while_the_model_was_away_is_made_once_when_it_is_back(
    kuznia: Kuznia, model: AwayModel
) -> None:
    prompts = [f"a note, number {number}" for number in range(ORDERS)]
    answers = await asyncio.gather(*(kuznia.make(one, params=RETRY) for one in prompts))

    # Each was refused as an order, and again as a job.
    async def in_vain() -> bool:
        return len(model.refused) == ORDERS and min(model.refused.values()) >= 2

    await eventually(in_vain)
    model.away = False
    ended = [await reaches(kuznia, one.headers["location"], "done") for one in answers]

    first = answers[0].json()["data"]
    assert [answer.status_code for answer in answers] == [202] * ORDERS
    assert (first["error"]["code"], first["state"]) == ("MODEL_UNAVAILABLE", "queued")
    assert first["run_at"] > first["created_at"]
    assert "preference-applied" not in answers[0].headers
    assert sorted(model.answered.values()) == [1] * ORDERS
    assert len({job["artefact"] for job in ended}) == len(await _made(kuznia)) == ORDERS


async def _made(kuznia: Kuznia) -> list[object]:
    return [row for row in await rows(kuznia.doors.db, artefacts) if row.status != "failed"]


async def test_of_a_batch_what_failed_is_tried_again(kuznia: Kuznia, model: AwayModel) -> None:
    orders = [{"prompt": f"a note, number {number}"} for number in range(3)]
    model.away = False
    await kuznia.make(orders[1]["prompt"])
    model.away = True
    batch = await kuznia.client.post(f"{NOTES}/batch", json={"orders": orders}, params=RETRY)
    outcomes = batch.json()["data"]["outcomes"]
    model.away = False
    for outcome in (outcomes[0], outcomes[2]):
        await reaches(kuznia, outcome["job"], "done")

    assert [outcome["success"] for outcome in outcomes] == [False, True, False]
    assert [outcome.get("job") is None for outcome in outcomes] == [False, True, False]
    assert max(model.answered.values()) == 1


async def test_time_that_runs_out_is_a_reason_that_passes(
    enter: Start, modelserver: ModelServer
) -> None:
    kuznia = await enter(request_timeout=1, **QUICK)
    modelserver.will(hang, reply("note: iron"))
    answer = await kuznia.make(params=RETRY)
    job = await reaches(kuznia, answer.headers["location"], "done")

    assert answer.status_code == 202
    assert answer.json()["data"]["error"]["code"] in {"TIMEOUT_ERROR", "MODEL_UNAVAILABLE"}
    assert job["attempts"] == 1


async def test_what_would_fail_again_is_answered_at_once(
    enter: Start, modelserver: ModelServer
) -> None:
    kuznia = await enter(**QUICK)
    modelserver.will(status(401), reply("note: bad"))
    answers = [
        await kuznia.make(params=RETRY),
        await kuznia.make("another", params=RETRY),
        await kuznia.make(params={"retry": "soon"}),
    ]

    assert [answer.status_code for answer in answers] == [503, 422, 400]
    assert await rows(kuznia.doors.db, jobs) == []


async def test_without_the_word_or_with_a_stream_nothing_is_kept(
    kuznia: Kuznia, model: AwayModel
) -> None:
    plain = await kuznia.make()
    streamed = await kuznia.make(params=RETRY, headers=EVENTS)

    assert plain.status_code == 503
    assert "event: run.failed" in streamed.text
    assert await rows(kuznia.doors.db, jobs) == []


async def test_a_request_repeated_with_its_key_is_one_job(enter: Start) -> None:
    """Also when it comes while the first is still being made: one order, one job."""
    async with listening(AwayModel()) as model:
        kuznia = await enter(openai_base_url=model.url, jobs_at_once=0, **QUICK)
        headers = {"idempotency-key": "k"}
        together: list[httpx2.Response] = await asyncio.gather(
            *(kuznia.make(params=RETRY, headers=headers) for _ in range(3))
        )
        later = await kuznia.make(params=RETRY, headers=headers)

    assert {answer.status_code for answer in (*together, later)} == {202}
    assert len({answer.headers["location"] for answer in (*together, later)}) == 1
    assert len(await rows(kuznia.doors.db, jobs)) == 1


async def test_where_no_more_may_wait_the_order_fails_as_it_would_have(enter: Start) -> None:
    async with listening(AwayModel()) as model:
        kuznia = await enter(openai_base_url=model.url, jobs_at_once=0, jobs_waiting=1, **QUICK)
        first = await kuznia.make("one", headers=LATER)
        second = await kuznia.make("two", params=RETRY)

    assert (first.status_code, second.status_code) == (202, 503)
    assert second.json()["error"]["code"] == "MODEL_UNAVAILABLE"
