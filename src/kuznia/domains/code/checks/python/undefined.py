"""Names that a Python source uses and never defines: calling it would raise NameError."""

import ast
import builtins
import symtable
import warnings
from collections.abc import Iterable, Iterator

_BUILT_IN = (
    frozenset(dir(builtins))
    | {"__file__", "__name__", "__builtins__", "__path__"}
    | {
        # Of newer versions, of IPython, of a type checker, of a class body.
        *("reveal_type", "reveal_locals", "display", "PythonFinalizationError", "__annotations__"),
        *(
            "__module__",
            "__qualname__",
            "__class__",
            "__firstlineno__",
            "__debug__",
            "WindowsError",
        ),
    }
)
# By these a name may come from elsewhere.
_DYNAMIC = frozenset(("globals", "exec", "eval", "vars", "locals"))


def undefined(content: str, tree: ast.Module) -> Iterator[tuple[int, str]]:
    """The line and the name of each use of a name that nothing defines, once for each name."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            table = symtable.symtable(content, "<draft>", "exec")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    tables = list(_tables(table))
    absent = {name for part in tables for name in _looked_for(part)} - _BUILT_IN
    if absent := absent - _defined(table, tables):
        yield from _places(tree, absent)


def _tables(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    waiting = [table]
    while waiting:
        table = waiting.pop()
        yield table
        waiting += table.get_children()


def _looked_for(table: symtable.SymbolTable) -> Iterable[str]:
    """The names that a scope uses and looks for outside of all functions and classes."""
    if isinstance(table, symtable.Function):
        return table.get_globals()
    every = (table.lookup(name) for name in table.get_identifiers())
    outer = (s for s in every if s.is_referenced() and not (s.is_local() or s.is_free()))
    return [symbol.get_name() for symbol in outer]


def _defined(module: symtable.SymbolTable, tables: list[symtable.SymbolTable]) -> set[str]:
    """The names that a module defines, also from within its functions."""
    every = [module.lookup(name) for name in module.get_identifiers()]
    known = {s.get_name() for s in every if s.is_assigned() or s.is_imported() or s.is_namespace()}
    declared = (s for part in tables if part is not module for s in part.get_symbols())
    return known | {s.get_name() for s in declared if s.is_declared_global() and s.is_assigned()}


def _places(tree: ast.Module, absent: set[str]) -> Iterator[tuple[int, str]]:
    """The first use of each name; none where names may come from elsewhere, or are asked for."""
    excused: set[str] = set()
    lines: dict[str, int] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            if node.id in _DYNAMIC:
                return
            if node.id in absent:
                lines[node.id] = min(node.lineno, lines.get(node.id, node.lineno))
        elif isinstance(node, ast.ImportFrom) and node.names[0].name == "*":
            return
        elif isinstance(node, ast.Try) and _catches(node, "NameError"):
            excused |= {
                n.id for part in node.body for n in ast.walk(part) if isinstance(n, ast.Name)
            }
    yield from sorted((line, name) for name, line in lines.items() if name not in excused)


def _catches(node: ast.Try, name: str) -> bool:
    caught = (handler.type for handler in node.handlers)
    return any(
        kind is None or any(isinstance(n, ast.Name) and n.id == name for n in ast.walk(kind))
        for kind in caught
    )
