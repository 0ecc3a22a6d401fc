import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar, get_args

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from structlog.testing import capture_logs
from tests.clocks import TurnedClock
from tests.llm.makers import Act, Forever, Played, a_reply, an_ask, drained, reply_of

from kuznia.llm.layers.breaker import SICK, Admission, Breaking, LocalCircuit
from kuznia.llm.model import ModelFault, Reason
from kuznia.platform.errors import BudgetSpent, TimedOut

DOWN = ModelFault("server", "down")
T = TypeVar("T")


class Bench:
    """A breaker that opens at the third fault and tries again after 30 seconds."""

    def __init__(self, *acts: Act, pieces: tuple[str, ...] = ()) -> None:
        self.clock = TurnedClock()
        self.inner = Played(*acts, pieces=pieces)
        self.circuit = LocalCircuit(failures=3, cooldown=30, clock=self.clock)
        self.breaking = Breaking(self.inner, self.circuit)

    async def ask(self, times: int = 1) -> list[str]:
        """What each ask came to: a text, or the reason of its fault."""
        came: list[str] = []
        for _ in range(times):
            try:
                came.append((await reply_of(self.breaking, an_ask(self.clock))).text)
            except ModelFault as fault:
                came.append(fault.reason)
        return came


async def test_it_opens_after_so_many_faults_in_a_row():
    bench = Bench(DOWN)

    assert await bench.ask(5) == ["server", "server", "server", "open", "open"]
    assert (bench.circuit.state, bench.inner.calls) == ("open", 3)


async def test_one_good_answer_starts_the_count_again():
    bench = Bench(DOWN, DOWN, a_reply(), DOWN, DOWN, a_reply())

    await bench.ask(6)

    assert bench.circuit.state == "closed"


@pytest.mark.parametrize("reason", get_args(Reason))
async def test_only_faults_that_speak_of_the_server_count(reason: Reason):
    bench = Bench(ModelFault(reason, "no"))

    await bench.ask(3)

    assert bench.circuit.state == ("open" if reason in SICK else "closed")


@pytest.mark.parametrize("fault", [BudgetSpent("spent"), TimedOut("late"), RuntimeError()])
async def test_what_says_nothing_of_the_server_changes_nothing(fault: Exception):
    bench = Bench(DOWN, DOWN, fault, DOWN)
    await bench.ask(2)

    with pytest.raises(type(fault)):
        await bench.ask()
    await bench.ask()

    assert bench.circuit.state == "open"


async def test_who_is_turned_away_is_told_when_to_return():
    bench = Bench(DOWN)
    await bench.ask(3)
    bench.clock.turn(10)

    with pytest.raises(ModelFault) as caught:
        await reply_of(bench.breaking, an_ask(bench.clock))

    assert caught.value.retry_after == 20.0


@pytest.mark.parametrize(("advice", "rest"), [(5.0, 30.0), (90.0, 90.0), (86_400.0, 300.0)])
async def test_it_rests_as_long_as_the_server_asks_within_reason(advice: float, rest: float):
    bench = Bench(ModelFault("rate_limited", "slow down", retry_after=advice))
    await bench.ask(3)

    bench.clock.turn(rest - 0.1)

    assert bench.circuit.state == "open"
    bench.clock.turn(0.1)
    assert bench.circuit.state == "half-open"


async def test_after_the_rest_a_good_answer_closes_it():
    bench = Bench(DOWN, DOWN, DOWN, a_reply())
    await bench.ask(3)
    bench.clock.turn(30)

    assert await bench.ask(2) == ["pong", "pong"]
    assert bench.circuit.state == "closed"


async def test_after_the_rest_one_more_fault_opens_it_again():
    bench = Bench(DOWN)
    await bench.ask(3)
    bench.clock.turn(30)

    assert await bench.ask(2) == ["server", "open"]
    assert bench.inner.calls == 4


async def test_of_twenty_callers_exactly_one_is_the_probe():
    bench = Bench(DOWN, DOWN, DOWN, a_reply())
    await bench.ask(3)
    bench.clock.turn(30)

    came = await asyncio.gather(*(bench.ask() for _ in range(20)))

    assert sorted(came) == [["open"]] * 19 + [["pong"]]
    assert bench.inner.calls == 4


async def test_its_turns_are_logged():
    bench = Bench(DOWN, DOWN, DOWN, DOWN, a_reply())

    with capture_logs() as lines:
        await bench.ask(4)
        for _ in range(2):
            bench.clock.turn(30)
            await bench.ask(2)

    assert [(line["event"], line["state"], line["log_level"]) for line in lines] == [
        ("model_breaker", "open", "warning"),
        ("model_breaker", "open", "warning"),
        ("model_breaker", "closed", "info"),
    ]


