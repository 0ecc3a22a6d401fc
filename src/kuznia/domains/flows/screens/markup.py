"""HTML that came from outside: cleaned by an explicit list, and read into values of ours."""

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
# Names of our own style sheet; no other class means anything on our pages.
_CLASSES = {"field", "option", "hint", "panel", "second"}
_CLEANER = nh3.Cleaner(
    tags=set(TAGS),
    attributes={"*": _ANYWHERE - {"class"}, **{tag: own for tag, own in TAGS.items() if own}},
    allowed_classes=dict.fromkeys(TAGS, _CLASSES),
    # What stands in these is no text of a page.
    clean_content_tags={"script", "style", "title", "template", "noscript", "iframe", "object"},
    url_schemes=set(),
    link_rel=None,
    strip_comments=True,
)
# Deeper than this no page is, and a tree that deep would exhaust whoever walks it.
_MAX_DEPTH, _MAX_NODES = 60, 3_000
# Elements that are never closed cost the parser the square of their number.
_MAX_TAGS = 8_000
_VOID = frozenset({"input", "br", "hr"})
_FENCE = re.compile(r"```(?:html)?\s*\n(.*?)(?:```|\Z)", re.DOTALL | re.IGNORECASE)


class TooMuchMarkup(ValueError):
    """More markup than a page has."""


def cleaned(html: str) -> str:
    """Only what is on the list: no script, no handler, no address, no style; raise TooMuch."""
    if html.count("<") > _MAX_TAGS:
        raise TooMuchMarkup
    # Half of a surrogate pair, as JSON may hold one, is no character to the cleaner.
    return _CLEANER.clean(html.encode(errors="replace").decode())


def inside(reply: str) -> str:
    """The markup in a reply: in a fence, after some prose, or all of it; none is an empty text."""
    fenced = _FENCE.search(reply)
    text = fenced.group(1) if fenced else reply
    return text[text.find("<") :] if "<" in text else ""


def read(html: str) -> tuple[Child, ...]:
    """Cleaned markup as nodes, to be written again by our own hand; raise TooMuch."""
    reader = _ElementReader()
    reader.feed(html)
    reader.close()
    return reader.done()


class _ElementReader(HTMLParser):
    """Builds nodes; what the cleaner wrote is well formed, so an end always has its start."""

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


def strange(node: Element) -> Iterator[str]:
    """What of an element is not on the list: its tag, or some of its attributes."""
    if node.tag not in TAGS:
        yield node.tag
    yield from sorted(set(node.attributes) - TAGS.get(node.tag, set()) - _ANYWHERE)
