"""`kuznia doctor`: what is set, what can be reached, what to do. Looking changes nothing."""

import json
import time
from collections.abc import Generator
from pathlib import Path

import pytest
from anyio.from_thread import start_blocking_portal
from tests.callers.makers import SECRET, Provider, a_jwk, provider, rsa_key
from tests.doors.cli.conftest import Kuznia
from tests.servers.codemie import FLOW, CodeMieServer, settings_for
from tests.servers.databases import Postgres
from tests.servers.model import (
    ModelServer,
    answer,
    hang,
    nobody,
    reply,
)

from kuznia.doors.cli import doctor
from kuznia.platform.db import migrate
from kuznia.platform.settings.values import DatabaseUrl

SQLITE = "sqlite:///here.db"


@pytest.mark.smoke
def test_on_an_empty_machine_all_is_well_and_a_model_can_be_set(
    kuznia: Kuznia, tmp_path: Path
) -> None:
    told = kuznia("doctor")

    assert told.exit_code == 0
    assert "SQLite, not created yet" in told.stdout
    assert "→ set OPENAI_BASE_URL and OPENAI_MODEL" in told.stdout
    assert not list(tmp_path.iterdir())


def test_what_is_set_is_shown_and_no_secret_of_it(kuznia: Kuznia) -> None:
    told = kuznia(
        "doctor",
        OPENAI_API_KEY="sk-hidden",
        OPENAI_MODEL="gpt",
        OPENAI_BASE_URL=nobody(),
        DATABASE_URL=SQLITE,
    )

    assert "OPENAI_API_KEY=***" in told.stdout
    assert "OPENAI_MODEL=gpt" in told.stdout
    assert "PORT" not in told.stdout
    assert "sk-hidden" not in told.output


def test_settings_that_are_wrong_are_all_named(kuznia: Kuznia) -> None:
    told = kuznia("doctor", "--json", PORT="eighty", OPENAI_MODEL="gpt")

    assert told.exit_code == 2
    assert json.loads(told.stdout)["error"]["details"]["settings"].keys() == {
        "PORT",
        "OPENAI_API_KEY",
    }


def test_the_sandbox_is_attacked_if_tests_are_to_be_run(kuznia: Kuznia) -> None:
    told = kuznia("doctor", CODE_RUN_TESTS="sandbox")

    # It was attacked, or it cannot be: a busy machine may not end every attack in time.
    assert "sandbox   withstands" in told.output or "sandbox   unavailable" in told.output


