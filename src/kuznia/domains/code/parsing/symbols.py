"""The symbols of a source: functions, methods and types, and which of them are public."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Literal

from tree_sitter import Node, Query, QueryCursor, Tree

from kuznia.domains.code.languages.find import get
from kuznia.domains.code.languages.table import Language
from kuznia.domains.code.parsing.definitions import QUERIES
from kuznia.domains.code.parsing.grammar import load, parse
from kuznia.domains.code.parsing.proof import SECONDS
from kuznia.platform.process.workers import Stopped, within

# A file with more than this is generated, and no check needs them all.
MAX_SYMBOLS = 500
MAX_HEAD = 400
MAX_READ = 65_536

_PRIVATE = re.compile(r"\b(?:private|protected|fileprivate|internal|override|local)\b|@Override\b")
_STATIC = re.compile(r"\bstatic\b")
_PUB = re.compile(r"\bpub\b")
_EXPORT = re.compile(r"[ \t]*export\b")
_EXPORTED = re.compile(
    r"^[ \t]*export[ \t]*(?:default[ \t]+(\w+)|\{([^{}]*)\})"
    r"|\bexports(?:\.(\w+)|[ \t]*=[ \t]*\{?([^};]*))",
    re.MULTILINE,
)
_HASKELL_EXPORTS = re.compile(r"^module\s+[\w.]+\s*\(((?:[^()]|\([^()]*\))*)\)", re.MULTILINE)
_WORD = re.compile(r"\w+")
# Called by the system, or by the name of their type.
_UNNAMED = frozenset(("main", "Main", "initialize", "constructor", "init", "new", "__construct"))
# Where a body is that no field names.
_BODIES = ("function_body", "do_block", "block", "script_block", "code_block", "compound_statement")

Kind = Literal["function", "type"]


@dataclass(frozen=True, slots=True)
class Symbol:
    """A name and its definition; `body` is None where there is none, as in an interface."""

    name: str
    kind: Kind
    line: int
    head: str
    body: str | None
    # Inside a function or a private type, so not visible outside.
    nested: bool


def symbols(content: str, language: Language) -> tuple[Symbol, ...]:
    """Every function and type in order; none where there are none or time ran out."""
    return _symbols(content, language.name) if language.name in QUERIES else ()


# Several checks ask for the symbols of one draft, one after the other.
@lru_cache(maxsize=8)
def _symbols(content: str, name: str) -> tuple[Symbol, ...]:
    source, language = content.encode(), get(name)
    if len(source) > MAX_READ:
        return ()
    tree = parse(source, language, within(SECONDS))
    if isinstance(tree, Stopped):
        return ()
    return tuple(symbol for _, symbol in placed(source, language, tree))


def placed(source: bytes, language: Language, tree: Tree) -> Iterator[tuple[Node, Symbol]]:
    """Every function and type of a tree in order, with its node."""
    query = _query(language)
    if query is None:
        return
    definitions: list[tuple[Node, Node, Kind]] = [
        (captured["d"][0], name, "function" if "f" in captured else "type")
        for _, captured in QueryCursor(query).matches(tree.root_node)
        for name in captured.get("f", captured.get("t", []))
    ]
    definitions.sort(key=lambda symbol: (symbol[0].start_byte, -symbol[0].end_byte))
    function_ends = [0]
    for node, name, kind in definitions[:MAX_SYMBOLS]:
        while len(function_ends) > 1 and function_ends[-1] <= node.start_byte:
            function_ends.pop()
        nested = node.start_byte < function_ends[-1]
        symbol = _symbol(source, node, name, kind, nested=nested)
        yield node, symbol
        if kind == "function" or symbol.name.startswith("_"):
            function_ends.append(node.end_byte)


@cache
def _query(language: Language) -> Query | None:
    text = QUERIES.get(language.name)
    return Query(load(language), text) if text else None


def _symbol(source: bytes, node: Node, name: Node, kind: Kind, *, nested: bool) -> Symbol:
    body = _body(node)
    # From the beginning of the line: `export` and `private` may stand outside the node.
    begin = max(source.rfind(mark, 0, node.start_byte) for mark in (b"\n", b"{", b"}", b";")) + 1
    end = body.start_byte if body else node.end_byte
    return Symbol(
        name=source[name.start_byte : name.end_byte].decode(),
        kind=kind,
        line=name.start_point.row + 1,
        head=source[begin:end][:MAX_HEAD].decode(errors="ignore"),
        body=source[body.start_byte : body.end_byte].decode() if body else None,
        nested=nested,
    )


def _body(node: Node) -> Node | None:
    value = node.child_by_field_name("value") or node
    if body := value.child_by_field_name("body"):
        return body
    after = node.next_sibling
    near = [*node.children, *([after] if after else [])]
    return next((child for child in near if child.type in _BODIES), None)


def public(content: str, language: Language) -> tuple[Symbol, ...]:
    """The public symbols of a source."""
    return _public(content, language.name)


@lru_cache(maxsize=8)
def _public(content: str, name: str) -> tuple[Symbol, ...]:
    language = get(name)
    return tuple(filter(offered(content, language), symbols(content, language)))


def offered(content: str, language: Language) -> "Rule":
    """A function that tells whether a symbol of this source is public."""
    is_public = _RULES.get(language.name, _rule_of_words)(content)
    return lambda symbol: not symbol.nested and symbol.name not in _UNNAMED and is_public(symbol)


Rule = Callable[[Symbol], bool]


def _rule_of_words(_: str) -> Rule:
    """Public unless marked private, or named with a leading underscore."""
    return lambda symbol: not symbol.name.startswith("_") and not _PRIVATE.search(symbol.head)


def _rule_of_capitals(_: str) -> Rule:
    return lambda symbol: symbol.name[:1].isupper()


def _rule_of_pub(_: str) -> Rule:
    return lambda symbol: bool(_PUB.search(symbol.head))


def _rule_of_static(_: str) -> Rule:
    return lambda symbol: symbol.kind == "type" or not _STATIC.search(symbol.head)


def _rule_of_exports(content: str) -> Rule:
    """Public if exported, at its definition or in a list; without any export, always."""
    lists = " ".join(part for match in _EXPORTED.findall(content) for part in match)
    listed = set(_WORD.findall(lists))
    words = _rule_of_words(content)
    anything = bool(listed) or re.search(r"^[ \t]*export\b", content, re.MULTILINE)

    def rule(symbol: Symbol) -> bool:
        if not words(symbol):
            return False
        indented = symbol.head.startswith((" ", "\t"))
        exported = bool(_EXPORT.match(symbol.head)) or symbol.name in listed
        return not anything or exported or indented

    return rule


def _rule_of_header(content: str) -> Rule:
    """Haskell: public if the module's head lists it, or where the head lists nothing."""
    header = _HASKELL_EXPORTS.search(content)
    listed = set(_WORD.findall(header[1])) if header else None
    return lambda symbol: listed is None or symbol.name in listed


def _rule_of_ruby(content: str) -> Rule:
    """Ruby: public unless it follows a bare `private` in its class."""
    words = _rule_of_words(content)
    lines = content.split("\n")
    starts = [number for number, line in enumerate(lines, 1) if line.strip() == "private"]
    classes = [number for number, line in enumerate(lines, 1) if line.lstrip().startswith("class ")]

    def rule(symbol: Symbol) -> bool:
        before = max((line for line in starts if line < symbol.line), default=0)
        opened = max((line for line in classes if line <= symbol.line), default=0)
        return words(symbol) and (symbol.kind == "type" or before <= opened)

    return rule


_RULES: dict[str, Callable[[str], Rule]] = {
    "go": _rule_of_capitals,
    "rust": _rule_of_pub,
    "zig": _rule_of_pub,
    "c": _rule_of_static,
    "cpp": _rule_of_static,
    "objc": _rule_of_static,
    "javascript": _rule_of_exports,
    "typescript": _rule_of_exports,
    "tsx": _rule_of_exports,
    "haskell": _rule_of_header,
    "ruby": _rule_of_ruby,
}
