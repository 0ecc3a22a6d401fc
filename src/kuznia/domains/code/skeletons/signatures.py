"""The signature of a symbol on one line, as written in the source."""

import ast
import re

from kuznia.domains.code.parsing.pytree import decorators
from kuznia.domains.code.parsing.symbols import Symbol

_SPACES = re.compile(r"\s+")
# Read from the end, where it is the first thing there.
_END_REVERSED = re.compile(r"\s*+(?:[{=:;]|od\b|erehw\b)*+\s*+")
# The arrow of a function that is a value belongs to it; that of a C# member begins its body.
_VALUE = re.compile(r"\b(?:const|let|var)\b")


def signature(symbol: Symbol, module: ast.Module | None) -> str:
    """The signature: for Python from its syntax tree, for others the text before the body."""
    if module is not None:
        definition = next((node for node in ast.walk(module) if _is(node, symbol)), None)
        if isinstance(definition, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            return _of_python(definition)
    head = symbol.head if symbol.kind == "function" else symbol.head.partition("{")[0]
    if symbol.body is None:
        head = _first(head)
    return _before_arrow(_without_end(_SPACES.sub(" ", head).strip()))


def _without_end(head: str) -> str:
    end = _END_REVERSED.match(head[::-1])
    return head[: len(head) - end.end()] if end else head


def _before_arrow(head: str) -> str:
    return head if _VALUE.search(head) else head.removesuffix("=>").rstrip()


def _first(head: str) -> str:
    """The first line, and more while a bracket is open: no field of a grammar ends it."""
    text = ""
    for line in head.strip().split("\n"):
        text += f"{line}\n"
        if text.count("(") <= text.count(")"):
            break
    return text


def _is(node: ast.AST, symbol: Symbol) -> bool:
    named = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    return named and (node.name, node.lineno) == (symbol.name, symbol.line)


def _of_python(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> str:
    if isinstance(node, ast.ClassDef):
        bases = ", ".join(map(ast.unparse, (*node.bases, *node.keywords)))
        return f"class {node.name}({bases})" if bases else f"class {node.name}"
    before = "async def" if isinstance(node, ast.AsyncFunctionDef) else "def"
    gives = f" -> {ast.unparse(node.returns)}" if node.returns else ""
    marks = "".join(f"@{mark} " for mark in sorted(decorators(node) & {"property", "staticmethod"}))
    return f"{marks}{before} {node.name}({ast.unparse(node.args)}){gives}"
