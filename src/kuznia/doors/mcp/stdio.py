"""MCP over a program's own pipes: a line is a message, and no server runs beside it."""

import asyncio
import sys
import threading
from typing import Any, BinaryIO

from fastapi import FastAPI
from pydantic_core import to_json

from kuznia.doors.mcp.inner import Inner
from kuznia.doors.mcp.messages import PARSE, Rpc, RpcError, check_version, parsed, refusal
from kuznia.doors.mcp.operations import operations
from kuznia.doors.mcp.server import McpServer

MAX_LINE = 4 << 20
# Requests that are worked on at the same time; the next is read when one has ended.
AT_ONCE = 8
GRACE_SECONDS = 2.0


# Any, here and below: what a lifespan yields.
class Pipes:
    """The requests of one program, each a task of its own."""

    def __init__(self, server: McpServer, inner: Inner, out: BinaryIO) -> None:
        self._server, self._inner, self._out = server, inner, out
        self._tasks: dict[str | int, asyncio.Task[None]] = {}

    async def take(self, line: bytes) -> None:
        """Begin what a line asks for."""
        rpc: Rpc | None = None
        try:
            rpc = _read(line)
            check_version(rpc)
        except RpcError as error:
            self._write(refusal(rpc and rpc.id, error))
            return
        if rpc.method == "notifications/cancelled":
            task = self._tasks.get(rpc.params.get("requestId", ""))
            if task is not None:
                task.cancel()
        if rpc.id is None:
            return
        while len(self._tasks) >= AT_ONCE:
            await asyncio.wait(self._tasks.values(), return_when=asyncio.FIRST_COMPLETED)
        task = self._tasks[rpc.id] = asyncio.create_task(self._answer(rpc))
        task.add_done_callback(lambda _: self._tasks.pop(rpc.id or 0, None))

    async def close(self) -> None:
        """End: what is nearly done is answered, and nobody waits for the rest."""
        if tasks := [*self._tasks.values()]:
            _, late = await asyncio.wait(tasks, timeout=GRACE_SECONDS)
            for task in late:
                task.cancel()
            await asyncio.wait(tasks)

    async def _answer(self, rpc: Rpc) -> None:
        async def report(number: int, step: str) -> None:
            if rpc.progress is not None:
                told = {"progressToken": rpc.progress, "progress": number, "message": step}
                note = {"jsonrpc": "2.0", "method": "notifications/progress", "params": told}
                self._write(to_json(note))

        try:
            self._write(await self._server.answer(self._inner, rpc, report))
        except RpcError as error:
            self._write(refusal(rpc.id, error))

    def _write(self, content: bytes) -> None:
        self._out.write(content + b"\n")
        self._out.flush()


def _read(line: bytes) -> Rpc:
    if len(line) > MAX_LINE:
        raise RpcError(PARSE, f"A message is longer than {MAX_LINE >> 20} MB.")
    return parsed(line)


async def speak(app: FastAPI, domains: list[str]) -> None:
    """Answer what comes in at the standard input, until it ends."""
    async with app.router.lifespan_context(app) as state:
        server = McpServer(operations(app.openapi(), domains))
        pipes = Pipes(server, Inner(app, _scope(state)), sys.stdout.buffer)
        lines = _lines(sys.stdin.buffer)
        try:
            while line := await lines.get():
                await pipes.take(line)
        finally:
            await pipes.close()


def _scope(state: Any) -> dict[str, Any]:
    """Every call comes from this machine."""
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "scheme": "http",
        "server": ("127.0.0.1", 80),
        "client": ("127.0.0.1", 0),
        "headers": [(b"host", b"127.0.0.1")],
        "state": {**state},
    }


def _lines(source: BinaryIO) -> "asyncio.Queue[bytes]":
    """Lines as they come, the last one empty. Read in a thread: a pipe, a file and a terminal
    cannot all be waited for."""
    loop = asyncio.get_running_loop()
    lines: asyncio.Queue[bytes] = asyncio.Queue(AT_ONCE)

    def read() -> None:
        going = True
        while going:
            line = source.readline(MAX_LINE + 1)
            rest = line
            while len(rest) > MAX_LINE and not rest.endswith(b"\n"):
                # What is left of a line that is refused.
                rest = source.readline(MAX_LINE + 1)
            going = bool(line)
            if not going or line.strip():
                asyncio.run_coroutine_threadsafe(lines.put(line), loop).result()

    threading.Thread(target=read, daemon=True).start()
    return lines
