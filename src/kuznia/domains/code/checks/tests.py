"""The checks of tests: they test this code, and they can fail."""

import ast
import re
from collections.abc import Iterator

from kuznia.domains.code.checks.mentions import is_mentioned, is_own
from kuznia.domains.code.checks.sound import SOUND
from kuznia.domains.code.checks.source import SOURCE, held_apart, is_readable, short, written
from kuznia.domains.code.languages.find import get
from kuznia.domains.code.languages.paths import stem
from kuznia.domains.code.languages.table import Language
from kuznia.domains.code.languages.testing import asserts
from kuznia.domains.code.parsing.pytree import Function, statements, tree_of
from kuznia.domains.code.parsing.symbols import Symbol, public, symbols
from kuznia.domains.code.schema import CodeBench, CodeInput, File, TestsDraft
from kuznia.forge.terms import Check, Finding

# Tests that share this much of their own lines with the code are the code again.
MAX_SHARED = 0.6
MAX_LISTED = 10
_WORD = re.compile(r"\w+")


def name_what_they_test(draft: TestsDraft, bench: CodeBench) -> Iterator[Finding]:
    """Tests that never mention the code would pass whatever it does."""
    language = get(bench.reading.language)
    code = written(bench).files
    names = [s.name for file in code for s in public(file.content, language)]
    text = "\n".join(file.content for file in draft.files)
    mentioned = set(_WORD.findall(text))
    absent = [name for name in dict.fromkeys(names) if name not in mentioned]
    if not absent:
        return
    listed = ", ".join(map(short, absent[:MAX_LISTED]))
    named = (name for name in names if name in mentioned)
    if any(map(is_own, named)) or is_mentioned(code, text, mentioned):
        yield Finding("untested", "warn", draft.files[0].path, f"No test names {listed}.")
    else:
        hint = f"Import the code under test and call {listed}."
        yield Finding(
            "tests-nothing", "block", draft.files[0].path, "No test names the code.", hint
        )


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
    if tree is None:
        return
    tests = [node for node in statements(tree) if isinstance(node, Function) and _is_test(node)]
    helpers = _asserting(tree)
    idle = [test for test in tests if not _can_fail(test, helpers)]
    for test in idle:
        # That nothing is raised is something to show, but not by most tests.
        shows = _calls(test) and (_NO_ERROR.search(test.name) or 2 * len(idle) < len(tests))
        yield Finding(
            "test-without-assertion",
            "warn" if shows else "block",
            f"{file.path}:{test.lineno}",
            f"{short(test.name)} asserts nothing.",
            "Assert what the call must return, or that it must raise.",
        )


def _asserting(tree: ast.Module) -> set[str]:
    """The names of the helpers in a file that assert something."""
    functions = [node for node in statements(tree) if isinstance(node, Function)]
    return {f.name for f in functions if not _is_test(f) and _can_fail(f, set())}


def _can_fail(test: Function, helpers: set[str]) -> bool:
    """Whether a test asserts, or calls something that does, or whose name says that it does."""
    for node in ast.walk(test):
        if isinstance(node, ast.Assert | ast.Raise):
            return True
        name = _called(node) if isinstance(node, ast.Call) else ""
        if name in helpers or _ASSERTS.match(name):
            return True
    return False


_ASSERTS = re.compile(r"_*(?:assert|raises|warns|fail|check|verify|expect|test_)")
# The name of a test that shows that something is accepted.
_NO_ERROR = re.compile(r"accept|allow|error|fine|good|ignore|legal|no_op|ok|pass|raise|valid|works")
_SAYS_NOTHING = frozenset(("print", "len", "str", "repr", "list", "dict", "range", "sleep"))


def _called(call: ast.Call) -> str:
    called = call.func
    return called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")


def _calls(test: Function) -> bool:
    """Whether a test calls anything whose success would show something."""
    calls = [node for node in ast.walk(test) if isinstance(node, ast.Call)]
    return any(_called(call) not in _SAYS_NOTHING for call in calls)


