"""Many orders in one request: each has its own end, and no more than three are made at once."""

import asyncio
import time
from typing import Any

import pytest
from tests.doors.conftest import Start
from tests.makers import a_domain
from tests.servers.loop import NOTES, Kuznia, held, leave, listed
from tests.servers.model import Exchange, ModelServer, hang, reply, status

from kuznia.platform.envelope import Envelope
from kuznia.web.shapes import BatchShape

BATCH = f"{NOTES}/batch"


def orders(*prompts: str) -> dict[str, Any]:
    return {"orders": [{"prompt": prompt} for prompt in prompts]}


async def echo(to: Exchange) -> None:
    """Say the prompt back; whoever came last is answered first."""
    prompt = to.call.body["messages"][1]["content"]
    await asyncio.sleep(0.05 / int(prompt.rpartition(" ")[2]))
    await reply(f"note: {prompt}")(to)


async def test_outcomes_come_in_the_order_of_the_orders(kuznia: Kuznia, modelserver: ModelServer):
    modelserver.will(echo)
    prompts = [f"note {number}" for number in range(1, 8)]

    answer = await kuznia.client.post(BATCH, json=orders(*prompts))

    batch = Envelope[BatchShape].model_validate_json(answer.content).data
    assert [one.data and one.data.parts["note"]["text"] for one in batch.outcomes] == prompts
    assert (batch.succeeded, batch.failed) == (7, 0)


async def test_three_are_made_at_once(kuznia: Kuznia, modelserver: ModelServer):
    under_way, most = 0, 0

    async def counted(to: Exchange) -> None:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0.02)
        under_way -= 1
        await reply("note: fine")(to)

    modelserver.will(counted)

    await kuznia.client.post(BATCH, json=orders(*(f"note {n}" for n in range(10))))

    assert (most, len(modelserver.calls)) == (3, 10)


async def test_one_that_fails_does_not_sink_the_rest(enter: Start, modelserver: ModelServer):
    acts = {"note 1": status(400), "note 2": reply("note: bad"), "note 5": reply("note: fine")}

    async def by_prompt(to: Exchange) -> None:
        await acts[to.call.body["messages"][1]["content"]](to)

    modelserver.will(by_prompt)
    kuznia = await enter(a_domain(refuses=frozenset({"script-injection"})))

    answer = await kuznia.client.post(
        BATCH, json=orders("note 1", "note 2", "<script>x</script>", "a curse", "note 5")
    )

    batch = answer.json()["data"]
    codes = [one.get("error", {"code": ""})["code"] for one in batch["outcomes"]]
    assert codes == ["MODEL_UNAVAILABLE", "NOT_ACCEPTED", "VALIDATION_ERROR", "", ""]
    assert (batch["succeeded"], batch["failed"]) == (2, 3)


async def test_equal_orders_in_a_batch_cost_one_call(kuznia: Kuznia, modelserver: ModelServer):
    modelserver.will(reply("note: fine"))

    answer = await kuznia.client.post(BATCH, json=orders(*["note 1"] * 20))

    assert answer.json()["data"]["succeeded"] == 20
    assert len(modelserver.calls) == 1


@pytest.mark.parametrize("count", [0, 21])
async def test_none_and_too_many_are_refused(kuznia: Kuznia, modelserver: ModelServer, count: int):
    answer = await kuznia.client.post(BATCH, json=orders(*["a note"] * count))

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "VALIDATION_ERROR")
    assert modelserver.calls == []


async def test_a_wrong_one_is_named_before_any_is_paid_for(
    kuznia: Kuznia, modelserver: ModelServer
):
    answer = await kuznia.client.post(BATCH, json=orders("note 1", "x"))

    assert answer.json()["error"]["details"]["fields"][0]["where"] == "orders.1.prompt"
    assert modelserver.calls == []


async def test_what_is_not_made_in_time_does_not_sink_what_was(
    enter: Start, modelserver: ModelServer
):
    modelserver.will(reply("note: fine"), hang)
    kuznia = await enter(request_timeout=2)
    began = time.monotonic()

    answer = await kuznia.client.post(BATCH, json=orders(*(f"note {n}" for n in range(11))))

    outcomes = answer.json()["data"]["outcomes"]
    # Three are asked at once, and any of them may be the first at the model's door.
    late = [one["error"]["code"] for one in outcomes if not one["success"]]
    assert late == ["TIMEOUT_ERROR"] * 10
    assert time.monotonic() - began < 6


async def test_who_leaves_a_batch_stops_all_of_it(serve: Start, modelserver: ModelServer):
    modelserver.will(hang)
    kuznia = await serve()
    asking = asyncio.create_task(
        kuznia.client.post(BATCH, json=orders(*(f"note {n}" for n in range(10))))
    )
    await modelserver.arrived(2)

    await leave(asking)
    left = time.monotonic()

    calls = [await modelserver.left(number) for number in range(3)]
    assert all(call.aborted is not None and call.aborted - left < 20 for call in calls)
    assert len(modelserver.calls) == 3


async def test_a_batch_goes_on_without_its_caller_if_it_shall(
    serve: Start, modelserver: ModelServer
):
    go = asyncio.Event()
    modelserver.will(held(go, reply("note: fine")))
    kuznia = await serve()
    asking = asyncio.create_task(
        kuznia.client.post(
            BATCH,
            json=orders(*(f"note {n}" for n in range(5))),
            params={"on_disconnect": "continue"},
        )
    )
    await modelserver.arrived(2)
    await leave(asking)

    go.set()

    lines = await listed(kuznia, 5)
    assert [line["status"] for line in lines] == ["complete"] * 5
