"""Who is wrong when something fails: the code, its tests, or nobody; with the real sandbox."""

from dataclasses import replace
from functools import partial

import pytest
from pydantic_core import from_json
from tests.clocks import TurnedClock
from tests.domains.code.makers import (
    FARE,
    FARE_TESTED,
    FARE_TESTED_WRONGLY,
    an_order,
    work_on,
)
from tests.makers import a_forge

from kuznia.domains.code import DOMAIN
from kuznia.domains.code.checks.running import with_examples_run, with_tests_run
from kuznia.domains.code.parts import CODE, TESTS, mend, parts, read_code, read_tests
from kuznia.domains.code.sandbox.probe import Probe
from kuznia.domains.code.sandbox.trial import Sandbox
from kuznia.forge.run import run
from kuznia.llm.model import Ask
from kuznia.llm.scripted import ScriptedModel


class Kuznia:
    """A forge with a sandbox, and a model that answers each part in turn."""

    def __init__(self, sandbox) -> None:
        code = with_examples_run(sandbox, CODE, read_code, mend)
        tests = with_tests_run(sandbox, TESTS, read_tests, mend)
        changed = {"parts": partial(parts, code=code, tests=tests), "wishes": None}
        self._domain = replace(DOMAIN, **changed)
        self.model = ScriptedModel()

    async def make(
        self, code: list[str], tests: list[str], prompt: str = "The fare by age", **changes
    ):
        """The artefact; the last reply to each part is repeated."""

        def answer(ask: Ask) -> str:
            system = ask.messages[0].content.partition("\n")[0]
            script = tests if "tests" in system else code
            return script.pop(0) if len(script) > 1 else script[0]

        self.model.always(answer)
        order = an_order(prompt, include_docs=False, include_tests=bool(tests), **changes)
        clock = TurnedClock()
        forge = a_forge(self.model, clock, domain=self._domain)
        return from_json((await run(forge, work_on(order, clock))).body)


@pytest.fixture
def kuznia(sandbox) -> Kuznia:
    return Kuznia(sandbox)


def passed(artefact) -> dict[str, bool | None]:
    parts = artefact["evidence"]["parts"]
    return {check["name"]: check["passed"] for part in parts for check in part["checks"]}


def executions(artefact) -> list:
    parts = artefact["parts"]
    return [parts["code"]["examples"], *([parts["tests"]["execution"]] if "tests" in parts else [])]


def found(artefact) -> list[str]:
    return [finding["code"] for finding in artefact["findings"]]


async def test_a_failing_test_is_told_with_the_code_it_contradicts_and_mended(kuznia):
    artefact = await kuznia.make([FARE], [FARE_TESTED_WRONGLY, FARE_TESTED])

    execution = artefact["parts"]["tests"]["execution"]
    assert [one["outcome"] for one in execution["cases"]] == ["passed", "passed"]
    assert "It fails: assert 0 == 2 (test_fare.py:5: assert fare(5) == 2)" in kuznia.model.heard[-1]
    assert "return 0 if age < 6" in kuznia.model.heard[-1]
    assert "return 0 if age < 6" not in kuznia.model.heard[1]


async def test_code_that_is_said_to_be_wrong_is_made_again_and_its_tests_are_only_run(kuznia):
    blame = "The code is wrong: a child below six rides free"

    artefact = await kuznia.make([FARE.replace("< 6", "< 5"), FARE], [FARE_TESTED, blame])

    assert artefact["status"] == "complete"
    assert "age < 6" in artefact["parts"]["code"]["files"][0]["content"]
    assert len(kuznia.model.heard) == 4
    assert "a child below six rides free" in kuznia.model.heard[3]
    assert "assert fare(5) == 0" in kuznia.model.heard[3]


async def test_tests_that_contradict_the_code_to_the_end_are_partial_and_say_so(kuznia):
    artefact = await kuznia.make([FARE.replace("< 6", "< 5")], [FARE_TESTED])

    assert artefact["status"] == "partial"
    assert found(artefact)[0] == "tests-contradict-code"


async def test_an_example_of_the_request_that_fails_is_told_and_asked_for_again(kuznia):
    wrong = FARE.replace("< 6", "< 5")

    artefact = await kuznia.make(
        [wrong, FARE], [], prompt="A fare by age: fare(5) → 0, fare(6) → 2"
    )

    assert artefact["status"] == "complete"
    examples = artefact["parts"]["code"]["examples"]
    assert [(one["name"], one["outcome"]) for one in examples["cases"]] == [
        ("fare(5) == 0", "passed"),
        ("fare(6) == 2", "passed"),
    ]
    assert "it gives 2, and the request says 0" in kuznia.model.heard[1]


async def test_code_that_keeps_failing_an_example_is_partial_and_says_so(kuznia):
    artefact = await kuznia.make([FARE], [], prompt="A fare by age: fare(5) → 1, fare(6) → 2")

    assert (artefact["status"], found(artefact)) == ("partial", ["example-fails"])
    assert artefact["findings"][0]["message"] == "it gives 0, and the request says 1"
    assert len(kuznia.model.heard) == 2


