"""Calls in Python that run or load what came from outside: eval, a shell, pickle."""

import ast
from collections.abc import Iterator

# By these words in a source there may be something to look for.
MARKS = ("eval(", "exec(", "shell=True", "os.system", "os.popen", "pickle", "marshal")
_SHELLS = frozenset(("os.system", "os.popen"))
_LOADERS = frozenset(
    ("pickle.loads", "pickle.load", "marshal.loads", "marshal.load", "cPickle.loads", "dill.loads")
)
# What a value from outside is called, or comes out of.
_OUTSIDE = frozenset(
    (
        "argv",
        "body",
        "content",
        "cookies",
        "data",
        "environ",
        "files",
        "form",
        "get_data",
        "input",
        "json",
        "message",
        "payload",
        "query",
        "read",
        "received",
        "recv",
        "request",
        "stdin",
        "text",
        "user_input",
        "websocket",
    )
)
# By these words of an order what is loaded or run is asked for.
_ASKED = ("eval", "exec", "shell", "pickle", "оболонк", "repl", "interpreter", "sandbox")

Unsafe = tuple[int, str, bool]


def is_asked(prompt: str) -> bool:
    """Whether an order speaks of running text, as one for a shell or an interpreter does."""
    return any(word in prompt.lower() for word in _ASKED)


def unsafe_calls(tree: ast.Module) -> Iterator[Unsafe]:
    """The line, what is unsafe, and whether that is certain."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            for what, certain in _unsafe(node):
                yield node.lineno, what, certain


def _unsafe(call: ast.Call) -> Iterator[tuple[str, bool]]:
    name = _dotted(call.func)
    first = call.args[0] if call.args else None
    if first is None:
        return
    if name in ("eval", "exec") and not _is_text(first):
        # Code that was compiled was at least meant as code.
        bare = len(call.args) == 1 and not call.keywords
        yield f"{name} runs a text that is not known beforehand", bare and not _compiles(first)
    if (name in _SHELLS or any(map(_is_shell, call.keywords))) and _is_built(first):
        yield "a shell runs a command that is built from values", True
    if name in _LOADERS:
        yield f"{name} runs whatever code its bytes contain", _is_from_outside(first)


def _dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        return f"{node.value.id}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant)


def _compiles(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and _dotted(node.func) == "compile"


def _is_shell(word: ast.keyword) -> bool:
    is_true = isinstance(word.value, ast.Constant) and word.value.value is True
    return word.arg == "shell" and is_true


def _is_built(node: ast.expr) -> bool:
    """Whether a text is put together of others, without the quoting that a shell needs."""
    if any(isinstance(n, ast.Name | ast.Attribute) and _last(n) == "quote" for n in ast.walk(node)):
        return False
    if isinstance(node, ast.JoinedStr):
        return any(isinstance(part, ast.FormattedValue) for part in node.values)
    if isinstance(node, ast.BinOp):
        return not (_is_text(node.left) and _is_text(node.right))
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return node.func.attr in ("format", "join")
    return False


def _last(node: ast.Name | ast.Attribute) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr


def _is_from_outside(node: ast.expr) -> bool:
    """Whether a value is named for, or read from, what others send."""
    names = (n for n in ast.walk(node) if isinstance(n, ast.Name | ast.Attribute))
    words = {_last(name).lower() for name in names}
    from_file = words & {"open", "path", "file", "read_bytes", "handle", "stream", "f", "fh"}
    return not from_file and not words.isdisjoint(_OUTSIDE)