@pytest.mark.parametrize("late", [DOWN, a_reply()])
async def test_what_began_before_it_opened_is_old_news(late: Act):
    bench = Bench(DOWN)
    given = [await bench.circuit.ask() for _ in range(4)]
    for each in given[:3]:
        await bench.circuit.failed(each, 0.0)
    bench.clock.turn(10)

    if late is DOWN:
        await bench.circuit.failed(given[3], 0.0)
    else:
        await bench.circuit.worked(given[3])

    assert await bench.circuit.ask() == Admission(wait=20.0)


async def test_a_cancelled_probe_lets_the_next_one_in_and_counts_for_nothing():
    bench = Bench(DOWN, DOWN, DOWN, Forever(), a_reply())
    await bench.ask(3)
    bench.clock.turn(30)
    probe = asyncio.ensure_future(bench.ask())
    await asyncio.sleep(0)
    probe.cancel()
    await asyncio.wait([probe])

    assert bench.circuit.state == "half-open"
    assert await bench.ask() == ["pong"]


@pytest.mark.parametrize(("reason", "state"), [("busy", "half-open"), ("rejected", "closed")])
async def test_only_a_server_that_was_reached_closes_it(reason: Reason, state: str):
    bench = Bench(DOWN, DOWN, DOWN, ModelFault(reason, "no"))
    await bench.ask(3)
    bench.clock.turn(30)

    await bench.ask()

    assert bench.circuit.state == state


async def test_a_stream_is_judged_by_its_end():
    bench = Bench(DOWN, pieces=("a",))

    for _ in range(3):
        with pytest.raises(ModelFault):
            await drained(bench.breaking.stream(an_ask(bench.clock)))

    assert bench.circuit.state == "open"
    assert bench.inner.closed == 3


async def test_a_listener_who_leaves_with_the_reply_has_closed_the_circuit():
    bench = Bench(DOWN, DOWN, DOWN, a_reply())
    await bench.ask(3)
    bench.clock.turn(30)
    deltas = bench.breaking.stream(an_ask(bench.clock))

    await anext(deltas)
    await deltas.aclose()

    assert bench.circuit.state == "closed"


async def test_a_listener_who_leaves_early_only_frees_the_probe_s_place():
    bench = Bench(DOWN, DOWN, DOWN, a_reply(), pieces=("a",))
    await bench.ask(3)
    bench.clock.turn(30)
    deltas = bench.breaking.stream(an_ask(bench.clock))

    await anext(deltas)
    await deltas.aclose()

    assert bench.circuit.state == "half-open"
    assert await bench.ask() == ["pong"]


async def test_a_good_stream_closes_the_circuit():
    bench = Bench(DOWN, DOWN, DOWN, a_reply(), pieces=("a",))
    await bench.ask(3)
    bench.clock.turn(30)

    assert await drained(bench.breaking.stream(an_ask(bench.clock))) == ("a", a_reply())
    assert bench.circuit.state == "closed"


def now(told: Coroutine[Any, Any, T]) -> T:
    """What the circuit in this process says, which it does without waiting."""
    try:
        told.send(None)
    except StopIteration as said:
        return said.value
    pytest.fail("the circuit waited")


class CircuitMachine(RuleBasedStateMachine):
    """Asks that come, end and are overtaken by others, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = TurnedClock()
        self.circuit = LocalCircuit(failures=3, cooldown=30, clock=self.clock)
        self.out: list[Admission] = []
        self.in_a_row = 0

    @rule()
    def come(self) -> None:
        state = self.circuit.state
        probed = any(given.probe for given in self.out)
        given = now(self.circuit.ask())
        assert (given.wait > 0) == (state == "open" or (state == "half-open" and probed))
        assert given.probe == (state == "half-open" and not probed)
        if not given.wait:
            self.out.append(given)

    @precondition(lambda self: self.out)
    @rule(which=st.integers(0, 99), how=st.sampled_from(["worked", "failed", "left"]))
    def end(self, which: int, how: str) -> None:
        given = self.out.pop(which % len(self.out))
        before = self.circuit.state
        if how == "worked":
            now(self.circuit.worked(given))
        elif how == "failed":
            now(self.circuit.failed(given, 0.0))
        else:
            now(self.circuit.left(given))
        self.judge(given, how, before)

    def judge(self, given: Admission, how: str, before: str) -> None:
        if given.probe:
            expected = {"worked": "closed", "failed": "open", "left": before}[how]
            assert self.circuit.state == expected
            self.in_a_row = 0
        elif before != "closed":
            assert self.circuit.state == before
        else:
            self.in_a_row = {"worked": 0, "failed": self.in_a_row + 1, "left": self.in_a_row}[how]
            assert self.circuit.state == ("open" if self.in_a_row == 3 else "closed")

    @rule(seconds=st.sampled_from([1.0, 29.0, 30.0]))
    def wait(self, seconds: float) -> None:
        self.clock.turn(seconds)

    @invariant()
    def one_probe_at_most(self) -> None:
        assert sum(given.probe for given in self.out) <= 1


TestCircuit = CircuitMachine.TestCase
TestCircuit.settings = settings(
    max_examples=60,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