def are_collected(draft: TestsDraft, _: CodeBench) -> Iterator[Finding]:
    """pytest reports nothing for a file in which it finds no test."""
    for file in draft.files:
        tree = tree_of(file.content) if file.language == "python" else None
        helps = not _TEST_FILE.fullmatch(file.path.rpartition("/")[2]) and len(draft.files) > 1
        if tree and not helps and not any(map(_is_collected, statements(tree))):
            yield Finding(
                "no-test",
                "block",
                file.path,
                "The file has no function that pytest would run.",
                "Name every test function test_ and what it shows.",
            )


# What pytest looks into; other files of tests hold helpers and factories.
_TEST_FILE = re.compile(r"test_.*\.py|.*_test\.py|tests\.py")


def _is_test(node: ast.AST) -> bool:
    return isinstance(node, Function) and node.name.startswith("test")


def _is_collected(node: ast.AST) -> bool:
    """Whether pytest finds a test there: a function, or the test case of a state machine."""
    if isinstance(node, ast.Assign):
        names = [target.id for target in node.targets if isinstance(target, ast.Name)]
        return any(name.startswith("Test") for name in names)
    return _is_test(node) or (isinstance(node, Function) and node.name == "runTest")


def are_no_copy(draft: TestsDraft, bench: CodeBench) -> Iterator[Finding]:
    """Tests that contain a copy of the code test the copy."""
    language = get(bench.reading.language)
    code = written(bench).files
    lines = {line for file in code for line in _long_lines(file.content)}
    own = [line for file in draft.files for line in _long_lines(file.content)]
    hint = "Import the code under test; do not repeat it."
    if own and sum(line in lines for line in own) > MAX_SHARED * len(own):
        yield Finding(
            "copied-code", "block", draft.files[0].path, "The tests repeat the code.", hint
        )
        return
    for file in draft.files if is_readable(draft) else ():
        for symbol in tuple(_defined_again(file, code, language, lines))[:MAX_LISTED]:
            where = f"{file.path}:{symbol.line}"
            message = f"{short(symbol.name)} is defined again."
            yield Finding("copied-code", "block", where, message, hint)


def _defined_again(
    file: File, code: tuple[File, ...], language: Language, lines: set[str]
) -> Iterator[Symbol]:
    """What a file of tests has of the code: a double of its own has another body, or other code
    is imported to be tested.
    """
    names = {s.name for f in code for s in public(f.content, language) if _is_outermost(s)}
    for symbol in symbols(file.content, language):
        if symbol.name not in names or symbol.nested or not _is_outermost(symbol):
            continue
        body = _long_lines(symbol.body or "")
        is_copy = len(body) > 1 and sum(line in lines for line in body) > MAX_SHARED * len(body)
        if is_copy or (language.name in _IMPORTING and not _imports(file, code)):
            yield symbol


# Languages in which nothing can be tested without an import of it.
_IMPORTING = frozenset(("python", "javascript", "typescript", "tsx"))
_IMPORT = re.compile(r"\b(?:from|import|require)\b[ \t(]*[^\n]{0,200}")
_RECEIVER = re.compile(r"func[ \t]*\(")


def _is_outermost(symbol: Symbol) -> bool:
    """Whether a symbol stands in no other, as far as its line shows."""
    return not symbol.head.startswith((" ", "\t")) and not _RECEIVER.match(symbol.head)


def _imports(file: File, code: tuple[File, ...]) -> bool:
    """Whether a file of tests imports a file of the code, by its name."""
    imported = " ".join(_IMPORT.findall(file.content))
    return any(stem(f.path) in imported for f in code)


def _long_lines(text: str) -> list[str]:
    """The lines with content; brackets and blank lines are the same everywhere."""
    return [line for line in map(str.strip, text.split("\n")) if len(line) > 6]


TESTS: tuple[Check[TestsDraft, CodeInput], ...] = (
    *SOURCE,
    *SOUND,
    Check("names", held_apart(name_what_they_test)),
    Check("asserts", held_apart(assert_something)),
    Check("collected", held_apart(are_collected)),
    Check("original", held_apart(are_no_copy)),
)
