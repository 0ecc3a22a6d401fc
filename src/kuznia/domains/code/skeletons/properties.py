"""Property tests for a Python module, written from its names and annotations."""

import ast
import builtins
import keyword
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from kuznia.domains.code.parsing.pytree import Function, decorators
from kuznia.domains.code.skeletons.documented import own, raises
from kuznia.domains.code.skeletons.outside import reaching
from kuznia.domains.code.skeletons.result import Left
from kuznia.domains.code.skeletons.strategies import Known, strategy
from kuznia.domains.code.skeletons.twins import is_settling, opposites, rivals

_HEAD = '''"""Skeletons of property tests for {path}, written from its signatures without a model.

They can be run as they are; whether what they ask is right is for you to say. Sharpen them.
"""

'''
MOST_LINE = 88
# What the tests themselves need.
_TAKEN = frozenset(("asyncio", "given", "result", "st"))
_TYPES: dict[str, str] = {
    **{name: name for name in ("int", "str", "bytes", "bool", "list", "dict", "set", "tuple")},
    **{"float": "(int, float)", "List": "list", "Dict": "dict", "Set": "set", "Tuple": "tuple"},
    "frozenset": "frozenset",
}


@dataclass(frozen=True, slots=True)
class Subject:
    """A function that can be called with made-up values, and what to call it with."""

    node: Function
    # The whole name in the tests, the strategies by parameter, and the errors it raises itself.
    call: str
    given: Mapping[str, str]
    raised: tuple[str, ...]

    @property
    def name(self) -> str:
        return self.node.name

    def called(self, *values: str) -> str:
        """The call with these values, or with those that are given by the names of parameters."""
        first = {one.arg for one in self.node.args.posonlyargs}
        if values:
            (name,) = self.given
            by_name = name in {one.arg for one in self.node.args.kwonlyargs}
            said = f"{name}={values[0]}" if by_name else values[0]
        else:
            said = ", ".join(one if one in first else f"{one}={_local(one)}" for one in self.given)
        call = f"{self.call}({said})"
        return f"asyncio.run({call})" if isinstance(self.node, ast.AsyncFunctionDef) else call


def _local(parameter: str) -> str:
    return f"{parameter}_" if parameter in _TAKEN or keyword.iskeyword(parameter) else parameter


def test_path(path: str) -> str:
    """Where the tests of a source go: beside it."""
    pure = PurePosixPath(path)
    return str(pure.with_name(f"test_{pure.stem}_properties.py"))


def properties(path: str, tree: ast.Module, public: frozenset[int]) -> tuple[str, tuple[Left, ...]]:
    """A test module (empty where nothing can be tested) and what it leaves out; `public`: lines."""
    parts = PurePosixPath(path.removeprefix("src/")).with_suffix("").parts
    parts = parts[:-1] if parts[-1:] == ("__init__",) else parts
    if not parts or not all(part.isidentifier() and not keyword.iskeyword(part) for part in parts):
        return "", (Left(path=path, line=1, name=path, reason="it cannot be imported by its path"),)
    module = parts[-1]
    if module in _TAKEN or module == "hypothesis":
        return "", (
            Left(path=path, line=1, name=path, reason="the tests need its name themselves"),
        )
    subjects, left = _subjects(path, module, tree, public)
    tests = [*_round_trips(subjects), *_rivals(subjects), *map(_alone, subjects.values())]
    if not tests:
        return "", left
    loop = "import asyncio\n\n" if any("asyncio.run" in test for test in tests) else ""
    ours = f"from {'.'.join(parts[:-1])} import {module}" if parts[:-1] else f"import {module}"
    imports = f"from hypothesis import given\nfrom hypothesis import strategies as st\n\n{ours}\n"
    text = f"{_HEAD.format(path=path)}{loop}{imports}\n\n" + "\n\n".join(tests)
    return text, left


def _subjects(
    path: str, module: str, tree: ast.Module, public: frozenset[int]
) -> tuple[dict[str, Subject], tuple[Left, ...]]:
    classes = {one.name: one for one in tree.body if isinstance(one, ast.ClassDef)}
    known, outside = Known(module, classes), reaching(tree)
    subjects: dict[str, Subject] = {}
    left: list[Left] = []
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and node.lineno in public:
            reason = "methods need an object: write their tests by hand"
            if any(isinstance(one, ast.FunctionDef) and one.name[0] != "_" for one in node.body):
                left.append(Left(path=path, line=node.lineno, name=node.name, reason=reason))
        if (
            not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            or node.lineno not in public
        ):
            continue
        found = "" if node.name in outside else _subject(node, known)
        if isinstance(found, Subject):
            subjects[node.name] = found
            continue
        reason = found or "it reaches outside of the program: write its test by hand"
        left.append(Left(path=path, line=node.lineno, name=node.name, reason=reason))
    return subjects, tuple(left)


