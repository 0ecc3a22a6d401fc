"""What code under test can do to the report of its tests, and that none of it makes them pass."""

import shutil

import pytest
from tests.domains.code.checks.test_running import BENCH

from kuznia.domains.code.checks.running import pass_when_run
from kuznia.domains.code.sandbox.trial import Sandbox
from kuznia.domains.code.schema import Execution, File, Proof, TestsDraft

CODE = "def twice(x):\n    return x + 1\n"
TESTS = """\
from code_under_test import twice

def test_it_doubles():
    assert twice(3) == 6

class TestMore:
    def test_nothing(self):
        assert twice(0) == 0
"""
PATCH = """
import _pytest.reports as reports
real = reports.TestReport.from_item_and_call.__func__
def from_item_and_call(cls, item, call):
    call.excinfo = None
    return real(cls, item, call)
reports.TestReport.from_item_and_call = classmethod(from_item_and_call)
"""
FORGED = 'b\'["test_code.py::test_it_doubles", "passed", 0, ""]\\n\''
# Beside or instead of honest code: what is written into which file.
IN_PYTHON: dict[str, dict[str, str]] = {
    "the end at import": {"code_under_test.py": CODE + "import os; os._exit(0)"},
    "the end, as if a test had failed": {"code_under_test.py": CODE + "import os; os._exit(1)"},
    "an exit at import": {"code_under_test.py": CODE + "raise SystemExit(0)"},
    "an exit of pytest": {"code_under_test.py": CODE + "import pytest; pytest.exit('done', 0)"},
    "the end in a test": {
        "code_under_test.py": "import os\ndef twice(x):\n    print('2 passed')\n    os._exit(0)"
    },
    "an end at the exit": {
        "code_under_test.py": CODE + "import atexit, os; atexit.register(os._exit, 0)"
    },
    "a child that goes on": {
        "code_under_test.py": "import os\ndef twice(x):\n"
        "    if os.fork():\n        os.wait()\n        os._exit(0)\n    return 2 * x\n"
    },
    "a signal": {"code_under_test.py": CODE + "import os; os.kill(os.getpid(), 9)"},
    "a signal to all": {"code_under_test.py": CODE + "import os; os.kill(-1, 9)"},
    "no output": {"code_under_test.py": CODE + "import sys; sys.stdout = sys.stderr = None"},
    "no files open": {"code_under_test.py": CODE + "import os; os.closerange(3, 256)"},
    "a report of its own": {
        "code_under_test.py": CODE
        + "import os\nfor fd in range(1, 20):\n    try:\n        os.write(fd, "
        + FORGED
        + ")\n    except OSError:\n        pass\nos._exit(1)"
    },
    "a report where it used to be": {
        "code_under_test.py": CODE
        + "import os; open('.report', 'w').write('<a><testcase/></a>'); os._exit(0)"
    },
    "a report that is no text": {"code_under_test.py": "def twice(x): raise OSError('\\ud800')"},
    "another pytest inside": {"code_under_test.py": CODE + PATCH},
    "a hook of pytest's": {
        "conftest.py": "import pytest\n@pytest.hookimpl(hookwrapper=True)\n"
        "def pytest_runtest_makereport(item, call):\n"
        "    got = yield\n    got.get_result().outcome = 'passed'\n"
    },
    "a hook that takes tests away": {
        "conftest.py": "def pytest_collection_modifyitems(items): items.clear()"
    },
    "a hook that takes one away": {
        "conftest.py": "def pytest_collection_modifyitems(items):\n"
        "    items[:] = [i for i in items if 'fail' in i.name or 'nothing' in i.name]\n"
    }
    | {"code_under_test.py": CODE.replace("x + 1", "0")},
    "a hook that calls nothing": {"conftest.py": "def pytest_pyfunc_call(pyfuncitem): return True"},
    "an exit code": {
        "conftest.py": "def pytest_sessionfinish(session): session.exitstatus = 0\n"
        "def pytest_runtest_protocol(item): return True\n"
    },
    "files that are ignored": {"conftest.py": "collect_ignore_glob = ['*']"},
    "settings of pytest's": dict.fromkeys(
        ("pytest.ini", ".pytest.ini", "tox.ini"), "[pytest]\naddopts = --collect-only -k nothing\n"
    ),
    "settings of a project": {
        "pyproject.toml": "[tool.pytest.ini_options]\npython_functions = 'none'\n",
        "setup.cfg": "[tool:pytest]\npython_functions = none\n",
    },
    "another pytest": {"pytest.py": "def main(*_, **__): return 0"},
    "another part of pytest": {"_pytest/__init__.py": "", "pluggy.py": "import os; os._exit(0)"},
    "another json": {"json.py": "import os; os._exit(0)"},
    "a start of its own": {
        "sitecustomize.py": "import os; os._exit(0)",
        "usercustomize.py": "import os; os._exit(0)",
    },
    "a plugin of its own": {
        "evil.py": PATCH,
        "evil-1.0.dist-info/entry_points.txt": "[pytest11]\nevil = evil\n",
        "evil-1.0.dist-info/METADATA": "Name: evil\nVersion: 1.0\n",
    },
    "tests that are none": {"test_code.py": TESTS + "\n__test__ = False\n"},
    "tests that are all skipped": {
        "test_code.py": "import pytest\npytest.skip('later', allow_module_level=True)\n" + TESTS
    },
    "tests that take themselves away": {
        "test_code.py": TESTS + "\ndel test_it_doubles, TestMore\n"
    },
    "a file no runner takes": {"test_code.py": "", "checks.py": TESTS},
}


