"""What the checks say of tests that were run."""

import pytest
from tests.domains.code.makers import FARE, a_bench
from tests.domains.code.makers import a_draft as a_code_draft
from tests.servers.loop import inside

from kuznia.app import Made
from kuznia.domains.code.checks.running import RUNNING, kill_mutants, pass_when_run
from kuznia.domains.code.schema import CaseRun, Execution, File, Proof, Strength, TestsDraft
from kuznia.domains.code.settings import CodeSettings
from kuznia.llm.scripted import ScriptedModel
from kuznia.platform.settings import Settings
from kuznia.platform.settings.values import DatabaseUrl

BENCH = a_bench(code=a_code_draft(("fare.py", "python", "def fare(age): ...\n")))


def a_draft(execution: Execution) -> TestsDraft:
    file = File(path="test_a.py", language="python", content="def test(): assert 1\n")
    return TestsDraft(
        files=(file,), proof=Proof(level="none"), framework="pytest", execution=execution
    )


def ran(*cases: CaseRun, **changes) -> TestsDraft:
    return a_draft(Execution(status="ran", cases=cases, **changes))


def codes(draft: TestsDraft) -> list[str]:
    return [
        finding.code
        for check, find in zip(RUNNING, (pass_when_run, kill_mutants), strict=True)
        if check.applies is not None and check.applies(draft, BENCH)
        for finding in find(draft, BENCH)
    ]


def case(outcome, message: str = "") -> CaseRun:
    return CaseRun(name="test_it", outcome=outcome, seconds=0.1, message=message)


def test_tests_that_pass_have_nothing_said_of_them():
    assert codes(ran(case("passed"))) == []


def test_tests_that_were_not_run_have_nothing_said_of_them():
    assert codes(a_draft(Execution(status="disabled"))) == []


def test_a_test_that_fails_stands_in_the_way():
    both, failing = pass_when_run(ran(case("passed"), case("failed", "assert 1 == 2")), BENCH)

    assert (both.code, both.blames) == ("tests-contradict-code", "code")
    assert both.message == "The tests contradict the code: 1 of 2 fail."
    assert "by the words of the request" in both.hint
    assert (failing.code, failing.severity, failing.blames) == ("test-fails", "block", "code")


def test_a_failing_test_is_told_with_its_assertion_and_the_real_error():
    message = "assert 0 == 2\ntest_fare.py:5: assert fare(5) == 2\n +  where 0 = fare(5)"
    (_, finding) = pass_when_run(ran(case("failed", message)), BENCH)

    assert finding.message == "It fails: assert 0 == 2 (test_fare.py:5: assert fare(5) == 2)"


@pytest.mark.parametrize(
    ("message", "blames"),
    [
        ("NameError: name 'x'\ntest_fare.py:2: x", ""),
        ("NameError: name 'x'\nfare.py:2: return x", "code"),
        ("ModuleNotFoundError: No module named 'fair'", ""),
        ("ImportError: cannot import name 'fair' from 'fare'", "code"),
    ],
)
def test_an_error_of_the_test_itself_is_told_as_one(message, blames):
    finding = list(pass_when_run(ran(case("error", message)), BENCH))[-1]

    assert finding.blames == blames
    assert finding.hint.startswith("The test itself is wrong") == (not blames)
    assert message.partition("\n")[0] in finding.message


def test_tests_that_hang_are_told_so():
    assert codes(a_draft(Execution(status="timeout", reason="stopped"))) == ["tests-hang"]


def test_no_test_at_all_is_told_with_what_the_runner_said():
    (finding,) = pass_when_run(ran(output="no tests ran"), BENCH)

    assert "no tests ran" in finding.hint


@pytest.mark.parametrize(
    ("mutants", "killed", "weak"), [(8, 3, True), (8, 4, False), (4, 0, True), (2, 0, False)]
)
def test_tests_that_kill_less_than_half_of_the_mutants_are_weak(mutants, killed, weak):
    draft = ran(case("passed"), strength=Strength(mutants=mutants, killed=killed))

    assert codes(draft) == ["weak-tests"] * weak
    assert all(
        f"killed {killed} of {mutants}" in f.message for f in kill_mutants(draft, BENCH) if weak
    )


async def test_through_the_door_the_examples_of_a_request_are_run(sqlite_url: str):
    model = ScriptedModel(FARE)
    settings = Settings(database_url=DatabaseUrl.read(sqlite_url))
    settings = settings.having(CodeSettings(code_run_tests="sandbox"))
    order = {"prompt": "A fare by age: fare(5) → 0", "language": "python"}
    parts = {"include_docs": False, "include_tests": False}
    async with inside(Made(settings=settings, model=model)) as kuznia:
        answer = await kuznia.client.post("/api/v1/code", json={**order, **parts})

    artefact = answer.json()["data"]
    assert artefact["status"] == "complete"
    assert artefact["parts"]["code"]["examples"]["cases"][0]["name"] == "fare(5) == 0"
