import asyncio
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs
from tests.clocks import TurnedClock
from tests.llm.makers import Act, FakeAccount, Forever, Played, a_reply, an_ask, drained, reply_of

from kuznia.llm.layers.record import FREE, Recorded
from kuznia.llm.layers.timing import Timed
from kuznia.llm.model import Attempt, Delta, Model, ModelFault, Price, Reason, Usage
from kuznia.llm.token_count import estimated_input, most_input
from kuznia.platform.clock import SystemClock
from kuznia.platform.errors import BudgetSpent

PRICE = Price(input=3_000_000, output=5_000_000)
INPUT = estimated_input(an_ask(TurnedClock()))


def recorded(inner: Model, **more: object) -> Recorded:
    return Recorded(inner, price=PRICE, clock=TurnedClock(), **more)  # type: ignore[arg-type]


async def test_the_most_it_may_use_is_admitted_before_and_given_back_after():
    account = FakeAccount()
    ask = an_ask(TurnedClock(), account=account)

    await reply_of(recorded(Played()), ask)

    most = most_input(ask)
    assert account.admitted == [(most + 100, 3 * most + 5 * 100)]
    assert account.settled == account.admitted


async def test_what_was_used_is_booked_with_its_price():
    account = FakeAccount()

    await reply_of(
        recorded(Played(a_reply(usage=Usage(7, 3)))), an_ask(TurnedClock(), account=account)
    )

    assert account.attempts == [Attempt("played", Usage(7, 3), 36, 0.0, "ok")]


async def test_without_budget_nothing_goes_out_and_nothing_is_settled():
    account, inner = FakeAccount(tokens=10), Played()

    with pytest.raises(BudgetSpent):
        await reply_of(recorded(inner), an_ask(TurnedClock(), account=account))
    with pytest.raises(BudgetSpent):
        await drained(recorded(inner).stream(an_ask(TurnedClock(), account=account)))

    assert (inner.calls, account.settled) == (0, [])


@pytest.mark.parametrize("reason", get_args(Reason))
async def test_a_fault_is_booked_under_its_reason_with_what_it_must_have_used(reason: Reason):
    account = FakeAccount()

    with pytest.raises(ModelFault):
        await reply_of(
            recorded(Played(ModelFault(reason, "no"))), an_ask(TurnedClock(), account=account)
        )

    assert account.outcomes == [reason]
    assert account.attempts[0].usage == (Usage() if reason in FREE else Usage(INPUT, 0))


async def test_a_fault_that_knows_its_usage_is_booked_with_it():
    account = FakeAccount()
    fault = ModelFault("empty", "nothing", usage=Usage(7, 100))

    with pytest.raises(ModelFault):
        await reply_of(recorded(Played(fault)), an_ask(TurnedClock(), account=account))

    assert account.attempts[0].usage == Usage(7, 100)


async def test_a_broken_stream_is_booked_with_what_had_come():
    account = FakeAccount()
    inner = Played(ModelFault("server", "down"), pieces=("12345678", "", "", ""))

    with pytest.raises(ModelFault):
        await drained(recorded(inner).stream(an_ask(TurnedClock(), account=account)))

    assert account.attempts[0].usage == Usage(INPUT, 4)


async def test_a_stream_is_never_booked_with_more_than_it_was_allowed():
    account = FakeAccount()
    inner = Played(ModelFault("cut", "cut"), pieces=("12345678",) * 9)

    with pytest.raises(ModelFault):
        await drained(recorded(inner).stream(an_ask(TurnedClock(), account=account, max_tokens=5)))

    assert account.attempts[0].usage.output_tokens == 5


async def test_a_cancelled_call_is_booked_as_cancelled():
    account = FakeAccount()
    asking = asyncio.ensure_future(
        reply_of(recorded(Played(Forever())), an_ask(TurnedClock(), account=account))
    )
    await asyncio.sleep(0)
    asking.cancel()
    await asyncio.wait([asking])

    assert account.outcomes == ["cancelled"]
    assert account.attempts[0].usage == Usage(INPUT, 0)


@pytest.mark.parametrize(("seconds", "idle"), [(0.1, 1), (60.0, 0.02)])
async def test_a_call_out_of_time_is_booked_as_timed_out(seconds: float, idle: float):
    account, clock = FakeAccount(), SystemClock()
    stack = Timed(recorded(Played(Forever(), pieces=("a",))), first_token=1, idle=idle, clock=clock)

    with pytest.raises(Exception, match=r"answer|reply"):
        await drained(stack.stream(an_ask(clock, account=account, seconds=seconds)))

    assert account.outcomes == ["timeout"]


