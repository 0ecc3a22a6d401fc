"""The checks of tests: they test this code, and they can fail."""

import ast
import re
from collections.abc import Iterator

from kuznia.domains.code.checks.source import SOURCE, held_apart, is_readable, short, written
from kuznia.domains.code.languages.find import get
from kuznia.domains.code.languages.testing import asserts
from kuznia.domains.code.parsing.pytree import Function, statements, tree_of
from kuznia.domains.code.parsing.symbols import public, symbols
from kuznia.domains.code.schema import CodeBench, CodeInput, File, TestsDraft
from kuznia.forge.terms import Check, Finding

# Tests that share this much of their own lines with the code are the code again.
MAX_SHARED = 0.6
MAX_LISTED = 10
_WORD = re.compile(r"\w+")


def name_what_they_test(draft: TestsDraft, bench: CodeBench) -> Iterator[Finding]:
    """Tests that never mention the code would pass whatever it does."""
    language = get(bench.reading.language)
    names = [s.name for file in written(bench).files for s in public(file.content, language)]
    mentioned = {word for file in draft.files for word in _WORD.findall(file.content)}
    absent = [name for name in dict.fromkeys(names) if name not in mentioned]
    if not absent:
        return
    listed = ", ".join(map(short, absent[:MAX_LISTED]))
    if len(absent) == len(set(names)):
        hint = f"Import the code under test and call {listed}."
        yield Finding(
            "tests-nothing", "block", draft.files[0].path, "No test names the code.", hint
        )
    else:
        yield Finding("untested", "warn", draft.files[0].path, f"No test names {listed}.")


def assert_something(draft: TestsDraft, _: CodeBench) -> Iterator[Finding]:
    """A test without an assertion only shows that the code can be called."""
    if not any(asserts(file.content, file.language) for file in draft.files):
        yield Finding(
            "no-assertion",
            "block",
            draft.files[0].path,
            "No test asserts anything.",
            "Assert in every test what would be false if the code were wrong.",
        )
        return
    for file in draft.files:
        yield from _idle_tests(file)


def _idle_tests(file: File) -> Iterator[Finding]:
    tree = tree_of(file.content) if file.language == "python" else None
    for node in statements(tree) if tree else ():
        if isinstance(node, Function) and node.name.startswith("test") and not _can_fail(node):
            yield Finding(
                "test-without-assertion",
                "block",
                f"{file.path}:{node.lineno}",
                f"{short(node.name)} asserts nothing.",
                "Assert what the call must return, or that it must raise.",
            )


def _can_fail(test: Function) -> bool:
    """Whether a test asserts, or calls something whose name says that it does."""
    for node in ast.walk(test):
        if isinstance(node, ast.Assert | ast.Raise):
            return True
        if isinstance(node, ast.Call):
            called = node.func
            name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
            if re.match(r"assert|raises|warns|fail|check|verify|expect", name):
                return True
    return False


def are_collected(draft: TestsDraft, _: CodeBench) -> Iterator[Finding]:
    """pytest reports nothing for a file in which it finds no test."""
    for file in draft.files:
        tree = tree_of(file.content) if file.language == "python" else None
        helper = file.path.endswith(("conftest.py", "__init__.py"))
        if tree and not helper and not any(map(_is_test, statements(tree))):
            yield Finding(
                "no-test",
                "block",
                file.path,
                "The file has no function that pytest would run.",
                "Name every test function test_ and what it shows.",
            )


def _is_test(node: ast.AST) -> bool:
    return isinstance(node, Function) and node.name.startswith("test")


def are_no_copy(draft: TestsDraft, bench: CodeBench) -> Iterator[Finding]:
    """Tests that contain a copy of the code test the copy."""
    language = get(bench.reading.language)
    code = written(bench).files
    lines = {line for file in code for line in _lines(file)}
    own = [line for file in draft.files for line in _lines(file)]
    hint = "Import the code under test; do not repeat it."
    if own and sum(line in lines for line in own) > MAX_SHARED * len(own):
        yield Finding(
            "copied-code", "block", draft.files[0].path, "The tests repeat the code.", hint
        )
        return
    names = {s.name for file in code for s in public(file.content, language)}
    for file in draft.files if is_readable(draft) else ():
        again = [s for s in symbols(file.content, language) if s.name in names and not s.nested]
        for symbol in again[:MAX_LISTED]:
            where = f"{file.path}:{symbol.line}"
            message = f"{short(symbol.name)} is defined again."
            yield Finding("copied-code", "block", where, message, hint)


def _lines(file: File) -> list[str]:
    """The lines with content; brackets and blank lines are the same everywhere."""
    stripped = (line.strip() for line in file.content.split("\n"))
    return [line for line in stripped if len(line) > 6]


TESTS: tuple[Check[TestsDraft, CodeInput], ...] = (
    *SOURCE,
    Check("names", held_apart(name_what_they_test)),
    Check("asserts", held_apart(assert_something)),
    Check("collected", held_apart(are_collected)),
    Check("original", held_apart(are_no_copy)),
)