def files(language: str, contents: dict[str, str]) -> tuple[File, ...]:
    return tuple(
        File(path=path, language=language, content=content) for path, content in contents.items()
    )


async def tried(sandbox: Sandbox, language: str, contents: dict[str, str]) -> Execution:
    tests = {path: text for path, text in contents.items() if "test" in path or "check" in path}
    tests.pop("code_under_test.py", None)
    tests.pop("pytest.py", None)
    code = {path: text for path, text in contents.items() if path not in tests}
    return await sandbox.try_out(language, files(language, code), files(language, tests))


def is_refused(execution: Execution) -> bool:
    """Whether nothing of it could be taken for tests that pass."""
    draft = TestsDraft(
        files=files("python", {"test_code.py": TESTS}),
        proof=Proof(level="none"),
        framework="pytest",
        execution=execution,
    )
    return any(finding.severity == "block" for finding in pass_when_run(draft, BENCH))


@pytest.mark.parametrize("forgery", IN_PYTHON.values(), ids=IN_PYTHON.keys())
async def test_python_that_forges_its_report_is_refused(sandbox, forgery):
    execution = await tried(
        sandbox, "python", {"code_under_test.py": CODE, "test_code.py": TESTS, **forgery}
    )

    assert is_refused(execution), execution
    assert execution.strength is None


async def test_the_same_tests_pass_over_code_that_is_right(sandbox):
    right = CODE.replace("x + 1", "x * 2")

    execution = await tried(sandbox, "python", {"code_under_test.py": right, "test_code.py": TESTS})

    assert [(case.name, case.outcome) for case in execution.cases] == [
        ("test_it_doubles", "passed"),
        ("test_nothing", "passed"),
    ]
    assert "must_fail" not in execution.output
    assert "2 passed" in execution.output


async def test_tests_may_be_written_in_many_ways(sandbox):
    tests = """
import unittest
import pytest
from code_under_test import twice

@pytest.fixture
def test_number():
    return 3

@pytest.mark.parametrize("x", [1, 2])
def test_each(x):
    assert twice(x) == 2 * x

@pytest.mark.skip(reason="later")
def test_later():
    pass

def test_with(test_number):
    assert twice(test_number) == 6

class TestRecord:
    def __init__(self):
        self.a = 1
    def test_none(self):
        pass

class Doubling(unittest.TestCase):
    def test_zero(self):
        self.assertEqual(twice(0), 0)

if __name__ == "__main__":
    unittest.main()
"""
    code = "def twice(x):\n    return 2 * x\n"

    execution = await tried(
        sandbox, "python", {"src/code_under_test.py": code, "tests/test_code.py": tests}
    )

    assert {case.name: case.outcome for case in execution.cases} == {
        "test_each[1]": "passed",
        "test_each[2]": "passed",
        "test_later": "skipped",
        "test_with": "passed",
        "test_zero": "passed",
    }


async def test_a_name_of_the_standard_librarys_can_be_the_codes(sandbox):
    tests = "from queue import Ring\n\ndef test_it():\n    assert Ring().size == 2\n"

    execution = await tried(
        sandbox, "python", {"queue.py": "class Ring:\n    size = 2\n", "test_ring.py": tests}
    )

    assert execution.count("passed") == 1, execution