def test_a_sandbox_that_cannot_be_is_told_with_the_way_to_one(
    kuznia: Kuznia, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")

    told = kuznia("doctor", CODE_RUN_TESTS="sandbox")

    assert told.exit_code == 1
    assert "✗ sandbox   unavailable: no tests are run" in told.output
    assert "apt install bubblewrap" in told.output


def test_a_slip_in_the_file_of_settings_is_told(kuznia: Kuznia, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("OPENAI_MODLE=gpt\n")

    assert "did you mean OPENAI_MODEL?" in kuznia("doctor").stdout


def test_a_second_model_is_looked_at_too_and_alone_if_the_first_is_off(
    kuznia: Kuznia, modelserver: ModelServer
) -> None:
    modelserver.will(answer(b"{}"), reply("1"), answer(b"{}"), reply("1"))
    models = {
        "OPENAI_BASE_URL": nobody(),
        "OPENAI_MODEL": "gpt",
        "FALLBACK_BASE_URL": modelserver.url,
        "FALLBACK_MODEL": "qwen",
    }

    both = kuznia("doctor", **models)
    alone = kuznia("doctor", **models, PREMIUM_TIER_ENABLED="false")

    assert "gpt: the server is not reachable" in both.stdout
    assert "qwen: the server answers" in both.stdout
    assert "gpt: the server" not in alone.stdout
    assert alone.exit_code == 0


@pytest.mark.parametrize(
    ("to", "says"),
    [("head", "SQLite, schema up to date"), ("base", "→ `kuznia serve` brings it up to date")],
)
def test_the_embedded_database_is_looked_at(kuznia: Kuznia, to: str, says: str) -> None:
    migrate.upgrade(DatabaseUrl.read(SQLITE))
    if to == "base":
        migrate.downgrade(DatabaseUrl.read(SQLITE), to)

    told = kuznia("doctor", DATABASE_URL=SQLITE)

    assert told.exit_code == 0
    assert says in told.stdout


def test_a_database_of_a_newer_version_is_told(kuznia: Kuznia, monkeypatch) -> None:
    migrate.upgrade(DatabaseUrl.read(SQLITE))
    monkeypatch.setattr(migrate, "head", lambda: "0000")

    told = kuznia("doctor", DATABASE_URL=SQLITE)

    assert told.exit_code == 1
    assert "→ a newer version of Kuznia made it" in told.stdout


def test_a_file_that_is_no_database_is_told(kuznia: Kuznia, tmp_path: Path) -> None:
    (tmp_path / "here.db").write_text("This is a letter, not a database, and long enough. " * 20)

    told = kuznia("doctor", DATABASE_URL=SQLITE)

    assert told.exit_code == 1
    assert "damaged or not a database" in told.stdout
    assert "→ check DATABASE_URL" in told.stdout


def test_a_postgresql_behind_this_version_names_the_command(
    kuznia: Kuznia, postgres: Postgres
) -> None:
    with postgres.database() as url:
        migrate.downgrade(DatabaseUrl.read(url), "base")

        told = kuznia("doctor", DATABASE_URL=url)

    assert told.exit_code == 1
    assert "PostgreSQL, schema at nothing, and this version needs" in told.stdout
    assert "→ run `kuznia migrate`" in told.stdout


def test_a_postgresql_that_is_not_there_is_told(kuznia: Kuznia) -> None:
    port = nobody().rpartition(":")[2].removesuffix("/v1")

    told = kuznia("doctor", "--json", DATABASE_URL=f"postgresql://me:hidden@127.0.0.1:{port}/x")

    assert told.exit_code == 1
    found = json.loads(told.stdout)
    assert not found["well"]
    (database,) = (row for row in found["symptoms"] if row["what"] == "database")
    assert not database["well"]
    assert "hidden" not in told.output


@pytest.mark.parametrize(
    ("instead", "well", "says"),
    [
        ({}, True, f"codemie-flow ({FLOW}): CodeMie accepts the sign-in and has this assistant"),
        ({"CODEMIE_UI_ASSISTANT": "nobody"}, False, "codemie-ui (nobody): rejected"),
        ({"CODEMIE_PASSWORD": "kanarka-no"}, False, "→ CodeMie refused our credentials"),
        ({"CODEMIE_AUTH_URL": nobody()}, False, "sign-in could not be reached"),
    ],
    ids=["well", "no such assistant", "wrong password", "no sign-in"],
)
def test_codemie_is_looked_at(
    kuznia: Kuznia, codemie: CodeMieServer, instead: dict[str, str], well: bool, says: str
) -> None:
    given = {name.upper(): value for name, value in settings_for(codemie).items()}

    told = kuznia("doctor", **given | instead)

    assert told.exit_code == (0 if well else 1)
    assert says in told.stdout
    assert "kanarka" not in told.output
    assert "set OPENAI_BASE_URL" not in told.output


def test_a_codemie_that_says_nothing_is_told(
    kuznia: Kuznia, codemie: CodeMieServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "PATIENCE", 0.1)
    codemie.sign_ins.will(hang)
    given = {name.upper(): value for name, value in settings_for(codemie).items()}

    told = kuznia("doctor", **given)

    assert told.exit_code == 1
    assert "codemie-flow" in told.stdout
    assert "no answer within 0.1 seconds" in told.stdout


def test_who_may_look_after_the_accounts_is_told(kuznia: Kuznia) -> None:
    given = {"DATABASE_URL": SQLITE, "ACCOUNTS": "true"}
    told = [kuznia("doctor", **given).stdout]
    migrate.upgrade(DatabaseUrl.read(SQLITE))
    told.append(kuznia("doctor", **given).stdout)
    kuznia("users", "create", "ivan", "--admin", typed="a sentence is easy to keep\n", **given)
    after = kuznia("doctor", **given)

    for one in told:
        assert "no administrator yet" in one
        assert "→ create one with `kuznia users create NAME --admin`" in one
    assert after.exit_code == 0
    assert "there is an administrator" in after.stdout


def test_redis_is_asked(kuznia: Kuznia, redis_url: str) -> None:
    told = kuznia("doctor", REDIS_URL=redis_url)

    assert told.exit_code == 0
    assert "✓ redis     answers" in told.stdout


def test_a_redis_that_is_not_there_is_told_once_and_without_its_password(kuznia: Kuznia) -> None:
    port = nobody().rpartition(":")[2].removesuffix("/v1")

    told = kuznia("doctor", "--json", REDIS_URL=f"redis://me:hidden@127.0.0.1:{port}/0")

    assert told.exit_code == 1
    (found,) = [one for one in json.loads(told.stdout)["symptoms"] if one["what"] == "redis"]
    assert not found["well"]
    assert found["advice"].startswith("check REDIS_URL")
    assert "hidden" not in told.output
    assert told.stderr == ""


@pytest.fixture
def idp() -> Generator[Provider]:
    """An identity provider in a thread of its own."""
    with (
        start_blocking_portal("asyncio") as portal,
        portal.wrap_async_context_manager(provider()) as here,
    ):
        yield here


def issued(url: str, **more: str) -> dict[str, str]:
    return {"JWT_JWKS_URL": url, "JWT_ISSUER": "https://i", "JWT_AUDIENCE": "a", **more}


@pytest.mark.parametrize(
    ("document", "more", "well", "says"),
    [
        ({"keys": [a_jwk(rsa_key(), "k1"), {"kty": "oct"}]}, {}, True, "keys at JWT_JWKS_URL: 1"),
        ({"keys": []}, {}, False, "→ have tokens signed with RS256 or ES256"),
        ({"keys": []}, {"JWT_SECRET": SECRET}, True, "tokens are checked with JWT_SECRET"),
        (b"<html>", {}, False, "→ see JWT_JWKS_URL and the network"),
    ],
    ids=["keys", "none", "none, but a secret", "a page"],
)
def test_an_identity_provider_is_asked_for_its_keys(
    kuznia: Kuznia, idp: Provider, document, more: dict[str, str], well: bool, says: str
) -> None:
    idp.document = document

    told = kuznia("doctor", **issued(idp.url, **more))

    assert told.exit_code == (0 if well else 1)
    assert says in told.stdout
    assert SECRET not in told.output


def test_a_supabase_that_is_not_there_is_told(kuznia: Kuznia) -> None:
    told = kuznia("doctor", SUPABASE_URL=nobody().removesuffix("/v1"))

    assert told.exit_code == 1
    assert "the keys at SUPABASE_URL cannot be read (ConnectError)" in told.stdout


def test_the_sandbox_is_looked_at_where_it_is_on(kuznia: Kuznia) -> None:
    """What it says without pytest is seen where there is none: tests/setup/test_machine.py."""
    told = kuznia("doctor", CODE_RUN_TESTS="sandbox")
    # Processes of one user are counted together: the attacks of a test beside this one count too.
    for _ in range(4):
        if told.exit_code:
            time.sleep(2)
            told = kuznia("doctor", CODE_RUN_TESTS="sandbox")

    assert told.exit_code == 0, told.output
    assert "✓ sandbox   runs tests in python" in told.stdout
    assert "tests in python" not in kuznia("doctor").stdout
