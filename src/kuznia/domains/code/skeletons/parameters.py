"""The names of a function's parameters, in any language."""

import re
from collections.abc import Iterator

from tree_sitter import Node

# Where a definition keeps them: on itself, on its value (`f = (a) => …`), on its declarator.
_AROUND = ("value", "declarator", "parameters")
_NAMED = ("name", "pattern", "left", "declarator")
_LISTS = ("parameter_list", "function_value_parameters", "formal_parameter_list", "parameters")
_ITEMS = ("parameter", "method_parameter", "function_argument", "mandatory_parameter")
_NAMES = (
    *("identifier", "simple_identifier", "variable", "variable_name", "value_pattern", "scalar"),
    "word",
)
_RECEIVERS = frozenset(("self", "this", "cls"))
_WORD = re.compile(rb"[$@]?[A-Za-z_]\w*")
MAX = 30


def parameters(node: Node, source: bytes) -> tuple[str, ...]:
    """The names in order; none where the grammar does not tell."""
    names: list[str] = []
    for item in _items(node):
        for named in _named(item):
            word = _WORD.search(source, named.start_byte, named.end_byte)
            if word and (name := word[0].decode()) not in _RECEIVERS:
                names.append(name)
    return tuple(dict.fromkeys(names))[:MAX]


def _items(node: Node) -> Iterator[Node]:
    place: Node | None = node
    for _ in range(4):
        if place is None:
            break
        if held := place.child_by_field_name("parameters"):
            return _open(held)
        place = next(filter(None, map(place.child_by_field_name, _AROUND)), None)
    if held := next((child for child in node.named_children if child.type in _LISTS), None):
        return _open(held)
    for child in node.named_children:
        if child.type in ("function_arguments", "signature"):
            return _open(child)
    return (child for child in node.named_children if child.type in _ITEMS)


def _open(held: Node) -> Iterator[Node]:
    """The items of a parameter list; Dart keeps the optional ones in a list of their own."""
    for child in held.named_children:
        if child.type == "optional_formal_parameters":
            yield from child.named_children
        elif child.type not in ("comment", "self_parameter") and "literal" not in child.type:
            yield child


def _named(item: Node) -> list[Node]:
    """The nodes of an item that are names: Go has several with one type."""
    if item.type in _NAMES:
        return [item]
    names = [node for node in item.children_by_field_name("name") if "type" not in node.type]
    if names:
        return names
    for field in _NAMED[1:]:
        if declared := item.child_by_field_name(field):
            return _named(declared) if declared.type.endswith("declarator") else [declared]
    inner = [child for child in item.named_children if child.type in _NAMES]
    if not inner:
        declared = [child for child in item.named_children if child.type.endswith("declarator")]
        return _named(declared[0]) if declared else []
    return inner[:1]
