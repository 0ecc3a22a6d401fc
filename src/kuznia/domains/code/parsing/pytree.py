"""Python as a syntax tree: what a module defines, and with which parameters."""

import ast
import warnings
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import zip_longest
from typing import NamedTuple

from kuznia.domains.code.languages.find import get
from kuznia.domains.code.parsing.grammar import spend

Function = ast.FunctionDef | ast.AsyncFunctionDef

MAX_READ = 65_536


class Parameter(NamedTuple):
    """One parameter; annotation and default as written, empty where there is none."""

    name: str
    annotation: str = ""
    default: str = ""


# None: they cannot be told from the text.
Parameters = tuple[Parameter, ...] | None


def tree_of(content: str) -> ast.Module | None:
    """The module's tree; None if this interpreter cannot read it, or not fast enough."""
    if len(content) > MAX_READ:
        return None
    spend(get("python"), len(content))
    return _tree(content)


# Several checks read one draft, one after the other; a tree may take fifty times its text.
@lru_cache(maxsize=4)
def _tree(content: str) -> ast.Module | None:
    try:
        with warnings.catch_warnings():
            # A doubtful escape is no reason to refuse, and our log is not the place to say it.
            warnings.simplefilter("ignore")
            return ast.parse(content)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def statements(module: ast.Module, *, inside: bool = True) -> Sequence[ast.AST]:
    """Every statement of a tree; without `inside`, not those of functions and classes."""
    return _statements(module, inside)


@lru_cache(maxsize=8)
def _statements(module: ast.Module, inside: bool) -> Sequence[ast.AST]:
    every: list[ast.AST] = []
    waiting: list[ast.AST] = list(reversed(module.body))
    while waiting:
        node = waiting.pop()
        every.append(node)
        if inside or not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            for field in ("cases", "finalbody", "orelse", "handlers", "body"):
                waiting += reversed(getattr(node, field, ()))
    return tuple(every)


def module_names(module: ast.Module) -> set[str] | None:
    """The names that can be imported from a module; None where only running it would tell."""
    names: set[str] = set()
    for node in statements(module, inside=False):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            names |= {(alias.asname or alias.name).split(".")[0] for alias in node.names}
        else:
            parts = (child for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr))
            names |= {name for part in parts for name in _stored(part)}
    return None if names & {"*", "__getattr__"} else names


def _stored(expression: ast.expr) -> Iterator[str]:
    for node in ast.walk(expression):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id


def signatures(module: ast.Module) -> dict[str, Parameters]:
    """The public functions, classes and methods (`Class.method`) with their parameters."""
    listed = _listed(module)
    by_name: dict[str, Parameters] = {}
    for node in module.body:
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        if node.name not in listed if listed else node.name.startswith("_"):
            continue
        if isinstance(node, ast.ClassDef):
            by_name[node.name] = _constructor(node)
            methods = [
                m for m in node.body if isinstance(m, ast.FunctionDef | ast.AsyncFunctionDef)
            ]
            public = (method for method in methods if not method.name.startswith("_"))
            by_name |= {f"{node.name}.{method.name}": _of_method(method) for method in public}
        else:
            by_name[node.name] = parameters(node.args)
    return by_name


def parameters(arguments: ast.arguments) -> tuple[Parameter, ...]:
    """The parameters of a definition in order, without stars."""
    placed = [*arguments.posonlyargs, *arguments.args]
    # Defaults belong to the last of the positional ones.
    defaults = reversed(list(zip_longest(reversed(placed), reversed(arguments.defaults))))
    every = [_parameter(argument, default) for argument, default in defaults if argument]
    if arguments.vararg:
        every.append(_parameter(arguments.vararg, None))
    every += map(_parameter, arguments.kwonlyargs, arguments.kw_defaults)
    if arguments.kwarg:
        every.append(_parameter(arguments.kwarg, None))
    return tuple(every)


def _parameter(argument: ast.arg, default: ast.expr | None) -> Parameter:
    return Parameter(argument.arg, _written(argument.annotation), _written(default))


def _written(node: ast.expr | None) -> str:
    try:
        return ast.unparse(node) if node else ""
    except RecursionError:
        return ""


def _listed(module: ast.Module) -> set[str]:
    """The names in `__all__`, where it is a plain list."""
    for node in module.body:
        if isinstance(node, ast.Assign) and any(_is_all(target) for target in node.targets):
            return {
                constant.value
                for constant in ast.walk(node.value)
                if isinstance(constant, ast.Constant) and isinstance(constant.value, str)
            }
    return set()


def _is_all(target: ast.expr) -> bool:
    return isinstance(target, ast.Name) and target.id == "__all__"


def decorators(node: Function | ast.ClassDef) -> set[str]:
    """The last names of a definition's decorators."""
    called = (d.func if isinstance(d, ast.Call) else d for d in node.decorator_list)
    names = (d.attr if isinstance(d, ast.Attribute) else getattr(d, "id", "") for d in called)
    return set(names)


def _of_method(method: Function) -> Parameters:
    if "property" in decorators(method) or "cached_property" in decorators(method):
        return None
    first = 0 if "staticmethod" in decorators(method) else 1
    return parameters(method.args)[first:]


def _constructor(node: ast.ClassDef) -> Parameters:
    for member in node.body:
        if isinstance(member, ast.FunctionDef) and member.name == "__init__":
            return parameters(member.args)[1:]
    return None
