"""The API's document and its answers agree, whatever is asked."""

import json
import unicodedata
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import hypothesis
import jsonschema
import pytest
import requests
import schemathesis
from bench.replies import reply_to
from schemathesis.checks import (
    allow_header_conformance,
    ignored_auth,
    load_all_checks,
    negative_data_rejection,
    not_a_server_error,
    positive_data_acceptance,
)
from schemathesis.core.result import Ok
from schemathesis.pytest.lazy import get_all_tests
from tests.servers.thread import serving

from kuznia.app import Made
from kuznia.llm.scripted import ScriptedModel, readable
from kuznia.platform.settings import load

# test_docs proves that the file is what the application says of itself.
DOCUMENT = Path(__file__).parents[1] / "docs" / "openapi.json"
document: dict[str, Any] = json.loads(DOCUMENT.read_text("utf-8"))
described = schemathesis.openapi.from_dict(document)
OPERATIONS = {
    one["operationId"]: (path, method, one)
    for path, methods in document["paths"].items()
    for method, one in methods.items()
}
ORDER = {"prompt": "Count the words of some texts", "language": "python"}


@pytest.fixture(scope="module")
def session() -> Generator[requests.Session]:
    """One line for all: thousands of new ones took longer than what is asked on them."""
    with requests.Session() as session:
        # This machine's proxies were looked for with every request.
        session.trust_env = False
        yield session


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Generator[str]:
    """A server with the code domain, and a model that writes good Python whatever it is asked."""
    database = tmp_path_factory.mktemp("contract") / "kuznia.db"
    model = ScriptedModel()
    model.always(lambda ask: reply_to(readable(ask).encode()))
    settings = load({"DATABASE_URL": f"sqlite:///{database}"}, None)
    with serving(Made(settings=settings, model=model)) as url:
        yield url


# Texts of a megabyte: a few of them take as long as forty of the others.
LARGE = ["analyse_code", "code_skeletons", "verify"]
# Guards within guards: for a schema that refers to itself the generator takes a minute to begin.
# tests/web/test_bounds.py has a hundred bad bodies for it, tests/domains/flows/ good ones.
NESTED = ["flows_edit_flow"]


# Thousands of requests that are told apart by schemathesis: where they go, the tests of the doors
# go under coverage.
@pytest.mark.no_cover
@pytest.mark.parametrize("name", [name for name in OPERATIONS if name not in {*LARGE, *NESTED}])
def test_every_answer_is_as_described(name: str, address: str, session: requests.Session) -> None:
    generated(name, 10)(address=address, session=session)


@pytest.mark.no_cover
@pytest.mark.parametrize("name", LARGE)
def test_every_answer_to_a_large_body_is_as_described(
    name: str, address: str, session: requests.Session
) -> None:
    generated(name, 4)(address=address, session=session)


def generated(name: str, examples: int) -> Callable[..., None]:
    """Ask one operation all that schemathesis thinks of; it holds each answer.

    Its decorator writes the requests of all operations while the tests are looked for, and each
    worker looks for all of them.
    """
    load_all_checks()
    (result,) = get_all_tests(
        schema=described.include(operation_id=name),
        test_func=hold,
        settings=hypothesis.settings(max_examples=examples, deadline=None),
        given_kwargs=None,
    )
    assert isinstance(result, Ok)
    _, asks = result.ok()
    return asks


def hold(case: schemathesis.Case, address: str, session: requests.Session) -> None:
    """The answer to one generated request, held against the document."""
    # A good order can still end without an artefact: that is for the model and the checks to say.
    # What a schema allows can still be refused with reason: a curse, a plan without days, an edit
    # that would break the flow.
    posted = case.operation.method.upper() == "POST"
    # No schema of a parameter says that the whole query is free of control characters.
    steering = any(
        unicodedata.category(sign) == "Cc"
        for text in (case.query or {}).items()
        for sign in "".join(map(str, text))
    )
    # Nobody needs a credential here; that everybody does elsewhere is for tests/doors/test_who.py.
    excluded = [allow_header_conformance, ignored_auth]
    answer = case.call(base_url=address, session=session)
    # It does not know 413 for a refusal, which is what becomes of a text of a megabyte.
    too_long = [negative_data_rejection] if answer.status_code == 413 else []
    # On a busy machine a source is not read in its time; no other 503 is let pass.
    late = answer.status_code == 503 and "not read" in answer.json()["error"]["message"]
    busy = [not_a_server_error] if late else []
    case.validate_response(
        answer,
        excluded_checks=[
            *excluded,
            *too_long,
            *busy,
            *([positive_data_acceptance] if posted or steering else []),
        ],
    )


def call(address: str, name: str, **more: Any) -> dict[str, Any]:
    """A good call of one operation, held against the document."""
    path, method, _ = OPERATIONS[name]
    answer = (
        described[path][method.upper()]
        .Case(**more)
        .call_and_validate(base_url=address, excluded_checks=[ignored_auth])
    )
    assert answer.status_code in (200, 202)
    return answer.json() if "json" in answer.headers["content-type"][0] else {}


