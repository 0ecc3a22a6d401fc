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
from kuznia.domains.code.skeletons.strategies import ModuleTypes, strategy
from kuznia.domains.code.skeletons.twins import is_settling, opposites, rivals

_HEAD = '''"""Skeletons of property tests for {path}, written from its signatures without a model.

They can be run as they are; whether what they ask is right is for you to say. Sharpen them.
"""

'''
MAX_LINE = 88
# What the tests themselves need.
_TAKEN = frozenset(("asyncio", "given", "result", "st"))
_TYPES: dict[str, str] = {
    **{name: name for name in ("int", "str", "bytes", "bool", "list", "dict", "set", "tuple")},
    **{"float": "(int, float)", "List": "list", "Dict": "dict", "Set": "set", "Tuple": "tuple"},
    "frozenset": "frozenset",
}


@dataclass(frozen=True, slots=True)
class Subject:
    """A function that can be called with generated values, and how to call it."""

    node: Function
    # The whole name in the tests, the strategies by parameter, and the errors it raises itself.
    call: str
    strategies: Mapping[str, str]
    raised: tuple[str, ...]

    @property
    def name(self) -> str:
        return self.node.name

    def called(self, *values: str) -> str:
        """The call with these values, or with the parameters' names as values."""
        first = {argument.arg for argument in self.node.args.posonlyargs}
        if values:
            (name,) = self.strategies
            by_name = name in {argument.arg for argument in self.node.args.kwonlyargs}
            arguments = f"{name}={values[0]}" if by_name else values[0]
        else:
            arguments = ", ".join(
                _local(name) if name in first else f"{name}={_local(name)}"
                for name in self.strategies
            )
        call = f"{self.call}({arguments})"
        return f"asyncio.run({call})" if isinstance(self.node, ast.AsyncFunctionDef) else call


def _local(parameter: str) -> str:
    return f"{parameter}_" if parameter in _TAKEN or keyword.iskeyword(parameter) else parameter


def test_path(path: str) -> str:
    """The path of the tests of a source: beside it."""
    pure = PurePosixPath(path)
    return str(pure.with_name(f"test_{pure.stem}_properties.py"))


def properties(path: str, tree: ast.Module, public: frozenset[int]) -> tuple[str, tuple[Left, ...]]:
    """A test module (empty where nothing can be tested) and what it omits; `public`: lines."""
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
    classes = {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}
    known, outside = ModuleTypes(module, classes), reaching(tree)
    subjects: dict[str, Subject] = {}
    left: list[Left] = []
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and node.lineno in public:
            reason = "methods need an object: write their tests by hand"
            if any(isinstance(item, ast.FunctionDef) and item.name[0] != "_" for item in node.body):
                left.append(Left(path=path, line=node.lineno, name=node.name, reason=reason))
        if (
            not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            or node.lineno not in public
        ):
            continue
        subject = "" if node.name in outside else _subject(node, known)
        if isinstance(subject, Subject):
            subjects[node.name] = subject
            continue
        reason = subject or "it reaches outside of the program: write its test by hand"
        left.append(Left(path=path, line=node.lineno, name=node.name, reason=reason))
    return subjects, tuple(left)


def _subject(node: Function, known: ModuleTypes) -> Subject | str:
    """The function as a subject, or the reason why it is none."""
    if decorators(node) - {"cache", "lru_cache", "wraps"}:
        return "a decorator may change how it is called"
    if any(isinstance(inner, ast.Yield | ast.YieldFrom) for inner in own(node)):
        return "a generator does nothing until it is asked"
    strategies = _strategies(node, known)
    if isinstance(strategies, str):
        return strategies
    raised = tuple(
        name if hasattr(builtins, name) else f"{known.module}.{name}" for name in raises(node)
    )
    return Subject(node, f"{known.module}.{node.name}", strategies, raised)


def _strategies(node: Function, known: ModuleTypes) -> dict[str, str] | str:
    """A strategy for each parameter, or why there is none."""
    strategies: dict[str, str] = {}
    for parameter, default in _parameters(node.args):
        made = strategy(parameter.annotation, known)
        if made:
            strategies[parameter.arg] = made
        elif default is None:
            reason = "no annotation" if parameter.annotation is None else "no values known"
            return f"{reason} for {parameter.arg}"
        elif parameter in node.args.posonlyargs:
            break
    if known.module in strategies:
        return "a parameter has the module's name"
    return strategies or "it takes nothing that could be varied"


