"""What a front end of the code generator sends and reads."""

import asyncio
from typing import Any

import pytest
from bench.replies import CODE, DOCUMENTATION
from tests.callers.makers import bearer
from tests.doors.legacy.conftest import Open, good
from tests.servers.loop import Kuznia, leave
from tests.servers.model import ModelServer, hang

from kuznia.domains.code.analysis.result import Performance
from kuznia.domains.code.schema import File
from kuznia.doors.legacy.code_shapes import _slowest, together
from kuznia.llm.model import Ask
from kuznia.llm.scripted import readable

IVAN = bearer("ivan")
ASKED = {
    "prompt": "Count the words of some texts and name the most common ones",
    "programming_language": "python",
    "include_tests": True,
    "include_docs": True,
}


def without_tests(ask: Ask) -> str:
    return "I have none." if "You write tests" in readable(ask) else good(ask)


async def ask(old: Kuznia, **changes: Any) -> dict[str, Any]:
    answer = await old.client.post("/api/generate", json=ASKED | changes, headers=IVAN)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.smoke
async def test_a_prompt_becomes_code_tests_documentation_and_metrics(open_: Open) -> None:
    answer = await ask(await open_(good))

    assert (answer["status"], answer["programming_language"]) == ("completed", "python")
    assert answer["id"].startswith("art_")
    assert answer["code"] in CODE
    assert "def test_" in answer["tests"]
    assert answer["documentation"].startswith("# Counting words")
    assert answer["documentation"].strip() in DOCUMENTATION
    assert answer["metrics"]["cyclomatic_complexity"] > 1
    assert 0 < answer["metrics"]["readability_score"] <= 100
    assert answer["metrics"]["syntax_errors"] == []


async def test_a_part_that_could_not_be_made_is_null_and_the_status_says_so(open_: Open) -> None:
    answer = await ask(await open_(without_tests))

    assert (answer["status"], answer["tests"], answer["error"]) == ("partial", None, None)
    assert answer["code"]
    assert answer["documentation"]


async def test_what_was_not_asked_for_is_not_missing(open_: Open) -> None:
    answer = await ask(await open_(good), include_tests=False, include_docs=False)

    assert (answer["status"], answer["tests"], answer["documentation"]) == ("completed", None, None)


async def test_code_that_passes_no_check_is_not_handed_out(open_: Open) -> None:
    old = await open_(lambda _: "I cannot do that.")

    answer = await old.client.post("/api/generate", json=ASKED, headers=IVAN)

    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "NOT_ACCEPTED")


async def test_without_a_model_the_answer_is_503(old: Kuznia) -> None:
    answer = await old.client.post("/api/generate", json=ASKED, headers=IVAN)

    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "MODEL_UNAVAILABLE")


async def test_a_language_we_do_not_write_is_named_by_its_old_field(old: Kuznia) -> None:
    body = ASKED | {"programming_language": "klingon"}

    answer = await old.client.post("/api/generate", json=body, headers=IVAN)

    error = answer.json()["error"]
    assert (answer.status_code, error["details"]["fields"][0]["where"]) == (
        400,
        "programming_language",
    )
    assert "Supported: python" in error["message"]


@pytest.mark.parametrize("named", [True, False], ids=["named", "bare"])
async def test_a_batch_tells_each_outcome_in_its_own_shape(open_: Open, named: bool) -> None:
    old = await open_(without_tests, fallback_to_free=True)
    wanted = [ASKED, {"prompt": "hello hello hello"}, {"prompt": "Register a small business"}]
    body = {"requests": wanted} if named else wanted

    answer = (await old.client.post("/api/generate/batch", json=body, headers=IVAN)).json()

    assert [one["status"] for one in answer["results"]] == ["partial", "error", "ready"]
    assert (answer["total"], answer["successful"], answer["failed"]) == (3, 2, 1)


async def test_one_that_fails_does_not_take_the_batch_with_it(old: Kuznia) -> None:
    body = {"requests": [ASKED, {"prompt": "Register a small business"}]}

    answer = (await old.client.post("/api/generate/batch", json=body, headers=IVAN)).json()

    failed, ready = answer["results"]
    assert (failed["id"], failed["status"], failed["code"]) == (None, "failed", None)
    assert failed["error"].startswith("No model is configured")
    assert ready["status"] == "ready"


async def test_of_a_batch_a_wrong_request_is_named_before_any_is_made(old: Kuznia) -> None:
    body = {"requests": [{"prompt": "Register a small business"}, {"prompt": "x"}]}

    answer = await old.client.post("/api/generate/batch", json=body, headers=IVAN)

    assert answer.status_code == 400
    assert answer.json()["error"]["details"]["fields"][0]["where"] == "requests.1.prompt"
    history = await old.client.get("/api/v1/artefacts", headers=IVAN)
    assert history.json()["data"]["items"] == []


