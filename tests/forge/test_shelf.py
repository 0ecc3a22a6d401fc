"""What the shelf holds in memory: so many bytes at most, and nothing when its time is up."""

import asyncio

from kuznia.forge.shelf.shelf import Kept, Shelf
from kuznia.forge.terms import ArtefactId, RunId
from kuznia.platform.clock import SystemClock


def a_kept(number: int) -> Kept:
    id_, run = ArtefactId(f"art_{number}"), RunId(f"run_{number}")
    body = b'{"evidence":{},"parts":"%b"}' % (b"x" * 10_000)
    return Kept(id_, run, "ivan", "notes", "complete", SystemClock().now(), body)


def a_shelf(*, ttl: float, max_bytes: int) -> Shelf:
    return Shelf(None, SystemClock(), ttl=ttl, size=1_000, max_bytes=max_bytes)


async def test_past_its_bytes_the_oldest_is_not_found_again():
    shelf = a_shelf(ttl=600, max_bytes=3 * len(a_kept(0).body))
    for number in range(5):
        shelf.take_in(f"key {number}", a_kept(number))
    # The same again takes no more room.
    shelf.take_in("key 4", a_kept(4))

    assert shelf.held == (3, 3 * len(a_kept(0).body))


async def test_what_is_stale_is_let_go_although_nobody_asks():
    shelf = a_shelf(ttl=0.05, max_bytes=1 << 20)
    shelf.take_in("key", a_kept(1))
    assert shelf.held[0] == 1

    async with asyncio.timeout(30):
        while shelf.held != (0, 0):  # noqa: ASYNC110 - the timer has no event for it
            await asyncio.sleep(0.01)
