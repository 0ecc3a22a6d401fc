"""Every regular expression of the product, and how each is used."""

import ast
import pkgutil
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from importlib import import_module
from inspect import signature
from pathlib import Path
from types import ModuleType
from typing import Any

import kuznia

# What finds its own beginning in a text tries every letter of it.
USES = {
    "match": "match",
    "fullmatch": "fullmatch",
    **dict.fromkeys(("search", "findall", "finditer", "sub", "subn", "split"), "search"),
}
EVERY = frozenset(USES.values())


@dataclass(frozen=True, slots=True)
class Expression:
    """A compiled expression, where it stands, and what is done with it."""

    where: str
    pattern: re.Pattern[Any]
    uses: Set[str]


@cache
def modules() -> dict[str, ModuleType]:
    names = (found.name for found in pkgutil.walk_packages(kuznia.__path__, "kuznia."))
    return {name: import_module(name) for name in names if not name.endswith("__main__")}


@cache
def trees() -> dict[str, ast.Module]:
    files = {name: module.__file__ for name, module in modules().items()}
    return {name: ast.parse(Path(file).read_text("utf-8")) for name, file in files.items() if file}


@cache
def expressions() -> tuple[Expression, ...]:
    """Each of them, those made beforehand and those handed to `re` when they are needed."""
    # Of names for one and the same, the first.
    held = {(one.pattern, frozenset(one.uses)): one for one in reversed([*_held()])}
    known = {pattern for pattern, _ in held}
    written = (
        Expression(where, pattern, {USES[method]} if method in USES else EVERY)
        for where, method, pattern in _written()
        if pattern is not None and pattern not in known
    )
    return (*held.values(), *written)


def unknown() -> set[str]:
    """Where a function makes an expression of what only it knows."""
    return {where.rpartition(":")[0] for where, _, pattern in _written() if pattern is None}


def _held() -> Iterator[Expression]:
    """What the modules hold: in names, in tables, in values, and behind a cache."""
    uses = _uses()
    for name, module in modules().items():
        for attribute, value in list(vars(module).items()):
            known = uses.get((name if attribute.startswith("_") else "", attribute), EVERY)
            for place, pattern in _inside(value, f"{name}.{attribute}", name, set()):
                yield Expression(place, pattern, known if pattern is value else EVERY)


def _inside(
    value: Any, place: str, module: str, seen: set[int]
) -> Iterator[tuple[str, re.Pattern[Any]]]:
    if id(value) in seen:
        return
    seen.add(id(value))
    if isinstance(value, re.Pattern):
        yield place, value
    for name, item in _parts(value, module):
        yield from _inside(item, f"{place}.{name}", module, seen)


def _parts(value: Any, module: str) -> Iterable[tuple[Any, Any]]:
    if isinstance(value, Mapping):
        return value.items()
    if isinstance(value, list | tuple | Set):
        return enumerate(value)
    if is_dataclass(value) and not isinstance(value, type):
        return [(field.name, getattr(value, field.name)) for field in fields(value)]
    if getattr(value, "__module__", "") != module:
        return ()
    if isinstance(value, type):
        return list(vars(value).items())
    # A table that is read when it is first needed.
    cached = hasattr(value, "cache_info") and not signature(value).parameters
    return [("()", value())] if cached else ()


def _uses() -> dict[tuple[str, str], set[str]]:
    """What is done with each name; with one that is also handed on, everything may be."""
    uses: dict[tuple[str, str], set[str]] = defaultdict(set)
    for module, tree in trees().items():
        called: set[ast.AST] = set()
        # From outside in: a call is met before the name it is made of.
        for node in ast.walk(tree):
            name = getattr(node, "attr", getattr(node, "id", ""))
            if isinstance(node, ast.Attribute) and node.attr in USES:
                called.add(node.value)
                name = getattr(node.value, "attr", getattr(node.value, "id", ""))
                kinds = {USES[node.attr]}
            elif node in called or not isinstance(getattr(node, "ctx", None), ast.Load):
                continue
            else:
                kinds = EVERY
            uses[module if name.startswith("_") else "", name].update(kinds)
    return uses


def _written() -> Iterator[tuple[str, str, re.Pattern[Any] | None]]:
    """Calls of `re`: where, which, and with what if the module knows it."""
    for name, tree in trees().items():
        for node in ast.walk(tree):
            called = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
            module, _, method = called.partition(".")
            if module == "re" and isinstance(node, ast.Call) and method in {*USES, "compile"}:
                yield f"{name}:{node.lineno}", method, _evaluated(name, node)


def _evaluated(module: str, call: ast.Call) -> re.Pattern[Any] | None:
    words = (*call.args, *(keyword.value for keyword in call.keywords))
    flags = [word for word in words if ast.unparse(word).startswith("re.")]
    try:
        names = vars(modules()[module])
        return re.compile(*(eval(ast.unparse(node), names) for node in (call.args[0], *flags)))
    except (NameError, TypeError):
        return None
