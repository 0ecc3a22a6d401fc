"""Through the door: one caller's heavy work does not keep another's light work waiting."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

import pytest
from tests.servers.loop import Kuznia, inside, leave

from kuznia.app import Made
from kuznia.platform.process.workers import POOL
from kuznia.platform.settings import Settings
from kuznia.platform.settings.values import DatabaseUrl

# A quarter of a second each, on an idle machine.
SLOW = [{"path": f"A{n}.java", "content": "a=>" * 700 + str(n)} for n in range(4)]
SMALL = [{"path": "b.py", "content": "x = 1\n"}]


@pytest.fixture(params=[True, False], ids=["with keys", "without credentials"])
async def kuznia(request: Any, sqlite_url: str) -> AsyncGenerator[Kuznia]:
    given = Settings(database_url=DatabaseUrl.read(sqlite_url), accounts=request.param)
    async with inside(Made(settings=given)) as kuznia:
        yield kuznia


async def key_of(kuznia: Kuznia, name: str) -> dict[str, str]:
    """The headers that name comes with."""
    if not kuznia.doors.settings.accounts:
        return {}
    callers = kuznia.doors.callers
    person = await callers.accounts.create(name, "correct horse battery staple", "user")
    _, key = await callers.keys.create(person.id, "k", ("domains", "read"))
    return {"x-api-key": key}


async def test_one_callers_four_analyses_do_not_starve_anothers_small_file(kuznia: Kuznia) -> None:
    ended: list[str] = []

    async def analyse(name: str, files: list[dict[str, str]], headers: dict[str, str]) -> None:
        body = {"files": files}
        answer = await kuznia.client.post("/api/v1/code/analyze", json=body, headers=headers)
        assert answer.status_code == 200, answer.text
        ended.append(name)

    ann, bob = await key_of(kuznia, "ann"), await key_of(kuznia, "bob")
    await analyse("first", SMALL, bob)
    many = [asyncio.create_task(analyse("ann", SLOW, ann)) for _ in range(4)]
    async with asyncio.timeout(20):
        while not POOL._under_way:  # noqa: ASYNC110 - the pool has no event for it
            await asyncio.sleep(0.01)
    await asyncio.sleep(0.05)
    await analyse("bob", SMALL, bob)

    assert ended == ["first", "bob"]
    for task in many:
        await leave(task)
