"""What the checks say of tests that were run."""

from collections.abc import AsyncGenerator

import httpx2
import pytest
from tests.domains.code.makers import a_bench
from tests.servers.loop import inside

from kuznia.app import Made
from kuznia.domains.code.checks.running import kill_mutants, pass_when_run
from kuznia.domains.code.schema import CaseRun, Execution, File, Proof, Strength, TestsDraft
from kuznia.domains.code.settings import CodeSettings
from kuznia.llm.model import Ask
from kuznia.llm.scripted import ScriptedModel
from kuznia.platform.settings import Settings
from kuznia.platform.settings.values import DatabaseUrl

BENCH = a_bench()
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
    assert codes(ran(case("failed", "assert 1 == 2"))) == ["test-fails"]


def test_an_error_of_the_test_itself_is_told_as_one():
    (finding,) = pass_when_run(ran(case("error", "NameError: name 'x'")), BENCH)

    assert finding.hint.startswith("The test itself is wrong")


def test_tests_that_hang_are_told_so():
    assert codes(a_draft(Execution(status="timeout", reason="stopped"))) == ["tests-hang"]


def test_no_test_at_all_is_told_with_what_the_runner_said():
    (finding,) = pass_when_run(ran(output="no tests ran"), BENCH)

    assert "no tests ran" in finding.hint


def test_tests_that_notice_no_lie_are_weak():
    assert codes(ran(case("passed"), strength=Strength(mutants=3, killed=0))) == ["weak-tests"]


def by_part(tests: list[str]):
    """A model that answers each part, the tests one after another."""

    def answer(ask: Ask) -> str:
        said = ask.messages[0].content
        return tests.pop(0) if "tests" in said.partition("\n")[0] else CODE

    return answer


@pytest.fixture
async def client(sqlite_url: str) -> AsyncGenerator[tuple[httpx2.AsyncClient, ScriptedModel]]:
    model = ScriptedModel()
    model.always(by_part([WRONG, RIGHT]))
    settings = Settings(database_url=DatabaseUrl.read(sqlite_url))
    settings = settings.having(CodeSettings(code_run_tests="sandbox"))
    async with inside(Made(settings=settings, model=model)) as kuznia:
        yield kuznia.client, model


async def test_a_failing_test_is_told_to_the_model_and_mended(client):
    http, model = client
    order = {"prompt": "The fare by age", "language": "python", "include_docs": False}

    answer = await http.post("/api/v1/code", json=order)

    execution = answer.json()["data"]["parts"]["tests"]["execution"]
    assert [one["outcome"] for one in execution["cases"]] == ["passed", "passed"]
    assert "It fails: assert 0 == 2" in model.heard[-1]
