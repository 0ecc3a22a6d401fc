"""A source without the bodies of its functions: what those who use it may rely on."""

import ast
from collections.abc import Iterator

from kuznia.domains.code.languages.find import get
from kuznia.domains.code.parsing.grammar import parse
from kuznia.domains.code.parsing.pytree import Function, tree_of
from kuznia.domains.code.parsing.symbols import MAX_READ, placed
from kuznia.domains.code.schema import File
from kuznia.platform.process.workers import Stopped

# A place in a source, as bytes, and what is shown there.
_Cut = tuple[int, int, str]


def outlined(files: tuple[File, ...], language: str, deadline: float) -> tuple[File, ...]:
    """The files of a language with their signatures, types, documentation and constants alone.

    What cannot be read in time is shown whole.
    """
    return tuple(
        _outlined(file, language, deadline) if file.language == language else file for file in files
    )


def _outlined(file: File, language: str, deadline: float) -> File:
    source = file.content.encode()
    module = tree_of(file.content) if language == "python" else None
    cuts = _of_python(module, source) if module else _of_grammar(source, language, deadline)
    for start, end, shown in sorted(cuts, reverse=True):
        source = source[:start] + shown.encode() + source[end:]
    return file.model_copy(update={"content": source.decode(errors="replace")})


def _of_python(module: ast.Module, source: bytes) -> Iterator[_Cut]:
    """Everything after a function's documentation; functions inside go with the one outside."""
    lines = [0]
    for line in source.split(b"\n"):
        lines.append(lines[-1] + len(line) + 1)
    waiting: list[ast.stmt] = list(module.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.ClassDef):
            waiting += node.body
        elif isinstance(node, Function):
            first, last = node.body[0], node.body[-1]
            documented = ast.get_docstring(node, clean=False) is not None
            if documented and len(node.body) == 1:
                continue
            assert last.end_lineno is not None
            assert last.end_col_offset is not None
            end = lines[last.end_lineno - 1] + last.end_col_offset
            start = lines[first.lineno - 1] + first.col_offset
            if documented:
                assert first.end_lineno is not None
                assert first.end_col_offset is not None
                indent = "\n" + " " * first.col_offset
                start = lines[first.end_lineno - 1] + first.end_col_offset
                yield start, end, f"{indent}..."
            else:
                yield start, end, "..."


def _of_grammar(source: bytes, language: str, deadline: float) -> Iterator[_Cut]:
    if len(source) > MAX_READ:
        return
    row = get(language)
    tree = parse(source, row, deadline)
    for node, symbol in () if isinstance(tree, Stopped) else placed(source, row, tree):
        if symbol.kind != "function" or symbol.nested or not symbol.body:
            continue
        body = symbol.body.encode()
        # Some grammars put the body beside the definition and not in it.
        start = source.rfind(body, node.start_byte, node.end_byte + 2 * len(body))
        if start >= 0:
            yield start, start + len(body), "{ ... }" if body.startswith(b"{") else "..."
