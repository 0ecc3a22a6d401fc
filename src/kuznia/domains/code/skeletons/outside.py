"""Find the functions that reach outside of the program: made-up values cannot test them."""

import ast

from kuznia.domains.code.parsing.pytree import statements

_MODULES = """
    aiofiles aiohttp asyncpg boto3 builtins ctypes ftplib glob http httpx importlib io logging
    multiprocessing os pathlib psycopg psycopg2 pty redis requests runpy select shutil signal
    smtplib socket sqlite3 ssl subprocess sys tempfile threading time urllib urllib3 webbrowser
"""
_modules = frozenset(_MODULES.split())
_BUILTINS = frozenset(
    ("__import__", "breakpoint", "compile", "eval", "exec", "exit", "input", "open", "quit")
)


def reaching(tree: ast.Module) -> frozenset[str]:
    """The names of functions and classes that reach outside, or call one that does."""
    imported = {
        (alias.asname or alias.name).split(".")[0]
        for node in statements(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
        if (getattr(node, "module", None) or alias.name).split(".")[0] in _modules
        # Paths that are only text.
        and not alias.name.startswith("Pure")
    }
    uses = {
        node.name: {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)}
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    }
    reaches = set[str]()
    while True:
        marks = reaches | imported | _BUILTINS
        more = {name for name, used in uses.items() if used & marks} - reaches
        if not more:
            return frozenset(reaches)
        reaches |= more
