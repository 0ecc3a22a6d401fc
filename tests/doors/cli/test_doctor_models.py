"""What `kuznia doctor` finds out about the models that are set up."""

import pytest
from tests.doors.cli.conftest import Kuznia
from tests.servers.model import (
    Act,
    ModelServer,
    answer,
    events,
    hang,
    nobody,
    reply,
    status,
    stream,
)

from kuznia.doors.cli import model_symptoms

LIST = answer(b'{"data": [{"id": "gpt", "context_window": 8192}, {"id": "gpt-mini"}]}')
COUNTED = events('{"numbers": [1, 2', ", 3]}", usage=(30, 12))


def asked(kuznia: Kuznia, server: ModelServer, *plays: Act, model: str = "gpt", **more: str):
    """What doctor says of a server that plays its list and then its answers."""
    server.will(*plays)
    return kuznia("doctor", OPENAI_BASE_URL=server.url, OPENAI_MODEL=model, **more)


@pytest.mark.parametrize(
    ("plays", "says"),
    [
        (status(401), "refuses the key"),
        (status(403), "→ check its API_KEY"),
        (status(503), "the server answers (503)"),
        (status(301), "→ the server answers with an error"),
    ],
)
def test_a_model_server_that_refuses_is_asked_nothing(
    kuznia: Kuznia, modelserver: ModelServer, plays: Act, says: str
) -> None:
    told = asked(kuznia, modelserver, plays)

    assert told.exit_code == 1
    assert says in told.stdout
    assert len(modelserver.calls) == 1


def test_what_a_model_can_do_is_shown(kuznia: Kuznia, modelserver: ModelServer) -> None:
    told = asked(kuznia, modelserver, LIST, stream(*COUNTED, gap=0.01))

    assert told.exit_code == 0
    assert "gpt: the server answers (200)" in told.stdout
    assert "gpt: follows a JSON schema, holds 8192 tokens, first token after" in told.stdout
    assert "tokens a second" in told.stdout
    assert [call.method for call in modelserver.calls] == ["GET", "POST"]
    assert modelserver.calls[1].body["max_tokens"] == 400


def test_a_server_that_does_not_list_its_models_is_asked_all_the_same(
    kuznia: Kuznia, modelserver: ModelServer
) -> None:
    told = asked(kuznia, modelserver, status(404), stream(*COUNTED))

    assert told.exit_code == 0
    assert "→ if orders fail: does its BASE_URL end in /v1?" in told.stdout
    assert "does not say how many tokens it holds" in told.stdout


def test_a_model_that_is_not_listed_is_named_with_the_nearest(
    kuznia: Kuznia, modelserver: ModelServer
) -> None:
    told = asked(kuznia, modelserver, LIST, status(404), model="gtp")

    assert told.exit_code == 1
    assert "✗ model     gtp: did not answer a short question (rejected)" in told.stdout
    assert "→ The server does not list the model gtp; it has gpt." in told.stdout


def test_a_model_that_is_not_listed_and_answers_is_well(
    kuznia: Kuznia, modelserver: ModelServer
) -> None:
    told = asked(kuznia, modelserver, LIST, stream(*COUNTED), model="alias")

    assert told.exit_code == 0
    assert "→ The server does not list the model alias; it has" in told.stdout
    assert "It answers all the same." in told.stdout


@pytest.mark.parametrize(
    ("plays", "says"),
    [
        ([reply("1, 2, 3")], "takes a JSON schema and does not follow it"),
        ([status(400, "no response_format"), reply("1, 2")], "takes no JSON schema, so it gets it"),
        (
            [status(400, "no stream_options"), status(400, "no response_format"), reply("1")],
            "takes no JSON schema",
        ),
    ],
    ids=["ignored", "refused", "refused in turn"],
)
def test_how_a_model_takes_a_schema_is_shown(
    kuznia: Kuznia, modelserver: ModelServer, plays: list[Act], says: str
) -> None:
    told = asked(kuznia, modelserver, LIST, *plays)

    assert told.exit_code == 0
    assert says in told.stdout


def test_the_context_a_local_server_was_started_with_is_shown(
    kuznia: Kuznia, modelserver: ModelServer
) -> None:
    models = answer(b'{"data": [{"id": "q.gguf", "owned_by": "llamacpp"}]}')
    props = answer(b'{"default_generation_settings": {"n_ctx": 2048}}')

    told = asked(kuznia, modelserver, models, props, stream(*COUNTED), MODEL_PROFILE="local")

    assert "gpt: follows a JSON schema, holds 2048 tokens" in told.stdout
    assert [call.path for call in modelserver.calls][:2] == ["/v1/models", "/props"]
    assert "does not list" not in told.stdout


@pytest.mark.parametrize(
    ("profile", "says"),
    [
        (
            "cloud",
            "profile cloud: 64 calls at a time, 60 s to the first token, 30 s between t",
        ),
        ("local", "profile local: one call at a time, 300 s to the first token, 120 s between tok"),
        ("local", "temperature 0.2, replies of 2048 tokens, planners answer after 60 s"),
        ("cloud", "temperature as the server decides, replies of any length a prompt asks for"),
    ],
)
def test_how_models_are_asked_is_shown(
    kuznia: Kuznia, modelserver: ModelServer, profile: str, says: str
) -> None:
    told = asked(kuznia, modelserver, LIST, reply("1"), MODEL_PROFILE=profile)

    assert says in told.stdout


def test_a_model_that_never_answers_is_given_up(
    kuznia: Kuznia, modelserver: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model_symptoms, "PROBE_SECONDS", 0.1)

    told = asked(kuznia, modelserver, LIST, hang)

    assert told.exit_code == 1
    assert "gpt: did not answer a short question within 0.1 seconds" in told.stdout


@pytest.mark.parametrize("silent", [True, False])
def test_a_model_server_that_is_not_there_is_told(
    kuznia: Kuznia, modelserver: ModelServer, monkeypatch: pytest.MonkeyPatch, silent: bool
) -> None:
    monkeypatch.setattr(model_symptoms, "LOOK_SECONDS", 0.1)
    modelserver.will(hang)
    url = modelserver.url if silent else nobody()

    told = kuznia("doctor", OPENAI_BASE_URL=url, OPENAI_MODEL="gpt")

    assert told.exit_code == 1
    assert "gpt: the server is not reachable" in told.stdout
    assert "→ check its BASE_URL" in told.stdout
