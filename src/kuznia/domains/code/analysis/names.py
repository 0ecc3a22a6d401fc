"""What a function is called in a report."""

import re
from typing import NamedTuple

from tree_sitter import Node

from kuznia.domains.code.analysis.frames import FUNCTIONS, Captures, Frame, frames

# How far back an anonymous function's name is looked for: `key: function`, `name = (x) =>`.
_NEAR = 120
_ASSIGNED = re.compile(
    rb"""(?:\b(?:const|let|var)\s+([\w$]+)\s*:[^;]*=      # const name: (x: T) => void =
    |([\w$#]+)\s*(?::[^=;,(){}]{0,60})?:?=             # name =, name: Type =, name :=
    |([\w$]+)\s*:                                     # name:
    )\s*(?:async\s*)?$""",
    re.VERBOSE,
)
# A declarator holds a declarator (a pointer, a reference, the list of parameters) around the name.
_MOST_DECLARATORS = 6
_MOST = 120
# Words that say which function of its class this one is, better than no name at all.
_SPEAKING = frozenset({"get", "set", "init", "deinit", "constructor"})
_NOBODY = "<anonymous>"
_TYPE = re.compile(rb"(\w+)\s*(?:\[[^\]]*\])?\s*\)$")


class Names(NamedTuple):
    """How a function is called in its source, and what a report calls it."""

    plain: list[str]
    shown: list[str]
    # Whether it stands in a class.
    method: list[bool]


def names(captures: Captures, source: bytes) -> Names:
    """The names of all functions, and the same after the class or function they stand in."""
    placed = frames(captures, (*FUNCTIONS, "class"))
    found = [_name(frame, source).decode(errors="replace")[:_MOST] for frame in placed]
    plain: list[str] = []
    shown: list[str] = []
    method: list[bool] = []
    for frame, name in zip(placed, found, strict=True):
        if frame.kind in FUNCTIONS:
            around = found[frame.outer] if frame.outer >= 0 else _receiver(frame.node, source)
            plain.append(name)
            shown.append(f"{around}.{name or _NOBODY}" if around else name or _NOBODY)
            method.append(frame.outer >= 0 and placed[frame.outer].kind == "class")
    return Names(plain, shown, method)


def _name(frame: Frame, source: bytes) -> bytes:
    if frame.kind != "implicit" and (given := _given(frame.node)):
        return source[given.start_byte : given.end_byte]
    found = _ASSIGNED.search(source[max(0, frame.start - _NEAR) : frame.start])
    return found[found.lastindex or 0] if found else b""


def _given(node: Node) -> Node | None:
    if given := node.child_by_field_name("name") or node.child_by_field_name("operator"):
        return given
    declarator = node.child_by_field_name("declarator")
    for _ in range(_MOST_DECLARATORS):
        inner = _inner(declarator) if declarator else None
        if not inner:
            break
        declarator = inner
    first = node.child(0)
    if first and first.type in _SPEAKING:
        return first
    # A type is a name only where there is none: in `impl Trait for Type`.
    return declarator or node.child_by_field_name("type")


def _inner(declarator: Node) -> Node | None:
    """What a declarator declares; in a reference the grammar has no word for it."""
    if declarator.type == "reference_declarator":
        return declarator.named_child(declarator.named_child_count - 1)
    return declarator.child_by_field_name("declarator")


def _receiver(node: Node, source: bytes) -> str:
    """The type a method stands beside instead of in, as in Go."""
    receiver = node.child_by_field_name("receiver")
    found = _TYPE.search(source[receiver.start_byte : receiver.end_byte]) if receiver else None
    return found[1].decode(errors="replace")[:_MOST] if found else ""
