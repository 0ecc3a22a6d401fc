"""docs/callers.md shows what happens: an account is made, signs in, makes a key, takes all away."""

import json
import shlex
from pathlib import Path
from string import Template

import pytest
from tests.servers.thread import serving
from tests.test_docs import ROOT, assert_told, curl, shown_in
from typer.testing import CliRunner

from kuznia.app import Made
from kuznia.doors.cli.main import cli
from kuznia.launch import tools
from kuznia.platform.settings import Settings, load

PAGE = "docs/callers.md"
KNOWN = {"TOKEN": "access_token", "REFRESH": "refresh_token", "KEY": "key", "ARTEFACT": "id"}


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("ACCOUNTS", "true")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    return load()


def kuznia(words: list[str]) -> str:
    sent = "a sentence is easy to keep\n"
    told = CliRunner().invoke(cli, words, obj=tools, input=sent, catch_exceptions=False)
    assert told.exit_code == 0, told.output
    return told.output


def test_the_page_of_the_callers_shows_what_happens(settings: Settings) -> None:
    known: dict[str, str] = {}
    with serving(Made(settings=settings)) as address:
        for shown in shown_in(PAGE, "curl", "kuznia"):
            program, *words = shlex.split(Template(shown.command).substitute(known))

            told = curl(words, address) if program == "curl" else kuznia(words)

            assert_told(told, shown)
            if shown.kind == "json" and isinstance(data := json.loads(told)["data"], dict):
                known |= {name: data[field] for name, field in KNOWN.items() if field in data}


def test_every_program_on_the_page_is_run() -> None:
    shown = list(shown_in(PAGE, "curl", "kuznia"))

    assert len(shown) == (ROOT / PAGE).read_text("utf-8").count("```sh\n")
    assert all(one.answer for one in shown)
