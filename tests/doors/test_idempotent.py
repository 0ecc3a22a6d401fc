"""A POST with an Idempotency-Key is done once, and answered as often as it is sent."""

import asyncio

import pytest
from tests.callers.spenders import eventually, rows
from tests.doors.conftest import Start
from tests.makers import a_domain, a_part
from tests.servers.loop import EVENTS, NOTES, held, leave, listed, told
from tests.servers.model import ModelServer, reply, status

from kuznia.forge.terms import Bench
from kuznia.platform.db.tables import replays

KEY = {"idempotency-key": "order-17"}
# Equal orders must not be found on the shelf or join a run: the key alone is looked at.
FORGETFUL = {"cache_ttl": 0}


async def test_the_second_answer_is_the_first_one_again(
    enter: Start, modelserver: ModelServer
) -> None:
    modelserver.will(reply("note: good"))
    kuznia = await enter(**FORGETFUL)

    first, second = [await kuznia.make(headers=KEY) for _ in range(2)]

    assert len(modelserver.calls) == 1
    assert second.content == first.content
    assert second.headers["idempotency-replayed"] == "true"
    assert "idempotency-replayed" not in first.headers
    assert second.headers["x-run-id"] == first.headers["x-run-id"]
    assert second.headers["x-request-id"] != first.headers["x-request-id"]


async def test_without_a_key_nothing_is_kept(enter: Start, modelserver: ModelServer) -> None:
    modelserver.will(reply("note: good"))
    kuznia = await enter(**FORGETFUL)

    for _ in range(2):
        await kuznia.make()

    assert len(modelserver.calls) == 2
    assert await rows(kuznia.doors.db, replays) == []


async def test_a_restart_forgets_nothing(enter: Start, modelserver: ModelServer) -> None:
    modelserver.will(reply("note: good"))
    first = await (await enter(**FORGETFUL)).make(headers=KEY)

    again = await (await enter(**FORGETFUL)).make(headers=KEY)

    assert len(modelserver.calls) == 1
    assert again.content == first.content


@pytest.mark.parametrize(
    "other",
    [
        {"prompt": "a note on lead"},
        {"headers": {**KEY, **EVENTS}},
        {"params": {"max_cost": "1"}},
    ],
)
async def test_another_request_with_the_same_key_is_refused(
    enter: Start, modelserver: ModelServer, other
) -> None:
    modelserver.will(reply("note: good"))
    kuznia = await enter()
    await kuznia.make(headers=KEY)

    refused = await kuznia.make(**{"headers": KEY, **other})

    assert refused.status_code == 409
    assert refused.json()["error"]["code"] == "KEY_REUSED"


async def test_while_it_is_being_done_another_request_is_refused_too(
    serve: Start, modelserver: ModelServer
) -> None:
    go = asyncio.Event()
    modelserver.will(held(go, reply("note: good")))
    kuznia = await serve()
    asking = asyncio.create_task(kuznia.make(headers=KEY))
    await eventually(lambda: begun(modelserver))

    refused = await kuznia.make("a note on lead", headers=KEY)
    go.set()

    assert refused.status_code == 409
    assert (await asking).status_code == 200


async def test_a_batch_is_done_once(enter: Start, modelserver: ModelServer) -> None:
    modelserver.will(reply("note: good"))
    kuznia = await enter(**FORGETFUL)
    orders = [{"prompt": f"a note on {metal}"} for metal in ("iron", "lead")]

    first, second = [
        await kuznia.client.post(f"{NOTES}/batch", json={"orders": orders}, headers=KEY)
        for _ in range(2)
    ]

    assert len(modelserver.calls) == 2
    assert second.content == first.content


async def test_a_stream_is_replayed_event_by_event(serve: Start, modelserver: ModelServer) -> None:
    modelserver.will(reply("note: good"))
    kuznia = await serve(**FORGETFUL)

    seen = []
    for _ in range(2):
        request = kuznia.client.stream(
            "POST", NOTES, json={"prompt": "a note on iron"}, headers={**KEY, **EVENTS}
        )
        async with request as response:
            seen.append(await told(response))

    assert len(modelserver.calls) == 1
    assert seen[0] == seen[1]
    assert seen[0][-1].kind == "run.finished"


