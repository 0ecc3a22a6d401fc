import asyncio

from tests.clocks import TurnedClock
from tests.llm.makers import Played

from kuznia.llm.layers.breaker import Breaking, LocalCircuit
from kuznia.llm.model import Attempt, Usage
from kuznia.llm.service import MAX_MODELS, Faults, Look, Service


def a_service(look: Look, clock: TurnedClock) -> Service:
    breaker = Breaking(Played(), LocalCircuit(failures=1, cooldown=30, clock=clock))
    return Service(breaker, kind="openai", clock=clock, look=look, timeout=0.02)


async def test_a_server_that_hangs_is_told_in_time():
    async def hang() -> None:
        await asyncio.Event().wait()

    state = await a_service(hang, TurnedClock()).state()

    assert state is not None
    assert (state.reason, state.message) == (
        "timeout",
        "Its server did not answer within 0.02 seconds.",
    )


async def test_what_was_seen_is_told_for_a_while():
    looks: list[int] = []

    async def look() -> None:
        looks.append(1)

    clock = TurnedClock()
    service = a_service(look, clock)
    for seconds in (0, 9, 2):
        clock.turn(seconds)
        assert await service.state() is None

    assert len(looks) == 2


def test_the_last_fault_of_each_model_is_remembered_and_not_without_bound():
    clock = TurnedClock()
    faults = Faults(clock)

    for number in range(MAX_MODELS + 5):
        for outcome in ("server", "timeout", "ok", "cancelled"):
            faults.saw(Attempt(f"m{number}", Usage(), 0, 0.1, outcome))

    last = faults.last("m0")
    assert last is not None
    assert (last.reason, last.when) == ("timeout", clock.now())
    assert faults.last(f"m{MAX_MODELS}") is None
    assert faults.answered("m0")
    assert not faults.answered(f"m{MAX_MODELS}")
