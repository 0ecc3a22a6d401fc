"""Databases that take no rows for a while: what is answered meanwhile, and what is kept."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from tests import refusing
from tests.servers.model import reply

from bench.place import Place, Row, make
from bench.replies import CODE


async def made_and_kept(
    at: Place, fault: str, harm: AbstractAsyncContextManager[None], seconds: float, orders: int
) -> list[Row]:
    """Orders are placed while the database takes no rows, and looked for when it does again."""
    at.model.will(reply(CODE))
    # Each another order, and the reply does what it asks for: nobody is reminded of a wish.
    prompts = [
        f"Count the words of some texts, and {'name ' * number}the most common"
        for number in range(orders)
    ]
    async with harm:
        making = asyncio.gather(*(make(at.here, prompt) for prompt in prompts))
        await asyncio.sleep(seconds)
        state = (await at.here.client.get("/ready")).status_code
    answers = await making
    began = time.monotonic()
    links = [answer.json()["data"]["links"]["self"] for answer in answers if answer.is_success]
    kept = 0
    # Every 0.2 s for a minute, at the other server: it finds only what is a row.
    for _ in range(300):
        if (kept := await there(at, links)) == len(links):
            break
        await asyncio.sleep(0.2)
    took, calls = time.monotonic() - began, len(at.model.calls)
    faults = Counter(answer.status_code for answer in answers if not answer.is_success)
    said = f"{len(links)} of {orders}" + "".join(f", {n} x {code}" for code, n in faults.items())
    back = await ready(at)
    return [
        Row(fault, "orders are answered", said, not set(faults) - {503}),
        Row(fault, "what was answered is kept", f"{kept} of {len(links)}", kept == len(links)),
        Row(fault, "kept within 10 s of its end", f"{took:.1f} s", took < 10),
        Row(fault, "each order is paid once", f"{calls} calls", calls <= orders),
        Row(fault, "/ready says so", f"{state}, then {back}", (state, back) == (503, 200)),
    ]


async def ready(at: Place) -> int:
    """What /ready says, given the time it takes to see that all is well."""
    for _ in range(50):
        if (status := (await at.here.client.get("/ready")).status_code) == 200:
            break
        await asyncio.sleep(0.2)
    return status


async def there(at: Place, links: Sequence[str]) -> int:
    answers = await asyncio.gather(*(at.there.client.get(link) for link in links))
    return sum(answer.status_code == 200 for answer in answers)


async def read_only(at: Place, orders: int = 20, seconds: float = 5.0) -> list[Row]:
    """It is a standby, as after a failover."""
    harm = refusing.standby(at.database)
    fault = f"PostgreSQL read-only for {seconds:g} s"
    return await made_and_kept(at, fault, harm, seconds, orders)


async def silent(at: Place, orders: int = 20, seconds: float = 6.0) -> list[Row]:
    """It takes connections and answers nothing."""
    process = await asyncio.to_thread(refusing.postmaster, at.database)
    fault = f"PostgreSQL silent for {seconds:g} s"

    @asynccontextmanager
    async def harm() -> AsyncIterator[None]:
        with refusing.silent(process):
            yield

    return await made_and_kept(at, fault, harm(), seconds, orders)


async def no_room(at: Place, orders: int = 20, seconds: float = 5.0) -> list[Row]:
    """Not a byte more goes to the disk from the server that makes the orders."""

    @asynccontextmanager
    async def harm() -> AsyncIterator[None]:
        with refusing.no_room(at.here.server.pid):
            yield

    fault = f"the disk is full for {seconds:g} s (SQLite)"
    return await made_and_kept(at, fault, harm(), seconds, orders)
