"""False and missed alarms of the checks of code, on code that nobody here wrote.

`python -m bench alarms FOLDER` reads a folder of checkouts, one published project in each: a file
of code or tests is checked as if a model had sent it, beside the other files of its project. What
blocks it is a false alarm, for all of it was published. `--set FILE` reads artefacts, one JSON
object a line: language, prompt, code, tests. No model is asked.
"""

import argparse
import asyncio
import json
import logging
import re
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from inspect import isawaitable
from pathlib import Path
from typing import Any

import structlog

from bench.report import table
from kuznia.domains.code.checks.tests import name_what_they_test
from kuznia.domains.code.languages.find import are_kin, find, find_by_path, get
from kuznia.domains.code.languages.table import Language
from kuznia.domains.code.languages.testing import is_test_path, looks_like_tests
from kuznia.domains.code.parsing.proof import proof_of
from kuznia.domains.code.parts import CODE, TESTS
from kuznia.domains.code.schema import CodeBench, CodeDraft, CodeInput, File, TestsDraft
from kuznia.forge.terms import Bench, Budget, Caller, Finding, Order
from kuznia.platform.process.workers import POOL, within

MIN_SIZE, MAX_SIZE = 200, 40_000
MAX_CODE, MAX_TESTS = 12, 10
MAX_BESIDE_SIZE = 400_000
SKIPPED = (
    "/node_modules/",
    "/vendor/",
    "/dist/",
    "/build/",
    "/third_party/",
    "/fixtures/",
    "/docs/",
    "/unity/",
)
PROMPT = "Published code, as it is."


@dataclass(slots=True)
class Alarms:
    """What was checked, and what each check blocked of it."""

    files: Counter[str] = field(default_factory=Counter[str])
    blocked: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    shown: list[tuple[str, Finding]] = field(default_factory=list[tuple[str, Finding]])


def a_bench(language: str, prompt: str, code: CodeDraft | None = None) -> CodeBench:
    reading = CodeInput(prompt=(prompt + " " * 10)[:2_000], language=language)
    order = Order(
        domain="code",
        input=reading,
        caller=Caller("bench"),
        deadline=0.0,
        budget=Budget(attempts=1, tokens=1),
    )
    return Bench(order, reading, {"code": code} if code else {})


def a_draft(files: tuple[File, ...]) -> CodeDraft:
    return CodeDraft(files=files, proof=proof_of(files, within(60)))


def tests_of(draft: CodeDraft) -> TestsDraft:
    return TestsDraft(files=draft.files, proof=draft.proof, framework="")


async def findings_of(
    part: Any, draft: Any, benches: dict[str, CodeBench]
) -> list[tuple[str, Finding]]:
    """What each check of a part says, with its name; a check may have a bench of its own."""
    told: list[tuple[str, Finding]] = []
    for each in part.checks:
        said = each.run(draft, benches.get(each.name, benches[""]))
        found = list(await said if isawaitable(said) else said)
        told += [(each.name, finding) for finding in found]
    return told


def sources(project: Path) -> Iterator[File]:
    """The files of a project in languages that have tests."""
    for path in sorted(project.rglob("*")):
        name = f"/{path.relative_to(project)}"
        language = find_by_path(name)
        if language is None or not language.tests or any(part in name for part in SKIPPED):
            continue
        if not path.is_file() or path.is_symlink() or path.stat().st_size > MAX_BESIDE_SIZE:
            continue
        try:
            yield File(path=name[1:], language=language.name, content=path.read_text("utf-8"))
        except UnicodeDecodeError:
            continue


def some(files: list[File], count: int) -> list[File]:
    """The same few of many, whatever their names begin with."""
    fit = [file for file in files if MIN_SIZE <= len(file.content) <= MAX_SIZE]
    return sorted(fit, key=lambda file: zlib.crc32(file.path.encode()))[:count]


async def project_alarms(project: Path, alarms: Alarms) -> None:
    by_language: dict[str, list[File]] = defaultdict(list)
    for file in sources(project):
        by_language[file.language].append(file)
    every = [file for files in by_language.values() for file in files]
    for language, files in by_language.items():
        tests = [file for file in files if is_test_path(file.path)]
        code = [file for file in files if not is_test_path(file.path)]
        if len(code) + len(tests) < 2:
            continue
        kin = [f for f in every if are_kin(get(f.language), get(language))]
        alone = a_bench(language, PROMPT, beside([f for f in kin if not is_test_path(f.path)]))
        benches = {"": alone, "imports": a_bench(language, PROMPT, beside(every))}
        for file in some(code, MAX_CODE):
            await one(f"{language} code", CODE, a_draft((file,)), benches, project, alarms)
        for file in some([t for t in tests if is_of_tests(t)], MAX_TESTS):
            draft = tests_of(a_draft((file,)))
            await one(f"{language} tests", TESTS, draft, benches, project, alarms)


def beside(files: list[File]) -> CodeDraft:
    """The other files of a project, which need no proof."""
    return CodeDraft(files=tuple(files), proof=proof_of((), within(60)))


