"""HTML elements as values; the only place where text of a page is escaped."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape
from typing import TypeAlias

_VOID = frozenset({"input", "meta", "link", "br", "img", "hr"})


@dataclass(frozen=True, slots=True)
class Element:
    tag: str
    attributes: Mapping[str, str]
    children: tuple["Child", ...]


Child: TypeAlias = Element | str
Content: TypeAlias = Child | tuple["Content", ...] | list[Element] | None


def el(tag: str, *children: Content, **attributes: str | bool | None) -> Element:
    """Make an element; `class_` becomes `class`, `aria_label` becomes `aria-label`."""
    named = {
        name.rstrip("_").replace("_", "-"): "" if value is True else value
        for name, value in attributes.items()
        if value is not None and value is not False
    }
    return Element(tag, named, tuple(_flat(children)))


def _flat(children: tuple[Content, ...] | list[Element]) -> Iterator[Child]:
    for child in children:
        if isinstance(child, tuple | list):
            yield from _flat(child)
        elif child is not None:
            yield child


def html(node: Element) -> str:
    """Write the element as HTML, with all text and attributes escaped."""
    written: list[str] = []
    _write(node, written)
    return "".join(written)


def html_document(root: Element) -> str:
    """Write a whole document as HTML."""
    return f"<!doctype html>{html(root)}"


def _write(node: Element, out: list[str]) -> None:
    out.append(f"<{node.tag}")
    for name, value in node.attributes.items():
        out.append(f' {name}="{escape(value)}"' if value else f" {name}")
    out.append(">")
    if node.tag in _VOID:
        return
    for child in node.children:
        if isinstance(child, Element):
            _write(child, out)
        else:
            # The style sheet is our own; escaping would break it.
            out.append(child if node.tag == "style" else escape(child, quote=False))
    out.append(f"</{node.tag}>")


def walk(node: Element) -> Iterator[Element]:
    """The element and every element in it, in the order of the page."""
    yield node
    for child in node.children:
        if isinstance(child, Element):
            yield from walk(child)


def words(node: Element) -> str:
    """The text of an element."""
    return " ".join(
        text
        for child in node.children
        if (text := (words(child) if isinstance(child, Element) else child).strip())
    )
