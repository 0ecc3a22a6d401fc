"""Examples as tests of Python: one function each, run by pytest in the sandbox."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from importlib.resources import files as resources
from textwrap import indent
from typing import TypeGuard

from kuznia.domains.code.imports.placement import module_name
from kuznia.domains.code.order_examples.example import (
    ExampleTests,
    OrderExample,
    not_run,
    not_there,
)
from kuznia.domains.code.order_examples.literals import BUILTINS, names
from kuznia.domains.code.order_examples.named import INPUT
from kuznia.domains.code.order_examples.properties import OrderProperty
from kuznia.domains.code.order_examples.property_tests import PropertyTest, property_tests
from kuznia.domains.code.order_examples.sessions import assigned
from kuznia.domains.code.parsing.pytree import Function, tree_of
from kuznia.domains.code.schema import CaseRun, File

PATH, SUPPORT = "test_examples_of_the_request.py", "support_of_the_examples.py"
# Under a name that no code has: what the code defines is put beside it.
_HEAD = f"import {SUPPORT.removesuffix('.py')} as _the_support_\n"
_SETUP = """\
    try:
{statement}
    except (NameError, AttributeError, TypeError):
        raise
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
    examples: tuple[OrderExample, ...],
    files: tuple[File, ...],
    _: float = 0.0,
    properties: tuple[OrderProperty, ...] = (),
) -> ExampleTests:
    """The examples and properties as tests of these files."""
    code = _code(files)
    made = [*property_tests(properties, examples, code.functions)]
    examples = (*examples, *(test for test in made if isinstance(test, OrderExample)))
    by_test: dict[str, str] = {}
    unfit: list[CaseRun] = []
    content = _HEAD
    for example in examples:
        bound = _bound(example, code, files)
        if isinstance(bound, CaseRun):
            unfit.append(bound)
            continue
        if bound.title in by_test.values():
            continue
        name = f"test_example_{len(by_test) + 1}"
        by_test[name] = bound.title
        content += _test(name, bound, tuple(code.modules))
    for test in made:
        if isinstance(test, PropertyTest):
            name = f"test_property_{len(by_test) + 1}"
            by_test[name] = test.title
            content += _property(name, test, tuple(code.modules))
    tests = File(path=PATH, language="python", content=content)
    support = resources(__package__ or "").joinpath("python_support.py").read_text("utf-8")
    file = File(path=SUPPORT, language="python", content=support)
    return ExampleTests(tests, file, by_test, tuple(unfit))


def _test(name: str, example: OrderExample, modules: tuple[str, ...]) -> str:
    lines = f"\n\ndef {name}():\n    _the_support_.load({modules!r}, globals())\n"
    for statement in example.setup:
        lines += _SETUP.format(statement=indent(statement, " " * 8))
    if example.raises:
        return f"{lines}    _the_support_.must_raise(lambda: {example.call}, {example.raises!r})\n"
    asked = f"lambda: {example.call}, {example.value}, exact={example.exact}"
    return f"{lines}    _the_support_.must_give({asked})\n"


def _property(name: str, test: PropertyTest, modules: tuple[str, ...]) -> str:
    functions, inputs = ", ".join(test.functions), ", ".join(test.inputs)
    return (
        f"\n\ndef {name}():\n    _the_support_.load({modules!r}, globals())\n"
        f"    _the_support_.must_hold({test.kind!r}, [{functions}], [{inputs}])\n"
    )


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
            else:
                code.names.update(_bound_names(node))
    return code


def _bound_names(node: ast.stmt) -> Iterator[str]:
    """The names that a statement of a module gives a value: of classes, variables, imports."""
    if isinstance(node, ast.ClassDef):
        yield node.name
    if isinstance(node, ast.Assign | ast.AnnAssign):
        yield from (n.id for n in ast.walk(node) if _is_stored(n))
    if isinstance(node, ast.ImportFrom):
        yield from (alias.asname or alias.name for alias in node.names)


def _is_stored(node: ast.AST) -> TypeGuard[ast.Name]:
    return isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)


def _bound(example: OrderExample, code: _Code, files: tuple[File, ...]) -> OrderExample | CaseRun:
    """The example with the function it calls, or why it cannot be run."""
    if not example.call:
        return _called(example, code)
    before = set[str]().union(*map(names, example.setup), *map(assigned, example.setup))
    before -= code.names
    needed = names(example.call) - BUILTINS - before
    if absent := sorted(needed - code.names):
        return not_there(example, absent[0], files)
    if needed or before:
        return example
    return not_run(example.title, "It calls nothing of the code.")


def _called(example: OrderExample, code: _Code) -> OrderExample | CaseRun:
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
        return not_run(example.title, "No function of the code has exactly these parameters.")
    values = ", ".join(value for _, value in example.arguments)
    return replace(example, call=f"{fitting[0]}({values})", arguments=())


def _parameters(arguments: ast.arguments) -> list[str]:
    if arguments.vararg or arguments.kwarg or arguments.kwonlyargs:
        return []
    return [argument.arg for argument in (*arguments.posonlyargs, *arguments.args)]
