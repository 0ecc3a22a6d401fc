"""What a setting takes, and that a refusal does not quote what was given."""

import pytest

from kuznia.platform.settings import SettingsWrong, load
from kuznia.platform.settings.types import is_loopback
from kuznia.platform.settings.values import Rate, read_rate

CANARY = "sk-canary-0123456789"


def wrong(environ: dict[str, str]) -> dict[str, str]:
    with pytest.raises(SettingsWrong) as caught:
        load(environ, None)
    found = caught.value.details["settings"]
    assert isinstance(found, dict)
    return {name: str(problem) for name, problem in found.items()}


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


@pytest.mark.parametrize("origin", ["null", "a.example", "https://a/b", "https://u@a", "ftp://a"])
def test_what_is_no_origin_is_refused(origin: str):
    assert "CORS_ORIGINS" in wrong({"CORS_ORIGINS": f"https://ok.example,{origin}"})


@pytest.mark.parametrize(
    "url", ["mysql://h/x", "postgres://", "x.db", "sqlite://x.db", "sqlite://", "://"]
)
def test_a_database_we_do_not_speak_is_refused(url: str):
    assert "DATABASE_URL" in wrong({"DATABASE_URL": url})


@pytest.mark.parametrize(
    "url",
    ["h/v1", "ftp://h", "http://", "http://u:p@h", "http://h?key=1", "http://h#x", "http://h/\x1b"],
)
def test_a_model_address_is_plain(url: str):
    assert "OPENAI_BASE_URL" in wrong({"OPENAI_BASE_URL": url, "OPENAI_MODEL": "m"})


def test_a_key_with_a_line_break_inside_is_refused():
    found = wrong({"OPENAI_API_KEY": "sk-1\nsk-2", "OPENAI_MODEL": "m"})

    assert found == {"OPENAI_API_KEY": "holds a space, a line break or a character that no key has"}


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("10", Rate(10, 60)),
        ("10/minute", Rate(10, 60)),
        ("5/second", Rate(5, 1)),
        ("7/day", Rate(7, 86_400)),
        ("off", None),
    ],
)
def test_a_rate_is_a_count_with_or_without_a_period(text: str, rate: Rate | None):
    settings = load({"RATE_LIMIT_GENERATION": text}, None)

    assert settings.rate_limit_generation == rate
    assert read_rate(settings.public()["RATE_LIMIT_GENERATION"]) == rate


def test_rates_of_routes_and_networks_are_shown_as_they_are_written():
    shown = {
        "RATE_LIMIT_ROUTES": "POST /api/v1/code=5/minute,/metrics=off",
        "TRUSTED_PROXIES": "10.0.0.0/8,fd00::1/128",
    }

    assert load(shown, None).public().items() >= shown.items()


@pytest.mark.parametrize("rate", ["0", "ten", "10/fortnight", "-1"])
def test_what_is_no_rate_is_refused(rate: str):
    assert "RATE_LIMIT_REQUESTS" in wrong({"RATE_LIMIT_REQUESTS": rate})