async def test_tests_that_stay_weak_are_partial_and_say_how_weak(kuznia):
    weak = (
        "```python\nfrom fare import fare\n\n\ndef test_it():\n    assert fare(9) is not None\n```"
    )

    artefact = await kuznia.make([FARE], [weak])

    assert (artefact["status"], found(artefact)) == ("partial", ["weak-tests"])
    assert "mutants of the code" in artefact["findings"][0]["message"]
    assert "test_it" in artefact["parts"]["tests"]["files"][0]["content"]


async def test_a_package_that_is_not_in_the_sandbox_is_nobodys_fault(kuznia):
    code = FARE.replace("def fare", "import numpy\n\n\ndef fare") + "\nRequires: numpy\n"

    artefact = await kuznia.make(
        [code], [FARE_TESTED], prompt="A fare by age: fare(5) → 0, with numpy"
    )

    assert artefact["status"] == "partial"
    assert found(artefact) == ["examples-not-run", "tests-not-run"]
    assert passed(artefact)["satisfies-examples"] is False
    # The request itself asks for the package: no model could do anything about it.
    assert len(kuznia.model.heard) == 2
    executions = artefact["parts"]["code"]["examples"], artefact["parts"]["tests"]["execution"]
    assert {one["status"] for one in executions} == {"unavailable"}
    assert all("no numpy" in one["reason"] for one in executions)


async def test_a_package_that_nobody_asked_for_is_no_way_round_the_examples(kuznia):
    code = FARE.replace("def fare", "import numpy\n\n\ndef fare")

    artefact = await kuznia.make([code, FARE], [], prompt="A fare by age: fare(5) → 0")

    assert artefact["status"] == "complete"
    assert "does not name numpy: write the code without it" in kuznia.model.heard[1]


async def test_a_function_of_another_name_is_no_way_round_the_examples(kuznia):
    artefact = await kuznia.make(
        [FARE.replace("def fare", "def price")], [], prompt="A price by age: fare(5) → 0"
    )

    assert (artefact["status"], found(artefact)) == ("partial", ["example-fails"])


async def test_an_example_of_a_name_that_the_request_itself_does_not_define_is_its_own_slip(kuznia):
    prompt = "def fare(age): the fare by age\n>>> fair(5)\n0\n>>> fare(9)\n2\n"

    artefact = await kuznia.make([FARE], [], prompt)

    cases = artefact["parts"]["code"]["examples"]["cases"]
    assert artefact["status"] == "complete"
    assert [case["outcome"] for case in cases] == ["passed", "skipped"]


MARKED = "import pytest\n\n\n@pytest.mark.{}\ndef test_more():\n    assert fare(1) == 7\n"
DODGES = {
    "skipped": MARKED.format("skip"),
    "declared wrong": MARKED.format("xfail"),
    "waiting": "async def test_more():\n    assert fare(1) == 7\n",
}


@pytest.mark.parametrize("dodge", DODGES.values(), ids=DODGES)
async def test_tests_that_are_not_run_are_open(kuznia, dodge):
    tests = FARE_TESTED.replace("def test_child", f"{dodge}\n\ndef test_child", 1)

    artefact = await kuznia.make([FARE], [tests])

    assert artefact["status"] == "partial"
    assert found(artefact)[0] in ("tests-skipped", "tests-not-run")
    assert passed(artefact)["tests-pass-when-run"] is False


async def test_what_has_nothing_to_be_run_by_is_complete_and_says_so(kuznia):
    none = await kuznia.make([FARE], [])
    nothing = Sandbox(Probe(None, reasons=("bwrap is not installed",)))
    without = await Kuznia(nothing).make([FARE], [FARE_TESTED], prompt="A fare: fare(5) → 0")

    assert none["status"] == without["status"] == "complete"
    assert {one["status"] for one in (executions(none) + executions(without))} == {
        "none",
        "disabled",
    }
    assert passed(none)["satisfies-examples"] is None
    assert passed(without)["satisfies-examples"] is passed(without)["tests-pass-when-run"] is None


async def test_wrong_code_with_tests_fitted_to_it_breaks_what_the_words_promise(kuznia):
    source = "def merge(a: list[int], b: list[int]) -> list[int]:\n    return a + b\n"
    tests = "from merge import merge\n\n\ndef test_it():\n    assert merge([1], [2]) == [1, 2]\n"
    prompt = "merge(a, b) joins two lists of numbers and returns a sorted list."

    artefact = await kuznia.make(
        [f"**merge.py**\n```python\n{source}```"], [f"```python\n{tests}```"], prompt
    )

    assert artefact["status"] == "partial"
    assert "which is not sorted" in artefact["findings"][0]["message"]


async def test_examples_are_run_in_javascript_too(kuznia):
    source = "export function fare(age) {\n  return age < 6 ? 0 : 2;\n}\n"
    reply = f"**fare.js**\n```javascript\n{source}```\n"
    prompt = "fare(5) → 0, fare(6) → 3, fair(1) → 1"

    artefact = await kuznia.make([reply], [], prompt, language="javascript")

    cases = artefact["parts"]["code"]["examples"]["cases"]
    assert [one["outcome"] for one in cases] == ["passed", "failed", "error"]
    messages = [finding["message"] for finding in artefact["findings"]]
    assert messages == ["it gives 2, and the request says 3", "The code has no `fair`."]
