import asyncio
from itertools import repeat
from typing import get_args

import pytest
from tests.clocks import TurnedClock
from tests.llm.makers import Forever, Played, a_reply, an_ask, drained, reply_of

from kuznia.llm.layers.retry import Retrying, random_jitter
from kuznia.llm.model import TRANSIENT, ModelFault, Reason
from kuznia.platform.clock import SystemClock
from kuznia.platform.errors import BudgetSpent, TimedOut

DOWN = ModelFault("server", "down")


def retrying(
    inner: Played, clock: TurnedClock, *, attempts: int = 3, jitter: float = 1
) -> Retrying:
    return Retrying(inner, attempts=attempts, clock=clock, jitter=lambda: jitter)


async def test_a_passing_fault_is_asked_again_after_a_wait():
    clock, inner = TurnedClock(), Played(DOWN, a_reply())

    reply = await reply_of(retrying(inner, clock), an_ask(clock))

    assert (reply.text, inner.calls, clock.waits) == ("pong", 2, [1.0])


async def test_waits_double_up_to_ten_seconds():
    clock, inner = TurnedClock(), Played(DOWN)

    with pytest.raises(ModelFault):
        await reply_of(retrying(inner, clock, attempts=7), an_ask(clock))

    assert (inner.calls, clock.waits) == (7, [1, 2, 4, 8, 10, 10])


async def test_jitter_makes_waits_shorter():
    clock = TurnedClock()

    with pytest.raises(ModelFault):
        await reply_of(retrying(Played(DOWN), clock, jitter=0.5), an_ask(clock))

    assert clock.waits == [0.5, 1.0]


def test_jitter_is_between_a_half_and_the_whole():
    assert all(0.5 <= random_jitter() <= 1.0 for _ in repeat(None, 100))


@pytest.mark.parametrize("reason", get_args(Reason))
async def test_only_what_may_pass_is_asked_again(reason: Reason):
    clock, inner = TurnedClock(), Played(ModelFault(reason, "no"))

    with pytest.raises(ModelFault) as caught:
        await reply_of(retrying(inner, clock), an_ask(clock))

    assert caught.value.reason == reason
    assert inner.calls == (3 if reason in TRANSIENT else 1)


@pytest.mark.parametrize("fault", [BudgetSpent("spent"), TimedOut("late")])
async def test_other_faults_are_passed_on_at_once(fault: Exception):
    clock, inner = TurnedClock(), Played(fault)

    with pytest.raises(type(fault)):
        await reply_of(retrying(inner, clock), an_ask(clock))

    assert inner.calls == 1


@pytest.mark.parametrize(("advice", "waited"), [(0.1, 1.0), (7.0, 7.0), (25.0, 25.0)])
async def test_the_server_s_advice_is_obeyed_when_it_asks_for_more(advice: float, waited: float):
    clock = TurnedClock()
    inner = Played(ModelFault("rate_limited", "slow down", retry_after=advice), a_reply())

    await reply_of(retrying(inner, clock), an_ask(clock))

    assert clock.waits == [waited]


async def test_a_wait_past_the_deadline_is_not_begun():
    clock = TurnedClock()
    inner = Played(ModelFault("rate_limited", "slow down", retry_after=61.0))

    with pytest.raises(ModelFault) as caught:
        await reply_of(retrying(inner, clock), an_ask(clock, seconds=60))

    assert caught.value.retry_after == 61.0
    assert (inner.calls, clock.waits) == (1, [])


async def test_one_attempt_means_no_second():
    clock, inner = TurnedClock(), Played(DOWN)

    with pytest.raises(ModelFault):
        await reply_of(retrying(inner, clock, attempts=1), an_ask(clock))

    assert inner.calls == 1


async def test_a_stream_is_asked_again_before_its_first_text():
    clock, inner = TurnedClock(), Played(DOWN, a_reply(), pieces=("",))

    said = await drained(retrying(inner, clock).stream(an_ask(clock)))

    assert (said, inner.calls, inner.closed) == (("", a_reply()), 2, 2)


async def test_a_stream_is_not_asked_again_after_its_first_text():
    clock, inner = TurnedClock(), Played(DOWN, pieces=("a",))

    with pytest.raises(ModelFault):
        await drained(retrying(inner, clock).stream(an_ask(clock)))

    assert (inner.calls, clock.waits) == (1, [])


async def test_a_closed_stream_closes_what_it_reads_from():
    clock, inner = TurnedClock(), Played(Forever(), pieces=("a",))
    deltas = retrying(inner, clock).stream(an_ask(clock))
    await anext(deltas)

    await deltas.aclose()

    assert inner.closed == 1


async def test_a_caller_who_leaves_during_a_wait_is_obeyed_at_once():
    clock, inner = SystemClock(), Played(DOWN)
    asking = asyncio.ensure_future(
        reply_of(Retrying(inner, attempts=3, clock=clock), an_ask(clock))
    )
    await asyncio.sleep(0.01)
    asking.cancel()

    await asyncio.wait([asking])

    assert asking.cancelled()
    assert inner.calls == 1
