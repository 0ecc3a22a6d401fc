"""Damaged copies of published code and tests: for each check, what only it has to catch.

`python -m bench damage FOLDER` reads a folder of checkouts as `alarms` does, damages a copy of each
file in one way after the other and counts how many copies the check for that damage lets pass. A
file that is blocked before it is damaged is left out.
"""

import argparse
import asyncio
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.alarms import (
    MAX_CODE,
    MAX_TESTS,
    PROMPT,
    a_bench,
    a_draft,
    beside,
    findings_of,
    is_of_tests,
    some,
    sources,
    tests_of,
)
from bench.report import table
from kuznia.domains.code.languages.find import get
from kuznia.domains.code.languages.testing import is_test_path
from kuznia.domains.code.parsing.symbols import public, symbols
from kuznia.domains.code.parts import CODE, TESTS
from kuznia.domains.code.schema import File
from kuznia.platform.process.workers import POOL

# A token as GitHub makes them, of no account.
TOKEN = "ghp_Zk3vQ9rT7yLw2PxN8mB5cD1fG4hJ6sK0aVuE"
_SQL = "SELECT a FROM t WHERE b = "
QUERY = {
    "python": f"\n\ndef find(db, name):\n    return db.execute(f\"{_SQL}'{{name}}'\")\n",
    "javascript": f"\nexport const find = (db, name) => db.query(`{_SQL}'${{name}}'`);\n",
    "typescript": f"\nexport const find = (db: any, name: any) => db.query(`{_SQL}${{name}}`);\n",
    "php": f"\nfunction find($db, $name) {{ return $db->query(\"{_SQL}'$name'\"); }}\n",
    "go": f"\nfunc find(n string) string {{ return fmt.Sprintf(\"{_SQL}'%s'\", n) }}\n",
}
_CLOSING = re.compile(r"[)}]")


@dataclass(frozen=True, slots=True)
class Damage:
    """What is done to a copy, and the check that has to see it."""

    name: str
    check: str
    done: Callable[[File, list[File]], str | None]


