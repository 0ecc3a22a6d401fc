"""Several real servers of one checked road, on one database and one Redis."""

import asyncio
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import IO, Any

import httpx2
from bench.procs import clean_environment, free_port
from tests.callers.spenders import eventually

ROOT = Path(__file__).parents[2]
ROAD = "/api/v1/road"


class Process:
    """One server and a client of it."""

    def __init__(self, started: "subprocess.Popen[bytes]", port: int) -> None:
        self.started = started
        limits = httpx2.Limits(max_connections=None, max_keepalive_connections=20)
        self.client = httpx2.AsyncClient(
            base_url=f"http://127.0.0.1:{port}", limits=limits, timeout=100, trust_env=False
        )

    async def order(self, prompt: str, **headers: str) -> tuple[int, Any]:
        """The status and what was said; 0 where nobody answered."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        try:
            answer = await self.client.post(ROAD, json={"prompt": prompt}, headers=named)
        except httpx2.HTTPError:
            return 0, None
        return answer.status_code, answer.json()

    def kill(self) -> None:
        self.started.kill()
        self.started.wait()

    async def close(self) -> None:
        await self.client.aclose()
        self.started.terminate()
        try:
            await asyncio.to_thread(self.started.wait, 60)
        except subprocess.TimeoutExpired:
            self.kill()


def _start(environment: dict[str, str], sink: IO[bytes]) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-m", "bench.road"],
        env=environment,
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=sink,
        stderr=subprocess.STDOUT,
    )


@asynccontextmanager
async def processes(count: int, upstream: str, **more: str) -> AsyncIterator[list[Process]]:
    """Servers that have all answered; each is ended with the block."""
    async with AsyncExitStack() as opened:
        running: list[Process] = []
        with tempfile.TemporaryFile() as sink:
            for _ in range(count):
                port = free_port()
                environment = clean_environment(
                    PORT=str(port),
                    OPENAI_BASE_URL=upstream,
                    OPENAI_MODEL="m",
                    OPENAI_MAX_TOKENS="200",
                    ORDER_TOKENS="1000",
                    LOG_LEVEL="WARNING",
                    **more,
                )
                started = await asyncio.to_thread(_start, environment, sink)
                running.append(Process(started, port))
                opened.push_async_callback(running[-1].close)

        async def all_ready() -> bool:
            try:
                return all([(await one.client.get("/ready")).is_success for one in running])
            except httpx2.HTTPError:
                assert all(one.started.poll() is None for one in running), "a process ended at once"
                return False

        await eventually(all_ready)
        yield running
