import asyncio

import pytest
from tests.clocks import TurnedClock
from tests.llm.makers import Forever, Played, a_reply, an_ask, drained, reply_of

from kuznia.llm.layers.timing import RANG, Alarm, Timed
from kuznia.llm.model import Delta, ModelFault
from kuznia.llm.scripted import ScriptedModel
from kuznia.platform.clock import SystemClock
from kuznia.platform.errors import TimedOut


def timed(
    inner: Played | ScriptedModel,
    *,
    first_token: float = 5,
    idle: float = 5,
) -> Timed:
    return Timed(inner, first_token=first_token, idle=idle, clock=SystemClock())


async def test_an_answer_in_time_is_passed_on():
    assert await reply_of(timed(Played()), an_ask(SystemClock())) == a_reply()


async def test_a_reply_that_does_not_begin_is_a_fault_of_the_attempt():
    with pytest.raises(ModelFault) as caught:
        await reply_of(timed(Played(Forever()), first_token=0.02), an_ask(SystemClock()))

    assert caught.value.reason == "timeout"
    assert caught.value.message == (
        "The model did not begin to answer: nothing came for 0.02 seconds."
    )


@pytest.mark.parametrize("whole", [True, False])
async def test_a_reply_that_stops_in_its_middle_is_not_asked_for_again(whole: bool):
    inner = Played(Forever(), pieces=("a", Delta(thought="hm"), "b"))
    ask = an_ask(SystemClock(), whole=whole)

    with pytest.raises(ModelFault) as caught:
        await drained(timed(inner, idle=0.02).stream(ask))

    assert (caught.value.reason, caught.value.transient, inner.closed) == ("timeout", False, 1)
    assert "stopped in the middle" in caught.value.message


async def test_the_first_token_may_take_far_longer_than_the_next():
    model = ScriptedModel("a", latency=0.6)

    assert (await reply_of(timed(model, idle=0.5), an_ask(SystemClock()))).text == "a"


async def test_nobody_waits_longer_for_the_next_token_because_the_first_may_be_slow():
    inner = Played(Forever(), pieces=("a",))

    with pytest.raises(ModelFault, match=r"nothing came for 0\.02 seconds"):
        await reply_of(timed(inner, first_token=300, idle=0.02), an_ask(SystemClock()))


async def test_the_pieces_of_a_whole_reply_are_not_handed_on():
    deltas = timed(Played(pieces=("a", "b"))).stream(an_ask(SystemClock(), whole=True))

    assert [delta.reply async for delta in deltas] == [a_reply()]


async def test_a_reply_that_passes_the_deadline_is_a_fault_of_the_order():
    with pytest.raises(TimedOut):
        await reply_of(timed(Played(Forever())), an_ask(SystemClock(), seconds=0.02))


@pytest.mark.parametrize("seconds", [0.0, -5.0])
async def test_after_the_deadline_nothing_is_asked(seconds: float):
    inner = Played()

    with pytest.raises(TimedOut):
        await reply_of(timed(inner), an_ask(SystemClock(), seconds=seconds))
    with pytest.raises(TimedOut):
        await drained(timed(inner).stream(an_ask(SystemClock(), seconds=seconds)))

    assert inner.calls == 0


async def test_a_stream_has_its_own_time_to_begin():
    inner = Played(Forever())

    with pytest.raises(ModelFault) as caught:
        await drained(timed(inner, first_token=0.02).stream(an_ask(SystemClock())))

    assert (caught.value.reason, inner.closed) == ("timeout", 1)


async def test_a_stream_has_its_own_time_between_two_pieces():
    inner = Played(Forever(), pieces=("a", "b"))
    deltas = timed(inner, idle=0.02).stream(an_ask(SystemClock()))

    assert [(await anext(deltas)).text for _ in "ab"] == ["a", "b"]
    with pytest.raises(ModelFault) as caught:
        await anext(deltas)

    assert (caught.value.reason, inner.closed) == ("timeout", 1)


@pytest.mark.parametrize("whole", [True, False])
async def test_steady_pieces_may_go_on_for_as_long_as_they_like(whole: bool):
    model = ScriptedModel("a" * 40, chunk=1, pace=0.05)
    ask = an_ask(SystemClock(), whole=whole)

    # Two seconds in all; a busy machine may be one late with a piece.
    _, reply = await drained(timed(model, first_token=1, idle=1).stream(ask))

    assert reply is not None
    assert reply.text == "a" * 40


@pytest.mark.parametrize("whole", [True, False])
async def test_a_reply_under_way_ends_at_the_deadline(whole: bool):
    model = ScriptedModel("a" * 100, chunk=1, pace=0.05)

    with pytest.raises(TimedOut, match="while the model was answering"):
        await drained(timed(model).stream(an_ask(SystemClock(), seconds=1, whole=whole)))


async def test_time_the_listener_takes_is_not_the_model_s():
    deltas = timed(Played(pieces=("a", "b")), idle=0.02).stream(an_ask(SystemClock()))
    await anext(deltas)

    await asyncio.sleep(0.04)

    assert (await anext(deltas)).text == "b"
    await deltas.aclose()


async def test_a_turned_clock_sets_the_deadline():
    clock = TurnedClock()
    ask = an_ask(clock, seconds=60)
    clock.turn(61)

    with pytest.raises(TimedOut):
        await reply_of(Timed(Played(), first_token=5, idle=5, clock=clock), ask)


async def test_what_is_cancelled_by_the_alarm_can_tell():
    with pytest.raises(TimeoutError) as caught, Alarm(0.01):
        await asyncio.Event().wait()

    cause = caught.value.__cause__
    assert isinstance(cause, asyncio.CancelledError)
    assert cause.args == (RANG,)


async def test_a_caller_who_leaves_is_not_taken_for_the_alarm():
    asking = asyncio.ensure_future(reply_of(timed(Played(Forever())), an_ask(SystemClock())))
    await asyncio.sleep(0.01)

    asking.cancel()

    with pytest.raises(asyncio.CancelledError):
        await asking


async def test_a_caller_who_leaves_as_the_alarm_rings_is_obeyed():
    async def wait() -> None:
        with Alarm(0.01):
            try:
                await asyncio.Event().wait()
            finally:
                task = asyncio.current_task()
                assert task is not None
                task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await asyncio.ensure_future(wait())


async def test_other_faults_pass_the_alarm():
    with pytest.raises(ModelFault) as caught:
        await reply_of(timed(Played(ModelFault("server", "down"))), an_ask(SystemClock()))

    assert caught.value.reason == "server"