def without_bracket(file: File, _: list[File]) -> str | None:
    places = [match.start() for match in _CLOSING.finditer(file.content)]
    place = places[len(places) // 2] if places else None
    return None if place is None else file.content[:place] + file.content[place + 1 :]


def with_token(file: File, _: list[File]) -> str | None:
    sign = get(file.language).comments.line
    return f"{file.content}\n{sign[0]} {TOKEN}\n" if sign else None


def with_override(file: File, _: list[File]) -> str | None:
    place = file.content.find("\n", len(file.content) // 2)
    return file.content[:place] + "\u202e" + file.content[place:] if place > 0 else None


def without_body(file: File, _: list[File]) -> str | None:
    """A function whose body is a note that it is still to be written."""
    language = get(file.language)
    for symbol in symbols(file.content, language):
        body = symbol.body or ""
        if symbol.kind != "function" or body.count("\n") < 3 or symbol.name.startswith("_"):
            continue
        if file.language == "python":
            return file.content.replace(body, "pass", 1)
        if body.startswith("{") and language.comments.line:
            return file.content.replace(
                body, f"{{\n{language.comments.line[0]} TODO: implement\n}}", 1
            )
    return None


def with_import(file: File, _: list[File]) -> str | None:
    if file.language == "python":
        return f"from .nowhere_at_all import thing\n{file.content}"
    if file.language in ("javascript", "typescript", "tsx"):
        return f'import {{ thing }} from "./nowhere-at-all.js";\n{file.content}'
    return None


def with_wrong_name(file: File, _: list[File]) -> str | None:
    """A function that is called by another name than it has."""
    if file.language != "python":
        return None
    for symbol in symbols(file.content, get("python")):
        call = re.compile(rf"(?<![\w.])(?<!def ){re.escape(symbol.name)}\(")
        if (
            symbol.kind == "function"
            and not symbol.head.startswith(" ")
            and call.search(file.content)
        ):
            return call.sub(f"{symbol.name}_of(", file.content, count=1)
    return None


def with_no_such_name(file: File, _: list[File]) -> str | None:
    """A name of the standard library that is a little wrong."""
    match = re.search(r"^import (os|re|json|sys|time|math|asyncio|functools)$", file.content, re.M)
    if file.language != "python" or not match:
        return None
    call = re.search(rf"(?<![\w.]){match[1]}\.([a-z]\w+)\(", file.content)
    return (
        file.content.replace(f"{match[1]}.{call[1]}(", f"{match[1]}.{call[1]}_all(", 1)
        if call
        else None
    )


def without_await(file: File, _: list[File]) -> str | None:
    own = re.search(r"^ *await (self\.(\w+)\()", file.content, re.M)
    if file.language != "python" or not own or f"async def {own[2]}(" not in file.content:
        return None
    return file.content.replace(f"await {own[1]}", own[1], 1)


def with_query(file: File, _: list[File]) -> str | None:
    added = QUERY.get(file.language)
    return file.content + added if added else None


def without_assertions(file: File, _: list[File]) -> str | None:
    if file.language == "python":
        return re.sub(
            r"^( *)(?:assert\b.*|self\.assert\w+\(.*\))$", r"\1pass", file.content, flags=re.M
        )
    if file.language in ("javascript", "typescript", "tsx"):
        return re.sub(r"\bexpect\(([^()\n]*)\)\.[^\n;]*", r"void (\1)", file.content)
    return None


def with_the_code(file: File, code: list[File]) -> str | None:
    """The code itself in place of its import."""
    if file.language != "python":
        return None
    for other in code:
        names = {s.name for s in public(other.content, get("python")) if not s.head.startswith(" ")}
        if any(name in file.content for name in names):
            return f"{other.content}\n\n{file.content}"
    return None


def without_tests(file: File, _: list[File]) -> str | None:
    return re.sub(r"\bdef test_", "def show_", file.content) if file.language == "python" else None


OF_CODE = (
    Damage("a bracket is missing", "parses", without_bracket),
    Damage("a token of a service", "secrets", with_token),
    Damage("a character that turns the text round", "visible", with_override),
    Damage("a body is still to be written", "no-stubs", without_body),
    Damage("an import of a file that is not there", "imports", with_import),
    Damage("a function under a wrong name", "defined", with_wrong_name),
    Damage("a name the library does not have", "defined", with_no_such_name),
    Damage("an await is missing", "awaited", without_await),
    Damage("a value in the text of a query", "safe", with_query),
)
OF_TESTS = (
    Damage("no assertion is left", "asserts", without_assertions),
    Damage("the code is in the tests", "original", with_the_code),
    Damage("no test is named as one", "collected", without_tests),
)


async def main(projects: list[Path]) -> None:
    """Print how many damaged copies each check lets pass."""
    counts: Counter[tuple[str, str, bool]] = Counter()
    read = {project: list(sources(project)) for project in projects}
    for files in read.values():
        for language in {file.language for file in files}:
            own = [file for file in files if file.language == language]
            code = [file for file in own if not is_test_path(file.path)]
            tests = [file for file in own if is_test_path(file.path) and is_of_tests(file)]
            await damaged(language, some(code, MAX_CODE // 3), code, files, OF_CODE, counts)
            await damaged(language, some(tests, MAX_TESTS // 3), code, files, OF_TESTS, counts)
    names = dict.fromkeys((name, check) for name, check, _ in counts)
    rows: list[tuple[str, ...]] = []
    for name, check in names:
        missed = counts[name, check, False]
        made = missed + counts[name, check, True]
        rows.append((name, check, str(made), f"{100 * missed / made:.0f} %"))
    print(table(("damage", "check", "copies", "passed"), rows))
    await POOL.end()


async def damaged(
    language: str,
    chosen: list[File],
    code: list[File],
    every: list[File],
    damages: tuple[Damage, ...],
    counts: Counter[tuple[str, str, bool]],
) -> None:
    part = CODE if damages is OF_CODE else TESTS
    benches = {
        "": a_bench(language, PROMPT, beside(code)),
        "imports": a_bench(language, PROMPT, beside(every)),
    }
    for file in chosen:
        for damage, copy in copies(file, damages, code):
            draft = a_draft((copy,))
            draft = draft if part is CODE else tests_of(draft)
            blocked = {
                check
                for check, finding in await findings_of(part, draft, benches)
                if finding.severity == "block"
            }
            counts[damage.name, damage.check, damage.check in blocked] += 1


def copies(
    file: File, damages: tuple[Damage, ...], others: list[File]
) -> Iterator[tuple[Damage, File]]:
    for damage in damages:
        content = damage.done(file, others)
        if content is not None and content != file.content:
            yield damage, file.model_copy(update={"content": content})


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    asyncio.run(main(sorted(parser.parse_args().folder.iterdir())))
