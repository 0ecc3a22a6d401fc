"""A model's reply in, files out."""

import re
from dataclasses import dataclass

from kuznia.domains.code.languages import find
from kuznia.domains.code.table import Language

_FENCE = re.compile(r"^[ \t]*(`{3,}|~{3,})[ \t]*([^\n`]*)$")


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced piece of a reply."""

    info: str
    content: str
    closed: bool


def blocks(reply: str) -> tuple[Block, ...]:
    """The fenced blocks in order."""
    found: list[Block] = []
    fence, info, lines = "", "", list[str]()
    for line in reply.splitlines():
        mark = _FENCE.match(line)
        if not fence and mark:
            fence, info, lines = mark[1], mark[2].strip(), []
        elif fence and mark and mark[1].startswith(fence) and not mark[2].strip():
            found.append(Block(info, "\n".join(lines) + "\n", closed=True))
            fence = ""
        elif fence:
            lines.append(line)
    if fence:
        found.append(Block(info, "\n".join(lines) + "\n", closed=False))
    return tuple(found)


def code_of(reply: str, language: Language) -> Block | None:
    """The longest block in the asked language, or the longest there is."""
    every = blocks(reply)
    right = [block for block in every if find(block.info) is language]
    return max(right or every, key=lambda block: len(block.content), default=None)
