"""Literals and calls as people write them in a request: Python's, and JSON's words for its own.

Nothing is evaluated: a text is parsed to a syntax tree, and only constants and containers of them
are read from it.
"""

import ast
import re
import warnings
from collections.abc import Mapping

# Longer ones are data, not examples.
MAX_LENGTH = 1_000
_CLOSING = {"(": ")", "[": "]", "{": "}"}
_NUMBER = re.compile(r"[-+]?(?:\d[\d_]*+(?:\.\d++)?|\.\d++)(?:[eE][-+]?\d++)?")
_WORD = re.compile(r"True|False|None|true|false|null|set\(\)")
_JSON = {"true": True, "false": False, "null": None}
# What a call in an example may be wrapped in.
BUILTINS = frozenset(
    ("abs", "all", "any", "bool", "dict", "float", "int", "len", "list", "max", "min", "next")
) | frozenset(("range", "round", "set", "sorted", "str", "sum", "tuple"))


def closed(text: str, start: int) -> int:
    """The place after the bracket that closes the one at `start`; 0 where none does."""
    waiting: list[str] = []
    place, end = start, min(len(text), start + MAX_LENGTH)
    while place < end:
        sign = text[place]
        if sign in "\"'":
            place = quoted(text, place)
            if not place:
                return 0
            continue
        if sign in _CLOSING:
            waiting.append(_CLOSING[sign])
        elif sign in ")]}":
            if sign != waiting.pop():
                return 0
            if not waiting:
                return place + 1
        place += 1
    return 0


def quoted(text: str, start: int) -> int:
    """The place after the string that begins at `start`; 0 where it does not end on its line."""
    place, end = start + 1, min(len(text), start + MAX_LENGTH)
    while place < end and text[place] != "\n":
        if text[place] == text[start]:
            return place + 1
        place += 2 if text[place] == "\\" else 1
    return 0


def literal_end(text: str, start: int) -> int:
    """The place after the literal at `start`; 0 where there is none."""
    if start >= len(text):
        return 0
    sign = text[start]
    if sign in "\"'":
        return quoted(text, start)
    if sign in _CLOSING:
        return closed(text, start)
    match = _NUMBER.match(text, start) or _WORD.match(text, start)
    return match.end() if match else 0


def parsed(text: str) -> ast.expr | None:
    """The syntax tree of an expression; None where it is none."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def constant(node: ast.expr | None) -> str | None:
    """The text of a literal in Python; None of anything else, and of one with a gap in it."""
    if node is None:
        return None
    node = _worded(node, {})
    if any(isinstance(n, ast.Constant) and n.value is ... for n in ast.walk(node)):
        return None
    try:
        return repr(ast.literal_eval(node))
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
        return None


def value_of(text: str) -> str | None:
    """The text of a literal in Python; `("a")` may be meant as a tuple, and is none."""
    node = parsed(text)
    if text.lstrip().startswith("(") and not isinstance(node, ast.Tuple):
        return None
    return constant(node)


def call(text: str, values: Mapping[str, ast.expr]) -> str | None:
    """A call with literals alone, in Python; calls of calls are as good. None of anything else.

    `values` are what the request calls the arguments by.
    """
    node = parsed(text)
    return _call(_worded(node, values)) if node is not None else None


def _call(node: ast.expr) -> str | None:
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
        return None
    arguments = [*node.args, *(keyword.value for keyword in node.keywords)]
    if any(keyword.arg is None for keyword in node.keywords):
        return None
    if any(constant(argument) is None and _call(argument) is None for argument in arguments):
        return None
    return ast.unparse(node)


def names(text: str) -> set[str]:
    """The names that an expression needs."""
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return set()
    return {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)}


def _worded(node: ast.expr, values: Mapping[str, ast.expr]) -> ast.expr:
    changed = _Words(values).visit(node)
    assert isinstance(changed, ast.expr)
    return changed


class _Words(ast.NodeTransformer):
    """JSON's words, and names with a value, as what they stand for."""

    def __init__(self, values: Mapping[str, ast.expr]) -> None:
        self._values = values

    def visit_Name(self, node: ast.Name) -> ast.expr:
        if node.id in _JSON:
            return ast.Constant(_JSON[node.id])
        return self._values.get(node.id, node)
