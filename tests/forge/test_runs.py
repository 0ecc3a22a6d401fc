"""The supervisor: sharing, leaving, resuming, ending."""

import asyncio

import pytest
from tests.clocks import TurnedClock
from tests.makers import Note, a_domain, a_forge, a_part, an_order

from kuznia.forge.runs.events import Event
from kuznia.forge.runs.live import Run
from kuznia.forge.runs.supervisor import Runs
from kuznia.forge.terms import Caller
from kuznia.llm.model import ModelFault
from kuznia.llm.scripted import ScriptedModel
from kuznia.platform.errors import Cancelled, Fault, Invalid, NotFound, Unavailable
from kuznia.platform.metrics import Metrics


def supervisor(model, *, retention: float = 600, **changes) -> Runs:
    return Runs(
        a_forge(model, TurnedClock(), **changes), Metrics(version="test"), retention=retention
    )


async def result(runs: Runs, run: Run):
    with runs.listening(run):
        await asyncio.wait((run.outcome,))
    return run.result()


async def ended(run: Run):
    await asyncio.wait((run.outcome,))
    return run.result()


async def events(run: Run, after: int = 0) -> list[Event]:
    return [event async for event in run.events.after(after, 60) if event]


class Waiting(ScriptedModel):
    """Answers when it is let go; knows whether a call was cancelled."""

    def __init__(self, *lines) -> None:
        super().__init__(*lines)
        self.asked = asyncio.Event()
        self.go = asyncio.Event()
        self.cancelled = asyncio.Event()

    async def stream(self, ask):
        self.asked.set()
        try:
            await self.go.wait()
        except asyncio.CancelledError:
            self.cancelled.set()
            raise
        async for delta in super().stream(ask):
            yield delta


async def test_fifty_equal_orders_at_once_cost_one_call():
    model = ScriptedModel("note: fine")
    runs = supervisor(model)

    kept = await asyncio.gather(*(result(runs, runs.start(an_order())) for _ in range(50)))

    assert len({one.id for one in kept}) == 1
    assert len(model.heard) == 1


async def test_equal_orders_of_two_owners_cost_two_calls():
    model = ScriptedModel("note: fine", "note: fine")
    runs = supervisor(model)
    orders = [an_order(caller="ivan"), an_order(caller="olena")]

    kept = await asyncio.gather(*(result(runs, runs.start(order)) for order in orders))

    assert {one.owner for one in kept} == {"ivan", "olena"}
    assert len(model.heard) == 2


async def test_orders_that_differ_in_hidden_characters_are_equal():
    model = ScriptedModel("note: fine")
    runs = supervisor(model)
    orders = [an_order("a note on iron"), an_order("a note\u200b on\u202e iron")]

    await asyncio.gather(*(result(runs, runs.start(order)) for order in orders))

    assert len(model.heard) == 1


async def test_a_first_caller_who_leaves_does_not_take_the_others_along():
    model = Waiting("note: fine")
    runs = supervisor(model)
    first = asyncio.create_task(result(runs, runs.start(an_order())))
    second = asyncio.create_task(result(runs, runs.start(an_order())))
    await model.asked.wait()

    first.cancel()
    model.go.set()

    assert (await second).status == "complete"


async def test_when_the_last_listener_leaves_the_call_is_cancelled():
    model = Waiting("note: fine")
    runs = supervisor(model)
    alone = asyncio.create_task(result(runs, runs.start(an_order())))
    await model.asked.wait()

    alone.cancel()

    await asyncio.wait_for(model.cancelled.wait(), 20)


async def test_a_run_that_was_told_to_go_on_ends_without_listeners():
    model = Waiting("note: fine")
    runs = supervisor(model)
    run = runs.start(an_order(), goes_on=True)
    alone = asyncio.create_task(result(runs, run))
    await model.asked.wait()
    alone.cancel()

    model.go.set()

    assert (await ended(run)).status == "complete"


async def test_an_equal_order_does_not_join_a_run_that_is_being_stopped():
    model = Waiting("note: fine")
    runs = supervisor(model)
    run = runs.start(an_order())
    await model.asked.wait()
    await runs.cancel(Caller("ivan"), run.id)

    model.go.set()

    assert (await result(runs, runs.start(an_order()))).status == "complete"


async def test_a_cancelled_run_says_so_in_its_last_event():
    model = Waiting("note: fine")
    runs = supervisor(model)
    run = runs.start(an_order())
    await model.asked.wait()

    await runs.cancel(Caller("ivan"), run.id)

    last = (await events(run))[-1]
    assert last.kind == "run.failed"
    assert "CANCELLED" in str(last.data["error"])


async def test_a_run_cancelled_before_its_first_step_still_ends():
    runs = supervisor(ScriptedModel("note: fine"))
    run = runs.start(an_order())

    await runs.cancel(Caller("ivan"), run.id)

    with pytest.raises(Cancelled):
        await ended(run)