async def test_a_closed_stream_is_booked_with_what_had_come():
    account = FakeAccount()
    inner = Played(pieces=("12345678", "b"))
    deltas = recorded(inner).stream(an_ask(TurnedClock(), account=account))
    await anext(deltas)

    await deltas.aclose()

    assert (account.outcomes, inner.closed) == (["cancelled"], 1)
    assert account.attempts[0].usage == Usage(INPUT, 2)


async def test_a_plain_reply_that_is_left_is_booked_with_what_was_written():
    account = FakeAccount()
    inner = Played(Forever(), pieces=("12345678", "b", "c"))
    asking = asyncio.ensure_future(
        reply_of(recorded(inner), an_ask(TurnedClock(), account=account))
    )
    for _ in range(10):
        await asyncio.sleep(0)
    asking.cancel()
    await asyncio.wait([asking])

    (attempt,) = account.attempts
    assert (attempt.outcome, attempt.usage) == ("cancelled", Usage(INPUT, 4))
    assert attempt.usage.estimated


async def test_thoughts_that_nobody_sees_are_paid_for():
    account = FakeAccount()
    inner = Played(ModelFault("cut", "cut"), pieces=(Delta(thought="x" * 28), Delta("1234")))

    with pytest.raises(ModelFault):
        await drained(recorded(inner).stream(an_ask(TurnedClock(), account=account)))

    assert account.attempts[0].usage == Usage(INPUT, 8)


async def test_a_call_waits_until_the_one_before_is_written():
    class Writing(FakeAccount):
        async def written(self) -> None:
            assert self.admitted == self.settled
            order.append("written")

    order: list[str] = []
    ask = an_ask(TurnedClock(), account=Writing())
    model = recorded(Played())
    await reply_of(model, ask)
    await drained(model.stream(ask))

    assert order == ["written", "written"]


async def test_a_listener_who_leaves_with_the_reply_has_paid_for_it():
    account = FakeAccount()
    deltas = recorded(Played()).stream(an_ask(TurnedClock(), account=account))

    assert (await anext(deltas)).reply is not None
    assert account.outcomes == ["ok"]
    await deltas.aclose()
    assert account.outcomes == ["ok"]


class Forgetful(Played):
    async def stream(self, ask: object):
        yield Delta("a")


async def test_an_adapter_that_forgets_its_reply_is_paid_and_told():
    account = FakeAccount()

    with pytest.raises(ModelFault) as caught:
        await drained(recorded(Forgetful()).stream(an_ask(TurnedClock(), account=account)))

    assert (caught.value.reason, account.outcomes) == ("cut", ["cut"])


acts = st.one_of(
    st.just(a_reply()),
    st.builds(ModelFault, st.sampled_from(get_args(Reason)), st.just("no")),
    st.builds(RuntimeError),
    st.just(Forever()),
)


@given(acts, st.lists(st.text(max_size=9), max_size=4), st.integers(0, 9))
@settings(deadline=None)
async def test_on_every_path_it_settles_once_and_within_what_was_admitted(
    act: Act, pieces: list[str], hears: int
):
    account = FakeAccount()
    ask = an_ask(TurnedClock(), account=account)

    async def listen() -> None:
        deltas = recorded(Played(act, pieces=tuple(pieces))).stream(ask)
        for _ in range(hears):
            await anext(deltas)
        await deltas.aclose()

    listening = asyncio.ensure_future(listen())
    # Long enough for all that can happen; who still listens then is cancelled.
    for _ in range(10):
        await asyncio.sleep(0)
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)

    assert account.settled == account.admitted
    assert len(account.admitted) == min(hears, 1)
    for (tokens, cost), attempt in zip(account.admitted, account.attempts, strict=True):
        assert attempt.usage.total <= tokens
        assert attempt.cost <= cost


async def test_every_attempt_is_logged_without_a_word_of_text():
    with capture_logs() as lines:
        await reply_of(recorded(Played(a_reply("secret pong"))), an_ask(TurnedClock()))

    assert lines == [
        {
            "logger_name": "llm",
            "event": "model_attempt",
            "log_level": "info",
            "outcome": "ok",
            "model": "played",
            "seconds": 0.0,
            "input_tokens": 7,
            "output_tokens": 3,
            "estimated": False,
            "request_id": "r-1",
        }
    ]


async def test_a_failed_attempt_is_a_warning():
    with capture_logs() as lines, pytest.raises(ModelFault):
        await reply_of(recorded(Played(ModelFault("server", "down"))), an_ask(TurnedClock()))

    assert [(line["log_level"], line["outcome"]) for line in lines] == [("warning", "server")]


async def test_an_observer_sees_what_the_account_sees():
    account, seen = FakeAccount(), list[Attempt]()

    await reply_of(recorded(Played(), observe=seen.append), an_ask(TurnedClock(), account=account))

    assert seen == account.attempts
