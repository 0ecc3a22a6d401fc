"""The doors only the code domain has, through the real application."""

import asyncio
import shutil
from collections.abc import AsyncGenerator

import httpx2
import pytest
from pydantic import SecretStr
from tests.callers.makers import SECRET, bearer
from tests.platform.test_workers import hang
from tests.servers.loop import inside

from kuznia.app import Made
from kuznia.domains.code.settings import CodeSettings
from kuznia.platform.process.turns import share
from kuznia.platform.process.workers import MAX_WAITING, POOL, WORKERS
from kuznia.platform.settings import Settings
from kuznia.platform.settings.values import DatabaseUrl

SOURCE = "def f(x):\n    if x and x > 1:\n        return 1\n    return 2\n"


@pytest.fixture
async def client(sqlite_url: str) -> AsyncGenerator[httpx2.AsyncClient]:
    async with inside(Made(settings=Settings(database_url=DatabaseUrl.read(sqlite_url)))) as kuznia:
        yield kuznia.client


async def analysed(client: httpx2.AsyncClient, *files: dict[str, str]):
    return await client.post("/api/v1/code/analyze", json={"files": list(files)})


@pytest.mark.smoke
async def test_code_is_analysed_without_a_model(client):
    answer = await analysed(client, {"path": "a.py", "content": SOURCE})

    function = answer.json()["data"]["files"][0]["functions"][0]
    assert (function["name"], function["cyclomatic"]) == ("f", 3)


async def test_what_a_busy_server_leaves_out_is_in_the_status_and_not_rated(sqlite_url: str):
    file = {"path": "a.py", "content": SOURCE}
    settings = Settings(database_url=DatabaseUrl.read(sqlite_url), jwt_secret=SecretStr(SECRET))
    async with inside(Made(settings=settings)) as kuznia:
        client = kuznia.client
        client.headers.update(bearer("ivan"))
        # All workers are busy, and nobody has more in the queue than the caller who comes.
        share.set("jwt:ivan")
        busy = [
            asyncio.create_task(POOL.run(hang, seconds=30)) for _ in range(MAX_WAITING + WORKERS)
        ]
        await asyncio.sleep(0)

        left = (await analysed(client, file, {**file, "path": "b.py"})).json()
        sent = {"code": SOURCE, "programming_language": "python"}
        old = await client.post("/api/analyze", json=sent)
        for task in busy:
            task.cancel()
        await asyncio.gather(*busy, return_exceptions=True)
        whole = (await analysed(client, file)).json()
        for _ in range(5):
            # The workers begin anew, which a busy machine takes its time for.
            if whole["data"]["status"] == "complete":
                break
            whole = (await analysed(client, file)).json()

    assert (left["data"]["status"], left["data"]["files_left_out"]) == ("partial", 2)
    assert left["data"]["rating"]["grade"] is None
    assert "2 of 2 files were left out" in left["message"]
    assert (old.status_code, "too many others wait" in old.text) == (503, True)
    assert (whole["data"]["status"], whole["data"]["rating"]["grade"]) == ("complete", "A")
    assert whole["message"] == ""


async def test_a_file_that_does_not_parse_says_where(client):
    answer = await analysed(client, {"path": "a.py", "content": "def f(:\n    pass\n"})

    assert answer.json()["data"]["files"][0]["proof"]["errors"][0]["line"] == 1


async def test_an_upload_is_analysed(client):
    upload = {"files": ("a.py", SOURCE.encode(), "text/x-python")}

    answer = await client.post("/api/v1/code/analyze", files=upload)

    assert answer.json()["data"]["files"][0]["language"] == "python"


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"PK\x03\x04rest", "a ZIP archive"),
        (b"\x1f\x8brest", "a gzip archive"),
        (b"\x00" * 257 + b"ustar", "a tar archive"),
        (b"x = '\x00'", "binary"),
        (b"x = '\xff'", "not UTF-8"),
    ],
)
async def test_what_only_calls_itself_source_is_refused(client, content, kind):
    answer = await client.post("/api/v1/code/analyze", files={"files": ("a.py", content)})

    assert answer.status_code == 400
    assert kind in answer.json()["error"]["message"]


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b'{"files":[]}', b'{"files":[{"path":"","content":""}]}', b'{"files":"x"}'],
)
async def test_a_body_that_is_wrong_names_the_place(client, body):
    answer = await client.post(
        "/api/v1/code/analyze", content=body, headers={"content-type": "application/json"}
    )

    assert answer.status_code == 400
    assert answer.json()["error"]["details"]["fields"]


async def test_a_broken_upload_is_refused(client):
    headers = {"content-type": "multipart/form-data; boundary=x"}

    answer = await client.post("/api/v1/code/analyze", content=b"--y\r\n", headers=headers)

    assert answer.status_code == 400


async def test_languages_say_what_can_be_done_with_them_here(client):
    answer = await client.get("/api/v1/code/languages")

    rows = {row["name"]: row for row in answer.json()["data"]["languages"]}
    assert rows["python"]["proof"] == ["reference", "tree_sitter"]
    assert rows["sql"]["reference"] == "PostgreSQL's parser"
    assert rows["python"]["metrics"]
    assert not rows["python"]["runs_tests"]


async def test_with_a_sandbox_tests_can_be_run(sqlite_url):
    settings = Settings(database_url=DatabaseUrl.read(sqlite_url))
    settings = settings.having(CodeSettings(code_run_tests="sandbox"))

    async with inside(Made(settings=settings)) as kuznia:
        answer = await kuznia.client.get("/api/v1/code/languages")

    rows = answer.json()["data"]["languages"]

    runs = {row["name"] for row in rows if row["runs_tests"]}
    assert runs - {"go"} == {"python", "javascript"}
    assert ("go" in runs) == (shutil.which("go") is not None)
