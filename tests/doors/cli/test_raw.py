"""No character that could steer a terminal reaches one, whoever wrote it and whatever the command.

What is looked at is the bytes a command wrote.
"""

import json
import os
import pty
import subprocess
import sys
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel
from rich.table import Table
from tests.doors.cli.conftest import Kuznia, runs
from tests.makers import a_domain
from typer.testing import Result

from kuznia.app import Made
from kuznia.domains import load
from kuznia.forge.terms import Decline, Domain, Draft, Export, Part, Presentation
from kuznia.launch import open_here, tools
from kuznia.llm.model import ModelFault
from kuznia.llm.scripted import ScriptedModel
from kuznia.platform.visible_text import STEERING, visible

# Clear the screen, name the window, colour in eight bits, turn round, hide, go back, end.
STEERS = "\x1b[2J\x1b]0;owned\x07\x9b31m\u202e\u2066\u200b\ufeff\u2028\u00ad\r\b\x7f\U000e0041end"
NAME = "".join(c for c in STEERS if c != "/")
CODE = f'def f():\n    """{STEERS}"""\n    return 1\n'


def raw(told: Result) -> set[str]:
    """What a command wrote, to either stream, that no terminal should be given."""
    text = (told.stdout_bytes + told.stderr_bytes).decode()
    return {c for c in text if c not in "\n\t" and unicodedata.category(c) in STEERING}


class OneFile(BaseModel):
    path: str
    content: str


class Drawn(Draft):
    files: tuple[OneFile, ...]
    title: str


def table(parts: Mapping[str, Draft]) -> Table:
    drawn = Table(title=str(parts), caption=STEERS)
    drawn.add_column(STEERS)
    drawn.add_row(STEERS)
    return drawn


def drawing(shown: Callable[[Mapping[str, Any]], object] | None, **fields: object) -> Domain:
    """A domain whose checks see nothing wrong, whatever its only part says."""
    draft = Drawn(files=(OneFile(path=f"{NAME}.py", content=CODE),), title=STEERS)
    part = Part(name="files", make=lambda _: draft)
    return replace(a_domain(part), shown=Presentation(terminal=shown), **fields)


def declining() -> Domain:
    return replace(a_domain(), screen=lambda _: Decline("no", STEERS, (STEERS,)))


def made(domain: Domain, *words: str, model: ScriptedModel | None = None) -> Result:
    domains = {**load(), "notes": domain}
    opening = replace(
        tools(),
        open_doors=lambda s: open_here(Made(settings=s, domains=domains, model=model)),
    )
    return runs(opening)("make", "notes", "a note on iron", *words)


@pytest.mark.parametrize("words", [(), ("--json",), ("--out", "out"), ("--out", NAME)])
@pytest.mark.parametrize("shown", [None, table, lambda parts: f"{parts}{STEERS}"])
def test_of_an_artefact(words: tuple[str, ...], shown: Any) -> None:
    assert not raw(made(drawing(shown), *words))


def test_json_is_the_same_json() -> None:
    told = made(drawing(None), "--json")

    assert json.loads(told.stdout)["parts"]["files"]["title"] == STEERS


def test_of_a_decline() -> None:
    told = made(declining())

    assert "u001b[2J" in told.stderr
    assert not raw(told)


def test_of_a_draft_and_its_findings() -> None:
    model = ScriptedModel()
    model.always(f"note: bad {STEERS} messy")

    assert not raw(made(a_domain(), model=model))


@pytest.mark.parametrize("language", ["python", "javascript", "go", "json"])
def test_of_code_and_what_is_wrong_with_it(scripted_kuznia, scripted, language: str) -> None:
    scripted.always(f"```{language}\n{CODE}\n{STEERS}\n```")

    told = scripted_kuznia("make", "code", "Count the words of some texts", "--language", language)

    assert not raw(told)


def test_of_a_server_that_refuses() -> None:
    model = ScriptedModel()
    model.always(ModelFault("rejected", STEERS))

    assert not raw(made(a_domain(), model=model))


def test_of_a_flow_and_of_a_plan(kuznia: Kuznia, tmp_path: Path) -> None:
    (tmp_path / "profile.json").write_text(json.dumps({"age": 34, "goal": STEERS}))

    assert not raw(kuznia("make", "flow", f"Apply for a {STEERS} passport, upload a photo, pay"))
    assert not raw(kuznia("make", "plan", f"Get {STEERS} stronger", "--profile", "profile.json"))
    assert not raw(kuznia("make", "plan", "Get stronger", "--profile", f"{NAME}.json"))


def test_of_an_export_on_a_terminal(tmp_path: Path) -> None:
    program = (
        "from tests.doors.cli.test_raw import drawing, made_here\n"
        "made_here(drawing(None), '--export', 'text')"
    )
    ours, theirs = pty.openpty()
    subprocess.run(
        [sys.executable, "-c", program], stdout=theirs, stderr=theirs, cwd=tmp_path,
        env={"PYTHONPATH": os.pathsep.join(sys.path), "PATH": os.defpath}, check=False,
    )  # fmt: skip
    os.close(theirs)
    wrote = b""
    while True:
        try:
            piece = os.read(ours, 65536)
        except OSError:
            break
        if not piece:
            break
        wrote += piece
    os.close(ours)

    assert b"owned" in wrote
    assert b"\x1b" not in wrote
    assert "\u202e" not in wrote.decode()


