"""What the checks say of tests that were run."""

from collections.abc import AsyncGenerator

import httpx2
import pytest
from tests.domains.code.makers import a_bench
from tests.domains.code.makers import a_draft as a_code_draft
from tests.servers.loop import inside

from kuznia.app import Made
from kuznia.domains.code.checks.running import kill_mutants, pass_when_run
from kuznia.domains.code.schema import CaseRun, Execution, File, Proof, Strength, TestsDraft
from kuznia.domains.code.settings import CodeSettings
from kuznia.llm.model import Ask
from kuznia.llm.scripted import ScriptedModel
from kuznia.platform.settings import Settings
from kuznia.platform.settings.values import DatabaseUrl

BENCH = a_bench(code=a_code_draft(("fare.py", "python", "def fare(age): ...\n")))
CODE = """\
**fare.py**
```python
def fare(age: int) -> int:
    '''The fare.'''
    return 0 if age < 6 else 2
```
"""
WRONG = """\
```python
from fare import fare


def test_child():
    assert fare(5) == 2
```
"""
RIGHT = """\
```python
from fare import fare


def test_child():
    assert fare(5) == 0


def test_adult():
    assert fare(6) == 2
```
"""


def a_draft(execution: Execution) -> TestsDraft:
    file = File(path="test_a.py", language="python", content="def test(): assert 1\n")
    return TestsDraft(
        files=(file,), proof=Proof(level="none"), framework="pytest", execution=execution
    )


def ran(*cases: CaseRun, **changes) -> TestsDraft:
    return a_draft(Execution(status="ran", cases=cases, **changes))


def codes(draft: TestsDraft) -> list[str]:
    return [finding.code for finding in (*pass_when_run(draft, BENCH), *kill_mutants(draft, BENCH))]


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
    findings = list(
        kill_mutants(ran(case("passed"), strength=Strength(mutants=mutants, killed=killed)), BENCH)
    )

    assert [finding.severity for finding in findings] == ["open"] * weak
    assert all(f"killed {killed} of {mutants} mutants" in finding.message for finding in findings)


ORDER = {"prompt": "fare(age) is 0 below six and else 2", "language": "python"}


class Kuznia:
    """A server with a sandbox, and a model that answers each part in turn."""

    def __init__(self, client: httpx2.AsyncClient, model: ScriptedModel) -> None:
        self._client = client
        self.model = model

    async def make(self, code: list[str], tests: list[str], **changes):
        """The artefact; the last reply to each part is repeated."""

        def answer(ask: Ask) -> str:
            system = ask.messages[0].content.partition("\n")[0]
            script = tests if "tests" in system else code
            return script.pop(0) if len(script) > 1 else script[0]

        self.model.always(answer)
        order = {**ORDER, "include_docs": False, "include_tests": bool(tests), **changes}
        answer_ = await self._client.post("/api/v1/code", json=order)
        return answer_.json()["data"]


@pytest.fixture
async def kuznia(sqlite_url: str) -> AsyncGenerator[Kuznia]:
    model = ScriptedModel()
    settings = Settings(database_url=DatabaseUrl.read(sqlite_url))
    settings = settings.having(CodeSettings(code_run_tests="sandbox"))
    async with inside(Made(settings=settings, model=model)) as served:
        yield Kuznia(served.client, model)


def found(artefact) -> list[str]:
    return [finding["code"] for finding in artefact["findings"]]


async def test_a_failing_test_is_told_with_the_code_it_contradicts_and_mended(kuznia):
    artefact = await kuznia.make([CODE], [WRONG, RIGHT])

    execution = artefact["parts"]["tests"]["execution"]
    assert [one["outcome"] for one in execution["cases"]] == ["passed", "passed"]
    assert "It fails: assert 0 == 2 (test_fare.py:5: assert fare(5) == 2)" in kuznia.model.heard[-1]
    assert "return 0 if age < 6" in kuznia.model.heard[-1]
    assert "return 0 if age < 6" not in kuznia.model.heard[1]


async def test_code_that_is_said_to_be_wrong_is_made_again_and_its_tests_are_only_run(kuznia):
    blame = "The code is wrong: a child below six rides free"

    artefact = await kuznia.make([CODE.replace("< 6", "< 5"), CODE], [RIGHT, blame])

    assert artefact["status"] == "complete"
    assert "age < 6" in artefact["parts"]["code"]["files"][0]["content"]
    assert len(kuznia.model.heard) == 4
    assert "a child below six rides free" in kuznia.model.heard[3]
    assert "assert fare(5) == 0" in kuznia.model.heard[3]


async def test_tests_that_contradict_the_code_to_the_end_are_partial_and_say_so(kuznia):
    artefact = await kuznia.make([CODE.replace("< 6", "< 5")], [RIGHT])

    assert artefact["status"] == "partial"
    assert found(artefact)[0] == "tests-contradict-code"


async def test_an_example_of_the_request_that_fails_is_told_and_asked_for_again(kuznia):
    wrong = CODE.replace("< 6", "< 5")

    artefact = await kuznia.make(
        [wrong, CODE], [], prompt="A fare by age: fare(5) → 0, fare(6) → 2"
    )

    assert artefact["status"] == "complete"
    examples = artefact["parts"]["code"]["examples"]
    assert [(one["name"], one["outcome"]) for one in examples["cases"]] == [
        ("fare(5) == 0", "passed"),
        ("fare(6) == 2", "passed"),
    ]
    assert "it gives 2, and the request says 0" in kuznia.model.heard[1]


async def test_code_that_keeps_failing_an_example_is_partial_and_says_so(kuznia):
    artefact = await kuznia.make([CODE], [], prompt="A fare by age: fare(5) → 1, fare(6) → 2")

    assert (artefact["status"], found(artefact)) == ("partial", ["example-fails"])
    assert artefact["findings"][0]["message"] == "it gives 0, and the request says 1"
    assert len(kuznia.model.heard) == 2


async def test_tests_that_stay_weak_are_partial_and_say_how_weak(kuznia):
    weak = (
        "```python\nfrom fare import fare\n\n\ndef test_it():\n    assert fare(9) is not None\n```"
    )

    artefact = await kuznia.make([CODE], [weak])

    assert (artefact["status"], found(artefact)) == ("partial", ["weak-tests"])
    assert "mutants of the code" in artefact["findings"][0]["message"]
    assert "test_it" in artefact["parts"]["tests"]["files"][0]["content"]


async def test_a_package_that_is_not_in_the_sandbox_is_nobodys_fault(kuznia):
    code = CODE.replace("def fare", "import numpy\n\n\ndef fare") + "\nRequires: numpy\n"

    artefact = await kuznia.make([code], [RIGHT], prompt="A fare by age: fare(5) → 0, with numpy")

    assert artefact["status"] == "complete"
    executions = artefact["parts"]["code"]["examples"], artefact["parts"]["tests"]["execution"]
    assert {one["status"] for one in executions} == {"unavailable"}
    assert all("no numpy" in one["reason"] for one in executions)