def is_of_tests(file: File) -> bool:
    """Whether a file has tests, and is no helper of others."""
    helps = file.path.rpartition("/")[2] in ("conftest.py", "spec_helper.rb", "test_helper.rb")
    return looks_like_tests(file.content, file.language) and not helps


async def one(
    kind: str, part: Any, draft: Any, benches: dict[str, CodeBench], project: Path, alarms: Alarms
) -> None:
    alarms.files[kind] += 1
    path = f"{project.name}/{draft.files[0].path}"
    for check, finding in await findings_of(part, draft, benches):
        if finding.severity == "block":
            alarms.blocked[f"{kind.split()[1]}: {check}: {finding.code}"].add(path)
            alarms.shown.append((path, finding))


def a_file(row: dict[str, str], language: Language) -> File:
    """A file as a reader of replies has it: one without an ending of ours was labelled."""
    known = find_by_path(row["path"]) or (language if is_unknown(row["path"]) else None)
    name = known.name if known else "text"
    return File(path=row["path"], language=name, content=row["content"])


def is_unknown(path: str) -> bool:
    return path.endswith(".bats") or "." not in path.rpartition("/")[2]


def ordered(row: dict[str, Any]) -> Language:
    """The language a row's order was for: named in it, or that of its first file of code."""
    words = re.findall(r"[\w#+]+", row["language"])
    named = [find(word) for word in (row["language"], *words)]
    by_path = [find_by_path(file["path"]) for file in (*row["code"], *row["tests"])]
    return next((language for language in (*named, *by_path) if language), get("bash"))


async def artefact_findings(row: dict[str, Any]) -> list[tuple[str, str, Finding]]:
    """What is said of an artefact's code and tests."""
    language = ordered(row)
    code = a_draft(tuple(a_file(file, language) for file in row["code"]))
    told = [
        ("code", *pair)
        for pair in await findings_of(CODE, code, {"": a_bench(language.name, row["prompt"])})
    ]
    tests = tests_of(a_draft(tuple(a_file(file, language) for file in row["tests"])))
    if tests.files:
        bench = a_bench(language.name, row["prompt"], code)
        told += [("tests", *pair) for pair in await findings_of(TESTS, tests, {"": bench})]
    return told


def main() -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--set", type=Path)
    parser.add_argument("--show", action="store_true")
    options = parser.parse_args()
    if options.set:
        lines = options.set.read_text("utf-8").splitlines()
        rows = [json.loads(line) for line in lines]
        asyncio.run(print_set(rows, show=options.show))
        asyncio.run(print_swapped(rows))
    if options.folder:
        asyncio.run(print_corpus(sorted(options.folder.iterdir()), show=options.show))


async def print_set(rows: list[dict[str, Any]], *, show: bool) -> None:
    """How many artefacts are accepted, and what blocks the others."""
    blocked, by_code = 0, Counter[str]()
    for row in rows:
        told = [entry for entry in await artefact_findings(row) if entry[2].severity == "block"]
        blocked += bool(told)
        by_code.update({f"{part}: {check}: {finding.code}" for part, check, finding in told})
        for part, check, finding in told if show else ():
            print(row["id"], row["language"], part, check, finding.where, finding.message)
    print(f"{len(rows) - blocked} of {len(rows)} accepted", dict(by_code))
    await POOL.end()


async def print_swapped(rows: list[dict[str, Any]]) -> None:
    """How many tests of another artefact are taken for tests of this."""
    made: dict[str, list[tuple[CodeDraft, TestsDraft]]] = defaultdict(list)
    for row in rows:
        language = ordered(row)
        code = a_draft(tuple(a_file(file, language) for file in row["code"]))
        tests = tests_of(a_draft(tuple(a_file(file, language) for file in row["tests"])))
        made[language.name].append((code, tests))
    missed = total = 0
    for language, pairs in made.items():
        for code, own in pairs:
            for _, tests in pairs:
                if tests is not own:
                    said = name_what_they_test(tests, a_bench(language, PROMPT, code))
                    missed += not any(finding.severity == "block" for finding in said)
                    total += 1
    print(f"tests of another artefact: {missed} of {total} passed")


async def print_corpus(projects: list[Path], *, show: bool) -> None:
    """How many files each check blocks."""
    alarms = Alarms()
    for project in projects:
        await project_alarms(project, alarms)
    if show:
        for path, finding in alarms.shown:
            print(path, finding.code, finding.where.rpartition("/")[2], finding.message[:150])
    print(dict(sorted(alarms.files.items())), sum(alarms.files.values()))
    totals = Counter(
        {
            part: sum(n for kind, n in alarms.files.items() if kind.endswith(part))
            for part in ("code", "tests")
        }
    )
    rows = [
        (name, str(len(paths)), f"{100 * len(paths) / totals[name.split(':')[0]]:.1f} %")
        for name, paths in sorted(alarms.blocked.items())
    ]
    print(table(("check", "files", "rate"), rows))
    await POOL.end()


if __name__ == "__main__":
    main()
