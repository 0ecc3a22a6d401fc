"""What a request made is gone when it ends: a cycle would hold it until some collection.

The fault of a missing model held each plan so, and a server that made many needed 25 MB for them.
"""

import gc
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import pytest
from tests.servers.loop import EVENTS, Kuznia, inside
from tests.servers.model import Act, ModelServer, reply, status

from kuznia.app import Made
from kuznia.platform.settings import Settings
from kuznia.platform.settings.values import DatabaseUrl

PERSON = {"age": 30, "level": "beginner", "days": 2, "minutes": 45, "weeks": 4, "equipment": []}
ORDERS: dict[str, dict[str, Any]] = {
    "/api/v1/flows": {"prompt": "A service: a parking permit. Fields: name, car number."},
    "/api/v1/training/plans": {"prompt": "Get stronger, two days a week", "profile": PERSON},
    "/api/v1/code": {"prompt": "A function that adds two numbers", "language": "python"},
}


@contextmanager
def cycles() -> Generator[set[str]]:
    """Of which modules of ours the block leaves something in cycles."""
    left = set[str]()
    gc.collect()
    gc.disable()
    gc.set_debug(gc.DEBUG_SAVEALL)
    try:
        yield left
        gc.collect()
        left |= {type(item).__module__ for item in gc.garbage}
        left |= {getattr(item, "__module__", "") or "" for item in gc.garbage}
        left &= {name for name in left if name.startswith("kuznia")}
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
        gc.enable()


@pytest.mark.parametrize("path", ORDERS)
async def test_an_order_without_a_model_leaves_no_cycles(path: str, sqlite_url: str):
    async with inside(Made(settings=Settings(database_url=DatabaseUrl.read(sqlite_url)))) as kuznia:
        # The first one loads what stays.
        await kuznia.client.post(path, json=ORDERS[path])
        order = ORDERS[path] | {"prompt": f"{ORDERS[path]['prompt']}, once more"}
        with cycles() as left:
            answer = await kuznia.client.post(path, json=order)

    assert answer.status_code == (503 if path.endswith("code") else 200)
    assert not left


@pytest.mark.parametrize(
    "acts",
    [
        (reply("note: iron"),),
        (reply("note: bad"), reply("note: bad bad"), reply("note: bad")),
        (reply("no note"), reply(None), status(500)),
        (status(401),),
    ],
)
async def test_no_answer_of_a_model_leaves_cycles(
    kuznia: Kuznia, modelserver: ModelServer, acts: tuple[Act, ...]
):
    for headers in ({}, EVENTS):
        modelserver.will(*acts, *acts)
        await kuznia.make("first", headers=headers)
        with cycles() as left:
            await kuznia.make("then", headers=headers)

        assert not left
