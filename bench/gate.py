"""What the gate of the code domain lets through: right and wrong solutions of HumanEval's tasks.

`python -m bench gate [--half even|odd|all] [--samples FOLDER] [--tasks N]`. Each solution is the
reply of a scripted model to an order with the task's own prompt, through the whole pipeline with
the sandbox. The model never gives in: asked again, it sends the same code and the same tests. Its
tests are `none` (the examples of the request decide alone), `weak` (one assertion, fitted to what
the code gives) or `good` (HumanEval's own cases); `off` is without a sandbox. `dodged` is `weak`
with code that imports what the sandbox does not have. Wishes are left out.
"""

import argparse
import asyncio
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TextIO

from pydantic_core import from_json, to_json

from bench.humaneval import Task, half, samples, tasks
from bench.report import machine
from kuznia.domains.code import DOMAIN
from kuznia.domains.code.languages.find import get
from kuznia.domains.code.sandbox.mutants import mutants
from kuznia.domains.code.sandbox.trial import Sandbox
from kuznia.domains.code.schema import CodeInput, File
from kuznia.domains.code.settings import CodeSettings
from kuznia.forge.ledger import Ledger
from kuznia.forge.run import run
from kuznia.forge.shelf.shelf import Shelf, key_of
from kuznia.forge.terms import AnyDomain, Budget, Caller, Order, RunId
from kuznia.forge.work import Forge, Work
from kuznia.llm.layers.build import Care, Source, layered
from kuznia.llm.model import Ask, Price
from kuznia.llm.scripted import ScriptedModel
from kuznia.platform.clock import SystemClock
from kuznia.platform.process.workers import within

HOME = Path("bench/out/humaneval")
SETTINGS = ("off", "none", "weak", "good", "dodged")
DODGE = "import numpy\n"
# Solutions of each kind for a task.
EACH = 1
AT_ONCE = 3


@dataclass(frozen=True, slots=True)
class Solution:
    """A solution of a task, and whether HumanEval's tests pass with it."""

    task: Task
    kind: str
    source: str
    is_right: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the pipeline said of a solution: the artefact's status, and why."""

    solution: Solution
    setting: str
    status: str
    reasons: tuple[str, ...]
    ran_examples: bool


def python(path: str, source: str) -> tuple[File, ...]:
    return (File(path=path, language="python", content=source),)


async def passes(sandbox: Sandbox, task: Task, source: str) -> bool:
    """The truth: whether HumanEval's tests pass."""
    tests = python("test_solution.py", task.good_tests)
    execution = await sandbox.run("python", python("solution.py", source), tests)
    return bool(execution.cases) and execution.count("passed") == len(execution.cases)


async def solutions(sandbox: Sandbox, task: Task, checkout: Path | None) -> list[Solution]:
    """Right ones and wrong ones; what was said to be right or wrong and is not is left out."""
    right, wrong = samples(checkout, task) if checkout else ([], [])
    code = python("solution.py", task.solution)
    wrong_ones = [variant[0].content for variant in mutants(code, get("python"), 2, within(5))]
    claimed = [
        Solution(task, "canonical", task.solution, is_right=True),
        *(Solution(task, "sample", source, is_right=True) for source in right[:EACH]),
        *(Solution(task, "sample", source, is_right=False) for source in wrong[:EACH]),
        *(Solution(task, "mutant", source, is_right=False) for source in wrong_ones),
    ]
    truth = [await passes(sandbox, task, solution.source) for solution in claimed]
    return [s for s, is_right in zip(claimed, truth, strict=True) if s.is_right == is_right]


async def weak_tests(sandbox: Sandbox, solution: Solution) -> str:
    """One assertion, fitted to what the code gives."""
    task = solution.task
    head = f"from solution import {task.entry}\n\n\ndef test_it():\n    "
    for call in task.calls[:3]:
        script = f"from solution import *\nprint(repr({call}))\n"
        assert sandbox.host.box is not None
        files = {"solution.py": solution.source, "script.py": script}
        command = ["/bin/sh", "-c", f"cd /code && exec {sandbox.host.python} -B script.py"]
        ran = await sandbox.host.box.run(command, files, limits=replace(sandbox.limits, seconds=3))
        value = ran.out.decode(errors="replace").strip()
        if ran.code == 0 and value and "\n" not in value:
            return f"{head}assert {call} == {value}\n"
    return f"{head}assert {task.entry} is not None\n"


async def order(domain: AnyDomain, solution: Solution, setting: str, tests: str) -> Outcome:
    """Place the order, with a model that has one reply for code and one for tests."""

    def answer(ask: Ask) -> str:
        asked = ask.messages[0].content.partition("\n")[0]
        code = ("solution.py", f"{DODGE if setting == 'dodged' else ''}{solution.source}")
        path, source = ("test_solution.py", tests) if "tests" in asked else code
        return f"**{path}**\n```python\n{source}\n```\n"

    model = ScriptedModel()
    model.always(answer)
    clock = SystemClock()
    stack = layered(Source(model, Price(input=0, output=0)), care=Care(), clock=clock).model
    forge = Forge({"code": domain}, stack, Shelf(None, clock, ttl=0, size=1), clock)
    asked = CodeInput(
        prompt=solution.task.prompt,
        language="python",
        include_docs=False,
        include_tests=bool(tests),
    )
    placed = Order(
        domain="code",
        input=asked,
        caller=Caller("bench"),
        deadline=clock.monotonic() + 300,
        budget=Budget(attempts=50, tokens=10_000_000),
    )
    work = Work(
        RunId("run_1"), placed, key_of(placed, domain, "m"), (), Ledger(placed.budget, clock), _hush
    )
    return read(solution, setting, from_json((await run(forge, work)).body))


