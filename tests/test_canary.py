"""No secret, no prompt and no words of a model where they do not belong, whatever goes wrong.

A canary is put into everything that is private; then good and failing orders go through every door
and nothing an operator or a stranger reads may sing.
"""

import asyncio
import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import Any

import httpx2
import pytest
import structlog
from pydantic import SecretStr
from tests.makers import CHECKS, Note, a_domain, a_part
from tests.servers.databases import Postgres
from tests.servers.loop import Kuznia, served
from tests.servers.model import ModelServer, answer, events, modelserver, reply, status, stream
from typer.testing import CliRunner, Result

from kuznia.app import Made
from kuznia.domains import load as load_domains
from kuznia.doors.cli.main import cli
from kuznia.forge.terms import Bench, Check, Finding
from kuznia.launch import tools
from kuznia.platform.log import configure
from kuznia.platform.settings import Settings, load

__all__ = ["modelserver"]

CANARY = "kanarka"
PROMPT = f"a note for {CANARY}-prompt"
REPLY = f"{CANARY}-reply"
UPSTREAM = f"{CANARY}-upstream"
ERROR = f"{CANARY}-error"
SECRETS = [
    name for name, one in Settings.model_fields.items() if "SecretStr" in str(one.annotation)
]
# Where our code lies, and how a trace would name it.
TRACE = re.compile(rf"Traceback|File \"|\.py\b|{re.escape(str(Path(__file__).parents[1]))}|\.db\b")


class Surprise(Exception):
    """A mistake in a domain, whose message quotes what it was given."""


def surprises(note: Note, _: Bench) -> Iterator[Finding]:
    """Breaks on some notes, in the ways libraries break."""
    for kind in (Surprise, ValueError, KeyError, LookupError, UnicodeError):
        if kind.__name__ in note.text:
            error = kind(f"{ERROR}-{note.text}")
            error.add_note(ERROR)
            raise ExceptionGroup(ERROR, [error, kind(ERROR)]) from error
    yield Finding("quotes", "warn", note.text, note.text, note.text)


@dataclass
class Heard:
    """Everything an operator or a stranger gets to read, and where it stood."""

    sinks: dict[str, str] = field(default_factory=dict)
    # Made on the way, so that no canary could be put into them.
    secrets: list[str] = field(default_factory=list)

    def add(self, sink: str, text: str) -> None:
        self.sinks[sink] = self.sinks.get(sink, "") + text + "\n"

    def error(self, answer: httpx2.Response) -> None:
        """An answer that must be an error; its body and its headers are for anyone to read."""
        assert answer.status_code >= 400
        self.add(f"error {len(self.sinks)}", f"{answer.text} {answer.headers}")


def environ(database: str, upstream: str, **more: str) -> dict[str, str]:
    """A canary in every secret there is; addresses carry theirs as a password."""
    # So long that the shortest is no weak secret to sign with.
    given = {name.upper(): f"{CANARY}-{name.replace('_', '-')}-{'0' * 20}" for name in SECRETS}
    return given | {
        "DATABASE_URL": database,
        "REDIS_URL": f"redis://me:{CANARY}-redis@127.0.0.1:1/0",
        # Nothing listens there, and nothing of ours is asked by it: the models are at this machine.
        "HTTPS_PROXY": f"http://me:{CANARY}-https-proxy@127.0.0.1:1",
        "HTTP_PROXY": f"http://me:{CANARY}-http-proxy@127.0.0.1:1",
        "OPENAI_BASE_URL": upstream,
        "OPENAI_MODEL": "m",
        "FALLBACK_BASE_URL": upstream,
        "FALLBACK_MODEL": "n",
        "CODEMIE_BASE_URL": upstream,
        "CODEMIE_AUTH_URL": upstream,
        "CODEMIE_USERNAME": "olha",
        "CODEMIE_FLOW_ASSISTANT": "flows",
        "MODEL_ATTEMPTS": "1",
        "BREAKER_FAILURES": "1000",
        "PORT": "0",
        "DEBUG": "true",
        **more,
    }


