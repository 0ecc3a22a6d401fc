"""The commands that look after: migrate, openapi, and what `kuznia` says of itself."""

import json
from pathlib import Path

import pytest
from tests.doors.cli.conftest import Kuznia
from tests.servers.databases import Postgres
from tests.servers.model import nobody

from kuznia import __version__
from kuznia.platform.db import migrate


def test_it_says_its_version(kuznia: Kuznia) -> None:
    assert kuznia("--version").stdout == f"{__version__}\n"


def test_without_a_command_it_shows_those_there_are(kuznia: Kuznia) -> None:
    told = kuznia()

    assert told.exit_code == 2
    for command in ("serve", "make", "doctor", "migrate", "openapi"):
        assert f" {command} " in told.output


@pytest.mark.parametrize("words", [("forge",), ("serve", "--prot", "80"), ("make", "code")])
def test_a_word_it_does_not_know_is_told(kuznia: Kuznia, words: tuple[str, ...]) -> None:
    told = kuznia(*words)

    assert told.exit_code == 2
    assert "--help" in told.stderr


def test_the_database_goes_up_down_and_up(kuznia: Kuznia, tmp_path: Path) -> None:
    up, again = kuznia("migrate"), kuznia("migrate")
    down = kuznia("migrate", "--to", "base", "--yes")

    assert up.stdout == again.stdout == f"The schema of the database is at {migrate.head()}.\n"
    assert down.stdout == "The schema of the database is at base.\n"
    assert (tmp_path / "home" / "kuznia" / "kuznia.db").exists()


def test_a_postgresql_is_brought_up_too(kuznia: Kuznia, postgres: Postgres) -> None:
    with postgres.database() as url:
        assert kuznia("migrate", "--to", "base", "--yes", DATABASE_URL=url).exit_code == 0

        told = kuznia("migrate", DATABASE_URL=url)

    assert told.stdout == f"The schema of the database is at {migrate.head()}.\n"


def test_a_revision_there_is_not_is_told(kuznia: Kuznia) -> None:
    told = kuznia("migrate", "--to", "nowhere", "--yes")

    assert told.exit_code == 5
    assert "nowhere" in told.stderr


def test_a_database_that_is_not_there_is_told(kuznia: Kuznia) -> None:
    port = nobody().rpartition(":")[2].removesuffix("/v1")

    told = kuznia("migrate", DATABASE_URL=f"postgresql://me:hidden@127.0.0.1:{port}/x")

    assert told.exit_code == 8
    assert told.stderr.startswith("kuznia: The database is not answering")
    assert "hidden" not in told.stderr


def test_the_api_is_printed_as_openapi_and_nothing_is_opened_for_it(
    kuznia: Kuznia, tmp_path: Path
) -> None:
    told = kuznia("openapi")

    assert "/api/v1/code" in json.loads(told.stdout)["paths"]
    assert not list(tmp_path.iterdir())


def test_settings_that_are_wrong_stop_every_command(kuznia: Kuznia) -> None:
    for command in (("migrate",), ("openapi",), ("doctor",), ("make", "code", "a queue")):
        told = kuznia(*command, PORT="eighty")

        assert told.exit_code == 2
        assert "PORT: expected a whole number" in told.stderr
