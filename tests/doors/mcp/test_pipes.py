"""`kuznia mcp`, as a desktop program runs it."""

import json
import subprocess
import sys
from pathlib import Path

KUZNIA = Path(sys.executable).with_name("kuznia")
PING = b'{"jsonrpc": "2.0", "id": %d, "method": "ping"}\n'


def said(content: bytes, sqlite_url: str) -> list[dict]:
    done = subprocess.run(
        [KUZNIA, "mcp"],
        input=content,
        capture_output=True,
        timeout=100,
        env={"DATABASE_URL": sqlite_url, "HOME": "/nowhere", "ACCOUNTS": "true"},
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_each_line_is_answered_and_nothing_else_is_written(sqlite_url: str) -> None:
    long = b'{"jsonrpc": "2.0", "id": 9, "method": "' + b"x" * (5 << 20) + b'"}\n'
    note = b'{"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 3}}\n'
    # Whoever starts the program is the owner of this machine, whatever strangers need.
    last = b'{"jsonrpc": "2.0", "id": 4, "method": "resources/list"}\n'

    answers = said(PING % 1 + b"\nno json\n" + long + note + PING % 2 + last, sqlite_url)

    refused = [one["error"]["code"] for one in answers if "error" in one]
    assert refused == [-32700, -32700]
    assert {one["id"] for one in answers} == {None, 1, 2, 4}
    assert [one["result"]["resources"] for one in answers if one["id"] == 4] == [[]]


def test_it_ends_when_the_program_that_started_it_ends(sqlite_url: str) -> None:
    assert said(b"", sqlite_url) == []
