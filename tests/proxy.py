"""A proxy as a company has one, in a process of its own: it alone knows where `.test` names are.

Run as a script it prints its port, and then each host it is asked for. It takes CONNECT, and for
http a request with a whole address; who does not show the password is told so.
"""

import asyncio
import base64
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

NAME, PASSWORD = "kuznia", "hunter2-proxy"
SHOWN = b"Basic " + base64.b64encode(f"{NAME}:{PASSWORD}".encode())


@dataclass(frozen=True)
class Proxy:
    process: asyncio.subprocess.Process
    port: int

    @property
    def url(self) -> str:
        return f"http://{NAME}:{PASSWORD}@127.0.0.1:{self.port}"

    async def asked(self) -> list[str]:
        """Everything it was asked for; ends it."""
        self.process.terminate()
        told, _ = await self.process.communicate()
        return told.decode().split()


@asynccontextmanager
async def proxying() -> AsyncIterator[Proxy]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-P", __file__, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout
    try:
        yield Proxy(process, int(await process.stdout.readline()))
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def _serve() -> None:
    server = await asyncio.start_server(_answer, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)  # noqa: T201 - this is how it answers
    await server.serve_forever()


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(asyncio.IncompleteReadError, OSError):
        head = await reader.readuntil(b"\r\n\r\n")
        method, target = head.split()[:2]
        host, _, port = target.removeprefix(b"http://").partition(b"/")[0].partition(b":")
        print(f"{host.decode()}:{port.decode()}", flush=True)  # noqa: T201 - and what it tells
        if SHOWN not in head:
            writer.write(b"HTTP/1.1 407 Who\r\ncontent-length: 0\r\n\r\n")
        else:
            there, away = await asyncio.open_connection("127.0.0.1", int(port))
            if method == b"CONNECT":
                writer.write(b"HTTP/1.1 200 Connected\r\n\r\n")
            else:
                away.write(head)
            # Whoever hangs up first, the other is told.
            pipes = [asyncio.create_task(_pipe(reader, away))]
            pipes.append(asyncio.create_task(_pipe(there, writer)))
            await asyncio.wait(pipes, return_when=asyncio.FIRST_COMPLETED)
            for pipe in pipes:
                pipe.cancel()
            away.close()
    writer.close()


async def _pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()


if __name__ == "__main__":
    asyncio.run(_serve())