@pytest.fixture
def database(postgres: Postgres) -> Iterator[str]:
    """A PostgreSQL that lets everyone in, also with a canary for a password."""
    from sqlalchemy import make_url

    with postgres.database() as url:
        password = make_url(url).set(password=f"{CANARY}-password")
        yield password.render_as_string(hide_password=False)


@pytest.fixture
def quiet() -> Iterator[None]:
    level = logging.getLogger().level
    yield
    structlog.reset_defaults()
    logging.getLogger().setLevel(level)


def test_every_secret_setting_has_its_canary(database: str, tmp_path: Path) -> None:
    settings = load(environ(database, "http://127.0.0.1:1/v1"), None)

    for name in SECRETS:
        secret = getattr(settings, name)
        assert isinstance(secret, SecretStr)
        assert CANARY in secret.get_secret_value()
    assert CANARY not in f"{settings!r} {settings} {settings.public()} {settings.model_dump()}"


@pytest.mark.usefixtures("quiet")
@pytest.mark.parametrize("form", ["console", "json"])
async def test_nothing_private_is_heard_anywhere(
    database: str, modelserver: ModelServer, tmp_path: Path, form: str
) -> None:
    heard, lines = Heard(), StringIO()
    given = environ(database, modelserver.url, LOG_FORMAT=form, LOG_FILE=str(tmp_path / "log.json"))
    settings = load(given, None)
    log = configure(settings, lines)
    checks = (*CHECKS, Check("surprises", surprises))
    notes = a_domain(a_part(checks=checks), a_part("summary", checks=checks, required=False))
    domains = {**load_domains(), "notes": notes}
    try:
        async with served(Made(settings=settings, domains=domains)) as kuznia:
            await come_in(kuznia, heard)
            await drive(kuznia, modelserver, heard)
            heard.add("metrics", await kuznia.metrics())
            heard.add("ready", (await kuznia.client.get("/ready")).text)
            heard.add("status", (await kuznia.client.get("/api/v1/status")).text)
            await look_round(kuznia, heard)
    finally:
        log.stop()
    heard.add("log", lines.getvalue())
    heard.add("log file", (tmp_path / "log.json").read_text())

    # It was there to be heard, and something was said.
    assert any(PROMPT in str(call.body) for call in modelserver.calls)
    assert "run_broke" in heard.sinks["log"]
    assert len(heard.sinks) > 20
    assert len(heard.secrets) == 6
    for sink, text in heard.sinks.items():
        assert CANARY not in text, f"{sink}: {text}"
        assert not any(secret in text for secret in heard.secrets), f"{sink}: {text}"
        if sink.startswith("error"):
            assert not TRACE.search(text), f"{sink}: {text}"


