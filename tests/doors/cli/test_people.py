"""`kuznia users` and `kuznia keys`, as an operator types them."""

import json
from pathlib import Path

import pytest
from tests.doors.cli.conftest import Kuznia
from typer.testing import CliRunner, Result

from kuznia.doors.cli.main import cli
from kuznia.launch import tools

PASSWORD = "correct horse battery staple\n"


def typed(*words: str, sent: str = PASSWORD) -> Result:
    """A command, and what a person or a program types into it."""
    return CliRunner().invoke(
        cli, words, obj=tools, input=sent, prog_name="kuznia", catch_exceptions=False
    )


@pytest.fixture(autouse=True)
def migrated(empty_folder: Path, sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A database is there; to make one for each test would take longer than the test."""
    monkeypatch.setenv("DATABASE_URL", sqlite_url.replace("+aiosqlite", ""))


@pytest.fixture
def ivan() -> str:
    """The id of an admin."""
    made = typed("users", "create", "ivan@example.org", "--admin", "--json")
    assert made.exit_code == 0, made.output
    return json.loads(made.stdout)["id"]


def test_the_first_admin_is_made_here(kuznia: Kuznia, ivan: str) -> None:
    told = kuznia("users", "list")

    assert told.stdout.split() == [ivan, "admin", "ivan@example.org"]


def test_a_weak_password_is_told_and_not_repeated() -> None:
    told = typed("users", "create", "ivan", sent="hunter2\n")

    assert told.exit_code == 2
    assert "12 to 1000 characters" in told.stderr
    assert "hunter2" not in told.output


def test_a_name_is_taken_once(ivan: str) -> None:
    assert typed("users", "create", "IVAN@example.org").exit_code == 5


def test_a_person_is_looked_after(kuznia: Kuznia, ivan: str) -> None:
    assert "disabled" in kuznia("users", "disable", "ivan@example.org").stdout
    assert "admin" in kuznia("users", "enable", ivan).stdout
    assert "user" in kuznia("users", "role", ivan, "user").stdout
    assert typed("users", "password", ivan).exit_code == 0

    listed = json.loads(kuznia("users", "list", "--json").stdout)

    assert [(one["role"], one["disabled"]) for one in listed] == [("user", False)]


def test_somebody_who_signs_in_elsewhere_is_looked_after_too(kuznia: Kuznia) -> None:
    told = kuznia("users", "role", "jwt:olena", "admin")

    assert told.stdout.split() == ["jwt:olena", "admin"]
    assert typed("users", "password", "jwt:olena").exit_code == 5


@pytest.mark.parametrize(
    "words",
    [
        ("users", "disable", "nobody"),
        ("users", "export", "nobody"),
        ("users", "erase", "nobody", "--yes"),
        ("keys", "create", "nobody", "k"),
        ("keys", "list", "nobody"),
        ("keys", "rotate", "nothing"),
        ("keys", "revoke", "nothing"),
    ],
    ids=" ".join,
)
def test_who_or_what_is_not_there_is_told(kuznia: Kuznia, words: tuple[str, ...]) -> None:
    told = kuznia(*words)

    assert told.exit_code == 4
    assert told.stderr.startswith("kuznia: There is no")


def test_a_key_is_shown_once_rotated_and_revoked(kuznia: Kuznia, ivan: str) -> None:
    made = json.loads(
        kuznia("keys", "create", ivan, "robot", "--scope", "read", "--days", "1", "--json").stdout
    )
    text = kuznia("keys", "rotate", made["id"], "--overlap", "60").stdout.strip()
    new = text.split("_")[1]
    kuznia("keys", "revoke", new)

    listed = kuznia("keys", "list", "ivan@example.org").stdout.splitlines()
    as_json = json.loads(kuznia("keys", "list", ivan, "--json").stdout)

    assert [line.split()[0] for line in listed] == [made["id"], new]
    assert "revoked" in listed[1]
    assert "until 2" in listed[0]
    assert text not in kuznia("keys", "list", ivan).stdout
    assert [one["scopes"] for one in as_json] == [["read"], ["read"]]
    assert json.loads(kuznia("keys", "revoke", new, "--json").stdout)["revoked_at"]


def test_a_key_allows_making_and_reading_unless_told(kuznia: Kuznia, ivan: str) -> None:
    assert kuznia("keys", "create", ivan, "robot").stdout.startswith("kz_")

    listed = json.loads(kuznia("keys", "list", ivan, "--json").stdout)

    assert [one["scopes"] for one in listed] == [["domains", "read"]]


def test_a_scope_there_is_not_is_told(kuznia: Kuznia, ivan: str) -> None:
    told = kuznia("keys", "create", ivan, "robot", "--scope", "everything")

    assert told.exit_code == 2
    assert "unknown scope everything; the scopes are domains, read, metrics, admin" in told.stderr


@pytest.mark.parametrize("name", ["", "\x1b[31mred", "\udcff", "k" * 101, "a\u202eb"], ids=ascii)
def test_a_keys_name_cannot_steer_the_terminal(kuznia: Kuznia, ivan: str, name: str) -> None:
    told = kuznia("keys", "create", ivan, name)

    assert told.exit_code == 2
    assert "1 to 100 printable characters" in told.stderr


@pytest.mark.parametrize(
    "words",
    [
        ("users", "disable", "jwt:\udcff"),
        ("users", "role", "\udcff", "admin"),
        ("users", "export", "jwt:\udcff"),
        ("keys", "revoke", "\udcff"),
    ],
    ids=ascii,
)
def test_bytes_that_are_no_text_are_nobodys_name(kuznia: Kuznia, words: tuple[str, ...]) -> None:
    assert kuznia(*words).exit_code == 4


def test_all_that_is_somebodys_is_taken_away(kuznia: Kuznia, ivan: str, tmp_path: Path) -> None:
    kuznia("keys", "create", ivan, "robot")
    file = tmp_path / "ivan.ndjson"

    shown = kuznia("users", "export", ivan)
    written = kuznia("users", "export", ivan, "--out", str(file))
    again = kuznia("users", "export", ivan, "--out", str(file))

    assert [json.loads(line)["table"] for line in shown.stdout.splitlines()] == [
        "users",
        "api_keys",
    ]
    assert written.exit_code == 0
    assert file.read_text() == shown.stdout
    assert again.exit_code == 5


def test_all_that_is_somebodys_is_erased_when_it_is_meant(kuznia: Kuznia, ivan: str) -> None:
    assert typed("users", "erase", ivan, sent="n\n").exit_code == 1
    assert kuznia("users", "list").stdout

    assert "1 rows erased" in typed("users", "erase", ivan, sent="y\n").stdout
    assert kuznia("users", "list").stdout == ""


def test_what_was_made_with_nothing_configured_can_be_taken_away_too(kuznia: Kuznia) -> None:
    kuznia("make", "flows", "Register a small business", "--json")

    shown = kuznia("users", "export", "local")
    erased = json.loads(kuznia("users", "erase", "local", "--yes", "--json").stdout)

    tables = [json.loads(line)["table"] for line in shown.stdout.splitlines()]
    assert tables == ["artefacts", "storage"]
    assert erased["artefacts"] == 1
