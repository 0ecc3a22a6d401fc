"""Tests run against their code, and against mutants of it."""

from dataclasses import replace

import pytest

from kuznia.domains.code.sandbox.box import LIMITS
from kuznia.domains.code.sandbox.cgroup import GroupFolders
from kuznia.domains.code.sandbox.probe import Probe
from kuznia.domains.code.sandbox.suites import rows
from kuznia.domains.code.sandbox.trial import Sandbox
from kuznia.domains.code.schema import File

CODE = """\
def fare(age, peak):
    if age < 6 or age >= 65:
        return 0
    return 4 if peak else 2
"""
STRONG = """\
from fare import fare

def test_the_young_and_the_old_ride_free():
    assert fare(5, True) == 0
    assert fare(65, True) == 0

def test_others_pay():
    assert fare(6, True) == 4
    assert fare(64, False) == 2
"""
WEAK = "from fare import fare\n\ndef test_it_runs():\n    fare(30, True)\n"
WRONG = "from fare import fare\n\ndef test_a_child_pays():\n    assert fare(5, True) == 4\n"


def python(path: str, content: str) -> tuple[File, ...]:
    return (File(path=path, language="python", content=content),)


def javascript(path: str, content: str) -> tuple[File, ...]:
    return (File(path=path, language="javascript", content=content),)


async def test_tests_that_pass_and_kill_mutants_are_strong(sandbox):
    execution = await sandbox.try_out(
        "python", python("fare.py", CODE), python("test_fare.py", STRONG)
    )

    assert [case.outcome for case in execution.cases] == ["passed", "passed"]
    assert execution.strength.killed == execution.strength.mutants > 0


async def test_tests_that_believe_every_lie_are_weak(sandbox):
    execution = await sandbox.try_out(
        "python", python("fare.py", CODE), python("test_fare.py", WEAK)
    )

    assert execution.count("passed") == 1
    assert execution.strength.killed == 0


async def test_a_test_that_fails_says_how(sandbox):
    execution = await sandbox.try_out(
        "python", python("fare.py", CODE), python("test_fare.py", WRONG)
    )

    assert execution.cases[0].outcome == "failed"
    assert "assert 0 == 4" in execution.cases[0].message
    assert execution.strength is None


async def test_tests_that_cannot_even_be_read_are_an_error(sandbox):
    execution = await sandbox.try_out(
        "python", python("fare.py", CODE), python("test_fare.py", "import nothing_of_the_kind\n")
    )

    assert execution.count("error") == 1


async def test_tests_that_never_end_are_stopped(sandbox):
    impatient = replace(sandbox, limits=replace(LIMITS, seconds=2.0))
    endless = "def test_it():\n    while True:\n        pass\n"

    execution = await impatient.try_out(
        "python", python("fare.py", CODE), python("test_fare.py", endless)
    )

    assert execution.status == "timeout"


async def test_javascript_is_tried_out_by_nodes_own_runner(sandbox):
    if not sandbox.host.node:
        pytest.fail("node is not installed: apt install nodejs")
    code = "exports.twice = (x) => x * 2;\n"
    tests = (
        "const test = require('node:test');\nconst assert = require('node:assert');\n"
        "const { twice } = require('./twice.js');\n"
        "test('doubles', () => assert.equal(twice(3), 6));\n"
    )

    execution = await sandbox.try_out(
        "javascript", javascript("twice.js", code), javascript("twice.test.js", tests)
    )

    assert execution.count("passed") == 1


async def test_a_language_without_a_runner_is_said_to_have_none(sandbox):
    execution = await sandbox.try_out("cobol", (), ())

    assert execution.status == "disabled"
    assert execution.reason == "There is no runner for tests in cobol."


async def test_without_a_sandbox_nothing_is_run():
    nothing = Sandbox(Probe(None, reasons=("bwrap is not installed",)))

    execution = await nothing.try_out("python", (), ())

    assert (execution.status, execution.reason) == ("disabled", "bwrap is not installed")


async def test_a_group_that_cannot_be_made_any_more_is_told(sandbox, tmp_path):
    box = replace(sandbox.host.box, groups=GroupFolders((tmp_path / "gone",)))
    without = replace(sandbox, host=replace(sandbox.host, box=box))

    execution = await without.try_out("python", (), python("test_fare.py", STRONG))

    assert execution.status == "unavailable"
    assert "No such file" in execution.reason


@pytest.mark.parametrize("language", ["python", "javascript", "go"])
@pytest.mark.parametrize(
    "report",
    [
        *(b"", b"not xml", b"<testsuites>", b"<a><testcase time='nan'/></a>", b"[]"),
        *(b"[1, 2, 3, 4]", b'["a", "won", 0, ""]', b'["a::b", "passed", NaN, ""]'),
        b'["a", "passed", 0, "\\ud800"]',
    ],
)
def test_any_report_is_read(report, language):
    assert all(row.case.seconds == 0 for row in rows(report, language))
