"""Skeletons through the real application, which has no model."""

import asyncio
import shutil
from collections.abc import AsyncGenerator
from functools import partial
from pathlib import Path

import httpx2
import pytest
from tests.servers.loop import inside

from kuznia.app import Made
from kuznia.domains.code.languages.find import get
from kuznia.domains.code.parsing.proof import prove
from kuznia.platform.process.workers import POOL
from kuznia.platform.settings import Settings
from kuznia.platform.settings.values import DatabaseUrl

FARE = "def fare(age: int) -> int:\n    return 0 if age < 6 else 4\n"


@pytest.fixture(scope="module")
async def client(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncGenerator[httpx2.AsyncClient]:
    """One for all: nothing is kept of a skeleton, and each new server would start new workers."""
    file = shutil.copy(sqlite_template, tmp_path_factory.mktemp("skeletons") / "kuznia.db")
    database = DatabaseUrl.read(f"sqlite:///{file}")
    async with inside(Made(settings=Settings(database_url=database))) as kuznia:
        # The workers are there: a deadline is for the work, not for their beginning.
        await asyncio.gather(
            *(POOL.run(partial(prove, b"", get("go")), seconds=30) for _ in range(2))
        )
        yield kuznia.client


async def sketched(client: httpx2.AsyncClient, *files: dict[str, str], **more: object):
    return await client.post("/api/v1/code/skeletons", json={"files": list(files), **more})


async def test_code_gets_a_page_comments_and_tests(client):
    answer = await sketched(client, {"path": "fare.py", "content": FARE})

    data = answer.json()["data"]
    assert data["skeleton"] is True
    assert [file["path"] for file in data["documentation"]["files"]] == ["README.md", "fare.py"]
    assert [file["path"] for file in data["tests"]["files"]] == ["test_fare_properties.py"]
    assert data["symbols"][0]["signature"] == "def fare(age: int) -> int"


async def test_several_files_in_several_languages_are_one_answer(client):
    files = (
        {"path": "fare.py", "content": FARE},
        {"path": "fare.go", "content": "package fare\n\nfunc Fare(age int) int { return 0 }\n"},
        {"path": "fare", "language": "rs", "content": "pub fn fare() {}\n"},
    )

    answer = await sketched(client, *files, include_tests=False, prose_language="uk")

    data = answer.json()["data"]
    assert [one["name"] for one in data["symbols"]] == ["fare", "Fare", "fare"]
    assert data["documentation"]["files"][0]["content"].startswith("# Довідник")
    assert (data["tests"], data["left_out"]) == (None, [])


async def test_only_tests_can_be_asked_for(client):
    answer = await sketched(client, {"path": "fare.py", "content": FARE}, include_docs=False)

    assert answer.json()["data"]["documentation"] is None


@pytest.mark.parametrize(
    ("file", "where", "said"),
    [
        (
            {"path": "a.py", "content": "\ndef f(:\n"},
            "files.1.content",
            "a.py does not parse at line 2",
        ),
        ({"path": "a.css", "content": "a {}"}, "files.1.language", "python, javascript"),
        ({"path": "a.py", "content": "", "language": "cobol"}, "files.1.language", "not one whose"),
        ({"path": "../a.py", "content": ""}, "files.1.path", "a relative path"),
        ({"path": "a.py", "content": "x" * 70_000}, "files.1.content", "65536"),
    ],
)
async def test_a_file_that_cannot_be_sketched_is_named_with_its_place(client, file, where, said):
    answer = await sketched(client, {"path": "fare.py", "content": FARE}, file)

    assert answer.status_code == 400
    field = answer.json()["error"]["details"]["fields"][0]
    assert field["where"] == where
    assert said in field["message"]


async def test_more_files_than_anybody_fills_in_are_refused(client):
    answer = await sketched(client, *[{"path": "fare.py", "content": FARE}] * 21)

    assert answer.json()["error"]["details"]["fields"][0]["where"] == "files"


async def test_a_file_that_takes_too_long_is_a_time_out(client):
    answer = await sketched(client, {"path": "a.kt", "content": "<" * 65_000})

    assert (answer.status_code, answer.json()["error"]["code"]) == (504, "TIMEOUT_ERROR")


async def test_without_a_model_an_order_is_told_what_can_be_had(client):
    order = {"prompt": "Words of a title joined by dashes", "language": "python"}

    answer = await client.post("/api/v1/code", json=order)

    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (503, "MODEL_UNAVAILABLE")
    assert "OPENAI_BASE_URL" in error["message"]
    assert "/api/v1/code/skeletons" in error["message"]