async def test_the_client_who_left_comes_back_for_its_answer(
    serve: Start, modelserver: ModelServer
) -> None:
    go = asyncio.Event()
    modelserver.will(held(go, reply("note: good")))
    kuznia = await serve(**FORGETFUL)
    asking = asyncio.create_task(kuznia.make(headers=KEY))
    await eventually(lambda: begun(modelserver))
    await leave(asking)
    go.set()
    await listed(kuznia, 1)

    again = await kuznia.make(headers=KEY)

    assert again.status_code == 200
    assert len(modelserver.calls) == 1
    assert modelserver.calls[0].aborted is None


async def test_many_at_once_are_one(serve: Start, modelserver: ModelServer) -> None:
    modelserver.will(reply("note: good"))
    kuznia = await serve(**FORGETFUL)

    answers = await asyncio.gather(*(kuznia.make(headers=KEY) for _ in range(20)))

    assert len({one.content for one in answers}) == 1
    assert len(modelserver.calls) == 1
    assert sum("idempotency-replayed" in one.headers for one in answers) == 19


async def test_what_may_pass_is_tried_again(enter: Start, modelserver: ModelServer) -> None:
    modelserver.will(status(503), reply("note: good"))
    kuznia = await enter(fallback_to_free=False)

    first, second = [await kuznia.make(headers=KEY) for _ in range(2)]

    assert (first.status_code, second.status_code) == (503, 200)
    assert "idempotency-replayed" not in second.headers


async def test_a_stream_that_failed_is_tried_again(serve: Start, modelserver: ModelServer) -> None:
    modelserver.will(status(503), reply("note: good"))
    kuznia = await serve()

    kinds = []
    for _ in range(2):
        request = kuznia.client.stream(
            "POST", NOTES, json={"prompt": "a note on iron"}, headers={**KEY, **EVENTS}
        )
        async with request as response:
            kinds.append((await told(response))[-1].kind)

    assert kinds == ["run.failed", "run.finished"]


async def test_what_was_paid_for_and_not_accepted_is_not_paid_for_again(
    enter: Start, modelserver: ModelServer
) -> None:
    modelserver.will(reply("note: bad"))
    kuznia = await enter(**FORGETFUL)

    first = await kuznia.make(headers=KEY)
    paid = len(modelserver.calls)
    second = await kuznia.make(headers=KEY)

    assert (first.status_code, second.status_code) == (422, 422)
    assert second.content == first.content
    assert len(modelserver.calls) == paid


async def test_a_mistake_of_ours_is_told_to_all_who_wait(serve: Start, modelserver) -> None:
    async def broken(bench: Bench):
        await asyncio.sleep(0.1)
        raise ZeroDivisionError

    kuznia = await serve(a_domain(a_part(prompt=None, parse=None, make=broken)))

    answers = await asyncio.gather(*(kuznia.make(headers=KEY) for _ in range(3)))

    assert {one.status_code for one in answers} == {500}
    assert await rows(kuznia.doors.db, replays) == []


@pytest.mark.parametrize("key", ["", "a b", "x" * 256])
async def test_what_is_no_key_is_refused(enter: Start, key: str) -> None:
    kuznia = await enter()

    refused = await kuznia.make(headers={"idempotency-key": key})

    assert refused.status_code == 400
    assert refused.json()["error"]["details"]["fields"][0]["where"] == "header.idempotency-key"


async def test_the_dearest_order_may_be_said(enter: Start, modelserver: ModelServer) -> None:
    modelserver.will(reply("note: good"))
    kuznia = await enter(openai_price_output=1000, openai_max_tokens=200)

    spent = await kuznia.make(params={"max_cost": "0.0001"})
    enough = await kuznia.make(params={"max_cost": "1"})
    odd = await kuznia.make(params={"max_cost": "a lot"})

    assert (spent.status_code, spent.json()["error"]["code"]) == (422, "BUDGET_SPENT")
    assert enough.status_code == 200
    assert odd.status_code == 400
    assert odd.json()["error"]["details"]["fields"][0]["where"] == "query.max_cost"


async def begun(model: ModelServer) -> bool:
    return len(model.calls) > 0