def test_what_was_made_is_found_again_as_described(address: str) -> None:
    # Nobody else's here: found on the shelf, it would not be told as it was made.
    order = ORDER | {"prompt": "Count the words of some books"}
    made = call(address, "make_code", body=order, media_type="application/json")["data"]
    assert made["status"] == "complete"

    read = call(address, "artefacts_read", path_parameters={"artefact_id": made["id"]})
    page = call(address, "artefacts_page", query={"status": "complete", "domain": "code"})
    run = {"run_id": made["evidence"]["run_id"]}
    call(address, "runs_follow", path_parameters=run)
    call(address, "runs_cancel", path_parameters=run)

    assert read["data"] == made
    assert made["id"] in [line["id"] for line in page["data"]["items"]]


def test_a_plan_and_its_questions_are_answered_as_described(address: str) -> None:
    profile = {"age": 34, "equipment": ["dumbbells"]}
    asked = {"body": {"profile": profile}, "media_type": "application/json"}
    ordered = {"prompt": "Get stronger", "profile": profile}

    made = call(address, "make_training", body=ordered, media_type="application/json")["data"]
    questions = call(address, "training_questions", **asked)["data"]

    # The model here talks of Python, so our own planner has made it.
    assert made["status"] == "degraded"
    assert questions["questions"]


def test_a_batch_of_good_and_hopeless_orders_is_answered_as_described(address: str) -> None:
    orders = [ORDER, ORDER | {"language": "rust"}]

    made = call(address, "make_code_batch", body={"orders": orders}, media_type="application/json")[
        "data"
    ]

    assert (made["succeeded"], made["failed"]) == (1, 1)
    assert made["outcomes"][1]["error"]["code"] == "NOT_ACCEPTED"


def test_a_stream_is_answered_as_described(address: str) -> None:
    call(
        address,
        "make_code",
        body=ORDER,
        media_type="application/json",
        headers={"Accept": "text/event-stream"},
    )


def test_the_document_is_valid_openapi() -> None:
    described.validate()


def test_every_reference_leads_somewhere() -> None:
    def follow(value: Any) -> None:
        for one in value.values() if isinstance(value, dict) else value:
            if isinstance(one, dict | list):
                follow(one)
        if isinstance(value, dict) and isinstance(value.get("$ref"), str):
            place: Any = document
            for step in value["$ref"].removeprefix("#/").split("/"):
                place = place[step]

    follow(document)


def test_no_two_schemas_have_one_title() -> None:
    titles = [one["title"] for one in document["components"]["schemas"].values() if "title" in one]

    assert len(titles) == len(set(titles))


# Without a body: a link is asked for, and what is over is answered with nothing.
NO_BODY = {
    "artefacts_preview_link",
    "jobs_requeue",
    "webhooks_test",
    "webhooks_redeliver",
}
NO_CONTENT = {("runs_follow", "204"), ("mcp_speak", "202")}


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_body_and_every_answer_has_a_schema(name: str) -> None:
    _, method, operation = OPERATIONS[name]
    contents = {("body", kind): one for kind, one in _content(operation.get("requestBody", {}))}
    for status, answer in operation["responses"].items():
        contents |= {(status, kind): one for kind, one in _content(answer)}
        assert answer.get("content") or (name, status) in NO_CONTENT

    assert [where for where, one in contents.items() if not one.get("schema")] == []
    if method in {"post", "patch", "put"}:
        assert "requestBody" in operation or name in NO_BODY


def _content(described: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return list(described.get("content", {}).items())


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_parameter_says_what_it_takes(name: str) -> None:
    for parameter in OPERATIONS[name][2].get("parameters", []):
        schema = parameter["schema"]
        choices = [schema, *schema.get("anyOf", ())]
        texts = [one for one in choices if one.get("type") == "string"]

        bounded = {"pattern", "enum", "maxLength"}
        assert [one for one in texts if not (one.keys() | schema.keys()) & bounded] == []
        if parameter["in"] == "path":
            assert "pattern" in schema


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_json_body_has_an_example_that_is_taken(name: str) -> None:
    content = dict(_content(OPERATIONS[name][2].get("requestBody", {})))
    examples = content.get("application/json", {}).get("examples", {})
    assert examples or "application/json" not in content

    for example in examples.values():
        reference = content["application/json"]["schema"]
        whole = {**reference, "components": document["components"]}
        jsonschema.Draft202012Validator(whole).validate(example["value"])


def test_no_two_operations_have_one_name() -> None:
    assert len(OPERATIONS) == sum(len(methods) for methods in document["paths"].values())


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_operation_says_what_it_is_and_how_it_fails(name: str) -> None:
    _, _, operation = OPERATIONS[name]

    assert operation["summary"].strip()
    assert operation["tags"]
    for kind in ("4XX", "5XX"):
        schema = operation["responses"][kind]["content"]["application/json"]["schema"]
        assert schema["$ref"].endswith("/FaultEnvelope")
