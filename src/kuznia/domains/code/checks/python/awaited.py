"""Own coroutines that are called and never awaited: nothing in them would run."""

import ast
from collections.abc import Iterator

# What uses a value at once; a coroutine kept in a name may be awaited later.
_AT_ONCE = (ast.Expr, ast.Attribute, ast.Subscript, ast.Compare, ast.BinOp, ast.For, ast.If)


def not_awaited(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """The line and the name of each call of an own coroutine whose value is used as it is."""
    functions = _coroutines(tree.body)
    methods = {
        id(member): _coroutines(node.body)
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
        for member in node.body
    }
    if not functions and not any(methods.values()):
        return
    waiting: list[tuple[ast.AST, frozenset[str]]] = [(tree, frozenset())]
    while waiting:
        node, own = waiting.pop()
        own = methods.get(id(node), own)
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.Call) and isinstance(node, _AT_ONCE):
                name = _name(child.func, functions, own)
                if name and not _is_kept(node, child):
                    yield child.lineno, name
            waiting.append((child, own))


def _coroutines(body: list[ast.stmt]) -> frozenset[str]:
    """The names of coroutines among statements; a generator, or what is decorated, is none."""
    names = [n.name for n in body if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
    return frozenset(
        node.name
        for node in body
        if isinstance(node, ast.AsyncFunctionDef)
        and not node.decorator_list
        and names.count(node.name) == 1
        and not any(isinstance(n, ast.Yield | ast.YieldFrom) for n in ast.walk(node))
    )


def _name(called: ast.expr, functions: frozenset[str], methods: frozenset[str]) -> str:
    if isinstance(called, ast.Name) and called.id in functions:
        return called.id
    if isinstance(called, ast.Attribute) and isinstance(called.value, ast.Name):
        is_own = called.value.id == "self" and called.attr in methods
        return f"self.{called.attr}" if is_own else ""
    return ""


def _is_kept(node: ast.AST, call: ast.Call) -> bool:
    """Whether a call is only what a loop or a condition contains, or a method of a coroutine."""
    if isinstance(node, ast.Attribute):
        return node.attr in ("__await__", "send", "throw", "close", "cr_frame", "cr_code")
    if isinstance(node, ast.For):
        return node.iter is not call
    return isinstance(node, ast.If) and node.test is not call
