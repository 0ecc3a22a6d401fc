"""A client that leaves ends the work it asked for."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from starlette.types import Receive

from kuznia.platform.errors import Cancelled

T = TypeVar("T")


class ClientLeft(Cancelled):
    """Raised when the client left: nobody gets the answer, but the log records it."""

    def __init__(self) -> None:
        super().__init__("The client left before the answer was ready.")


# Any: what a future or a coroutine holds is no business of whoever waits for it here.
async def done_or_gone(receive: Receive, done: "asyncio.Future[Any]") -> None:
    """Wait until `done`; raise ClientLeft when the client leaves first.

    The body must have been read: from then on the only message that can come is the leaving.
    """
    gone = asyncio.ensure_future(_disconnect(receive))
    try:
        await asyncio.wait((done, gone), return_when=asyncio.FIRST_COMPLETED)
    finally:
        gone.cancel()
    if not done.done():
        raise ClientLeft


async def unless_gone(receive: Receive, work: Coroutine[Any, Any, T]) -> T:
    """Await `work`; when the client leaves first, cancel it and wait until it has stopped."""
    task = asyncio.create_task(work)
    try:
        await done_or_gone(receive, task)
        return task.result()
    finally:
        if not task.done():
            task.cancel()
            await asyncio.wait((task,))


async def _disconnect(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
