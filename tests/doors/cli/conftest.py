"""The command line run in an empty folder, on a machine where nothing is set."""

import logging
import signal
from collections.abc import Callable, Generator
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from pathlib import Path

import pytest
import structlog
from anyio.from_thread import start_blocking_portal
from tests.makers import a_domain
from tests.servers.codemie import CodeMieServer
from tests.servers.model import ModelServer, listening
from typer.testing import CliRunner, Result

from kuznia.app import Made
from kuznia.domains import load
from kuznia.doors.cli.main import cli
from kuznia.doors.cli.tools import Tools
from kuznia.doors.context import Doors
from kuznia.launch import open_here, tools
from kuznia.llm.scripted import ScriptedModel
from kuznia.platform.settings import Settings

Kuznia = Callable[..., Result]


@pytest.fixture(autouse=True)
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[Path]:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    level, ended_by = logging.getLogger().level, signal.getsignal(signal.SIGTERM)
    yield tmp_path
    signal.signal(signal.SIGTERM, ended_by)
    structlog.reset_defaults()
    logging.getLogger().setLevel(level)


@pytest.fixture
def scripted() -> ScriptedModel:
    return ScriptedModel()


@pytest.fixture
def kuznia() -> Kuznia:
    """Run a command with the application's own tools: `kuznia("doctor", DATABASE_URL=...)`."""
    return runs(tools())


@pytest.fixture
def scripted_kuznia(scripted: ScriptedModel) -> Kuznia:
    """The same with the scripted model in the configured one's place, and notes to be made too."""

    def open_scripted(settings: Settings) -> AbstractAsyncContextManager[Doors]:
        domains = {**load(), "notes": a_domain()}
        return open_here(Made(settings=settings, model=scripted, domains=domains))

    return runs(replace(tools(), open_doors=open_scripted))


def runs(given: Tools) -> Kuznia:
    """Run commands with these tools."""

    def run(*words: str, typed: str | None = None, **environ: str) -> Result:
        return CliRunner().invoke(
            cli,
            words,
            obj=lambda: given,
            input=typed,
            env=environ,
            prog_name="kuznia",
            catch_exceptions=False,
        )

    return run


@pytest.fixture
def modelserver() -> Generator[ModelServer]:
    """A model server in a thread of its own: a command brings its own event loop."""
    with (
        start_blocking_portal("asyncio") as portal,
        portal.wrap_async_context_manager(listening(ModelServer())) as server,
    ):
        yield server


@pytest.fixture
def codemie() -> Generator[CodeMieServer]:
    """CodeMie with its Keycloak, in a thread of their own."""
    with (
        start_blocking_portal("asyncio") as portal,
        portal.wrap_async_context_manager(listening(CodeMieServer(), path="")) as server,
    ):
        yield server
