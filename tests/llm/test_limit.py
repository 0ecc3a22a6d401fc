import asyncio
from collections.abc import AsyncGenerator

import pytest
from tests.clocks import TurnedClock
from tests.llm.makers import Forever, Played, a_reply, an_ask, drained, reply_of

from kuznia.llm.layers.limit import Limited
from kuznia.llm.model import Ask, Delta, ModelFault
from kuznia.llm.scripted import ScriptedModel
from kuznia.platform.clock import SystemClock
from kuznia.platform.process.turns import share


def limited(inner: Played | ScriptedModel, *, concurrency: int = 1, waiting: int = 10) -> Limited:
    return Limited(inner, concurrency=concurrency, waiting=waiting, clock=SystemClock())


async def test_no_more_than_its_places_are_in_at_once():
    inside: list[int] = []
    model = ScriptedModel(latency=0.01)
    model.always(lambda _: inside.append(len(model.heard) - len(inside)) or "pong")
    stack = limited(model, concurrency=3)

    await asyncio.gather(*(asked_by(f"caller {n % 3}", stack) for n in range(9)))

    assert max(inside) == 3


async def asked_by(caller: str, stack: Limited) -> None:
    share.set(caller)
    await reply_of(stack, an_ask(SystemClock()))


async def test_one_callers_many_calls_leave_a_place_for_anothers_one():
    stuck = Stuck("pong")
    stack = limited(stuck, concurrency=3)
    many = [asyncio.create_task(asked_by("ann", stack)) for _ in range(10)]
    await stuck.twice.wait()
    stuck.works = True

    await asyncio.wait_for(asked_by("bob", stack), 5)

    assert not any(task.done() for task in many)
    for task in many:
        task.cancel()


class Stuck(ScriptedModel):
    """Never answers those who ask before it goes on."""

    works = False

    def __init__(self, *said: str) -> None:
        super().__init__(*said)
        self.twice = asyncio.Event()
        self._hung = 0

    async def stream(self, ask: Ask) -> AsyncGenerator[Delta]:
        if not self.works:
            self._hung += 1
            if self._hung == 2:
                self.twice.set()
            await asyncio.Event().wait()
        async for delta in super().stream(ask):
            yield delta


async def test_who_finds_no_place_before_the_deadline_is_told_it_is_busy():
    stack = limited(Played(Forever()))
    first = asyncio.ensure_future(reply_of(stack, an_ask(SystemClock())))
    await asyncio.sleep(0)

    with pytest.raises(ModelFault) as caught:
        await reply_of(stack, an_ask(SystemClock(), seconds=0.02))

    assert caught.value.reason == "busy"
    assert caught.value.retry_after == 1.0
    first.cancel()


async def test_who_finds_the_queue_full_is_told_at_once():
    inner = Played(Forever())
    stack = limited(inner, waiting=0)
    first = asyncio.ensure_future(reply_of(stack, an_ask(SystemClock())))
    await asyncio.sleep(0)

    with pytest.raises(ModelFault) as caught:
        await asyncio.wait_for(reply_of(stack, an_ask(SystemClock())), 60)

    assert (caught.value.reason, inner.calls) == ("busy", 1)
    first.cancel()


@pytest.mark.parametrize("waiting", [1, 2])
async def test_a_cancelled_caller_gives_back_its_place_in_the_queue(waiting: int):
    stack = limited(Played(Forever(), a_reply()), waiting=waiting)
    inside = asyncio.ensure_future(reply_of(stack, an_ask(SystemClock())))
    await asyncio.sleep(0)
    queued = [asyncio.ensure_future(reply_of(stack, an_ask(SystemClock()))) for _ in range(waiting)]
    await asyncio.sleep(0)
    for task in queued:
        task.cancel()
    await asyncio.wait(queued)
    again = asyncio.ensure_future(reply_of(stack, an_ask(SystemClock())))
    await asyncio.sleep(0)
    inside.cancel()

    assert (await again).text == "pong"


async def test_a_place_is_free_again_after_a_fault():
    stack = limited(Played(ModelFault("server", "down"), a_reply()))
    with pytest.raises(ModelFault):
        await reply_of(stack, an_ask(TurnedClock(), seconds=9))

    assert (await reply_of(stack, an_ask(SystemClock()))).text == "pong"


async def test_a_stream_keeps_its_place_until_it_is_closed():
    stack = limited(Played(pieces=("a", "b")), waiting=0)
    deltas = stack.stream(an_ask(SystemClock()))
    await anext(deltas)
    with pytest.raises(ModelFault):
        await reply_of(stack, an_ask(SystemClock()))

    await deltas.aclose()

    assert await drained(stack.stream(an_ask(SystemClock()))) == ("ab", a_reply())
