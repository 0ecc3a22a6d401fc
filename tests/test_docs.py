"""What the documentation shows is what happens: its commands are run, its answers compared."""

import json
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx2
import pytest
from bench.replies import reply_to
from tests.servers.thread import serving
from typer.testing import CliRunner

from kuznia.app import Made
from kuznia.doors.cli.main import cli
from kuznia.launch import open_here, openapi, tools
from kuznia.llm.scripted import ScriptedModel, readable
from kuznia.platform.settings import Settings, load

ROOT = Path(__file__).parents[1]
BLOCK = re.compile(r"^```(sh|json|text)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
# What a page calls them, and what they begin with in an answer.
NAMES = {"ARTEFACT": "art_", "RUN": "run_", "LESSON": "l-", "JOB": "job_"}


@dataclass
class Shown:
    """A command on a page, and what is printed below it."""

    command: str
    answer: str = ""
    kind: str = ""


def shown_in(page: str, *programs: str) -> Iterator[Shown]:
    text = (ROOT / page).read_text("utf-8")
    commands: list[Shown | None] = []
    for kind, block in BLOCK.findall(text):
        if kind == "sh":
            command = block.replace("\\\n", " ").strip()
            commands.append(Shown(command) if command.startswith(programs) else None)
        elif commands and (last := commands[-1]):
            last.kind, last.answer = kind, block
    return (one for one in commands if one)


def fits(real: Any, shown: Any) -> bool:
    """Whether an answer is the one that is shown; `...` is anything, at the end anything more."""
    if isinstance(shown, str) and isinstance(real, str):
        parts = _without_ids(shown).split("...")
        return bool(re.fullmatch(".*".join(map(re.escape, parts)), _without_ids(real), re.DOTALL))
    if isinstance(shown, dict) and isinstance(real, dict):
        named = shown.keys() - {"..."}
        whole = "..." in shown or named == real.keys()
        return whole and all(name in real and fits(real[name], shown[name]) for name in named)
    if isinstance(shown, list) and isinstance(real, list):
        more = shown[-1:] == ["..."]
        shown = shown[:-1] if more else shown
        return (more or len(shown) == len(real)) and all(map(fits, real, shown))
    return shown in ("...", real)


def _without_ids(text: str) -> str:
    return re.sub(r"\b(art_|run_|req_|job_|l-)[0-9a-f]{12,32}\b", r"\1...", text)


def assert_told(told: str, shown: Shown) -> None:
    if shown.kind == "json":
        real = json.loads(told)
        assert fits(real, json.loads(shown.answer)), json.dumps(real, indent=1, ensure_ascii=False)
        return
    lines = iter(told.splitlines())
    for wanted in filter(str.strip, shown.answer.splitlines()):
        assert any(fits(line, wanted) for line in lines), f"no line {wanted!r} after these:\n{told}"


def curl(words: list[str], address: str) -> str:
    """As much of curl as our pages need, so that the tests need none."""
    sent: dict[str, Any] = {"headers": {}}
    url = ""
    rest = iter(words)
    for word in rest:
        if word == "-X":
            sent["method"] = next(rest)
        elif word == "-H":
            name, _, value = next(rest).partition(": ")
            sent["headers"][name] = value
        elif word == "-d":
            sent.setdefault("method", "POST")
            sent["content"] = next(rest)
        elif word == "-F":
            sent.setdefault("files", []).append(field(next(rest)))
        elif word not in ("-s", "-sN"):
            url = f"http://{word.removeprefix('http://')}".replace("http://localhost:8000", address)
    assert url.startswith(address), f"{words} go somewhere else"
    if "files" in sent:
        sent["method"] = "POST"
    sent.setdefault("method", "GET")
    return httpx2.request(url=url, timeout=100, trust_env=False, **sent).text


def field(word: str) -> tuple[str, tuple[str | None, str]]:
    """One field of a form: `name=value`, with `;filename=…` after it if it is a file."""
    name, _, value = word.partition("=")
    content, _, filename = value.partition(";filename=")
    return name, (filename or None, content)


def a_model() -> ScriptedModel:
    """One that writes good Python, whatever language it is asked for."""
    model = ScriptedModel()
    model.always(lambda ask: reply_to(readable(ask).encode()))
    return model


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    return load()


def kuznia(words: list[str], model: ScriptedModel | None) -> str:
    given = replace(tools(), open_doors=lambda s: open_here(Made(settings=s, model=model)))
    told = CliRunner().invoke(cli, words, obj=lambda: given, catch_exceptions=False)
    assert told.exit_code == 0, told.output
    return told.output


def assert_page_is_true(page: str, settings: Settings, model: ScriptedModel | None) -> None:
    """Run a page's commands in their order; an id may be named in a later one."""
    known: dict[str, str] = {}
    with serving(Made(settings=settings, model=model)) as address:
        for shown in shown_in(page, "curl", "kuznia"):
            command = re.sub(r"\$([A-Z]+)", lambda name: known[name[1]], shown.command)
            program, *words = shlex.split(command)

            told = curl(words, address) if program == "curl" else kuznia(words, model)

            assert_told(told, shown)
            for name, begins in NAMES.items():
                if found := re.search(rf"\b{begins}[0-9a-f]{{12,32}}", told):
                    known[name] = found[0]


def test_the_page_of_the_api_shows_what_happens(settings: Settings) -> None:
    assert_page_is_true("docs/api.md", settings, a_model())


@pytest.mark.parametrize("page", ["README.md", "docs/flows.md", "docs/mcp.md", "docs/versions.md"])
def test_a_page_shows_what_happens_without_a_model(page: str, settings: Settings) -> None:
    assert_page_is_true(page, settings, None)


def test_every_program_on_the_page_is_run() -> None:
    pages = (ROOT / "docs/api.md").read_text("utf-8")

    assert len(list(shown_in("docs/api.md", "curl", "kuznia"))) == pages.count("```sh\n")
    assert all(shown.answer for shown in shown_in("docs/api.md", "curl", "kuznia"))


def test_the_checked_in_document_is_what_the_application_says_of_itself(settings: Settings) -> None:
    written = (ROOT / "docs" / "openapi.json").read_bytes()

    assert written == openapi(settings) + b"\n", "run `make docs`"


@pytest.mark.parametrize(
    ("real", "shown", "right"),
    [
        ("abc", "a...", True),
        ("abc", "b...", False),
        ({"a": 1, "b": 2}, {"a": 1, "...": "..."}, True),
        ({"a": 1, "b": 2}, {"a": 1}, False),
        ([1, 2], [1, "..."], True),
        ([1, 2], [1], False),
        ([1], [1, 2], False),
        (None, "...", True),
    ],
)
def test_dots_stand_for_anything_and_nothing_else_does(real: Any, shown: Any, right: bool) -> None:
    assert fits(real, shown) is right
