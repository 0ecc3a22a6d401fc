import pytest
from structlog.testing import capture_logs
from tests.clocks import TurnedClock
from tests.llm.makers import Played, a_reply, an_ask, drained, reply_of

from kuznia.llm.layers.fallback import FallingBack
from kuznia.llm.model import ModelFault
from kuznia.platform.errors import BudgetSpent, TimedOut

DOWN = ModelFault("server", "down")
ASK = an_ask(TurnedClock())


async def test_the_second_answers_when_the_first_cannot():
    second = Played(a_reply("second"))

    reply = await reply_of(FallingBack(Played(DOWN), second), ASK)

    assert reply.text == "second"


async def test_the_second_is_not_asked_when_the_first_answers():
    second = Played()

    await reply_of(FallingBack(Played(), second), ASK)

    assert second.calls == 0


@pytest.mark.parametrize("fault", [BudgetSpent("spent"), TimedOut("late")])
async def test_what_no_model_can_change_is_passed_on(fault: Exception):
    second = Played()

    with pytest.raises(type(fault)):
        await reply_of(FallingBack(Played(fault), second), ASK)

    assert second.calls == 0


async def test_the_fault_of_the_second_is_the_one_that_is_told():
    with pytest.raises(ModelFault) as caught:
        await reply_of(FallingBack(Played(DOWN), Played(ModelFault("connect", "gone"))), ASK)

    assert caught.value.reason == "connect"


async def test_a_stream_that_has_said_nothing_is_begun_again_by_the_second():
    first, second = Played(DOWN, pieces=("",)), Played(a_reply("second"), pieces=("sec", "ond"))

    said = await drained(FallingBack(first, second).stream(ASK))

    assert said == ("second", a_reply("second"))
    assert (first.closed, second.closed) == (1, 1)


async def test_a_stream_that_has_said_something_is_not():
    second = Played()

    with pytest.raises(ModelFault):
        await drained(FallingBack(Played(DOWN, pieces=("a",)), second).stream(ASK))

    assert second.calls == 0


async def test_a_good_stream_needs_no_second():
    second = Played()

    said = await drained(FallingBack(Played(pieces=("a",)), second).stream(ASK))

    assert (said, second.calls) == (("a", a_reply()), 0)


async def test_falling_back_is_logged_with_its_reason():
    with capture_logs() as lines:
        await reply_of(FallingBack(Played(DOWN, name="first"), Played(name="second")), ASK)

    assert lines == [
        {
            "logger_name": "llm",
            "event": "model_fallback",
            "log_level": "warning",
            "model": "first",
            "second": "second",
            "reason": "server",
            "request_id": "r-1",
        }
    ]