def _subject(node: Function, known: Known) -> Subject | str:
    """What can be called, or why not."""
    if decorators(node) - {"cache", "lru_cache", "wraps"}:
        return "a decorator may change how it is called"
    if any(isinstance(one, ast.Yield | ast.YieldFrom) for one in own(node)):
        return "a generator does nothing until it is asked"
    given = _given(node, known)
    if isinstance(given, str):
        return given
    raised = tuple(
        name if hasattr(builtins, name) else f"{known.module}.{name}" for name in raises(node)
    )
    return Subject(node, f"{known.module}.{node.name}", given, raised)


def _given(node: Function, known: Known) -> dict[str, str] | str:
    """Values for what it takes, or what it is that none are known for."""
    given: dict[str, str] = {}
    for parameter, default in _parameters(node.args):
        made = strategy(parameter.annotation, known)
        if made:
            given[parameter.arg] = made
        elif default is None:
            said = "no annotation" if parameter.annotation is None else "no values known"
            return f"{said} for {parameter.arg}"
        elif parameter in node.args.posonlyargs:
            break
    if known.module in given:
        return "a parameter has the module's name"
    return given or "it takes nothing that could be varied"


def _parameters(arguments: ast.arguments) -> Iterator[tuple[ast.arg, ast.expr | None]]:
    placed = [*arguments.posonlyargs, *arguments.args]
    without: Sequence[None] = [None] * (len(placed) - len(arguments.defaults))
    yield from zip(placed, [*without, *arguments.defaults], strict=True)
    yield from zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)


def _written(name: str, says: str, given: Mapping[str, str], body: list[str]) -> str:
    asked = [f"{_local(one)}={made}" for one, made in given.items()]
    line = f"@given({', '.join(asked)})"
    return "\n".join(
        (
            line
            if len(line) <= MOST_LINE
            else "\n    ".join(("@given(", *(f"{one}," for one in asked))) + "\n)",
            f"def test_{name}({', '.join(map(_local, given))}):",
            f'    """{says}"""',
            *(f"    {line}" for line in body),
            "",
        )
    )


def _guarded(subjects: Sequence[Subject], calls: Sequence[str]) -> list[str]:
    """Calls that may end with an error that the code raises itself; that is an answer too."""
    raised = list(dict.fromkeys(name for one in subjects for name in one.raised))
    if not raised:
        return list(calls)
    caught = raised[0] if len(raised) == 1 else f"({', '.join(raised)})"
    return ["try:", *(f"    {call}" for call in calls), f"except {caught}:", "    return"]


def _round_trips(subjects: Mapping[str, Subject]) -> Iterator[str]:
    for there, back in opposites(subjects):
        one, other = subjects[there], subjects[back]
        if len(one.given) == len(other.given) == 1 and _fits(one.node, other.node):
            (name,) = one.given
            calls = [f"result = {other.called(one.called(_local(name)))}"]
            yield _written(
                f"{there}_and_{back}_give_back_what_went_in",
                "There and back again changes nothing.",
                one.given,
                [*_guarded((one, other), calls), f"assert result == {_local(name)}"],
            )


def _fits(one: Function, other: Function) -> bool:
    """Whether what the one gives can be given to the other, and what that gives came from it."""
    taken = [next(_parameters(node.args))[0].annotation for node in (one, other)]
    return _same(one.returns, taken[1]) and _same(other.returns, taken[0])


def _same(one: ast.expr | None, other: ast.expr | None) -> bool:
    return one is not None and other is not None and ast.unparse(one) == ast.unparse(other)


def _rivals(subjects: Mapping[str, Subject]) -> Iterator[str]:
    for first, second in rivals(subjects):
        one, other = subjects[first], subjects[second]
        if one.given == other.given:
            calls = [f"result = {one.called()}", f"expected = {other.called()}"]
            yield _written(
                f"{first}_agrees_with_{second}",
                "Two ways to the same answer.",
                one.given,
                [*_guarded((one, other), calls), "assert result == expected"],
            )


def _alone(one: Subject) -> str:
    body = _guarded((one,), [f"result = {one.called()}"])
    promised = _promised(one.node.returns)
    says = "Whatever its annotations allow, it ends without an error that it does not raise itself."
    if len(one.given) == 1 and is_settling(one.name):
        first, _ = next(_parameters(one.node.args))
        if _same(one.node.returns, first.annotation):
            body.append(f"assert {one.called('result')} == result")
            return _written(
                f"{one.name}_settles", "A second time changes nothing.", one.given, body
            )
    if promised:
        return _written(
            f"{one.name}_keeps_its_promise", says, one.given, [*body, f"assert {promised}"]
        )
    calls = [line.replace("result = ", "") for line in body]
    return _written(f"{one.name}_does_not_fail", says, one.given, calls)


def _promised(returns: ast.expr | None) -> str:
    """What the annotation says of the result, as far as a simple question can ask it."""
    if isinstance(returns, ast.Constant) and returns.value is None:
        return "result is None"
    node = returns.value if isinstance(returns, ast.Subscript) else returns
    kind = _TYPES.get(node.id) if isinstance(node, ast.Name) else None
    return f"isinstance(result, {kind})" if kind else ""
