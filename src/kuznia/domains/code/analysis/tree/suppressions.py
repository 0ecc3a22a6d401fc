"""Comments that accept a finding: `kuznia: ignore[length] the table is one piece`."""

import re
from collections.abc import Iterable, Iterator, Sequence

from tree_sitter import Node

from kuznia.domains.code.analysis.tree.lines import SourceLines
from kuznia.domains.code.schema import Value

_MARK = b"kuznia: ignore"
_COMMENT = re.compile(
    rb"kuznia: ignore(?P<file>-file)?(?:\[(?P<rules>[^\]\n]*)\])?(?P<reason>[^\n]*)"
)
# What only ends a comment is no reason.
_END = re.compile(r"(?:\*/|-->|--\]\]|=\})\s*$")
_WORD = re.compile(r"\w{2}")
# Lines that belong to a definition and stand before it.
_BEFORE = (b"@", b"#[", b"[<")


class Suppression(Value):
    """One comment: the rules it accepts, the rows it speaks of, and why."""

    line: int
    rules: tuple[str, ...]
    # The line of code it stands on, or the first one after it; None for the whole file.
    target: int | None
    reason: str


def suppressions(
    source: bytes, comments: Iterable[Node], text: SourceLines
) -> tuple[Suppression, ...]:
    """Every such comment of a source; the same words in a string are none."""
    if _MARK not in source:
        return ()
    return tuple(_suppressions(source, comments, text))


def _suppressions(
    source: bytes, comments: Iterable[Node], text: SourceLines
) -> Iterator[Suppression]:
    code = [row for row, _ in text.code]
    for node in sorted(comments, key=lambda node: node.start_byte):
        for match in _COMMENT.finditer(source, node.start_byte, node.end_byte):
            row = text.row(match.start())
            rules = (match["rules"] or b"").decode(errors="replace").split(",")
            reason = _END.sub("", match["reason"].decode(errors="replace")).strip(" \t\r-:")
            yield Suppression(
                line=row + 1,
                rules=tuple(rule for rule in map(str.strip, rules) if rule),
                target=None if match["file"] else _target(row, code, text) + 1,
                reason=reason if _WORD.search(reason) else "",
            )


def _target(row: int, code: Sequence[int], text: SourceLines) -> int:
    """The row it speaks of: its own where it stands beside code, else the next row of code."""
    if row not in text.comments:
        return row
    for later in code:
        if later > row and not text.texts[later].lstrip().startswith(_BEFORE):
            return later
    return row
