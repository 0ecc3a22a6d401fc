"""Comments to fill in, above every public symbol that has none."""

import ast
import re
from collections.abc import Iterable, Iterator

from tree_sitter import Node

from kuznia.domains.code.languages.table import Language
from kuznia.domains.code.parsing.pytree import Function
from kuznia.domains.code.parsing.symbols import Symbol
from kuznia.domains.code.skeletons.parameters import parameters
from kuznia.domains.code.skeletons.styles import STYLES, CommentWords, comment

# What belongs to a definition and stands around or before it.
_AROUND = (
    *("decorated_definition", "export_statement", "template_declaration", "type_definition"),
    *("lexical_declaration", "variable_declaration", "value_definition", "module_definition"),
    *("method_signature", "type_declaration"),
)
_BEFORE = ("attribute_item", "decorator", "annotation", "attribute")
_INDENT = re.compile(rb"[ \t]*")
_RETURNS = re.compile(r"\breturn[ \t]+[^;\s}]")


def documented(
    source: bytes, language: Language, symbols: Iterable[tuple[Node, Symbol]], words: CommentWords
) -> str:
    """The source with comments, except for symbols that have one or share their line."""
    style, lines = STYLES[language.name], source.decode().split("\n")
    insertions: dict[int, list[str]] = {}
    for node, symbol in symbols:
        outer = _outermost(node)
        if symbol.kind == "type" and not style.types:
            continue
        if _is_documented(lines, outer.start_point.row, language):
            continue
        start = outer.start_byte - outer.start_point.column
        indent = _INDENT.match(source, start)
        before = source[start : outer.start_byte].strip()
        if indent is None or before:
            continue
        comments = comment(
            style,
            symbol.name,
            parameters(node, source) if symbol.kind == "function" else (),
            returns=symbol.kind == "function" and bool(_RETURNS.search(symbol.body or "")),
            words=words,
        )
        # A type and the name it is given in one statement share one comment: the outer one's.
        insertions.setdefault(outer.start_point.row, _indented(comments, indent[0].decode()))
    return _with(source.decode(), insertions)


def _outermost(node: Node) -> Node:
    """The definition with its export, decorators and attributes."""
    while node.parent and node.parent.type in (*_AROUND, *_BEFORE):
        node = node.parent
    while node.prev_named_sibling and node.prev_named_sibling.type in _BEFORE:
        node = node.prev_named_sibling
    return node


def _is_documented(lines: list[str], row: int, language: Language) -> bool:
    """Whether the line above ends a comment of some kind."""
    style, marks = STYLES[language.name], language.comments
    if style.closes.endswith("\n") and row and not lines[row - 1].strip():
        row -= 1
    above = lines[row - 1].strip() if row else ""
    ends = tuple(filter(None, (style.closes.strip(), *(end for _, end in marks.block))))
    begins = tuple(filter(None, (style.line.strip(), *marks.line)))
    return above.endswith(ends) or (bool(begins) and above.startswith(begins))


def documented_python(
    source: str, tree: ast.Module, lines: frozenset[int], words: CommentWords
) -> str:
    """The Python source with docstrings; `lines` are those of the definitions."""
    insertions: dict[int, list[str]] = {}
    for node in ast.walk(tree):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        first = node.body[0]
        above = min(
            (decorator.lineno for decorator in getattr(first, "decorator_list", ())),
            default=first.lineno,
        )
        if node.lineno not in lines or ast.get_docstring(node) or first.lineno == node.lineno:
            continue
        docstring = _docstring(node, words)
        after = [""] if isinstance(node, ast.ClassDef) else []
        insertions[above - 1] = _indented([*docstring, *after], " " * first.col_offset)
    return _with(source, insertions)


def _docstring(node: Function | ast.ClassDef, words: CommentWords) -> Iterator[str]:
    about = words.about.format(name=node.name)
    named = [] if isinstance(node, ast.ClassDef) else _parameter_names(node)
    returns = not isinstance(node, ast.ClassDef) and gives(node)
    raised = () if isinstance(node, ast.ClassDef) else raises(node)
    if not named and not returns and not raised:
        yield f'"""{about}"""'
        return
    yield f'"""{about}'
    if named:
        yield from ("", "Args:", *(f"    {name}: {words.parameter}" for name in named))
    if returns:
        yield from ("", "Returns:", f"    {words.returns}")
    if raised:
        yield from ("", "Raises:", *(f"    {name}: {words.raises}" for name in raised))
    yield '"""'


def _parameter_names(node: Function) -> list[str]:
    taken = node.args
    every = [*taken.posonlyargs, *taken.args, taken.vararg, *taken.kwonlyargs, taken.kwarg]
    return [item.arg for item in every if item and item.arg not in ("self", "cls")]


def own(node: Function) -> Iterator[ast.AST]:
    """The nodes of a function without those of functions inside it."""
    waiting: list[ast.AST] = list(node.body)
    while waiting:
        inner = waiting.pop()
        yield inner
        if not isinstance(
            inner, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda
        ):
            waiting += ast.iter_child_nodes(inner)


def gives(node: Function) -> bool:
    """Whether a function returns a value, as it is written."""
    if node.returns is not None:
        return not (isinstance(node.returns, ast.Constant) and node.returns.value is None)
    return any(isinstance(inner, ast.Return) and inner.value is not None for inner in own(node))


def raises(node: Function) -> tuple[str, ...]:
    """The errors a function raises by name, in order."""
    raised = [inner.exc for inner in own(node) if isinstance(inner, ast.Raise) and inner.exc]
    called = [error.func if isinstance(error, ast.Call) else error for error in raised]
    named = [ast.unparse(name) for name in called if isinstance(name, ast.Name | ast.Attribute)]
    # A variable is no name of an error: `raise error` in a handler.
    return tuple(sorted({name for name in named if name.rpartition(".")[2][:1].isupper()}))


def _indented(lines: Iterable[str], indent: str) -> list[str]:
    return [f"{indent}{line}".rstrip() for line in lines]


def _with(source: str, insertions: dict[int, list[str]]) -> str:
    """The source with `insertions`: what goes above a line, counted from 0."""
    lines = source.split("\n")
    for row in sorted(insertions, reverse=True):
        lines[row:row] = insertions[row]
    return "\n".join(lines)
