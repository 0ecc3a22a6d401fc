"""Go's tests, run where Go is installed, and its report, read everywhere."""

import json
import shutil
from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kuznia.domains.code.sandbox.golang import compile_common, go_cases
from kuznia.domains.code.sandbox.trial import Sandbox
from kuznia.domains.code.schema import File

CODE = """\
package fare

import "errors"

func Fare(age int) (int, error) {
	if age < 0 {
		return 0, errors.New("no such age")
	}
	if age < 6 {
		return 0, nil
	}
	return 4, nil
}
"""
TESTS = """\
package fare

import "testing"

func TestTheYoungRideFree(t *testing.T) {
	if got, err := Fare(5); got != 0 || err != nil {
		t.Errorf("Fare(5) = %d", got)
	}
	if _, err := Fare(-1); err == nil {
		t.Error("nobody is -1")
	}
}

func TestOthersPay(t *testing.T) {
	if got, _ := Fare(6); got != PRICE {
		t.Errorf("Fare(6) = %d", got)
	}
}
"""
needs_go = pytest.mark.skipif(shutil.which("go") is None, reason="Go is not installed here")


def go(path: str, content: str) -> tuple[File, ...]:
    return (File(path=path, language="go", content=content),)


async def tried(sandbox: Sandbox, tests: str):
    return await sandbox.try_out("go", go("fare.go", CODE), go("fare_test.go", tests))


@needs_go
async def test_gos_tests_are_run_by_gos_own_runner(sandbox):
    right = await tried(sandbox, TESTS.replace("PRICE", "4"))
    wrong = await tried(sandbox, TESTS.replace("PRICE", "5"))
    broken = await tried(sandbox, TESTS.replace("PRICE", "nothing"))

    assert [case.outcome for case in right.cases] == ["passed", "passed"], right
    assert right.strength
    assert right.strength.killed == right.strength.mutants > 0
    assert [(case.outcome, "Fare(6) = 4" in case.message) for case in wrong.cases] == [
        ("passed", False),
        ("failed", True),
    ]
    assert [case.outcome for case in broken.cases] == ["error"]
    assert "undefined: nothing" in broken.cases[0].message


async def test_without_go_it_says_what_is_missing(sandbox):
    without = Sandbox(replace(sandbox.host, go=""))

    execution = await tried(without, TESTS)

    assert (execution.status, execution.reason) == (
        "disabled",
        "go is not installed (apt install golang).",
    )


async def test_a_go_that_does_not_work_says_why(sandbox, tmp_path):
    (tmp_path / "bin").mkdir()
    false = tmp_path / "bin/go"
    false.write_text("#!/bin/sh\necho no compiler >&2\nexit 1\n")
    false.chmod(0o755)
    compiled = tmp_path / "compiled"
    compiled.mkdir()
    found = replace(sandbox.host, go="/opt/go/bin/go", goroot=tmp_path, compiled=compiled)

    execution = await tried(Sandbox(found), TESTS)

    assert execution.status == "unavailable"
    assert execution.reason == "Go does not work here: no compiler"


async def test_a_go_that_never_comes_to_an_end_is_ended(tmp_path):
    (tmp_path / "bin").mkdir()
    slow = tmp_path / "bin/go"
    slow.write_text("#!/bin/sh\nexec sleep 60\n")
    slow.chmod(0o755)

    said = await compile_common(tmp_path, tmp_path, seconds=0.2)

    assert said == "Go did not compile its own packages within 0.2 s."


async def test_what_is_compiled_is_not_compiled_again(tmp_path):
    (tmp_path / "complete").touch()

    assert await compile_common(tmp_path / "no such Go", tmp_path) == ""


def lines(*events: Mapping[str, object]) -> bytes:
    return b"\n".join(json.dumps(event).encode() for event in events)


def test_a_report_tells_what_became_of_each_test():
    report = lines(
        {"Action": "run", "Package": "p", "Test": "TestA"},
        {"Action": "output", "Package": "p", "Test": "TestA", "Output": "=== RUN   TestA\n"},
        {"Action": "output", "Package": "p", "Test": "TestA", "Output": "    a_test.go:3: wrong\n"},
        {"Action": "fail", "Package": "p", "Test": "TestA", "Elapsed": 0.25},
        {"Action": "output", "Package": "p", "Test": "TestB", "Output": "hello\n"},
        {"Action": "pass", "Package": "p", "Test": "TestB", "Elapsed": 0},
        {"Action": "skip", "Package": "p", "Test": "TestC"},
        {"Action": "fail", "Package": "p", "Elapsed": 0.3},
    )

    assert [(c.name, c.outcome, c.seconds, c.message) for c in go_cases(report)] == [
        ("TestA", "failed", 0.25, "a_test.go:3: wrong"),
        ("TestB", "passed", 0.0, ""),
        ("TestC", "skipped", 0.0, ""),
    ]


def test_a_package_that_did_not_compile_is_an_error():
    report = lines(
        {"ImportPath": "p [p.test]", "Action": "build-output", "Output": "# p [p.test]\n"},
        {
            "ImportPath": "p [p.test]",
            "Action": "build-output",
            "Output": "./a.go:3: undefined: x\n",
        },
        {"ImportPath": "p [p.test]", "Action": "build-fail"},
        {"Action": "fail", "Package": "p", "Elapsed": 0, "FailedBuild": "p [p.test]"},
    )

    assert [(c.name, c.outcome, c.message) for c in go_cases(report)] == [
        ("p", "error", "./a.go:3: undefined: x")
    ]


@given(st.binary(max_size=200) | st.lists(st.dictionaries(
    st.sampled_from(["Action", "Test", "Package", "Output", "Elapsed", "FailedBuild"]),
    st.sampled_from(["pass", "fail", "output", "build-output", ""]) | st.none() | st.integers(),
)).map(lambda events: lines(*events)))  # fmt: skip
def test_any_report_is_read(report):
    assert all(
        case.outcome in ("passed", "failed", "skipped", "error") for case in go_cases(report)
    )
