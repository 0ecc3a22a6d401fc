"""Servers as an operator runs them: each a process of its own, which may be killed."""

import asyncio
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2


@dataclass(frozen=True)
class Process:
    """One that runs, and a client of it."""

    client: httpx2.AsyncClient
    server: asyncio.subprocess.Process

    def kill(self) -> None:
        """It has no time for a last word."""
        self.server.kill()

    async def ready(self) -> dict[str, object]:
        return (await self.client.get("/ready")).json()["data"]

    async def metrics(self) -> str:
        return (await self.client.get("/metrics")).text


@asynccontextmanager
async def process(folder: Path, **settings: str) -> AsyncIterator[Process]:
    """`kuznia serve` on a free port, with these settings and none of this machine's."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    settings = {name.upper(): value for name, value in settings.items()}
    server = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "kuznia",
        "serve",
        cwd=folder,
        env={"PORT": str(port), "LOG_LEVEL": "WARNING", **settings},
    )
    client = httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=100, trust_env=False)
    try:
        async with client:
            await _answers(client, server)
            yield Process(client, server)
    finally:
        if server.returncode is None:
            server.send_signal(signal.SIGTERM)
        await server.wait()


async def _answers(client: httpx2.AsyncClient, server: asyncio.subprocess.Process) -> None:
    async with asyncio.timeout(100):
        while server.returncode is None:
            try:
                if (await client.get("/health")).status_code == 200:
                    return
            except httpx2.TransportError:
                await asyncio.sleep(0.05)
    raise RuntimeError("the server ended at once")
