"""The tests that came with an order, run before its change and after it."""

from kuznia.domains.code.changes.kept import kept_tests
from kuznia.domains.code.schema import File

CODE = "def fare(age):\n    return 0 if age < 6 else 2\n"
TESTS = """
from pkg.fare import fare


def test_child():
    assert fare(5) == 0


def test_adult():
    assert fare(6) == 2


def test_always_wrong():
    assert fare(7) == 9
"""


def files(**contents: str) -> tuple[File, ...]:
    paths = {
        "code": "src/pkg/fare.py",
        "tests": "tests/test_fare.py",
        "init": "src/pkg/__init__.py",
    }
    return tuple(
        File(path=paths[name], language="python", content=content)
        for name, content in contents.items()
    )


async def outcomes(sandbox, changed: tuple[File, ...]) -> dict[str, str]:
    execution = await kept_tests(sandbox, "python", files(code=CODE, tests=TESTS, init=""), changed)
    assert execution.status == "ran"
    return {case.name: case.outcome for case in execution.cases}


async def test_what_passed_must_pass_and_what_failed_says_nothing(sandbox):
    right = files(code=CODE.replace("else 2", "else (2)"))
    wrong = files(code=CODE.replace("< 6", "< 7"))

    kept = {"test_child": "passed", "test_adult": "passed", "test_always_wrong": "skipped"}
    assert await outcomes(sandbox, right) == kept
    assert await outcomes(sandbox, wrong) == {**kept, "test_adult": "failed"}


async def test_a_test_that_is_taken_out_does_not_pass(sandbox):
    fewer = files(tests=TESTS.replace("def test_adult", "def adult"))

    assert (await outcomes(sandbox, fewer))["test_adult"] == "error"


async def test_tests_that_cannot_run_say_why(sandbox):
    none = await kept_tests(sandbox, "python", files(code=CODE), files(code=CODE))
    lacking = await kept_tests(
        sandbox, "python", files(code=f"import numpy\n{CODE}", tests=TESTS, init=""), ()
    )
    broken = await kept_tests(sandbox, "python", files(code="", tests=TESTS, init=""), ())

    assert none.status == "none"
    assert (lacking.status, lacking.lacks) == ("unavailable", "numpy")
    assert (broken.status, "do not pass with the files as they came" in broken.reason) == (
        "none",
        True,
    )
