"""An audit of a page's accessibility without a browser, as strict as one in a browser."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from types import MappingProxyType

from kuznia.domains.flows.screens.element import Element, walk, words
from kuznia.domains.flows.screens.style import PAIRS, TARGET

CRITICAL, SERIOUS, MODERATE, MINOR = 10, 5, 2, 1
_TYPABLE = frozenset({"input", "select", "textarea"})
_TOKENS = frozenset(
    {
        "off",
        "name",
        "given-name",
        "family-name",
        "additional-name",
        "email",
        "tel",
        "bday",
        "sex",
        "street-address",
        "postal-code",
        "address-level1",
        "address-level2",
        "country-name",
        "organization",
        "organization-title",
        "url",
    }
)
_INPUTS = frozenset(
    {"text", "email", "tel", "date", "time", "file", "radio", "checkbox", "hidden", "search", "url"}
)


@dataclass(frozen=True, slots=True)
class Violation:
    """A rule that a page breaks."""

    page: str
    rule: str
    weight: int


class _AuditedPage:
    """A page with its elements sorted once for all rules."""

    def __init__(self, root: Element) -> None:
        self.root = root
        self.all = tuple(walk(root))

    def of(self, *tags: str) -> list[Element]:
        return [node for tag in tags for node in self._by_tag.get(tag, ())]

    @cached_property
    def _by_tag(self) -> dict[str, list[Element]]:
        found: dict[str, list[Element]] = {}
        for node in self.all:
            found.setdefault(node.tag, []).append(node)
        return found

    @cached_property
    def ids(self) -> Counter[str]:
        return Counter(node.attributes["id"] for node in self.all if "id" in node.attributes)

    @cached_property
    def controls(self) -> list[Element]:
        hidden = {"hidden"}
        return [n for n in self.of(*_TYPABLE) if n.attributes.get("type") not in hidden]

    @cached_property
    def wrong(self) -> list[Element]:
        return [node for node in self.all if node.attributes.get("aria-invalid") == "true"]


# A rule returns whether the page keeps it, or None where it does not apply.
Rule = Callable[[_AuditedPage], bool | None]


def _labelled(page: _AuditedPage) -> bool | None:
    named = {n.attributes.get("for") for n in page.of("label") if words(n)}
    return _each(node.attributes.get("id") in named for node in page.controls)


def _each(kept: Iterator[bool]) -> bool | None:
    verdicts = list(kept)
    return all(verdicts) if verdicts else None


def _one_id(page: _AuditedPage) -> bool | None:
    return all(times == 1 for times in page.ids.values()) if page.ids else None


def _language(page: _AuditedPage) -> bool | None:
    return page.root.attributes.get("lang", "") in {"uk", "en"}


def _title(page: _AuditedPage) -> bool | None:
    return any(words(node).strip(" –") for node in page.of("title"))


def _one_heading(page: _AuditedPage) -> bool | None:
    headings = page.of("h1")
    return len(headings) == 1 and bool(words(headings[0]))


def _heading_order(page: _AuditedPage) -> bool | None:
    levels = [int(node.tag[1]) for node in page.all if re.fullmatch(r"h[1-6]", node.tag)]
    # The error summary is above the page's heading, one level below it.
    return all(after - before <= 1 for before, after in pairwise(levels))


def _legends(page: _AuditedPage) -> bool | None:
    grouped: set[int] = set()
    for fieldset in page.of("fieldset"):
        if any(child.tag == "legend" and words(child) for child in walk(fieldset)):
            grouped |= {id(node) for node in walk(fieldset)}
    names = Counter(n.attributes.get("name") for n in page.controls if _is_choice(n))
    alone = [n for n in page.controls if _is_choice(n) and names[n.attributes.get("name")] > 1]
    return _each(id(node) in grouped for node in alone)


def _is_choice(node: Element) -> bool:
    return node.attributes.get("type") in {"radio", "checkbox"}


def _tokens(page: _AuditedPage) -> bool | None:
    tokens = [n.attributes["autocomplete"] for n in page.all if "autocomplete" in n.attributes]
    return _each(token in _TOKENS for token in tokens)


def _errors_described(page: _AuditedPage) -> bool | None:
    return _each(
        any(part in page.ids for part in node.attributes.get("aria-describedby", "").split())
        for node in page.wrong
        if not _is_choice(node) or "aria-describedby" in node.attributes
    )


def _summary_leads(page: _AuditedPage) -> bool | None:
    if not page.wrong:
        return None
    links = [n.attributes.get("href", "") for n in page.of("a")]
    summary = any("summary" in n.attributes.get("class", "") for n in page.all)
    return summary and all(link[1:] in page.ids for link in links if link.startswith("#"))


def _described(page: _AuditedPage) -> bool | None:
    references = [
        n.attributes["aria-describedby"] for n in page.all if "aria-describedby" in n.attributes
    ]
    return _each(all(part in page.ids for part in ids.split()) for ids in references)


def _tab_order(page: _AuditedPage) -> bool | None:
    indexes = [n.attributes["tabindex"] for n in page.all if "tabindex" in n.attributes]
    return _each(int(index) <= 0 for index in indexes if re.fullmatch(r"-?\d+", index))


def _buttons_named(page: _AuditedPage) -> bool | None:
    return _each(bool(words(n) or n.attributes.get("aria-label")) for n in page.of("button"))


def _links_named(page: _AuditedPage) -> bool | None:
    return _each(bool(words(n) or n.attributes.get("aria-label")) for n in page.of("a"))


def _pictures(page: _AuditedPage) -> bool | None:
    return _each("alt" in node.attributes for node in page.of("img"))


def _landmark(page: _AuditedPage) -> bool | None:
    return len(page.of("main")) == 1


def _no_placeholder(page: _AuditedPage) -> bool | None:
    return _each("placeholder" not in node.attributes for node in page.controls)


def _input_types(page: _AuditedPage) -> bool | None:
    return _each(n.attributes.get("type", "text") in _INPUTS for n in page.of("input"))


def _skip_link(page: _AuditedPage) -> bool | None:
    links = page.of("a")
    return bool(links) and links[0].attributes.get("href", "#")[1:] in page.ids


def _status(page: _AuditedPage) -> bool | None:
    panels = [n for n in page.all if any("reference" in c for c in _classes(n))]
    return any(n.attributes.get("role") == "status" for n in page.all) if panels else None


def _classes(node: Element) -> list[str]:
    return node.attributes.get("class", "").split()


def _contrast(_: _AuditedPage) -> bool | None:
    return _READABLE


def _targets(page: _AuditedPage) -> bool | None:
    return TARGET >= 24 if page.of("button", "input", "a") else None


def contrast(ink: str, ground: str) -> float:
    """The contrast ratio of two colours as WCAG defines it."""
    light, dark = sorted((_luminance(ink), _luminance(ground)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    red, green, blue = (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


# The colours are the same on every page.
_READABLE = all(contrast(ink, ground) >= 4.5 for ink, ground in PAIRS)

RULES: Mapping[str, tuple[int, Rule]] = MappingProxyType(
    {
        "label": (CRITICAL, _labelled),
        "unique-id": (SERIOUS, _one_id),
        "language": (SERIOUS, _language),
        "title": (SERIOUS, _title),
        "one-heading": (MODERATE, _one_heading),
        "heading-order": (MODERATE, _heading_order),
        "legend": (SERIOUS, _legends),
        "autocomplete": (SERIOUS, _tokens),
        "error-text": (SERIOUS, _errors_described),
        "error-summary": (MODERATE, _summary_leads),
        "described-by": (SERIOUS, _described),
        "contrast": (SERIOUS, _contrast),
        "target-size": (SERIOUS, _targets),
        "tab-order": (SERIOUS, _tab_order),
        "button-name": (CRITICAL, _buttons_named),
        "link-name": (SERIOUS, _links_named),
        "alt-text": (CRITICAL, _pictures),
        "landmark": (MODERATE, _landmark),
        "placeholder": (MINOR, _no_placeholder),
        "input-type": (MODERATE, _input_types),
        "skip-link": (MODERATE, _skip_link),
        "status": (MINOR, _status),
    }
)


@dataclass(frozen=True, slots=True)
class Audit:
    """The score of all pages, and each rule that a page breaks."""

    score: float
    broken: tuple[Violation, ...]


def audit(pages: Mapping[str, Element]) -> Audit:
    """Apply all rules to all pages; a broken critical rule caps the score at 40."""
    applied: set[str] = set()
    broken: list[Violation] = []
    for name, root in pages.items():
        page = _AuditedPage(root)
        for rule, (weight, kept) in RULES.items():
            verdict = kept(page)
            if verdict is not None:
                applied.add(rule)
            if verdict is False:
                broken.append(Violation(name, rule, weight))
    violated = {violation.rule for violation in broken}
    whole = sum(RULES[rule][0] for rule in applied)
    lost = sum(RULES[rule][0] for rule in violated)
    score = 100.0 * (1 - lost / whole) if whole else 100.0
    if any(RULES[rule][0] == CRITICAL for rule in violated):
        score = min(score, 40.0)
    return Audit(score, tuple(broken))
