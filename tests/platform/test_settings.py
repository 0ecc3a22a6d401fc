"""Wrong settings are named at start, all at once, and no secret is ever shown."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from kuznia.generated import GROUPS, fields
from kuznia.platform.settings import Settings, SettingsWrong, load

CANARY = "sk-canary-0123456789"


# What a rule may ask for because of another setting.
MAY_BE_MISSING = {
    *("OPENAI_MODEL", "OPENAI_API_KEY", "FALLBACK_MODEL", "FALLBACK_BASE_URL"),
    *("CODEMIE_BASE_URL", "CODEMIE_FLOW_ASSISTANT", "CODEMIE_API_KEY", "CODEMIE_AUTH_URL"),
    *("CODEMIE_CLIENT_SECRET", "CODEMIE_USERNAME", "CODEMIE_PASSWORD"),
}
CODEMIE = {"CODEMIE_BASE_URL": "https://c/api", "CODEMIE_FLOW_ASSISTANT": "flows"}
KEYCLOAK = {**CODEMIE, "CODEMIE_AUTH_URL": "https://k/auth"}


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


def test_an_option_wins_over_the_environment_and_an_empty_one_does_not():
    settings = load({"PORT": "3", "HOST": "::1"}, None, over={"PORT": "4", "HOST": ""})

    assert (settings.port, settings.host) == (4, "::1")


def test_an_empty_value_counts_as_unset(tmp_path: Path):
    path = env_file(tmp_path, "PORT=81\nOPENAI_MODEL=\nCACHE_SIZE\n")

    settings = load({"PORT": "", "OPENAI_API_KEY": "  "}, path)

    assert (settings.port, settings.openai_model, settings.openai_api_key) == (81, None, None)


def test_a_value_in_the_file_is_taken_as_written(tmp_path: Path):
    path = env_file(tmp_path, "CODEMIE_PASSWORD='a${HOME}b'\n")

    settings = load({**KEYCLOAK, "CODEMIE_USERNAME": "olha"}, path)

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
        "OPENAI_BASE_URL": "http://h/v1",
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
        "ACCOUNTS": found["ACCOUNTS"],
        "OPENAI_MODEL": "missing; a model server is set, so name the model",
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
    found = problems({"OPENAI_BASE_URL": "http://h/v1", "OPENAI_MODEL": "m" * 201})

    assert found == {"OPENAI_MODEL": "expected text of at most 200 characters"}


def test_a_file_that_is_not_there_says_nothing(tmp_path: Path):
    assert load({}, tmp_path / ".env") == load({}, None)


def test_an_unreadable_file_is_named(tmp_path: Path):
    path = tmp_path / ".env"
    path.write_bytes(b"\xff\xfe")

    assert problems({}, path) == {".env": "expected text in UTF-8"}


def test_a_folder_in_place_of_the_file_is_named(tmp_path: Path):
    assert problems({}, tmp_path) == {tmp_path.name: "cannot be read (IsADirectoryError)"}


def test_listening_to_other_machines_must_be_allowed_in_as_many_words():
    assert "ALLOW_REMOTE=true" in problems({"HOST": "0.0.0.0"})["HOST"]
    assert load({"HOST": "0.0.0.0", "ALLOW_REMOTE": "true"}, None).host == "0.0.0.0"


def test_production_takes_named_sites():
    sites = "https://A.example/, http://b:81"
    settings = load({"ENVIRONMENT": "Production", "ACCOUNTS": "true", "CORS_ORIGINS": sites}, None)

    assert settings.cors_origins == ("https://a.example", "http://b:81")


def test_any_site_is_fine_in_development():
    assert load({"CORS_ORIGINS": "*"}, None).cors_origins == ("*",)


@pytest.mark.parametrize(
    ("environ", "in_this_folder", "path"),
    [
        ({"HOME": "/srv/olha"}, False, "/srv/olha/.local/share/kuznia/kuznia.db"),
        ({"HOME": "/srv/olha", "XDG_DATA_HOME": "/srv"}, False, "/srv/kuznia/kuznia.db"),
        # A relative path there is no path, says the specification.
        ({"HOME": "/o", "XDG_DATA_HOME": "srv"}, False, "/o/.local/share/kuznia/kuznia.db"),
        ({"HOME": "/srv/olha"}, True, "data/kuznia.db"),
        ({}, False, "data/kuznia.db"),
    ],
)
def test_the_database_is_the_users_own(environ: dict[str, str], in_this_folder: bool, path: str):
    settings = load(environ, None, in_this_folder=in_this_folder)

    assert (settings.database_url.dialect, settings.database_url.database) == ("sqlite", path)


def test_a_database_that_is_named_stands_wherever_it_is_named(tmp_path: Path):
    file = env_file(tmp_path, "DATABASE_URL=sqlite:///mine.db\n")

    settings = load({"HOME": "/srv/olha"}, file)

    assert settings.database_url.database == "mine.db"


def test_a_key_alone_asks_no_model_and_is_noted():
    settings = load({"OPENAI_API_KEY": CANARY}, None)

    assert "OPENAI_API_KEY is set, but OPENAI_MODEL is not" in settings.notes[0]


@pytest.mark.parametrize("more", [{"ACCOUNTS": "true"}, {"ALLOW_REMOTE": "true"}])
def test_production_needs_credentials_or_a_clear_word(more: dict[str, str]):
    production = {"ENVIRONMENT": "production"}

    assert "ACCOUNTS=true" in problems(production)["ACCOUNTS"]
    assert load(production | more, None).environment == "production"


@pytest.mark.parametrize(
    ("environ", "missing"),
    [
        ({"OPENAI_BASE_URL": "http://h/v1"}, "OPENAI_MODEL"),
        ({"OPENAI_MODEL": "m"}, "OPENAI_API_KEY"),
        ({"FALLBACK_BASE_URL": "http://h/v1"}, "FALLBACK_MODEL"),
        ({"FALLBACK_API_KEY": "k", "FALLBACK_MODEL": "m"}, "FALLBACK_BASE_URL"),
        ({"FALLBACK_MODEL": "m"}, "FALLBACK_BASE_URL"),
        ({**CODEMIE}, "CODEMIE_API_KEY"),
        ({**CODEMIE, "CODEMIE_CLIENT_ID": "c", "CODEMIE_API_KEY": ""}, "CODEMIE_API_KEY"),
        ({"CODEMIE_BASE_URL": "https://c", "CODEMIE_API_KEY": "k"}, "CODEMIE_FLOW_ASSISTANT"),
        ({"CODEMIE_UI_ASSISTANT": "u", "CODEMIE_API_KEY": "k"}, "CODEMIE_BASE_URL"),
        ({**KEYCLOAK}, "CODEMIE_CLIENT_SECRET"),
        ({**KEYCLOAK, "CODEMIE_USERNAME": "olha"}, "CODEMIE_PASSWORD"),
        (
            {**KEYCLOAK, "CODEMIE_PASSWORD": "p", "CODEMIE_CLIENT_SECRET": "s"},
            "CODEMIE_USERNAME",
        ),
        (
            {**CODEMIE, "CODEMIE_API_KEY": "k", "CODEMIE_CLIENT_SECRET": "s"},
            "CODEMIE_AUTH_URL",
        ),
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
        {**CODEMIE, "CODEMIE_API_KEY": "k"},
        {**KEYCLOAK, "CODEMIE_CLIENT_ID": "c", "CODEMIE_CLIENT_SECRET": "s"},
        {**KEYCLOAK, "CODEMIE_USERNAME": "olha", "CODEMIE_PASSWORD": "p"},
    ],
)
def test_a_whole_model_is_taken(environ: dict[str, str]):
    assert load(environ, None).model_fields_set == {name.lower() for name in environ}


def test_a_key_alone_means_the_service_the_protocol_comes_from():
    assert load({"OPENAI_API_KEY": "k", "OPENAI_MODEL": "m"}, None).openai_url == (
        "https://api.openai.com/v1"
    )


def test_an_address_is_used_without_its_last_stroke():
    settings = load({"OPENAI_BASE_URL": "http://h/v1/", "OPENAI_MODEL": "m"}, None)

    assert settings.openai_url == "http://h/v1"


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

    assert shown["DATABASE_URL"] == "postgresql://db.example/x"
    assert shown["REDIS_URL"] == "redis://cache.example:6379/0"
    assert shown["OPENAI_API_KEY"] == "***"


def test_the_public_view_is_in_the_words_of_the_environment():
    shown = load({"CORS_ORIGINS": "https://a,https://b", "DEBUG": "1"}, None).public()

    assert shown["CORS_ORIGINS"] == "https://a,https://b"
    assert (shown["DEBUG"], shown["BREAKER_PAUSE"], shown["LOG_FILE"]) == ("true", "30", "")


def test_all_secrets_are_known_to_be_struck_out():
    assert set(load(SECRETS, None).secrets()) == {
        CANARY,
        CANARY + "2",
        "pa%40ss-canary",
        "pa@ss-canary",
        "red-canary",
        "pa-canary",
    }


def test_a_password_that_looks_like_an_address_is_a_password():
    given = {**KEYCLOAK, "CODEMIE_USERNAME": "olha", "CODEMIE_PASSWORD": "canary://["}

    settings = load(given, None)

    assert settings.public()["CODEMIE_PASSWORD"] == "***"
    assert settings.secrets() == ("canary://[",)


def test_a_near_miss_in_the_file_is_noted_not_refused(tmp_path: Path):
    path = env_file(tmp_path, "OPENAI_APIKEY=x\nSOMETHING_ELSE=y\nport=1\n")

    notes = load({}, path).notes

    assert notes == (
        "OPENAI_APIKEY is not a setting; did you mean OPENAI_API_KEY?",
        "port is not a setting; did you mean PORT?",
    )


def test_a_setting_this_version_does_not_read_is_noted():
    notes = load({"SUPABASE_ANON_KEY": "public"}, None).notes

    assert notes == ("SUPABASE_ANON_KEY is set, but this version does not read it.",)


def test_settings_cannot_be_changed():
    settings = load({}, None)

    with pytest.raises(ValidationError):
        settings.port = 1


def test_every_group_begins_at_a_field_and_every_field_says_what_it_is_for():
    assert set(GROUPS) <= set(fields())
    assert next(iter(fields())) in GROUPS
    assert all(field.description for field in fields().values())


@given(st.dictionaries(st.sampled_from(sorted(Settings.model_fields)), st.text(max_size=40)))
def test_any_text_gives_settings_or_names_the_wrong_ones(values: dict[str, str]):
    environ = {name.upper(): value for name, value in values.items()}
    wrong: set[str] = set()
    try:
        load(environ, None)
    except SettingsWrong as caught:
        wrong = set(named(caught))

    assert wrong <= set(environ) | MAY_BE_MISSING
