"""Who must bring a credential, and whose tokens are taken."""

import pytest
from tests.platform.test_settings import problems

from kuznia.platform.settings import Settings, load

SECRET = "0123456789abcdef0123456789abcdef"
KEYS = {
    "JWT_JWKS_URL": "https://id.example.org/keys",
    "JWT_ISSUER": "https://id.example.org",
    "JWT_AUDIENCE": "api, other",
}


def test_with_nothing_set_nobody_needs_a_credential():
    assert not Settings().closed


@pytest.mark.parametrize(
    "given",
    [
        {"ACCOUNTS": "true"},
        {"JWT_SECRET": SECRET},
        KEYS,
        {"SUPABASE_URL": "https://x.supabase.co"},
    ],
    ids=["accounts", "secret", "keys", "supabase"],
)
def test_with_any_of_these_everyone_does_and_the_server_may_be_reached(given: dict[str, str]):
    settings = load({"HOST": "0.0.0.0", **given}, None)

    assert settings.closed


def test_an_address_others_reach_names_what_to_set():
    found = problems({"HOST": "0.0.0.0"})

    for name in ("ACCOUNTS", "JWT_SECRET", "JWT_JWKS_URL", "SUPABASE_URL", "ALLOW_REMOTE"):
        assert name in found["HOST"]


def test_a_short_secret_is_refused_and_not_shown():
    assert problems({"JWT_SECRET": SECRET[1:]}) == {
        "JWT_SECRET": "expected a secret of at least 32 bytes"
    }


def test_a_public_key_is_no_secret():
    pem = "-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A"

    assert "JWT_JWKS_URL" in problems({"JWT_SECRET": pem})["JWT_SECRET"]


def test_published_keys_need_to_know_whose_and_for_whom():
    found = problems({"JWT_JWKS_URL": KEYS["JWT_JWKS_URL"]})

    assert sorted(found) == ["JWT_AUDIENCE", "JWT_ISSUER"]


def test_audiences_are_a_list():
    assert load(KEYS, None).token_audience == ("api", "other")


def test_supabase_alone_says_all_there_is_to_know():
    settings = load({"SUPABASE_URL": "https://x.supabase.co/"}, None)

    assert settings.keys_url == "https://x.supabase.co/auth/v1/.well-known/jwks.json"
    assert settings.token_issuer == "https://x.supabase.co/auth/v1"
    assert settings.token_audience == ("authenticated",)


def test_what_is_said_of_supabase_can_be_said_otherwise():
    settings = load({"SUPABASE_URL": "https://x.supabase.co", **KEYS}, None)

    assert settings.keys_url == KEYS["JWT_JWKS_URL"]
    assert settings.token_issuer == KEYS["JWT_ISSUER"]


@pytest.mark.parametrize("name", ["JWT_JWKS_URL", "SUPABASE_URL"])
def test_in_production_keys_come_by_https(name: str):
    given = {**KEYS, "ENVIRONMENT": "production", name: "http://id.example.org"}

    assert "https" in problems(given)[name]
    assert load({**given, name: "http://localhost:9999"}, None).closed
