"""Processes that share one Redis, a real one."""

import asyncio
from time import monotonic

import pytest
from pydantic_core import from_json
from tests.forge.joining import IVAN, Join, given_back, join, readable
from tests.forge.test_runs import Waiting, result
from tests.makers import an_order

from kuznia.forge.runs import fleet as fleets
from kuznia.forge.runs.redis_log import MAX_EVENTS
from kuznia.forge.terms import Caller, RunId
from kuznia.llm.model import ModelFault
from kuznia.llm.scripted import ScriptedModel
from kuznia.platform.errors import Cancelled, ModelUnavailable, NotFound, TimedOut

__all__ = ["join"]


async def test_what_one_made_is_found_by_all_without_a_database(join: Join):
    here, there = await join(ScriptedModel("note: fine")), await join(ScriptedModel())
    made = await here.make()
    await given_back(here.redis)

    found = await there.make()

    assert (found.id, found.run_id) == (made.id, made.run_id)
    assert from_json(found.body)["evidence"]["attempts"] == []


async def test_another_caller_finds_nothing_of_it(join: Join):
    here, there = await join(ScriptedModel("note: one")), await join(ScriptedModel("note: two"))
    await here.make()

    found = await there.make(caller="olena")

    assert from_json(found.body)["parts"]["note"]["text"] == "two"


async def test_what_is_not_complete_is_not_shared(join: Join):
    short = ScriptedModel("note: fine", "note: bad", "note: bad")
    here, there = await join(short), await join(ScriptedModel("note: two", "note: whole"))
    await here.make(summary=True)
    await asyncio.sleep(0.05)

    again = await there.make(summary=True)

    assert (again.status, again.owner) == ("complete", "ivan")


async def test_one_makes_it_and_the_others_wait_for_it(join: Join):
    model = Waiting("note: fine")
    processes = [await join(model) for _ in range(4)]
    making = [asyncio.ensure_future(one.make()) for one in processes]
    await model.asked.wait()
    await asyncio.sleep(0.1)
    model.go.set()

    kept = await asyncio.gather(*making)

    assert len({one.id for one in kept}) == 1
    assert len(model.heard) == 1


async def test_a_fault_is_the_same_for_who_waited_and_its_claim_is_given_back(join: Join):
    model = Waiting(ModelFault("credentials", "It refuses the key."), "note: fine")
    here, there = await join(model), await join(model)
    first = asyncio.ensure_future(here.make())
    await model.asked.wait()
    second = asyncio.ensure_future(there.make())
    await asyncio.sleep(0.1)
    model.go.set()

    outcomes = await asyncio.gather(first, second, return_exceptions=True)

    assert all(isinstance(one, ModelUnavailable) for one in outcomes)
    # The fault is told first, and the claim is given back behind it.
    await given_back(here.redis)
    assert (await there.make()).status == "complete"


async def test_who_waits_for_another_ends_at_their_own_deadline(join: Join):
    model = Waiting("note: fine")
    here, there = await join(model), await join(model)
    first = asyncio.ensure_future(here.make())
    await model.asked.wait()

    with pytest.raises(TimedOut):
        await there.make(seconds=0.3)

    model.go.set()
    await first


async def test_a_process_that_is_gone_holds_nothing(join: Join):
    model = Waiting("note: fine")
    gone, here = await join(model), await join(ScriptedModel("note: mine"))
    run = gone.start()
    await model.asked.wait()
    await gone.vanish()

    kept = await here.make()

    assert from_json(kept.body)["parts"]["note"]["text"] == "mine"
    run.cancel()


async def test_a_claim_nobody_works_on_is_not_waited_for(join: Join):
    idle, here = await join(ScriptedModel()), await join(ScriptedModel("note: mine"))
    run = here.start("to learn its key", goes_on=True)
    run.cancel()
    await idle.redis.do("SET", idle.redis.key("making", run.key), f"{idle.process} run_x")

    async with asyncio.timeout(60):
        kept = await here.make("to learn its key")

    assert from_json(kept.body)["parts"]["note"]["text"] == "mine"


async def test_who_leaves_while_they_ask_whose_turn_it_is_holds_nothing(join: Join):
    here, there = await join(ScriptedModel()), await join(ScriptedModel("note: mine"))
    run = here.start()
    await asyncio.sleep(0)
    run.cancel()
    await asyncio.wait((run.outcome,))
    await asyncio.sleep(0.1)

    assert not await here.redis.do("EXISTS", here.redis.key("making", run.key))
    assert (await there.make()).status == "complete"