@pytest.mark.usefixtures("quiet")
async def test_nothing_private_is_heard_on_the_terminal(
    database: str, modelserver: ModelServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    heard = Heard()
    given = environ(database, modelserver.url, LOG_FILE="log.json", FALLBACK_TO_FREE="no")
    make = ("make", "code", "--language=python", "--include-docs=no", "--include-tests=no")

    async def run(*words: str) -> Result:
        # A command brings an event loop of its own.
        return await asyncio.to_thread(CliRunner().invoke, cli, words, obj=tools, env=given)

    modelserver.will(reply(f'```python\nBIRD = "{REPLY}"\n```'))
    made = await run(*make, PROMPT)
    assert REPLY in made.stdout
    heard.add("stages", made.stderr)
    for number, act in enumerate(upstream_faults()):
        modelserver.will(act)
        failed = await run(*make, f"{PROMPT} {number}", "--json")
        assert failed.exit_code == 8
        heard.add(f"failure {number}", failed.output)
    modelserver.will(status(401, f"{UPSTREAM} {PROMPT}"))
    heard.add("doctor", (await run("doctor")).output)
    heard.add("doctor for programs", (await run("doctor", "--json")).output)
    heard.add("log file", (tmp_path / "log.json").read_text())

    assert "OPENAI_API_KEY=***" in heard.sinks["doctor"]
    for sink, text in heard.sinks.items():
        assert CANARY not in text, f"{sink}: {text}"


async def come_in(kuznia: Kuznia, heard: Heard) -> None:
    """Sign in and stay in, rightly and wrongly; what follows is done as this person."""
    callers, auth = kuznia.doors.callers, "/api/v1/auth"
    password = f"{CANARY}-sentence"
    await callers.accounts.create("ivan", password, "admin")

    async def post(path: str, **body: str) -> httpx2.Response:
        return await kuznia.client.post(path, json=body)

    heard.error(await post(f"{auth}/token", name="ivan", password=f"{password}-not"))
    heard.error(await post(f"{auth}/token", name=f"{CANARY}-name", password=password))
    heard.error(await post(f"{auth}/refresh", refresh_token=f"kr_{CANARY}"))
    heard.error(await kuznia.make(PROMPT, headers=private_headers()))
    heard.error(await kuznia.make(PROMPT, headers={"x-api-key": f"kz_{CANARY}"}))
    stolen = (await post(f"{auth}/token", name="ivan", password=password)).json()["data"]
    (await post(f"{auth}/refresh", refresh_token=stolen["refresh_token"])).raise_for_status()
    heard.error(await post(f"{auth}/refresh", refresh_token=stolen["refresh_token"]))
    tokens = (await post(f"{auth}/token", name="ivan", password=password)).json()["data"]
    kuznia.client.headers["authorization"] = f"Bearer {tokens['access_token']}"
    heard.error(await post(f"{auth}/password", old=f"{password}-not", new=f"{password}-new"))
    key = (await kuznia.client.post("/api/v1/keys", json={"name": "k"})).json()["data"]
    for sent in (key["key"][:-1], f"{key['key'][:-1]}g"):
        heard.error(await kuznia.make(PROMPT, headers={"authorization": f"Bearer {sent}"}))
    for one in (stolen, tokens):
        heard.secrets += [one["access_token"], one["refresh_token"]]
    heard.secrets += [key["key"], key["key"].rpartition("_")[2]]


async def look_round(kuznia: Kuznia, heard: Heard) -> None:
    """Every page of the admin panel, with all there is to see."""
    pages = ["", "/users", "/keys", "/limits", "/runs", "/artefacts", "/feedback", "/settings"]
    made = (await kuznia.client.get("/api/v1/artefacts")).json()["data"]["items"]
    pages += [f"/artefacts/{one['id']}" for one in made]
    pages += [f"/runs/{one.id}" for one in kuznia.doors.runs.newest()]
    for page in pages:
        answer = await kuznia.client.get(f"/admin{page}")
        assert answer.status_code == 200
        heard.add(f"admin {page}", answer.text)


async def drive(kuznia: Kuznia, upstream: ModelServer, heard: Heard) -> None:
    """Good and failing orders, plain, streamed and many at once."""
    good = f"note: {REPLY}"
    upstream.will(reply(good))
    made = await kuznia.make(PROMPT, headers=odd_headers())
    assert REPLY in made.text
    upstream.will(stream(*events("note: ", REPLY)))
    await streamed(kuznia, f"{PROMPT} in a stream", heard)
    upstream.will(reply(f"{good} bad"))
    await batch(kuznia, f"{PROMPT} in a batch", heard)
    await code(kuznia, upstream, heard)
    for kind in ("Surprise", "ValueError", "KeyError", "LookupError", "UnicodeError"):
        upstream.will(reply(f"{good} {kind}"))
        heard.error(await kuznia.make(f"{PROMPT} {kind}"))
    for number, act in enumerate(upstream_faults()):
        upstream.will(act)
        heard.error(await kuznia.make(f"{PROMPT} {number}", headers=odd_headers()))
        await streamed(kuznia, f"{PROMPT} {number} in a stream", heard)
    await nonsense(kuznia, heard)


async def code(kuznia: Kuznia, upstream: ModelServer, heard: Heard) -> None:
    """A source that does not parse, with a canary just there, and a canary in its name."""
    broken = f"**{CANARY}_reply.py**\n```python\ndef {CANARY}-reply(:\n    pass {CANARY}\n```\n"
    upstream.will(reply(broken))
    order = {"prompt": PROMPT, "language": "python"}
    heard.error(await kuznia.client.post("/api/v1/code", json=order))


def odd_headers() -> dict[str, str]:
    """The same without a credential, for one whose own is good."""
    credentials = ("authorization", "x-api-key")
    return {name: one for name, one in private_headers().items() if name not in credentials}


def private_headers() -> dict[str, str]:
    names = ("authorization", "cookie", "user-agent", "x-api-key", "x-request-id", "referer")
    return dict.fromkeys(names, f"Bearer {CANARY}-header")


def upstream_faults() -> Iterator[Any]:
    """What a model server may say of us, with our prompt and key quoted in it."""
    for code in (400, 401, 403, 404, 422, 429, 500, 503):
        yield status(code, f"{UPSTREAM} {PROMPT}", x_upstream=UPSTREAM)
    body = f'{{"error": {{"message": "{UPSTREAM}", "code": "{UPSTREAM}"}}}}'.encode()
    yield answer(body)
    yield answer(f"<html>{UPSTREAM}</html>".encode(), kind="text/html")
    yield answer(f'{{"choices": ["{UPSTREAM}"'.encode())
    yield answer(f'{{"choices": [{{"message": {{"content": ["{UPSTREAM}"]}}}}]}}'.encode())
    yield answer(UPSTREAM.encode(), missing=100)


async def streamed(kuznia: Kuznia, prompt: str, heard: Heard) -> None:
    """The stream is for its owner; the fault at its end is as public as an error body."""
    headers = {"accept": "text/event-stream", **odd_headers()}
    told = (await kuznia.make(prompt, headers=headers)).text
    for failed in re.findall(r"event: run.failed\ndata: (.*)", told):
        heard.add(f"error {len(heard.sinks)}", failed)


async def batch(kuznia: Kuznia, prompt: str, heard: Heard) -> None:
    orders = [{"prompt": f"{prompt} {number}"} for number in range(2)]
    answer = await kuznia.client.post("/api/v1/notes/batch", json={"orders": orders})
    for outcome in answer.json()["data"]["outcomes"]:
        assert not outcome["success"]
        heard.add(f"error {len(heard.sinks)}", str(outcome["error"]))


async def nonsense(kuznia: Kuznia, heard: Heard) -> None:
    """Requests that are wrong in every place a caller can write to."""
    post, word = kuznia.client.post, f"{CANARY}-value"
    json = {"content-type": "application/json"}
    for order in (
        {"prompt": PROMPT, "tags": word},
        {"prompt": PROMPT, "summary": word},
        {"prompt": [word]},
        {"prompt": word * 2000},
        [word],
    ):
        heard.error(await post("/api/v1/notes", json=order))
        heard.error(await post("/api/v1/notes/batch", json={"orders": [order]}))
    code = {"prompt": PROMPT, "language": word}
    heard.error(await post("/api/v1/code", json=code))
    heard.error(await post("/api/v1/notes", content=f'{{"prompt": "{word}', headers=json))
    heard.error(await post("/api/v1/notes", content=b"\xff" + word.encode(), headers=json))
    heard.error(await post("/api/v1/notes", content=word, headers={"content-type": f"text/{word}"}))
    heard.error(
        await post("/api/v1/notes", params={"on_disconnect": word}, json={"prompt": PROMPT})
    )
    for name in ("status", "limit"):
        heard.error(await kuznia.client.get("/api/v1/artefacts", params={name: word}))
    heard.error(await kuznia.client.get(f"/{word}"))
    heard.error(await kuznia.client.request("PATCH", "/health", headers=private_headers()))
    last = {"last-event-id": word}
    heard.error(await kuznia.client.get("/api/v1/runs/none/events", headers=last))
    await garbage(kuznia, f"{CANARY} / {CANARY}\r\n\r\n".encode())


async def garbage(kuznia: Kuznia, data: bytes) -> None:
    url = kuznia.client.base_url
    reader, writer = await asyncio.open_connection(url.host, url.port)
    writer.write(data)
    await reader.read()
    writer.close()
    await writer.wait_closed()