async def test_cancelling_what_has_ended_changes_nothing():
    runs = supervisor(ScriptedModel("note: fine"))
    run = runs.start(an_order())
    await result(runs, run)

    await runs.cancel(Caller("ivan"), run.id)

    assert (await ended(run)).status == "complete"


async def test_resuming_after_any_event_gives_the_rest_and_nothing_twice():
    runs = supervisor(ScriptedModel("note: bad", "note: fine"))
    run = runs.start(an_order(drafts=True))
    whole = await events(run)

    resumed = [whole[:place] + await events(run, after=place) for place in range(len(whole) + 1)]

    assert all(joined == whole for joined in resumed)
    assert [event.number for event in whole] == list(range(1, len(whole) + 1))


async def test_a_listener_that_comes_while_the_run_is_under_way_misses_nothing():
    model = Waiting("note: fine")
    runs = supervisor(model)
    run = runs.start(an_order())
    await model.asked.wait()
    late = asyncio.create_task(events(run))
    await asyncio.sleep(0)

    model.go.set()

    kinds = [event.kind for event in await late]
    assert (kinds[0], kinds[-1]) == ("run.started", "run.finished")


async def test_silence_is_filled_with_heartbeats():
    model = Waiting("note: fine")
    runs = supervisor(model)
    run = runs.start(an_order())
    heard = run.events.after(2, 0.01)

    assert await anext(heard) is None

    await heard.aclose()
    run.cancel()


async def test_a_hit_on_the_shelf_is_a_run_too():
    runs = supervisor(ScriptedModel("note: fine"))
    made = await result(runs, runs.start(an_order()))

    again = runs.start(an_order())

    assert (await result(runs, again)).id == made.id
    assert [event.kind for event in await events(again)] == ["run.started", "run.finished"]


async def test_a_partial_artefact_is_not_found_again():
    replies = ("note: fine", "note: bad", "note: bad", "note: fine", "note: whole")
    runs = supervisor(ScriptedModel(*replies))
    await result(runs, runs.start(an_order(summary=True)))

    again = await result(runs, runs.start(an_order(summary=True)))

    assert again.status == "complete"


async def test_a_model_that_is_down_is_the_fault_everyone_gets():
    runs = supervisor(ScriptedModel(ModelFault("credentials", "It refuses the key.")))
    run = runs.start(an_order())

    answers = await asyncio.gather(*(result(runs, run) for _ in range(3)), return_exceptions=True)

    assert all(isinstance(answer, ModelFault) for answer in answers)


async def test_what_breaks_in_a_domain_is_told_without_a_trace():
    def broken(bench):
        raise ZeroDivisionError("secret prompt")

    part = a_part(prompt=None, parse=None, make=broken)
    runs = supervisor(None, domain=a_domain(part))

    with pytest.raises(Fault) as caught:
        await result(runs, runs.start(an_order()))

    assert caught.value.code == "PROCESSING_ERROR"
    assert "secret" not in str(caught.value.public())


async def test_a_run_is_its_callers_whatever_credential_they_come_with():
    runs = supervisor(ScriptedModel("note: fine"))
    run = runs.start(an_order(caller="ivan", drafts=True))
    await result(runs, run)

    with_a_key = Caller("ivan", admin=True, scopes=frozenset({"read"}))

    assert (await runs.get(with_a_key, run.id)).id == run.id


async def test_another_callers_run_is_as_absent_as_none():
    runs = supervisor(ScriptedModel("note: fine"))
    run = runs.start(an_order(caller="ivan"))
    await result(runs, run)

    with pytest.raises(NotFound):
        await runs.get(Caller("olena"), run.id)


async def test_a_run_is_forgotten_after_its_retention():
    clock = TurnedClock()
    model = ScriptedModel("note: fine", "note: two")
    runs = Runs(a_forge(model, clock), Metrics(version="test"), retention=10)
    old = runs.start(an_order("the first note"))
    await result(runs, old)
    clock.turn(11)

    await result(runs, runs.start(an_order("the second note")))

    with pytest.raises(NotFound):
        await runs.get(Caller("ivan"), old.id)


async def test_a_refused_order_starts_no_run():
    runs = supervisor(None, domain=a_domain(refuses=frozenset({"script-injection"})))

    with pytest.raises(Invalid, match="script injection"):
        runs.start(an_order("<script>alert(1)</script>"))


async def test_closing_lets_runs_end_within_the_grace():
    runs = supervisor(None, domain=a_domain(a_part(make=lambda bench: Note(text="fine"))))
    run = runs.start(an_order())

    await runs.close(grace=1)

    assert (await ended(run)).status == "complete"


async def test_closing_cancels_what_does_not_end_and_takes_nothing_new():
    model = Waiting("note: fine")
    runs = supervisor(model)
    run = runs.start(an_order())
    await model.asked.wait()

    await runs.close(grace=0)

    with pytest.raises(Unavailable, match="shutting down"):
        await ended(run)
    with pytest.raises(Unavailable):
        runs.start(an_order("another note"))
