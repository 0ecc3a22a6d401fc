"""What a model writes inside a fence though it belongs above it: the language's name, the path."""

import re
from collections.abc import Iterator
from dataclasses import replace

from kuznia.domains.code.languages.find import are_kin, find, find_by_path
from kuznia.domains.code.reply.fences import FencedBlock
from kuznia.domains.code.reply.naming import label, marked_path

_BARE_PATH = re.compile(r"(?:[\w.-]+/){0,8}[\w.-]+\.[A-Za-z]\w{0,9}")
# A line of these may well be a path that is run.
_SHELLS = frozenset(("bash", "powershell"))
_EMPTY_LINES = re.compile(r"(?:[ \t]*\n)*+")
_INDENT = re.compile(r"[ \t]*")


def lifted(block: FencedBlock) -> FencedBlock:
    """The block without the marks in its first lines, which now stand where they should."""
    named = label(block)
    if named and named.name == "markdown":
        return block
    for _ in range(2):
        content = block.content[_blank(block.content) :]
        line, _, rest = content.partition("\n")
        mark = line.strip()
        if not rest.strip():
            return block
        if _is_language(mark, block):
            block = replace(block, info=block.info or mark, content=rest)
        elif marked_path(mark) or _is_bare_path(mark, block):
            below = rest[_blank(rest) :]
            block = replace(block, before=(*block.before, mark), content=below)
        else:
            break
    return _straightened(block)


def _blank(text: str) -> int:
    """The characters of the blank lines that a text begins with."""
    match = _EMPTY_LINES.match(text)
    return match.end() if match else 0


def _is_language(mark: str, block: FencedBlock) -> bool:
    """Whether a line is the name of a language: the fence's own, or of a fence without any."""
    language = find(mark)
    return language is not None and (not block.info or language is label(block))


def _is_bare_path(mark: str, block: FencedBlock) -> bool:
    named, by_path = label(block), find_by_path(mark)
    if not by_path or not _BARE_PATH.fullmatch(mark) or by_path.name in _SHELLS:
        return False
    return named is None or are_kin(named, by_path)


def _straightened(block: FencedBlock) -> FencedBlock:
    """The block without blanks before its first line alone: Python takes them for indentation."""
    if not block.content.startswith((" ", "\t", "\n")) or not _may_be_python(block):
        return block
    content = block.content[_blank(block.content) :]
    first, *others = _depths(content)
    # The first line of a module has no indentation; the second says whether all lines share it.
    if first and (min(others, default=first) < first or (first < 4 and others[0] % 4 == 0)):
        return replace(block, content=content.lstrip(" \t"))
    return block


def _may_be_python(block: FencedBlock) -> bool:
    named = label(block)
    return named is None or named.name == "python"


def _depths(content: str) -> Iterator[int]:
    for line in content.split("\n"):
        if line.strip() and (indent := _INDENT.match(line)):
            yield indent.end()
