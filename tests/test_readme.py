"""The README's commands, run as they stand there; the answers below them, compared."""

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from pydantic import SecretStr
from tests.doors.served import inside

from kuznia.app import Made
from kuznia.platform.settings import Settings

README = Path(__file__).parents[1] / "README.md"


class Shown(NamedTuple):
    """A command of the README and the answer shown below it."""

    command: str
    answer: str


def shown() -> Iterator[Shown]:
    command = ""
    for language, block in re.findall(r"^```(\w+)\n(.*?)^```", README.read_text(), re.M | re.S):
        if language == "sh":
            command = block.strip()
        elif language == "json" and command.startswith("curl"):
            yield Shown(command, block.strip())


def request(command: str) -> dict[str, Any]:
    """A curl command as the client of these tests would send it."""
    words = shlex.split(command)[1:]
    given: dict[str, Any] = {"method": "GET", "headers": {}}
    while words:
        word = words.pop(0)
        if word == "-H":
            name, _, value = words.pop(0).partition(": ")
            given["headers"][name] = value
        elif word == "-d":
            given |= {"method": "POST", "content": words.pop(0).encode()}
        elif word != "-s":
            given["url"] = word.removeprefix("localhost:8000")
    return given


def comparable(answer: Any) -> Any:
    """An answer without what is different every time."""
    return {name: value for name, value in answer.items() if name != "request_id"}


@pytest.mark.parametrize("example", list(shown()), ids=lambda example: example.command[:60])
async def test_the_readme_shows_the_answer_as_it_really_is(sqlite_url, example):
    async with inside(Made(settings=Settings(database_url=SecretStr(sqlite_url)))) as kuznia:
        answer = await kuznia.client.request(**request(example.command))

    assert comparable(answer.json()) == comparable(json.loads(example.answer))


def test_the_readme_shows_something():
    assert len(list(shown())) >= 3
