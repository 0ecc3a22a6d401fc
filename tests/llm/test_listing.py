"""What a server says of its models, and whether ours is among them."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kuznia.llm.openai.listing import MAX_NAME, ListedModels, read_models


def listed(*models: dict[str, object]) -> ListedModels:
    return read_models(json.dumps({"object": "list", "data": list(models)}).encode())


OLLAMA = listed({"id": "qwen3:14b"}, {"id": "llama3.2:latest"}, {"id": "nomic-embed-text:latest"})


@pytest.mark.parametrize("model", ["qwen3:14b", "Qwen3:14B", "llama3.2", "llama3.2:latest"])
def test_a_model_is_known_by_its_name_and_by_its_name_alone(model: str):
    assert not OLLAMA.misses(model)


def test_a_model_that_is_not_there_is_named_with_the_nearest():
    assert OLLAMA.misses("qwen3:8b")
    assert OLLAMA.nearest("qwen3:8b") == ("qwen3:14b",)
    assert OLLAMA.advice("qwen3:8b") == (
        "The server does not list the model qwen3:8b; it has qwen3:14b."
    )


def test_where_nothing_is_near_the_first_are_named():
    assert OLLAMA.nearest("zzz") == ("qwen3:14b", "llama3.2:latest", "nomic-embed-text:latest")


@pytest.mark.parametrize(
    ("name", "model"),
    [("models/gemini-2.5-pro", "gemini-2.5-pro"), ("openai/*", "openai/gpt-5"), ("*", "anything")],
)
def test_prefixes_and_patterns_are_names_too(name: str, model: str):
    assert not listed({"id": name}).misses(model)


def test_a_server_of_one_model_takes_any_name():
    models = listed({"id": "/models/q.gguf", "owned_by": "llamacpp", "meta": {"n_ctx": 4096}})

    assert not models.misses("qwen")
    assert models.contexts[models.find("qwen") or ""] == 4096


@pytest.mark.parametrize(
    ("model", "context"),
    [
        ({"max_model_len": 8192}, 8192),
        ({"context_length": 131_072}, 131_072),
        ({"context_window": 32_768}, 32_768),
        ({"max_context_length": 4096}, 4096),
        ({"n_ctx": 2048}, 2048),
        ({"meta": {"n_ctx": 512}}, 512),
        ({"meta": "none"}, None),
        ({"max_model_len": "many"}, None),
        ({}, None),
    ],
)
def test_what_a_model_holds_is_read_in_every_form(model: dict[str, object], context: int | None):
    assert listed({"id": "m", **model}).contexts == {"m": context}


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b"<html>", b'{"data": null}', b'{"data": {}}', b'{"data": [1]}']
)
def test_what_is_no_list_says_nothing_of_the_model(body: bytes):
    assert not read_models(body).misses("gpt")


def test_names_that_could_do_something_where_they_are_shown_are_left_out():
    models = listed({"id": "a\x1b[2J"}, {"id": "x" * (MAX_NAME + 1)}, {"id": 7}, {"id": ""})

    assert models.contexts == {}


@given(st.binary(max_size=80), st.text(max_size=20))
def test_nothing_a_server_lists_raises(body: bytes, model: str):
    models = read_models(body)

    assert isinstance(models.misses(model), bool)
    assert isinstance(models.nearest(model), tuple)