async def test_the_events_of_a_process_that_is_gone_end_with_a_fault(join: Join):
    model = Waiting("note: fine")
    gone, here = await join(model), await join(ScriptedModel())
    run = gone.start(drafts=True)
    await model.asked.wait()
    await readable(here, run.id)
    await gone.vanish()

    async with asyncio.timeout(60):
        told = await here.follow(run.id)

    assert told[-1].kind == "run.failed"
    assert "UNAVAILABLE" in str(told[-1].data["error"])
    assert told[-1].number == len(told)
    run.cancel()


async def test_another_callers_run_is_as_absent_as_none(join: Join):
    here, there = await join(ScriptedModel("note: fine")), await join(ScriptedModel())
    run = here.start(drafts=True)
    await result(here.runs, run)
    await readable(there, run.id)

    for act in (there.runs.get, there.runs.cancel):
        with pytest.raises(NotFound):
            await act(Caller("olena"), run.id)


async def test_a_run_is_cancelled_by_another_process(join: Join):
    model = Waiting("note: fine")
    here, there = await join(model), await join(ScriptedModel())
    run = here.start()
    await model.asked.wait()
    await readable(there, run.id)

    await there.runs.cancel(IVAN, run.id)

    async with asyncio.timeout(20):
        await model.cancelled.wait()
    with pytest.raises(Cancelled):
        await result(here.runs, run)


async def test_messages_nobody_could_have_written_are_dropped(join: Join):
    model = Waiting("note: fine")
    here = await join(model)
    run = here.start()
    await model.asked.wait()
    mailbox = here.fleet._mailbox(here.fleet._process)
    await here.redis.do("RPUSH", mailbox, "no JSON", '["stop"]', '["stop", "run_of_nobody", ""]')
    await asyncio.sleep(2 * fleets.HEARTBEAT)

    await here.redis.do("RPUSH", mailbox, f'["stop", "{run.id}", ""]')

    await asyncio.wait_for(model.cancelled.wait(), 20)


async def test_a_listener_whose_process_died_is_forgotten(join: Join):
    model = Waiting("note: fine")
    here = await join(model)
    alone = asyncio.ensure_future(here.make())
    await model.asked.wait()
    (run,) = here.runs._under_way
    here.runs.listens(run, "listener_1", until=monotonic() + 1)
    alone.cancel()
    await asyncio.sleep(0.1)
    assert not model.cancelled.is_set()

    await asyncio.wait_for(model.cancelled.wait(), 60)


async def test_every_key_has_an_end(join: Join):
    model = Waiting("note: fine", "note: two")
    here, there = await join(model), await join(model)
    first = asyncio.ensure_future(here.make(drafts=True))
    second = asyncio.ensure_future(there.make(drafts=True))
    await asyncio.sleep(0.6)
    model.go.set()
    await asyncio.gather(first, second)
    await asyncio.sleep(0.1)

    keys = await here.redis.do("KEYS", "*")
    ends = await here.redis.do_all([("PTTL", key) for key in keys])

    assert len(keys) >= 5
    assert all(0 < end <= 300_000 for end in ends), dict(zip(keys, ends, strict=True))
    assert all(key.startswith(b"k:") for key in keys)


async def test_of_a_very_long_run_others_miss_drafts_and_nothing_else(join: Join):
    here, there = await join(ScriptedModel()), await join(ScriptedModel())
    log = here.fleet.log(RunId("run_long"), an_order())
    log.append("run.started", {})
    for number in range(MAX_EVENTS + 50):
        log.append("part.draft", {"text": str(number)})
    log.append("part.accepted", {"part": "note"})
    log.append("run.failed", {"error": {}})
    log.publish()
    await readable(there, RunId("run_long"))
    await asyncio.sleep(0.5)

    told = await there.follow(RunId("run_long"))

    assert [event.number for event in told[:-2]] == list(range(1, MAX_EVENTS + 1))
    assert [event.kind for event in told[-2:]] == ["part.accepted", "run.failed"]


async def test_what_somebody_else_wrote_on_the_shelf_is_no_artefact(join: Join):
    here = await join(ScriptedModel("note: fine", "note: again"))
    made = here.start()
    await result(here.runs, made)
    await asyncio.sleep(0.05)
    there = await join(ScriptedModel("note: mine"))
    await here.redis.do("SET", here.redis.key("shelf", made.key), b"\x80\x04 a pickle")

    kept = await there.make()

    assert from_json(kept.body)["parts"]["note"]["text"] == "mine"
