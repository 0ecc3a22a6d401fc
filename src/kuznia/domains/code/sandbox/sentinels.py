"""Sentinels: each file of tests is run with one more at its end, which must fail (reports.py)."""

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from secrets import token_hex
from typing import TypeGuard

from kuznia.domains.code.languages.testing import looks_like_tests
from kuznia.domains.code.parsing.pytree import Function, tree_of
from kuznia.domains.code.sandbox.reports import SENTINEL, Expected, Sentinel
from kuznia.domains.code.schema import File

_SAYS = "This test must fail: it shows that failures are reported."
_GO_PACKAGE = re.compile(r"^package (\w+)", re.MULTILINE)
_GO_TEST = re.compile(r"^func (Test(?![a-z])\w*)\(\w+ \*testing\.T\)", re.MULTILINE)
# Only at the top, with a plain name: what stands further in may be there for some cases only.
_JS_TEST = re.compile(r"""^(?:test|it)\((["'])([\w ,.:/-]{1,200})\1""", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class GuardedTests:
    """The files to run, and what their report must contain."""

    files: tuple[File, ...]
    expected: Expected


def guarded(language: str, tests: tuple[File, ...]) -> GuardedTests:
    """The tests of a language, with their sentinels."""
    guard = _GUARDS[language]
    return guard(tests, token_hex(8))


def _python(tests: tuple[File, ...], secret: str) -> GuardedTests:
    files: list[File] = []
    names: list[str] = []
    sentinels: list[Sentinel] = []
    for file in tests:
        helper = PurePosixPath(file.path).name in ("conftest.py", "__init__.py")
        if file.language != "python" or helper:
            files.append(file)
        else:
            name = f"{SENTINEL}{secret}"
            sentinels.append(Sentinel(f"{file.path}::{name}", file.path))
            names += [f"{file.path}::{name}" for name in _python_tests(file.content)]
            last = f"\n\ndef {name}():\n    raise AssertionError({_SAYS!r})\n"
            files.append(_longer(file, last))
    return GuardedTests(tuple(files), Expected(tuple(dict.fromkeys(names)), tuple(sentinels)))


def _python_tests(content: str) -> Iterator[str]:
    """The names of the tests that pytest would collect, as far as they are plain to see."""
    tree = tree_of(content)
    for node in tree.body if tree else ():
        if _is_test(node):
            yield node.name
        elif isinstance(node, ast.ClassDef) and _holds_tests(node):
            yield from (f"{node.name}::{inner.name}" for inner in node.body if _is_test(inner))


def _is_test(node: ast.stmt) -> TypeGuard[Function]:
    # A fixture may be called as a test is.
    return (
        isinstance(node, Function)
        and node.name.startswith("test")
        and not any("fixture" in ast.dump(decorator) for decorator in node.decorator_list)
    )


def _holds_tests(node: ast.ClassDef) -> bool:
    own = {inner.name for inner in node.body if isinstance(inner, Function)}
    marked = any("__test__" in ast.dump(inner) for inner in node.body)
    unittests = any("TestCase" in ast.dump(base) for base in node.bases)
    return not marked and (unittests or (node.name.startswith("Test") and "__init__" not in own))


def _javascript(tests: tuple[File, ...], secret: str) -> GuardedTests:
    files: list[File] = []
    names: list[str] = []
    sentinels: list[Sentinel] = []
    for number, file in enumerate(tests):
        if not looks_like_tests(file.content, "javascript"):
            files.append(file)
        else:
            name = f"{SENTINEL}{secret}_{number}"
            sentinels.append(Sentinel(name, file.path))
            names += [match[2] for match in _JS_TEST.finditer(file.content)]
            # An import of this form is understood in both kinds of module.
            throws = f"() => {{ throw new Error({_SAYS!r}) }}"
            last = f'\n;import("node:test").then((run) => run.test("{name}", {throws}));\n'
            files.append(_longer(file, last))
    return GuardedTests(tuple(files), Expected(tuple(dict.fromkeys(names)), tuple(sentinels)))


def _go(tests: tuple[File, ...], secret: str) -> GuardedTests:
    """The tests of Go; a package is one program, so its last file holds the sentinel."""
    names: list[str] = []
    last: dict[PurePosixPath, File] = {}
    sentinels: list[Sentinel] = []
    for file in tests:
        test_names, package = _GO_TEST.findall(file.content), _GO_PACKAGE.search(file.content)
        if file.path.endswith("_test.go") and test_names and package:
            names += test_names
            folder = PurePosixPath(file.path).parent
            name = f"TestThatMustFail{secret}{len(last)}"
            if folder not in last:
                sentinels.append(Sentinel(name, file.path))
                content = (
                    f'package {package[1]}\n\nimport "testing"\n\n'
                    f'func {name}(t *testing.T) {{ t.Fatal("{_SAYS}") }}\n'
                )
                path = (folder / f"zz_{secret}_test.go").as_posix()
                last[folder] = File(path=path, language="go", content=content)
    files = (*tests, *last.values())
    return GuardedTests(files, Expected(tuple(dict.fromkeys(names)), tuple(sentinels)))


def _longer(file: File, text: str) -> File:
    return file.model_copy(update={"content": file.content + text})


_GUARDS: dict[str, Callable[[tuple[File, ...], str], GuardedTests]] = {
    "python": _python,
    "javascript": _javascript,
    "go": _go,
}
