"""Everybody's share of a pool: one caller's many jobs do not hold up another's one."""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import Future

import pytest

from kuznia.platform.process.turns import Full, Threads, Turns, share


class Hall:
    """Who came in, in order; each stays until let out."""

    def __init__(self, turns: Turns) -> None:
        self.turns = turns
        self.inside: list[str] = []
        self.came: list[str] = []
        self.doors: dict[str, asyncio.Event] = {}
        self.tasks: dict[str, asyncio.Task[None]] = {}

    async def ask(self, *names: str) -> None:
        """`ann1` is a job of ann's."""
        for name in names:
            self.doors[name] = asyncio.Event()
            share.set(name[:3])
            self.tasks[name] = asyncio.create_task(self._one(name))
        await settled()

    async def _one(self, name: str) -> None:
        async with self.turns.turn():
            self.came.append(name)
            self.inside.append(name)
            await self.doors[name].wait()
            self.inside.remove(name)

    async def out(self, name: str) -> None:
        self.doors[name].set()
        await settled()


async def settled() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_callers_come_in_turn_and_each_in_the_order_of_asking():
    hall = Hall(Turns(1, waiting=10))
    await hall.ask("ann1", "ann2", "ann3", "ann4", "bob1", "bob2", "cat1")
    for name in ("ann1", "ann2", "bob1", "cat1", "ann3", "bob2", "ann4"):
        await hall.out(name)

    assert hall.came == ["ann1", "ann2", "bob1", "cat1", "ann3", "bob2", "ann4"]


async def test_of_three_places_the_last_is_kept_for_who_has_none():
    hall = Hall(Turns(3, waiting=10))
    await hall.ask("ann1", "ann2", "ann3")
    before = list(hall.inside)
    await hall.ask("bob1", "bob2")

    assert (before, hall.inside) == (["ann1", "ann2"], ["ann1", "ann2", "bob1"])


async def test_a_kept_place_comes_back_to_those_who_wait():
    hall = Hall(Turns(3, waiting=10))
    await hall.ask("ann1", "ann2", "ann3", "bob1")
    await hall.out("bob1")
    await hall.out("ann1")

    assert hall.inside == ["ann2", "ann3"]


async def test_where_too_many_wait_the_longest_queue_loses_its_last():
    hall = Hall(Turns(1, waiting=3))
    await hall.ask("ann1", "ann2", "ann3", "ann4", "bob1")

    with pytest.raises(Full):
        await hall.tasks["ann4"]
    for name in ("ann1", "ann2", "bob1", "ann3"):
        await hall.out(name)
    assert hall.came == ["ann1", "ann2", "bob1", "ann3"]


async def test_who_comes_with_the_longest_queue_is_refused():
    hall = Hall(Turns(1, waiting=1))
    await hall.ask("ann1", "ann2", "bob1")

    with pytest.raises(Full):
        await hall.tasks["bob1"]
    assert not hall.tasks["ann2"].done()


async def test_without_room_to_wait_who_finds_no_place_is_refused():
    hall = Hall(Turns(1, waiting=0))
    await hall.ask("ann1", "bob1")

    with pytest.raises(Full):
        await hall.tasks["bob1"]


async def test_a_cancelled_waiter_is_passed_over_and_costs_no_place():
    hall = Hall(Turns(1, waiting=10))
    await hall.ask("ann1", "bob1", "cat1")
    # Cancelled and let in at the same moment.
    hall.tasks["bob1"].cancel()
    await hall.out("ann1")
    await hall.out("cat1")
    await hall.ask("dan1")

    assert (hall.came, hall.inside) == (["ann1", "cat1", "dan1"], ["dan1"])


async def test_a_place_that_comes_as_its_waiter_is_cancelled_goes_to_the_next():
    hall = Hall(Turns(1, waiting=10))
    await hall.ask("ann1", "bob1", "cat1")
    hall.doors["ann1"].set()
    # So far that the place is bob's, who has not run yet.
    await asyncio.sleep(0)
    hall.tasks["bob1"].cancel()
    await settled()

    assert hall.inside == ["cat1"]


async def test_who_is_crowded_out_as_they_are_cancelled_leaves_nothing_behind():
    hall = Hall(Turns(1, waiting=1))
    await hall.ask("ann1", "bob1")
    hall.tasks["bob1"].cancel()
    await hall.ask("bob2")
    await hall.out("ann1")
    await hall.ask("cat1")

    assert hall.tasks["bob1"].cancelled()
    await asyncio.wait_for(asyncio.gather(hall.out("cat1"), settled()), 5)


def as_(caller: str, threads: Threads, work: Callable[[], object]) -> Future[object]:
    share.set(caller)
    return threads.submit(work)


@pytest.mark.parametrize("size", [1, 3])
def test_threads_are_shared_out_in_turn(size: int):
    threads, go, came = Threads(size), threading.Event(), list[str]()
    with threads:
        held = [as_("ann", threads, lambda: go.wait(20)) for _ in range(size)]
        many = [as_("ann", threads, lambda n=n: came.append(f"ann{n}")) for n in range(5)]
        one = as_("bob", threads, lambda: came.append("bob"))
        if size == 3:
            # One thread is not for ann, who has two.
            one.result(20)
        go.set()
        for each in (*held, *many, one):
            each.result(20)

    assert came.index("bob") <= 1
    assert [name for name in came if name != "bob"] == [f"ann{n}" for n in range(5)]


def test_what_a_thread_raises_is_raised_to_who_waits():
    with Threads(1) as threads, pytest.raises(ZeroDivisionError):
        as_("ann", threads, lambda: 1 // 0).result(20)


def test_what_still_waits_when_the_threads_are_shut_down_is_cancelled():
    threads, go = Threads(1), threading.Event()
    as_("ann", threads, lambda: go.wait(20))
    waiting = as_("ann", threads, lambda: None)
    threads.shutdown(wait=False)
    go.set()
    threads.shutdown(wait=True)

    assert waiting.cancelled()


async def test_they_serve_a_loop_as_its_own():
    asyncio.get_running_loop().set_default_executor(Threads(2))

    async def named(caller: str) -> str:
        share.set(caller)
        return await asyncio.to_thread(share.get)

    waiting: list[Awaitable[str]] = [asyncio.create_task(named(f"c{n}")) for n in range(20)]
    assert await asyncio.gather(*waiting) == [f"c{n}" for n in range(20)]
