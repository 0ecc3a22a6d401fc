"""The names of functions as a report shows them."""

import re
from collections.abc import Iterable
from typing import NamedTuple

from tree_sitter import Node

from kuznia.domains.code.analysis.tables.rules import Counting
from kuznia.domains.code.analysis.tree.frames import FUNCTIONS, Captures, Frame, frames

# How far back an anonymous function's name is looked for: `key: function`, `name = (x) =>`.
_NEAR = 120
_BEFORE_WORD = re.compile(rb".*[^\w$#]", re.DOTALL)
_DECLARED = re.compile(rb".*\b(?:const|let|var)\s+([\w$]+)\s*:", re.DOTALL)
# A declarator holds a declarator (a pointer, a reference, the list of parameters) around the name.
_MAX_DECLARATORS = 6
_MAX = 120
_NOBODY = "<anonymous>"
_TYPE = re.compile(rb"\b(\w++)\s*+(?:\[[^\[\]]*\]\s*+)?\)$")


class FunctionNames(NamedTuple):
    """The name of each function in its source, and the name that a report shows."""

    plain: list[str]
    shown: list[str]
    # Whether it stands in a class.
    method: list[bool]


def names(captures: Captures, source: bytes, table: Counting) -> FunctionNames:
    """The names of all functions, alone and with the class or function around them."""
    placed = frames(captures, (*FUNCTIONS, "class"))
    plain_names = plain(placed, source, table)
    known = FunctionNames([], [], [])
    for frame, name in zip(placed, plain_names, strict=True):
        if frame.kind in FUNCTIONS:
            around = plain_names[frame.outer] if frame.outer >= 0 else _receiver(frame.node, source)
            known.plain.append(name)
            known.shown.append(f"{around}.{name or _NOBODY}" if around else name or _NOBODY)
            known.method.append(frame.outer >= 0 and placed[frame.outer].kind == "class")
    return known


def plain(placed: Iterable[Frame], source: bytes, table: Counting) -> list[str]:
    """The name of each function; empty where it has none."""
    return [_name(frame, source, table).decode(errors="replace")[:_MAX] for frame in placed]


def _name(frame: Frame, source: bytes, table: Counting) -> bytes:
    if frame.kind != "implicit":
        for field in table.name_fields:
            if node := frame.node.child_by_field_name(field):
                node = _declared(node) if field == "declarator" else node
                return source[node.start_byte : node.end_byte]
        first = frame.node.child(0) if table.speaking else None
        if first and first.type in table.speaking:
            return source[first.start_byte : first.end_byte]
    before = source[max(0, frame.start - _NEAR) : frame.start].rstrip()
    return _assigned(before.removesuffix(b"async").rstrip())


def _assigned(before: bytes) -> bytes:
    """The name a function is assigned to: `key:`, `name =`, `name :=`, `const name: Type =`."""
    if before.endswith(b":"):
        return _last_word(before[:-1])
    if not before.endswith(b"="):
        return b""
    left = before[:-1].removesuffix(b":").rstrip()
    if declared := _DECLARED.match(left.rpartition(b";")[2]):
        return declared[1]
    piece = left[max(left.rfind(mark) for mark in (b";", b",", b"{", b"}", b"(", b"\n")) + 1 :]
    return _last_word(piece.partition(b":")[0])


def _last_word(text: bytes) -> bytes:
    text = text.rstrip()
    before = _BEFORE_WORD.match(text)
    return text[before.end() :] if before else text


def _declared(declarator: Node) -> Node:
    """The name inside a declarator; a reference has no field for what it declares."""
    for _ in range(_MAX_DECLARATORS):
        last = declarator.named_child_count - 1
        is_reference = declarator.type == "reference_declarator"
        inner = (
            declarator.named_child(last)
            if is_reference
            else declarator.child_by_field_name("declarator")
        )
        if not inner:
            break
        declarator = inner
    return declarator


def _receiver(node: Node, source: bytes) -> str:
    """The type of a method that stands beside its type and not in it, as in Go."""
    receiver = node.child_by_field_name("receiver")
    found = _TYPE.search(source[receiver.start_byte : receiver.end_byte]) if receiver else None
    return found[1].decode(errors="replace")[:_MAX] if found else ""
