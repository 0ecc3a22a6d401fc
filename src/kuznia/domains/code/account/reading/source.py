"""Code as an account reads it: without comments, with its units, its branches and what they do."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from tree_sitter import Node, Tree

from kuznia.domains.code.account.words.patterns import patterns
from kuznia.domains.code.languages.find import find
from kuznia.domains.code.languages.table import Language
from kuznia.domains.code.parsing.grammar import parse
from kuznia.domains.code.parsing.symbols import offered, placed
from kuznia.domains.code.schema import File
from kuznia.platform.process.workers import Stopped, within

_PATTERNS = patterns("source")

MAX_BYTES = 65_536
SECONDS = 1.0
_MAX_THEN = 600
_WORDS = re.compile(r"[_-]|(?<=[a-z])(?=[A-Z])")
_SWITCH = re.compile(r"\b([A-Za-z_][\w-]*)[\"']?\s*[=:]\s*(true|false|yes|no)\b", re.IGNORECASE)
MAX_BRANCHES = 400
# What lies on a page or in a file of settings is all text: nothing of it is blanked.
_OPEN = frozenset(("html", "css", "json", "yaml", "toml", "markdown", "hcl", "bash"))
_STRING = _PATTERNS["string"]
_INSIDE = frozenset(
    ("interpolation", "template_substitution", "string_interpolation", "interpolated_expression")
)
_IFS = frozenset(
    (
        *(
            "if_statement",
            "elif_clause",
            "if_expression",
            "if_modifier",
            "unless_modifier",
            "unless",
        ),
        *("if", "elsif", "conditional_expression", "ternary_expression", "conditional"),
        *("guard_statement", "while_statement", "else_if_clause", "case_clause", "match_arm"),
        *("switch_case", "switch_section", "when_entry", "expression_case", "case_item"),
        *("switch_rule", "switch_block_statement_group", "switch_expression_arm", "when"),
        *("match_conditional_expression", "except_clause", "catch_clause", "rescue", "catch_block"),
        *("while", "while_expression", "conditional_statement", "postfix_conditional_expression"),
    )
)
# What goes on behind them where they do not hold.
_WHOLE_IFS = frozenset(
    (
        "if_statement",
        "if_expression",
        "if_modifier",
        "unless_modifier",
        "unless",
        "if",
        "guard_statement",
    )
)
_FLIPPED = frozenset(("unless", "unless_modifier", "guard_statement"))
_LEAVES = re.compile(r"\b(?:return|raise|throw|continue|break|exit|die|panic!?)\b")
# A call that refuses by itself where its condition does not hold, and what it throws.
_GUARDS = re.compile(
    r"\b(?P<call>require|check|requireNotNull|checkNotNull|ensure!|assert|precondition"
    r"|Objects\.requireNonNull|ArgumentNullException\.ThrowIf\w+|ArgumentException\.ThrowIf\w+"
    r"|ArgumentOutOfRangeException\.ThrowIf\w+)\s*\((?P<condition>[^\n]{0,200})"
)
_THROWS = {
    "require": "throw IllegalArgumentException",
    "requireNotNull": "throw IllegalArgumentException",
    "check": "throw IllegalStateException",
    "checkNotNull": "throw IllegalStateException",
    "Objects.requireNonNull": "throw NullPointerException",
    "ensure!": "return Err",
    "assert": "raise AssertionError",
}


@dataclass(frozen=True, slots=True)
class Unit:
    """A function or a type, with the place of its text."""

    name: str
    start: int
    end: int
    is_public: bool
    is_type: bool


@dataclass(frozen=True, slots=True)
class CodeBranch:
    """What code does under a condition; `holds` is False for what is done otherwise."""

    condition: str
    then: str
    holds: bool
    start: int
    unit: str


@dataclass(frozen=True)
class SourceText:
    """One file: its text without comments, and the same without what is inside strings."""

    pointer: str
    path: str
    language: str
    raw: str
    text: str
    bare: str
    units: tuple[Unit, ...]
    branches: tuple[CodeBranch, ...]
    has_regex_literals: bool

    @cached_property
    def lines(self) -> tuple[str, ...]:
        return tuple(self.text.split("\n"))

    @cached_property
    def switches(self) -> tuple[tuple[str, tuple[str, ...], str], ...]:
        """What is switched on or off: each name of two words or more, the words, the value."""
        rows = (
            (match[1], tuple(word for word in _WORDS.split(match[1]) if len(word) > 2), match[2])
            for match in _SWITCH.finditer(self.text)
        )
        return tuple(row for row in rows if len(row[1]) > 1)

    def unit_of(self, place: int) -> str:
        """The name of the innermost unit round a place."""
        inside = [unit for unit in self.units if unit.start <= place < unit.end]
        return min(inside, key=lambda unit: unit.end - unit.start).name if inside else ""


def read(pointer: str, file: File) -> SourceText:
    """A file as the account reads it; what cannot be parsed is read as text alone."""
    language = find(file.language)
    content = file.content
    source = content.encode()
    if language is None or len(source) > MAX_BYTES:
        return _plain(pointer, file)
    tree = parse(source, language, within(SECONDS))
    if isinstance(tree, Stopped):
        return _plain(pointer, file)
    nodes = list(_walk(tree))
    places = _Places(content)
    text = list(content)
    for node in nodes:
        if _is_comment(node):
            _blank(text, places(node.start_byte), places(node.end_byte))
    bare = list(text)
    if language.name not in _OPEN:
        for node in nodes:
            if _is_string(node, source):
                _blank_string(bare, node, places)
    clean = "".join(text)
    units = (
        *_units(source, language, tree, places, content),
        *_blocks(clean, language.name),
    )
    result = SourceText(
        pointer=pointer,
        path=file.path,
        language=language.name,
        raw=content,
        text=clean,
        bare="".join(bare),
        units=units,
        branches=(),
        has_regex_literals=any(node.type in ("regex", "regex_literal") for node in nodes),
    )
    branches = (*_branches(nodes, clean, places, result), *_guards(clean, result))
    object.__setattr__(result, "branches", branches[:MAX_BRANCHES])
    return result


def _plain(pointer: str, file: File) -> SourceText:
    content = file.content
    return SourceText(pointer, file.path, file.language, content, content, content, (), (), False)


class _Places:
    """Places in bytes as places in characters."""

    def __init__(self, content: str) -> None:
        self._places: list[int] | None = None
        if not content.isascii():
            self._places = [number for number, char in enumerate(content) for _ in char.encode()]
            self._places.append(len(content))

    def __call__(self, place: int) -> int:
        return place if self._places is None else self._places[place]


def _walk(tree: Tree) -> Iterator[Node]:
    waiting = [tree.root_node]
    while waiting:
        node = waiting.pop()
        yield node
        waiting += reversed(node.children)


def _is_comment(node: Node) -> bool:
    if "comment" in node.type or node.type == "haddock":
        return node.type != "doc_comment" or node.child_count == 0
    parent = node.parent
    # A text that stands alone is Python's way to document.
    return (
        node.type == "string"
        and parent is not None
        and parent.type == "expression_statement"
        and parent.child_count == 1
    )


def _is_string(node: Node, source: bytes) -> bool:
    if node.type == "literal":
        return source[node.start_byte : node.start_byte + 1] == b"'"
    return node.is_named and bool(_STRING.search(node.type))


def _blank(text: list[str], start: int, end: int) -> None:
    text[start:end] = [char if char == "\n" else " " for char in text[start:end]]


def _blank_string(text: list[str], node: Node, places: _Places) -> None:
    """Blank what is between the quotes, without what is computed in there."""
    place = places(node.start_byte) + 1
    for child in node.children:
        if child.type in _INSIDE:
            _blank(text, place, max(place, places(child.start_byte)))
            place = places(child.end_byte)
    _blank(text, place, max(place, places(node.end_byte) - 1))


def _units(
    source: bytes, language: Language, tree: Tree, places: _Places, content: str
) -> Iterator[Unit]:
    is_public = offered(content, language)
    for node, symbol in placed(source, language, tree):
        yield Unit(
            symbol.name,
            places(node.start_byte),
            places(_whole(node).end_byte),
            is_public(symbol),
            symbol.kind == "type",
        )


_TAG = re.compile(r"<(?P<name>[a-z][\w-]*)\b[^<>]{1,600}>", re.IGNORECASE)
_RULE = re.compile(r"(?P<name>[^{};]{1,200})\{[^{}]{0,2000}\}")
_KEY = re.compile(r"^(?P<indent>[ ]*)(?:- )?(?P<name>[\w.-]+):[ ]*(?:#.*)?$", re.MULTILINE)


def _blocks(text: str, language: str) -> Iterator[Unit]:
    """The units of pages and settings: tags, rules, and what stands under a key."""
    pattern = {"html": _TAG, "css": _RULE}.get(language)
    if pattern:
        for match in pattern.finditer(text):
            named = (
                re.search(r"\b(?:id|name)=[\"']([\w-]+)", match[0]) if language == "html" else None
            )
            name = named[1] if named else match["name"].strip()
            yield Unit(name, match.start(), match.end(), False, True)
    if language == "yaml":
        for match in _KEY.finditer(text):
            deeper = re.compile(rf"^ {{0,{len(match['indent'])}}}[^\s-]", re.MULTILINE)
            end = deeper.search(text, match.end() + 1)
            yield Unit(match["name"], match.start(), end.start() if end else len(text), False, True)


def _whole(node: Node) -> Node:
    """A definition with its body, where that stands beside it."""
    if node.type == "function_signature" and node.parent and node.parent.next_sibling:
        return node.parent.next_sibling
    return node


def _branches(
    nodes: list[Node], text: str, places: _Places, source: SourceText
) -> Iterator[CodeBranch]:
    for node in nodes:
        if node.type in _IFS and node.is_named:
            yield from _of(node, text, places, source)
        elif node.type in ("list", "boolean_expression") and source.language == "bash":
            yield from _of_list(node, text, places, source)


def _of(node: Node, text: str, places: _Places, source: SourceText) -> Iterator[CodeBranch]:
    named = [child for child in node.named_children if "comment" not in child.type]
    if not named:
        return
    condition = next(
        (
            child
            for field in ("condition", "pattern", "value")
            if (child := node.child_by_field_name(field))
        ),
        named[0],
    )
    if node.type == "conditional_expression" and source.language == "python" and len(named) == 3:
        first, condition, last = named
        consequence, alternative = first, last
    else:
        consequence = node.child_by_field_name("consequence") or node.child_by_field_name("body")
        alternative = node.child_by_field_name("alternative")
    start, end = places(node.start_byte), places(node.end_byte)
    shown = text[places(condition.start_byte) : places(condition.end_byte)]
    if "__main__" in shown:
        return
    then_start = places(condition.end_byte)
    then_end = places(alternative.start_byte) if alternative else end
    if consequence:
        then_start = places(consequence.start_byte)
        then_end = places(consequence.end_byte)
    then = text[then_start:then_end][:_MAX_THEN]
    holds = node.type not in _FLIPPED
    unit = source.unit_of(start)
    yield CodeBranch(shown, then, holds, start, unit)
    if alternative:
        otherwise = text[places(alternative.start_byte) : places(alternative.end_byte)]
        yield CodeBranch(shown, otherwise[:_MAX_THEN], not holds, start, unit)
    elif node.type in _WHOLE_IFS and _LEAVES.search(then) and (after := node.next_named_sibling):
        rest = text[places(after.start_byte) : places(after.end_byte)]
        yield CodeBranch(shown, rest[:_MAX_THEN], not holds, start, unit)


def _of_list(node: Node, text: str, places: _Places, source: SourceText) -> Iterator[CodeBranch]:
    """What a shell does after `||` and `&&`."""
    if len(node.children) != 3 or node.children[1].type not in ("||", "&&"):
        return
    left, sign, right = node.children
    yield CodeBranch(
        text[places(left.start_byte) : places(left.end_byte)],
        text[places(right.start_byte) : places(right.end_byte)][:_MAX_THEN],
        sign.type == "&&",
        places(node.start_byte),
        source.unit_of(places(node.start_byte)),
    )


def _guards(text: str, source: SourceText) -> Iterator[CodeBranch]:
    for match in _GUARDS.finditer(text):
        call, condition = match["call"], match["condition"]
        if ".ThrowIf" in call:
            name, _, how = call.partition(".ThrowIf")
            shown = f"{condition} {_HOW.get(how, how)}"
            yield CodeBranch(
                shown, f"throw {name}", True, match.start(), source.unit_of(match.start())
            )
            continue
        then = f"{_THROWS.get(call, 'throw')} {condition}"
        yield CodeBranch(condition, then, False, match.start(), source.unit_of(match.start()))


_HOW = {
    "Null": "== null",
    "NullOrEmpty": "== null isEmpty",
    "NullOrWhiteSpace": "== null isEmpty trim",
    "Negative": "< 0",
    "NegativeOrZero": "<= 0",
    "Zero": "== 0",
    "LessThan": "<",
    "GreaterThan": ">",
}