JS_TESTS = """\
const test = require('node:test');
const assert = require('node:assert');
const { twice } = require('./code.js');
test('doubles', () => assert.equal(twice(3), 6));
test('nothing', () => assert.equal(twice(0), 0));
"""
JS_CODE = "exports.twice = (x) => x + 1;\n"
IN_JAVASCRIPT = {
    "the end at once": {"code.js": JS_CODE + "process.exit(0);"},
    "the end in a test": {"code.js": "exports.twice = () => process.exit(0);"},
    "the end, as if a test had failed": {"code.js": JS_CODE + "process.exit(1);"},
    "an end at the exit": {
        "code.js": JS_CODE + "process.on('exit', () => { process.exitCode = 0; });"
    },
    "an end of the runner": {"code.js": JS_CODE + "process.kill(process.ppid, 'SIGKILL');"},
    "another assertion": {
        "code.js": "exports.twice = (x) => x + 1;\n"
        "require('node:test').test = () => {}; process.reallyExit(0);"
    },
    "a file no runner takes": {"code.test.js": "", "checks.js": JS_TESTS},
    "a report of its own": {
        "code.js": JS_CODE + "console.log('ok 1 - doubles\\n1..1\\n# pass 1'); process.exit(0);"
    },
}


@pytest.mark.parametrize("forgery", IN_JAVASCRIPT.values(), ids=IN_JAVASCRIPT.keys())
async def test_javascript_that_forges_its_report_is_refused(sandbox, forgery):
    assert sandbox.host.node, "node is not installed: apt install nodejs"

    execution = await tried(
        sandbox, "javascript", {"code.js": JS_CODE, "code.test.js": JS_TESTS, **forgery}
    )

    assert is_refused(execution), execution


async def test_a_module_of_javascript_is_run_too(sandbox):
    tests = """\
import { describe, it, test } from 'node:test';
import assert from 'node:assert';
import { twice } from './code.mjs';
test('doubles', () => assert.equal(twice(3), 6));
describe('zero', () => { it('stays', () => assert.equal(twice(0), 0)); });
"""
    code = "export const twice = (x) => x * 2;\n"

    execution = await tried(sandbox, "javascript", {"code.mjs": code, "code.test.mjs": tests})

    assert [(case.name, case.outcome) for case in execution.cases] == [
        ("doubles", "passed"),
        ("stays", "passed"),
    ]


GO_CODE = "package code\n\nfunc Twice(x int) int { return x + 1 }\n"
GO_TESTS = """\
package code

import "testing"

func TestDoubles(t *testing.T) {
	if got := Twice(3); got != 6 {
		t.Errorf("Twice(3) = %d", got)
	}
}
"""
_ENDS = GO_CODE.replace("code\n", 'code\n\nimport "syscall"\n', 1)
_MAIN = GO_TESTS.replace('import "testing"', 'import (\n"os"\n"testing"\n)')
_SAYS = GO_CODE.replace("code\n", 'code\n\nimport ("fmt"; "os")\n', 1)
IN_GO = {
    "the end at once": {"code.go": _ENDS + "func init() { syscall.Exit(0) }\n"},
    "the end in a test": {"code.go": _ENDS.replace("return x + 1", "syscall.Exit(0); return 6")},
    "the end, as if a test had failed": {"code.go": _ENDS + "func init() { syscall.Exit(1) }\n"},
    "a main that runs nothing": {
        "code_test.go": _MAIN + "func TestMain(m *testing.M) { os.Exit(0) }\n"
    },
    "a main that is content": {
        "code_test.go": _MAIN + "func TestMain(m *testing.M) { m.Run(); os.Exit(0) }\n"
    },
    "a report of its own": {
        "code.go": _SAYS + 'func init() { fmt.Print("\\x16=== RUN   TestDoubles\\n'
        '\\x16--- PASS: TestDoubles (0.00s)\\nPASS\\n"); os.Exit(0) }\n'
    },
    "a file no runner takes": {"code_test.go": "package code\n", "checks.go": GO_TESTS},
}


@pytest.mark.skipif(shutil.which("go") is None, reason="Go is not installed here")
@pytest.mark.parametrize("forgery", IN_GO.values(), ids=IN_GO.keys())
async def test_go_that_forges_its_report_is_refused(sandbox, forgery):
    execution = await tried(
        sandbox, "go", {"code.go": GO_CODE, "code_test.go": GO_TESTS, **forgery}
    )

    assert is_refused(execution), execution
