"""The whole application behind a real socket, for callers that block: curl, a fuzzer, a shell."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace

from anyio.from_thread import start_blocking_portal
from tests.servers.loop import served

from kuznia.app import Made


@contextmanager
def serving(made: Made) -> Generator[str]:
    """Its address, on a port that was free; it runs in a thread of its own until the block ends."""
    made = replace(made, settings=made.settings.model_copy(update={"port": 0}))
    with (
        start_blocking_portal("asyncio") as portal,
        portal.wrap_async_context_manager(served(made)) as kuznia,
    ):
        yield str(kuznia.client.base_url)
