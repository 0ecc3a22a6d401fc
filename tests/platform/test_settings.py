"""Wrong settings are named at start, all at once, and no secret is ever shown."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from sqlalchemy.engine import make_url

from kuznia.platform.kinds import is_loopback
from kuznia.platform.settings import GROUPS, Settings, SettingsWrong, load

CANARY = "sk-canary-0123456789"


# What a rule may ask for because of another setting.
MAY_BE_MISSING = {"OPENAI_MODEL", "OPENAI_API_KEY", "FALLBACK_MODEL", "FALLBACK_BASE_URL"}


def named(wrong: SettingsWrong) -> dict[str, str]:
    found = wrong.details["settings"]
    assert isinstance(found, dict)
    return {name: str(problem) for name, problem in found.items()}


def problems(environ: dict[str, str], env_file: Path | None = None) -> dict[str, str]:
    with pytest.raises(SettingsWrong) as caught:
        load(environ, env_file)
    return named(caught.value)


def env_file(folder: Path, text: str) -> Path:
    path = folder / ".env"
    path.write_text(text, encoding="utf-8")
    return path


def test_nothing_needs_to_be_set():
    settings = load({}, None)

    assert (settings.host, settings.port, settings.environment) == (
        "127.0.0.1",
        8000,
        "development",
    )


def test_the_environment_of_the_process_is_read_when_none_is_handed_in(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.setenv("PORT", "9001")
    monkeypatch.chdir(tmp_path)
    env_file(tmp_path, "ORDER_ATTEMPTS=7")

    settings = load()

    assert (settings.port, settings.order_attempts) == (9001, 7)


def test_settings_made_by_hand_do_not_read_the_machine(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PORT", "9001")

    assert Settings().port == 8000


def test_the_environment_wins_over_the_file(tmp_path: Path):
    path = env_file(tmp_path, "PORT=1\nCACHE_SIZE=2\n")

    settings = load({"PORT": "3"}, path)

    assert (settings.port, settings.cache_size) == (3, 2)


def test_an_empty_value_counts_as_unset(tmp_path: Path):
    path = env_file(tmp_path, "PORT=81\nOPENAI_MODEL=\nCACHE_SIZE\n")

    settings = load({"PORT": "", "OPENAI_API_KEY": "  "}, path)

    assert (settings.port, settings.openai_model, settings.openai_api_key) == (81, None, None)


def test_a_value_in_the_file_is_taken_as_written(tmp_path: Path):
    path = env_file(tmp_path, "CODEMIE_PASSWORD='a${HOME}b'\n")

    settings = load({}, path)

    assert settings.codemie_password is not None
    assert settings.codemie_password.get_secret_value() == "a${HOME}b"


def test_every_wrong_setting_is_named_in_one_message(tmp_path: Path):
    path = env_file(tmp_path, "LOG_FORMAT=xml\nnot a line\n")
    environ = {
        "PORT": "99999",
        "BREAKER_PAUSE": "nan",
        "ORDER_COST": "0.0000000001",
        "ENVIRONMENT": "production",
        "DEBUG": "yes",
        "CORS_ORIGINS": "*",
        "HOST": "0.0.0.0",
        "OPENAI_API_KEY": CANARY,
        "HTTP_KEEPALIVE": "30",
    }

    found = problems(environ, path)

    assert found == {
        ".env line 2": "expected NAME=value",
        "PORT": "expected a whole number from 0 to 65,535",
        "LOG_FORMAT": "expected one of auto, json, console",
        "BREAKER_PAUSE": "expected a number above 0, at most 3600",
        "ORDER_COST": "expected a number with at most 9 decimals from 0 to 10,000",
        "DEBUG": "must be off in production",
        "CORS_ORIGINS": "`*` lets every site call the server; in production name the sites",
        "HOST": found["HOST"],
        "OPENAI_MODEL": "missing; a model server is set, so name the model to ask for",
        "HTTP_KEEPALIVE": "cannot be more than HTTP_CONNECTIONS",
    }


def test_the_message_has_a_line_for_each_wrong_setting():
    with pytest.raises(SettingsWrong) as caught:
        load({"PORT": "x", "DEBUG": "maybe"}, None)

    assert caught.value.message == (
        "2 settings are wrong:\n"
        "  PORT: expected a whole number from 0 to 65,535\n"
        "  DEBUG: expected true or false"
    )


def test_one_wrong_setting_is_said_in_the_singular():
    with pytest.raises(SettingsWrong, match=r"^One setting is wrong:\n  PORT: "):
        load({"PORT": "x"}, None)


def test_a_wrong_setting_is_not_also_called_missing():
    found = problems({"OPENAI_API_KEY": CANARY, "OPENAI_MODEL": "m" * 201})

    assert found == {"OPENAI_MODEL": "expected text of at most 200 letters"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", CANARY),
        ("HOST", CANARY),
        ("OPENAI_API_KEY", f"{CANARY} {CANARY}"),
        ("OPENAI_BASE_URL", f"http://h:{CANARY}/"),
        ("DATABASE_URL", f"mysql://u:{CANARY}@h/x"),
        ("DATABASE_URL", f"postgres://u:{CANARY}/@h/x"),
        ("DATABASE_URL", f"postgres://u:{CANARY}\N{FULLWIDTH SOLIDUS}@h/x"),
        ("REDIS_URL", f"redis://:{CANARY}/@h:0"),
        ("CORS_ORIGINS", f"https://[{CANARY}"),
    ],
)
def test_no_message_quotes_what_was_given(name: str, value: str):
    with pytest.raises(SettingsWrong) as caught:
        load({name: value}, None)

    assert CANARY not in str(caught.value)
    assert CANARY not in repr(caught.value.details)


def test_an_unreadable_file_is_named(tmp_path: Path):
    path = tmp_path / ".env"
    path.write_bytes(b"\xff\xfe")

    assert problems({}, path) == {".env": "cannot be read (UnicodeDecodeError)"}


def test_a_folder_in_place_of_the_file_is_named(tmp_path: Path):
    assert problems({}, tmp_path) == {tmp_path.name: "cannot be read (IsADirectoryError)"}


def test_listening_to_other_machines_must_be_allowed_in_as_many_words():
    assert "ALLOW_REMOTE=true" in problems({"HOST": "0.0.0.0"})["HOST"]
    assert load({"HOST": "0.0.0.0", "ALLOW_REMOTE": "true"}, None).host == "0.0.0.0"


@pytest.mark.parametrize(
    ("host", "own"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("::", False),
        ("192.168.0.9", False),
        ("localhost.example.org", False),
    ],
)
def test_only_this_machine_is_loopback(host: str, own: bool):
    assert is_loopback(host) is own


def test_production_takes_named_sites():
    settings = load(
        {"ENVIRONMENT": "Production", "CORS_ORIGINS": "https://A.example/, http://b:81"}, None
    )

    assert settings.cors_origins == ("https://a.example", "http://b:81")


def test_any_site_is_fine_in_development():
    assert load({"CORS_ORIGINS": "*"}, None).cors_origins == ("*",)


@pytest.mark.parametrize("origin", ["null", "a.example", "https://a/b", "https://u@a", "ftp://a"])
def test_what_is_no_origin_is_refused(origin: str):
    assert "CORS_ORIGINS" in problems({"CORS_ORIGINS": f"https://ok.example,{origin}"})


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("postgres://u:p@h:5/x", "postgresql+asyncpg://u:p@h:5/x"),
        ("postgresql://h/x?sslmode=require&a=b", "postgresql+asyncpg://h/x?ssl=require&a=b"),
        ("postgresql+asyncpg://h/x", "postgresql+asyncpg://h/x"),
        ("sqlite:///data/x.db", "sqlite+aiosqlite:///data/x.db"),
        ("sqlite+aiosqlite:////x.db", "sqlite+aiosqlite:////x.db"),
        ("sqlite://", "sqlite+aiosqlite://"),
    ],
)
def test_a_database_address_gets_a_driver_that_can_be_awaited(given: str, used: str):
    url = load({"DATABASE_URL": given}, None).database_url.get_secret_value()

    assert url == used
    assert make_url(url).get_dialect().is_async


@pytest.mark.parametrize("url", ["mysql://h/x", "postgres:///x", "x.db", "sqlite://x.db", "://"])
def test_a_database_we_do_not_speak_is_refused(url: str):
    assert "DATABASE_URL" in problems({"DATABASE_URL": url})


def test_the_default_database_is_a_file():
    assert load({}, None).database_url.get_secret_value() == "sqlite+aiosqlite:///data/kuznia.db"


@pytest.mark.parametrize(
    ("environ", "missing"),
    [
        ({"OPENAI_BASE_URL": "http://h/v1"}, "OPENAI_MODEL"),
        ({"OPENAI_MODEL": "m"}, "OPENAI_API_KEY"),
        ({"FALLBACK_BASE_URL": "http://h/v1"}, "FALLBACK_MODEL"),
        ({"FALLBACK_API_KEY": "k", "FALLBACK_MODEL": "m"}, "FALLBACK_BASE_URL"),
        ({"FALLBACK_MODEL": "m"}, "FALLBACK_BASE_URL"),
    ],
)
def test_half_a_model_is_refused(environ: dict[str, str], missing: str):
    found = problems(environ)

    assert list(found) == [missing]
    assert found[missing].startswith("missing; ")


@pytest.mark.parametrize(
    "environ",
    [
        {"OPENAI_BASE_URL": "http://h/v1/", "OPENAI_MODEL": "m"},
        {"OPENAI_API_KEY": "k", "OPENAI_MODEL": "m", "FALLBACK_MODEL": "n"},
        {"FALLBACK_BASE_URL": "http://h/v1", "FALLBACK_MODEL": "m"},
    ],
)
def test_a_whole_model_is_taken(environ: dict[str, str]):
    assert load(environ, None).model_fields_set == {name.lower() for name in environ}


@pytest.mark.parametrize(
    "url", ["h/v1", "ftp://h", "http://", "http://u:p@h", "http://h?key=1", "http://h#x"]
)
def test_a_model_address_is_plain(url: str):
    assert "OPENAI_BASE_URL" in problems({"OPENAI_BASE_URL": url, "OPENAI_MODEL": "m"})


def test_a_key_with_a_line_break_inside_is_refused():
    found = problems({"OPENAI_API_KEY": "sk-1\nsk-2", "OPENAI_MODEL": "m"})

    assert found == {"OPENAI_API_KEY": "holds a space, a line break or a letter that no key has"}


@pytest.mark.parametrize("rate", ["10", "10/minute", "5/second"])
def test_a_rate_is_a_count_with_or_without_a_period(rate: str):
    assert load({"RATE_LIMIT_GENERATION": rate}, None).rate_limit_generation == rate


@pytest.mark.parametrize("rate", ["0", "ten", "10/fortnight", "-1"])
def test_what_is_no_rate_is_refused(rate: str):
    assert "RATE_LIMIT_REQUESTS" in problems({"RATE_LIMIT_REQUESTS": rate})


def test_prices_become_whole_billionths():
    settings = load(
        {
            "OPENAI_PRICE_INPUT": "0.15",
            "OPENAI_PRICE_OUTPUT": "0.000000001",
            "FALLBACK_PRICE_OUTPUT": "2",
            "ORDER_COST": "0.5",
        },
        None,
    )

    assert settings.price("openai") == (150_000_000, 1)
    assert settings.price("fallback") == (0, 2_000_000_000)
    assert settings.order_cost_limit == 500_000_000


def test_an_order_may_cost_anything_unless_told():
    assert load({}, None).order_cost_limit is None


SECRETS = {
    "OPENAI_API_KEY": CANARY,
    "OPENAI_MODEL": "m",
    "SUPABASE_SERVICE_ROLE_KEY": CANARY + "2",
    "DATABASE_URL": "postgresql://user:pa%40ss-canary@db.example/x?password=pa-canary",
    "REDIS_URL": "redis://:red-canary@cache.example:6379/0",
}


def test_no_view_of_the_settings_shows_a_secret():
    settings = load(SECRETS, None)

    assert "canary" not in repr(settings) + str(settings) + repr(settings.public())


def test_a_secret_address_still_says_where_it_points():
    shown = load(SECRETS, None).public()

    assert shown["DATABASE_URL"] == "postgresql+asyncpg://db.example/x"
    assert shown["REDIS_URL"] == "redis://cache.example:6379/0"
    assert shown["OPENAI_API_KEY"] == "***"


def test_the_public_view_is_in_the_words_of_the_environment():
    shown = load({"CORS_ORIGINS": "https://a,https://b", "DEBUG": "1"}, None).public()

    assert shown["CORS_ORIGINS"] == "https://a,https://b"
    assert (shown["DEBUG"], shown["MODEL_TIMEOUT"], shown["LOG_FILE"]) == ("true", "30", "")


def test_all_secrets_are_known_to_be_struck_out():
    assert set(load(SECRETS, None).secrets()) == {
        CANARY,
        CANARY + "2",
        "pa%40ss-canary",
        "pa@ss-canary",
        "red-canary",
    }


def test_a_near_miss_in_the_file_is_noted_not_refused(tmp_path: Path):
    path = env_file(tmp_path, "OPENAI_APIKEY=x\nSOMETHING_ELSE=y\nport=1\n")

    notes = load({}, path).notes

    assert notes == (
        "OPENAI_APIKEY is not a setting; did you mean OPENAI_API_KEY?",
        "port is not a setting; did you mean PORT?",
    )


def test_a_setting_this_version_does_not_read_is_noted():
    notes = load({"SUPABASE_URL": "https://x.example"}, None).notes

    assert notes == ("SUPABASE_URL is set, but this version does not read it.",)


def test_settings_cannot_be_changed():
    settings = load({}, None)

    with pytest.raises(ValidationError):
        settings.port = 1


def test_every_group_begins_at_a_field_and_every_field_says_what_it_is_for():
    assert set(GROUPS) <= set(Settings.model_fields)
    assert next(iter(Settings.model_fields)) in GROUPS
    assert all(field.description for field in Settings.model_fields.values())


@given(st.dictionaries(st.sampled_from(sorted(Settings.model_fields)), st.text(max_size=40)))
def test_any_text_gives_settings_or_names_the_wrong_ones(values: dict[str, str]):
    environ = {name.upper(): value for name, value in values.items()}
    wrong: set[str] = set()
    try:
        load(environ, None)
    except SettingsWrong as caught:
        wrong = set(named(caught))

    assert wrong <= set(environ) | MAY_BE_MISSING
