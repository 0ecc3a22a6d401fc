"""Examples as tests of Python: one function each, run by pytest in the sandbox."""

import ast
from dataclasses import dataclass, field, replace
from importlib.resources import files as resources
from textwrap import indent

from kuznia.domains.code.imports.placement import module_name
from kuznia.domains.code.order_examples.example import ExampleTests, OrderExample
from kuznia.domains.code.order_examples.literals import BUILTINS, names
from kuznia.domains.code.order_examples.named import INPUT
from kuznia.domains.code.parsing.pytree import Function, tree_of
from kuznia.domains.code.schema import File

PATH, SUPPORT = "test_examples_of_the_request.py", "support_of_the_examples.py"
# Under a name that no code has: what the code defines is put beside it.
_HEAD = f"import {SUPPORT.removesuffix('.py')} as _the_support_\n"
_SETUP = """\
    try:
{statement}
    except Exception as error:
        import pytest
        pytest.skip(f"what it stands on raises {{type(error).__name__}}")
"""


@dataclass(slots=True)
class _Code:
    """What the code offers: its modules, the parameters of its functions, and all its names."""

    modules: list[str] = field(default_factory=list[str])
    functions: dict[str, ast.arguments] = field(default_factory=dict[str, ast.arguments])
    names: set[str] = field(default_factory=set[str])


def python_tests(
    examples: tuple[OrderExample, ...], files: tuple[File, ...], _: float = 0.0
) -> ExampleTests:
    """The examples as tests of these files."""
    code = _code(files)
    by_test: dict[str, OrderExample] = {}
    skipped: list[tuple[OrderExample, str]] = []
    content = _HEAD
    for example in examples:
        bound = _bound(example, code)
        if isinstance(bound, str):
            skipped.append((example, bound))
            continue
        name = f"test_example_{len(by_test) + 1}"
        by_test[name] = bound
        content += _test(name, bound, tuple(code.modules))
    tests = File(path=PATH, language="python", content=content)
    support = resources(__package__ or "").joinpath("python_support.py").read_text("utf-8")
    file = File(path=SUPPORT, language="python", content=support)
    return ExampleTests(tests, file, by_test, tuple(skipped))


def _test(name: str, example: OrderExample, modules: tuple[str, ...]) -> str:
    lines = f"\n\ndef {name}():\n    _the_support_.load({modules!r}, globals())\n"
    for statement in example.setup:
        lines += _SETUP.format(statement=indent(statement, " " * 8))
    if example.raises:
        return f"{lines}    _the_support_.must_raise(lambda: {example.call}, {example.raises!r})\n"
    asked = f"lambda: {example.call}, {example.value}, exact={example.exact}"
    return f"{lines}    _the_support_.must_give({asked})\n"


def _code(files: tuple[File, ...]) -> _Code:
    code = _Code()
    for file in files:
        tree = tree_of(file.content) if file.language == "python" else None
        if tree is None or file.path.endswith("__main__.py"):
            continue
        code.modules.append(module_name(file.path))
        for node in tree.body:
            if isinstance(node, Function):
                code.functions.setdefault(node.name, node.args)
                code.names.add(node.name)
            elif isinstance(node, ast.ClassDef):
                code.names.add(node.name)
    return code


def _bound(example: OrderExample, code: _Code) -> OrderExample | str:
    """The example with the function it calls, or why it cannot be run."""
    if not example.call:
        return _called(example, code)
    assigned = set[str]().union(*map(names, example.setup)) - code.names
    needed = names(example.call) - BUILTINS - assigned
    if absent := sorted(needed - code.names):
        return f"The code has no `{absent[0]}`."
    return example if needed or assigned else "It calls nothing of the code."


def _called(example: OrderExample, code: _Code) -> OrderExample | str:
    arguments = [name for name, _ in example.arguments]
    public = {
        name: _parameters(args) for name, args in code.functions.items() if not name.startswith("_")
    }
    fitting = [
        name
        for name, parameters in public.items()
        if parameters == arguments or (arguments == [INPUT] and len(public) == len(parameters) == 1)
    ]
    if len(fitting) != 1:
        return "No function of the code has exactly these parameters."
    values = ", ".join(value for _, value in example.arguments)
    return replace(example, call=f"{fitting[0]}({values})", arguments=())


def _parameters(arguments: ast.arguments) -> list[str]:
    if arguments.vararg or arguments.kwarg or arguments.kwonlyargs:
        return []
    return [argument.arg for argument in (*arguments.posonlyargs, *arguments.args)]
