"""Names of Python's standard library that are not in it, in any version on any system."""

import ast
import gzip
import json
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files

from kuznia.domains.code.parsing.pytree import statements

_OF_PYPY = frozenset(("sys.pypy_version_info", "sys.getrefcount"))


@cache
def _table() -> Mapping[str, str]:
    packed = files("kuznia.domains.code.imports").joinpath("standard_names.json.gz").read_bytes()
    return json.loads(gzip.decompress(packed))


@cache
def _names(module: str) -> frozenset[str]:
    """The names of a module of the standard library; empty where it is not in the table."""
    return frozenset(_table().get(module, "").split())


def not_standard(tree: ast.Module, own: frozenset[str]) -> Iterator[tuple[int, str]]:
    """The line and the name of what is asked of a module that does not have it.

    `own` are the modules of the artefact: one of them may have the name of a standard module.
    """
    bound: dict[str, str] = {}
    for node in statements(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                bound |= {} if _top(alias.name) in own else _bound(alias)
        elif isinstance(node, ast.ImportFrom) and _top(node.module or "") not in own:
            yield from _not_in(node)
    if bound:
        yield from _used(tree, bound)


def _top(module: str) -> str:
    return module.partition(".")[0]


def _bound(alias: ast.alias) -> dict[str, str]:
    """The name that an import binds, with the module it stands for."""
    name = alias.asname or alias.name.split(".")[0]
    module = alias.name if alias.asname else name
    return {name: module} if _names(module) else {}


def _not_in(node: ast.ImportFrom) -> Iterator[tuple[int, str]]:
    module = node.module or ""
    names = _names(module) if not node.level else frozenset[str]()
    for alias in node.names if names else ():
        if alias.name not in names and alias.name != "*" and not alias.name.startswith("__"):
            yield node.lineno, f"{module}.{alias.name}"


def _used(tree: ast.Module, bound: dict[str, str]) -> Iterator[tuple[int, str]]:
    """The attributes of modules that these do not have, where the module is surely meant."""
    lines: dict[str, int] = {}
    tried: list[ast.Try] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            module = bound.get(node.value.id)
            if module and _is_absent(node, module):
                lines.setdefault(f"{module}.{node.attr}", node.lineno)
        elif isinstance(node, ast.Try):
            tried.append(node)
    if lines:
        yield from _sure(tree, lines, tried, set(bound))


def _sure(
    tree: ast.Module, lines: dict[str, int], tried: list[ast.Try], bound: set[str]
) -> Iterator[tuple[int, str]]:
    """Those that are not tried or asked for first, of modules whose name means nothing else."""
    names = [node for node in ast.walk(tree) if isinstance(node, ast.Name | ast.arg)]
    words = {node.id for node in names if isinstance(node, ast.Name)}
    rebound = {n.id for n in names if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    rebound |= {node.arg for node in names if isinstance(node, ast.arg)}
    if "hasattr" in words or not bound.isdisjoint(rebound):
        return
    spans = [range(node.lineno, (node.body[-1].end_lineno or node.lineno) + 1) for node in tried]
    for name, line in lines.items():
        if not any(line in span for span in spans):
            yield line, name


def _is_absent(node: ast.Attribute, module: str) -> bool:
    if not isinstance(node.ctx, ast.Load) or node.attr.startswith("_"):
        return False
    return node.attr not in _names(module) and f"{module}.{node.attr}" not in _OF_PYPY