async def test_a_batch_counts_as_so_many_orders(open_: Open) -> None:
    old = await open_(rate_limit_generation="2/minute")
    body = {"requests": [{"prompt": "Register a small business"}] * 3}

    answer = await old.client.post("/api/generate/batch", json=body, headers=IVAN)

    assert (answer.status_code, answer.json()["error"]["code"]) == (429, "RATE_LIMITED")
    assert "retry-after" in answer.headers


async def test_the_same_key_is_paid_once_at_the_old_address_too(open_: Open) -> None:
    heard: list[str] = []

    def listening(ask: Ask) -> str:
        heard.append(readable(ask))
        return good(ask)

    old = await open_(listening, cache_ttl=0)
    headers = IVAN | {"idempotency-key": "once"}

    first, second = [
        await old.client.post("/api/generate", json=ASKED, headers=headers) for _ in range(2)
    ]

    assert len(heard) == 3
    assert first.json() == second.json()
    assert second.headers["idempotency-replayed"] == "true"
    assert "deprecation" in second.headers


async def test_a_door_of_today_finds_what_the_old_one_had_made(open_: Open) -> None:
    old = await open_(good)
    made = await ask(old)

    order = {"prompt": ASKED["prompt"], "language": "python"}
    again = await old.client.post("/api/v1/code", json=order, headers=IVAN)

    assert again.json()["data"]["id"] == made["id"]


@pytest.mark.parametrize(
    ("path", "body"), [("generate", ASKED), ("generate/batch", {"requests": [ASKED]})]
)
async def test_who_leaves_ends_the_call_to_the_model(
    open_: Open, modelserver: ModelServer, path: str, body: dict[str, Any]
) -> None:
    modelserver.will(hang)
    old = await open_(openai_base_url=modelserver.url, openai_model="m")
    asking = asyncio.create_task(old.client.post(f"/api/{path}", json=body, headers=IVAN))
    await modelserver.arrived()

    await leave(asking)

    assert (await modelserver.left()).aborted is not None


async def test_source_is_analysed(old: Kuznia) -> None:
    source = "def f(xs):\n    for x in xs:\n        if x:\n            return x\n"
    body = {"code": source, "programming_language": "py"}

    answer = (await old.client.post("/api/analyze", json=body, headers=IVAN)).json()

    assert (answer["language"], answer["is_valid"], answer["functions"]) == ("python", True, 1)
    assert answer["cyclomatic_complexity"] == 3
    assert answer["performance_estimate"] == {
        "complexity": "O(n)",
        "function": "f",
        "confidence": "high",
    }


async def test_a_syntax_error_is_told_with_its_place(old: Kuznia) -> None:
    body = {"code": "def f(x:\n", "programming_language": "python"}

    answer = (await old.client.post("/api/analyze", json=body, headers=IVAN)).json()

    assert not answer["is_valid"]
    assert answer["syntax_errors"][0]["line"] == 1
    assert answer["performance_estimate"] is None


async def test_what_cannot_be_measured_has_no_numbers(old: Kuznia) -> None:
    body = {"code": '{"a": 1}', "programming_language": "json"}

    answer = (await old.client.post("/api/analyze", json=body, headers=IVAN)).json()

    assert (answer["is_valid"], answer["cyclomatic_complexity"]) == (True, None)


async def test_source_of_no_language_of_ours_is_refused(old: Kuznia) -> None:
    body = {"code": "x", "programming_language": "klingon"}

    answer = await old.client.post("/api/analyze", json=body, headers=IVAN)

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "VALIDATION_ERROR")


async def test_the_languages_are_told_with_their_tests_and_documentation(old: Kuznia) -> None:
    answer = await old.client.get("/api/languages", headers=IVAN)

    languages = {one["id"]: one for one in answer.json()["languages"]}
    assert languages["python"]["test_framework"] == "pytest"
    assert languages["javascript"]["documentation_style"] == "JSDoc"
    assert languages["css"]["test_framework"] is None


def a_file(path: str, language: str) -> File:
    return File(path=path, language=language, content="x\n")


def test_several_files_are_one_text_with_their_paths_in_comments() -> None:
    files = [a_file("a.py", "python"), a_file("a.css", "css"), a_file("LICENCE", "text")]

    assert together(files) == "# a.py\nx\n\n/* a.css */\nx\n\nLICENCE\nx\n"


@pytest.mark.parametrize(
    ("bounds", "worst"),
    [
        (["O(1)", "O(n)", "O(log n)"], "O(n)"),
        (["O(n log n)", "O(n)"], "O(n log n)"),
        (["O(n^2)", "O(n^3)", "unknown"], "O(n^3)"),
        (["O(n^9)", "O(2^n)"], "O(2^n)"),
        (["unknown"], "unknown"),
    ],
)
def test_the_estimate_is_that_of_the_slowest_function(bounds: list[str], worst: str) -> None:
    found = _slowest((bound, Performance(bound=bound, confidence="high")) for bound in bounds)

    assert found is not None
    assert found.complexity == worst