def made_here(domain: Domain, *words: str) -> None:
    """The same in this process, on its own streams."""
    from kuznia.doors.cli.main import cli

    form = Export("text/plain", "txt", lambda copy: f"{copy.parts}{CODE}".encode())
    domains = {"notes": replace(domain, shown=Presentation(exports={"text": form}))}
    opening = replace(tools(), open_doors=lambda s: open_here(Made(settings=s, domains=domains)))
    cli(["make", "notes", "a note on iron", *words], obj=lambda: opening)


COMMANDS = (
    ("make", NAME, "a note"),
    ("make", "code", "a queue of things", "--language", NAME),
    ("make", "code", "a queue of things", f"--{NAME}", "1"),
    ("make", "flow", "Apply for a passport", "--export", NAME),
    ("analyze", NAME),
    ("analyze", "hostile"),
    ("analyze", "hostile", "--json"),
    ("analyze", "hostile", "--sarif", "-"),
    ("analyze", "hostile", "--max-cyclomatic", "0"),
    ("analyze", "hostile", "--min-grade", NAME),
    ("skeleton", "hostile"),
    ("skeleton", "hostile", "--json"),
    ("skeleton", "hostile", "--out", "out"),
    ("skeleton", NAME),
    ("catalogue", "import", NAME),
    ("catalogue", "import", "hostile/exercises.json"),
    ("training", "ask", "--out", f"{NAME}/profile.json"),
    ("migrate", "--to", NAME),
    ("users", "create", NAME),
    ("users", "list"),
    ("users", "export", NAME),
    ("users", "erase", NAME),
    ("users", "erase", NAME, "--yes"),
    ("keys", "create", NAME, NAME),
    ("keys", "list", NAME),
    ("keys", "rotate", NAME),
    ("limits", "set", NAME, "--requests-minute", NAME),
    ("limits", "set", NAME, "--requests-minute", "5"),
    ("limits", "show", NAME),
    ("budgets", "show", NAME, "--json"),
    ("budgets", "set", NAME, "--tokens-day", "5"),
    (NAME,),
    ("serve", "--port", NAME),
    ("doctor",),
    ("doctor", "--json"),
    ("openapi",),
)
SETTINGS = (
    {},
    {"OPENAI_BASE_URL": f"http://127.0.0.1:1/{NAME}", "OPENAI_MODEL": NAME},
    {"HOST": NAME, "PORT": NAME, "LOG_LEVEL": NAME},
    {"LOG_FILE": f"{NAME}/log", "TRAINING_CATALOGUE": f"{NAME}/x.json"},
    {"DATABASE_URL": f"sqlite:///{NAME}/x.db"},
)


@pytest.fixture
def hostile(tmp_path: Path) -> None:
    folder = tmp_path / "hostile"
    folder.mkdir()
    (folder / f"{NAME}.py").write_text(CODE)
    (folder / f"{NAME}{NAME}.js").write_text(f"function f() {{ return '{STEERS}'; }}")
    (folder / "broken.py").write_text(f"def f(:\n    {STEERS}\n")
    (folder / "exercises.json").write_text(json.dumps([{"name": STEERS, "id": STEERS}]))


@pytest.mark.usefixtures("hostile")
@pytest.mark.parametrize("words", COMMANDS, ids=map(str, range(len(COMMANDS))))
def test_of_every_command(kuznia: Kuznia, words: tuple[str, ...]) -> None:
    told = kuznia(*words, typed=f"{STEERS}\n" * 40 if words[0] == "training" else "n\n")

    assert not raw(told), told.output


@pytest.mark.parametrize("settings", SETTINGS)
@pytest.mark.parametrize("command", ["doctor", "openapi", "users list"])
def test_of_what_is_set(kuznia: Kuznia, settings: dict[str, str], command: str) -> None:
    told = kuznia(*command.split(), **settings)

    assert not raw(told), told.output


@pytest.mark.parametrize("words", [(f"--{NAME}",), ("analyze", "x", f"--{NAME}=1"), (f"-{NAME}",)])
def test_of_an_option_there_is_not(words: tuple[str, ...]) -> None:
    told = subprocess.run(
        [sys.executable, "-m", "kuznia", *words], capture_output=True, text=True, check=False
    )

    assert told.returncode == 2
    assert "u001b" in told.stderr
    assert visible(told.stdout + told.stderr) == told.stdout + told.stderr


@given(st.text())
def test_any_text_can_be_shown(text: str) -> None:
    shown = visible(text)

    assert not {c for c in shown if c not in "\n\t" and unicodedata.category(c) in STEERING}
    assert visible(shown) == shown
    assert json.loads(visible(json.dumps(text, ensure_ascii=False))) == text