def _hush(*_: object) -> None:
    """Nobody listens."""


# Any: an artefact as JSON.
def read(solution: Solution, setting: str, artefact: dict[str, Any]) -> Outcome:
    findings = [*artefact["findings"], *(f for u in artefact["unmet"] for f in u["findings"])]
    reasons = tuple(dict.fromkeys(f["code"] for f in findings if f["severity"] != "warn"))
    examples = artefact["parts"].get("code", {}).get("examples", {})
    ran = examples.get("status") == "ran"
    return Outcome(solution, setting, artefact["status"], reasons, ran)


async def measure(
    chosen: Sequence[Task], checkout: Path | None, wanted: Sequence[str], out: TextIO | None
) -> list[Outcome]:
    gate = asyncio.Semaphore(AT_ONCE)
    on = CodeSettings(code_run_tests="sandbox")
    outcomes: list[Outcome] = []
    assert DOMAIN.opened is not None
    plain = replace(DOMAIN, wishes=None, account=None)
    async with DOMAIN.opened(on) as opened:
        domain = replace(opened, wishes=None, account=None)
        sandbox = opened.life
        assert isinstance(sandbox, Sandbox)

        async def one_task(task: Task) -> None:
            async with gate:
                for solution in await solutions(sandbox, task, checkout):
                    weak = (
                        await weak_tests(sandbox, solution)
                        if {"off", "weak", "dodged"} & {*wanted}
                        else ""
                    )
                    by_setting = dict.fromkeys(SETTINGS, weak)
                    by_setting |= {"none": "", "good": task.good_tests}
                    for setting in wanted:
                        used = plain if setting == "off" else domain
                        outcome = await order(used, solution, setting, by_setting[setting])
                        outcomes.append(outcome)
                        print(to_json(outcome).decode(), file=out or sys.stderr, flush=True)

        await asyncio.gather(*map(one_task, chosen))
    return sorted(outcomes, key=lambda o: (o.solution.task.number, o.setting))


def share(outcomes: Sequence[Outcome], is_so: Callable[[Outcome], bool]) -> str:
    count = sum(map(is_so, outcomes))
    return f"{count} of {len(outcomes)} ({count / max(1, len(outcomes)):.1%})"


def table(outcomes: Sequence[Outcome]) -> str:
    """A row for each setting, in Markdown."""
    rows = [
        "| tests | wrong, `complete` | mutants | samples | right, accused | samples | weak tests |",
        "|---|---|---|---|---|---|---|",
    ]
    for setting in SETTINGS:
        here = [outcome for outcome in outcomes if outcome.setting == setting]
        if here:
            cells = (
                share([o for o in here if not o.solution.is_right], complete),
                share([o for o in here if is_of(o, "mutant", is_right=False)], complete),
                share([o for o in here if is_of(o, "sample", is_right=False)], complete),
                share([o for o in here if is_of(o, "canonical", is_right=True)], accused),
                share([o for o in here if is_of(o, "sample", is_right=True)], accused),
                share([o for o in here if o.solution.is_right], weak),
            )
            rows.append(f"| {setting} | {' | '.join(cells)} |")
    return "\n".join(rows)


def is_of(outcome: Outcome, kind: str, *, is_right: bool) -> bool:
    return (outcome.solution.kind, outcome.solution.is_right) == (kind, is_right)


def complete(outcome: Outcome) -> bool:
    return outcome.status == "complete"


def accused(outcome: Outcome) -> bool:
    """Whether something is said of the code, and not only that its tests are weak."""
    return outcome.status == "failed" or bool({*outcome.reasons} - {"weak-tests"})


def weak(outcome: Outcome) -> bool:
    return outcome.reasons == ("weak-tests",)


def details(outcomes: Sequence[Outcome]) -> str:
    """Why right ones were not complete, by reason and task."""
    by_reason: defaultdict[tuple[str, str], Counter[int]] = defaultdict(Counter)
    for outcome in outcomes:
        if outcome.solution.is_right and outcome.status != "complete":
            by_reason[outcome.setting, ", ".join(outcome.reasons)][
                outcome.solution.task.number
            ] += 1
    return "\n".join(
        f"{setting}: {reasons or 'no reason'}: tasks {', '.join(map(str, sorted(numbers)))}"
        for (setting, reasons), numbers in sorted(by_reason.items())
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--half", choices=("even", "odd", "all"), default="all")
    parser.add_argument("--samples", type=Path, help="a checkout of jamesmurdza/humaneval-results")
    parser.add_argument("--tasks", type=int, default=164, help="no more tasks than this")
    parser.add_argument("--settings", nargs="+", choices=SETTINGS, default=SETTINGS)
    parser.add_argument("--out", type=Path, help="a file for every outcome, as lines of JSON")
    given = parser.parse_args()
    print(machine())
    chosen = list(half(tasks(HOME), given.half))[: given.tasks]
    with given.out.open("w") if given.out else nullcontext() as out:
        outcomes = asyncio.run(measure(chosen, given.samples, given.settings, out))
    print(table(outcomes), details(outcomes), sep="\n\n")
    ran = [o for o in outcomes if o.setting == "none"]
    print("solutions whose examples were run:", share(ran, lambda o: o.ran_examples))


if __name__ == "__main__":
    main()