def _parameters(arguments: ast.arguments) -> Iterator[tuple[ast.arg, ast.expr | None]]:
    placed = [*arguments.posonlyargs, *arguments.args]
    without: Sequence[None] = [None] * (len(placed) - len(arguments.defaults))
    yield from zip(placed, [*without, *arguments.defaults], strict=True)
    yield from zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)


def _written(name: str, says: str, strategies: Mapping[str, str], body: list[str]) -> str:
    arguments = [f"{_local(parameter)}={made}" for parameter, made in strategies.items()]
    line = f"@given({', '.join(arguments)})"
    return "\n".join(
        (
            line
            if len(line) <= MAX_LINE
            else "\n    ".join(("@given(", *(f"{argument}," for argument in arguments))) + "\n)",
            f"def test_{name}({', '.join(map(_local, strategies))}):",
            f'    """{says}"""',
            *(f"    {line}" for line in body),
            "",
        )
    )


def _guarded(subjects: Sequence[Subject], calls: Sequence[str]) -> list[str]:
    """The calls; an error that the code raises itself counts as an answer too."""
    raised = list(dict.fromkeys(name for subject in subjects for name in subject.raised))
    if not raised:
        return list(calls)
    caught = raised[0] if len(raised) == 1 else f"({', '.join(raised)})"
    return ["try:", *(f"    {call}" for call in calls), f"except {caught}:", "    return"]


def _round_trips(subjects: Mapping[str, Subject]) -> Iterator[str]:
    for names in opposites(subjects):
        there, back = (subjects[name] for name in names)
        if len(there.strategies) == len(back.strategies) == 1 and _fits(there.node, back.node):
            (name,) = there.strategies
            calls = [f"result = {back.called(there.called(_local(name)))}"]
            yield _written(
                f"{there.name}_and_{back.name}_give_back_what_went_in",
                "There and back again changes nothing.",
                there.strategies,
                [*_guarded((there, back), calls), f"assert result == {_local(name)}"],
            )


def _fits(first: Function, second: Function) -> bool:
    """Whether each function takes what the other returns."""
    taken = [next(_parameters(node.args))[0].annotation for node in (first, second)]
    return _same(first.returns, taken[1]) and _same(second.returns, taken[0])


def _same(first: ast.expr | None, second: ast.expr | None) -> bool:
    return first is not None and second is not None and ast.unparse(first) == ast.unparse(second)


def _rivals(subjects: Mapping[str, Subject]) -> Iterator[str]:
    for names in rivals(subjects):
        first, second = (subjects[name] for name in names)
        if first.strategies == second.strategies:
            calls = [f"result = {first.called()}", f"expected = {second.called()}"]
            yield _written(
                f"{first.name}_agrees_with_{second.name}",
                "Two ways to the same answer.",
                first.strategies,
                [*_guarded((first, second), calls), "assert result == expected"],
            )


def _alone(subject: Subject) -> str:
    body = _guarded((subject,), [f"result = {subject.called()}"])
    promised = _promised(subject.node.returns)
    says = "Whatever its annotations allow, it ends without an error that it does not raise itself."
    if len(subject.strategies) == 1 and is_settling(subject.name):
        first, _ = next(_parameters(subject.node.args))
        if _same(subject.node.returns, first.annotation):
            body.append(f"assert {subject.called('result')} == result")
            return _written(
                f"{subject.name}_settles",
                "A second time changes nothing.",
                subject.strategies,
                body,
            )
    if promised:
        return _written(
            f"{subject.name}_keeps_its_promise",
            says,
            subject.strategies,
            [*body, f"assert {promised}"],
        )
    calls = [line.replace("result = ", "") for line in body]
    return _written(f"{subject.name}_does_not_fail", says, subject.strategies, calls)


def _promised(returns: ast.expr | None) -> str:
    """The assertion that follows from the return annotation; empty where there is none."""
    if isinstance(returns, ast.Constant) and returns.value is None:
        return "result is None"
    node = returns.value if isinstance(returns, ast.Subscript) else returns
    kind = _TYPES.get(node.id) if isinstance(node, ast.Name) else None
    return f"isinstance(result, {kind})" if kind else ""
