"""HTML from outside: cleaned by an explicit list, and read as elements."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser

import nh3

from kuznia.domains.flows.screens.element import Child, Element

_ANYWHERE = {
    *("id", "class", "role", "lang"),
    *("aria-describedby", "aria-label", "aria-labelledby", "aria-required"),
}
_CONTROL = {"name", "required", "autocomplete"}
TAGS: dict[str, set[str]] = {
    "form": set(),
    "div": set(),
    "section": set(),
    "span": set(),
    "p": set(),
    "h1": set(),
    "h2": set(),
    "h3": set(),
    "h4": set(),
    "ul": set(),
    "ol": set(),
    "li": set(),
    "dl": set(),
    "dt": set(),
    "dd": set(),
    "strong": set(),
    "em": set(),
    "br": set(),
    "hr": set(),
    "fieldset": set(),
    "legend": set(),
    "label": {"for"},
    "input": {*_CONTROL, "type", "value", "maxlength", "inputmode", "multiple"},
    "select": {*_CONTROL, "multiple"},
    "option": {"value"},
    "optgroup": {"label"},
    "textarea": {*_CONTROL, "rows", "maxlength"},
    "button": {"type"},
}
# The classes of our own style sheet.
_CLASSES = {"field", "option", "hint", "panel", "second"}
_CLEANER = nh3.Cleaner(
    tags=set(TAGS),
    attributes={"*": _ANYWHERE - {"class"}, **{tag: own for tag, own in TAGS.items() if own}},
    allowed_classes=dict.fromkeys(TAGS, _CLASSES),
    # The content of these is not text of a page.
    clean_content_tags={"script", "style", "title", "template", "noscript", "iframe", "object"},
    url_schemes=set(),
    link_rel=None,
    strip_comments=True,
)
# No page is deeper, and walking a deeper tree would exhaust the stack.
_MAX_DEPTH, _MAX_NODES = 60, 3_000
# The parser takes quadratic time for elements that are never closed.
_MAX_TAGS = 8_000
_VOID = frozenset({"input", "br", "hr"})
_FENCE = re.compile(r"```(?:html)?\s*\n(.*?)(?:```|\Z)", re.DOTALL | re.IGNORECASE)


class TooMuchMarkup(ValueError):
    """The reply holds more markup than a page can have."""


def cleaned(html: str) -> str:
    """Keep the listed tags and attributes only; raise TooMuchMarkup."""
    if html.count("<") > _MAX_TAGS:
        raise TooMuchMarkup
    # JSON may hold half of a surrogate pair, which the cleaner does not accept.
    return _CLEANER.clean(html.encode(errors="replace").decode())


def inside(reply: str) -> str:
    """The markup of a reply: in a code fence, after prose, or all of it; or an empty text."""
    fenced = _FENCE.search(reply)
    text = fenced.group(1) if fenced else reply
    return text[text.find("<") :] if "<" in text else ""


def read(html: str) -> tuple[Child, ...]:
    """Read cleaned markup as elements, which our own code writes again; raise TooMuchMarkup."""
    reader = _ElementReader()
    reader.feed(html)
    reader.close()
    return reader.done()


class _ElementReader(HTMLParser):
    """A parser that builds elements from the cleaner's output, which is well formed."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._open: list[tuple[str, dict[str, str], list[Child]]] = [("", {}, [])]
        self._nodes = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._nodes += 1
        if self._nodes > _MAX_NODES or len(self._open) > _MAX_DEPTH:
            raise TooMuchMarkup
        self._open.append((tag, {name: value or "" for name, value in attrs}, []))
        if tag in _VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if len(self._open) > 1 and self._open[-1][0] == tag:
            name, attributes, children = self._open.pop()
            self._open[-1][2].append(Element(name, attributes, tuple(children)))

    def handle_data(self, data: str) -> None:
        self._open[-1][2].append(data)

    def done(self) -> tuple[Child, ...]:
        return tuple(self._open[0][2])


def forbidden(node: Element) -> Iterator[str]:
    """List an element's tag, if no page may have it, and such of its attributes."""
    if node.tag not in TAGS:
        yield node.tag
    yield from sorted(set(node.attributes) - TAGS.get(node.tag, set()) - _ANYWHERE)
