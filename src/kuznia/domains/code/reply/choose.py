"""Which blocks of a reply are the answer, and which are drafts, examples, tests, or asides."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from kuznia.domains.code.languages.find import find_by_path
from kuznia.domains.code.languages.table import Language
from kuznia.domains.code.languages.testing import is_test_path, looks_like_tests
from kuznia.domains.code.reply.fences import Block, FencedReply, Fits, longer
from kuznia.domains.code.reply.naming import are_kin, default_path, label, path_of, several

Kind = Literal["code", "tests"]

# What a block defines, near enough to see that a later one revises an earlier.
_DEFINED = re.compile(
    r"^[ \t]*(?:(?:export|default|pub|public|private|protected|internal|static|async|final|abstract"
    r"|sealed|data|inline|open|override)[ \t]+)*"
    r"(?:def|class|function|func|fn|fun|struct|enum|interface|trait|type|record|object|protocol|sub"
    r"|defmodule|module|const|CREATE TABLE)[ \t]+(?:self\.|\([^()\n]{0,80}\)[ \t]*)?([A-Za-z_]\w*)",
    re.MULTILINE,
)
_EXAMPLE = re.compile(r"\b(?:example|usage|how to|use it|приклад|використання)", re.IGNORECASE)
# Labels of what a program says, not of a program.
_ASIDE = re.compile(
    r"(?:cmd|console|diff|log|output|patch|session|shell-session|stderr|stdout|terminal|tree)\b",
    re.I,
)
# Languages in which two blocks that name nothing still belong together.
_DECLARATIVE = frozenset(("css", "sql", "html", "markdown", "hcl"))


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a reply on its way to become a file."""

    content: str
    # As its path or its label says; None: neither names a language of ours.
    language: Language | None
    path: str | None = None
    closed: bool = True
    # Where it came from, to look for a later end.
    block: Block | None = None
    reply: FencedReply | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for, and how a text is tried."""

    language: Language
    kind: Kind
    # The name of a file that was given none; None: by what is in it.
    path: str | None
    fits: Fits


def piece_of(reply: FencedReply, block: Block, wanted: Wanted) -> Piece:
    """A block with the language and the path its marks give it."""
    path, named = path_of(block), label(block)
    if named and not path and are_kin(named, wanted.language):
        # A label one letter off: `js` over TypeScript, `c` over C++.
        named = wanted.language
    by_path = find_by_path(path) if path else None
    # An ending says more than a label, but a header of C++ ends as one of C.
    keeps_label = named is wanted.language and not (by_path and by_path.name == "tsx")
    language = named if keeps_label else by_path or named
    return Piece(block.content, language, path, block.closed, block, reply)


def choose(pieces: Sequence[Piece], wanted: Wanted) -> list[Piece]:
    """The pieces that answer, in order; empty where none is in the asked language."""
    pieces = [part for piece in pieces for part in _split(piece, wanted) or [piece]]
    if any(piece.path and _is_right(piece, wanted) for piece in pieces):
        return _of_its_kind([piece for piece in pieces if piece.path], wanted)
    right = [piece for piece in pieces if piece.language is wanted.language]
    if not right:
        vague = [piece for piece in pieces if _is_vague(piece)]
        vague = [replace(p, language=wanted.language) for p in vague if wanted.fits(p.content)]
        return _best(vague, wanted, sure=False) if vague else []
    return _best(right, wanted, sure=len(pieces) == 1)


def others(pieces: Sequence[Piece]) -> list[Piece]:
    """The longest program in another language, so that the model can be told of it."""
    programs = [piece for piece in pieces if piece.language and piece.language.tests]
    programs = [piece for piece in programs if piece.language and piece.language.name != "bash"]
    return [max(programs, key=lambda piece: len(piece.content))] if programs else []


def _is_right(piece: Piece, wanted: Wanted) -> bool:
    return piece.language is not None and are_kin(piece.language, wanted.language)


def _is_vague(piece: Piece) -> bool:
    """Its label is of no language of ours, and not of an aside either."""
    if piece.block is None or piece.language is not None:
        return False
    return not _ASIDE.match(piece.block.info)


def _split(piece: Piece, wanted: Wanted) -> list[Piece]:
    return [
        Piece(text, find_by_path(path) or wanted.language, path, piece.closed)
        for path, text in several(piece.content)
    ]


def _of_its_kind(pieces: list[Piece], wanted: Wanted) -> list[Piece]:
    """Tests among code and code among tests are asked for apart, and so are the pages."""
    if wanted.language.name != "markdown":
        pieces = [p for p in pieces if p.language is None or p.language.name != "markdown"]
    tests = [p for p in pieces if _is_test(p)]
    if wanted.kind == "tests":
        return tests or pieces
    return [p for p in pieces if p not in tests] or pieces


def _is_test(piece: Piece) -> bool:
    """By its name if it has one: code may bring its tests along at its end."""
    if piece.path:
        return is_test_path(piece.path)
    return piece.language is not None and looks_like_tests(piece.content, piece.language.name)


def _best(pieces: list[Piece], wanted: Wanted, *, sure: bool) -> list[Piece]:
    """Of several blocks without a path: those that parse, revised and put together."""
    if sure:
        return pieces
    fitting = [fit for piece in pieces if (fit := _fitted(piece, wanted))]
    if not fitting:
        return [_longest(pieces)] if pieces else []
    return _joined(_of_its_kind(fitting, wanted), wanted)


def _longest(pieces: Sequence[Piece]) -> Piece:
    return max(pieces, key=lambda piece: len(piece.content))


def _fitted(piece: Piece, wanted: Wanted) -> Piece | None:
    """The piece if it parses, or with the end that makes it parse."""
    if wanted.fits(piece.content):
        return piece
    if piece.block and piece.reply:
        for block in longer(piece.reply, piece.block):
            if wanted.fits(block.content):
                return replace(piece, content=block.content, closed=True, block=block)
    return None


def _joined(pieces: list[Piece], wanted: Wanted) -> list[Piece]:
    """A later block that defines the same again replaces; one that defines more is added."""
    kept: list[Piece] = []
    defined: set[str] = set()
    for piece in pieces:
        new = set(_DEFINED.findall(piece.content))
        if not new or (kept and _is_example(piece)):
            continue
        if not defined.isdisjoint(new):
            if 2 * len(defined & new) < len(defined):
                continue
            kept, defined = [], set[str]()
        kept.append(piece)
        defined |= new
    if not kept:
        declares = wanted.language.name in _DECLARATIVE
        kept = pieces if declares else [_longest(pieces)]
    paths = {default_path(piece.content, wanted.language) for piece in kept}
    if len(paths) == len(kept):
        return kept
    whole = "\n\n".join(piece.content for piece in kept)
    return [replace(kept[-1], content=whole) if wanted.fits(whole) else _longest(kept)]


def _is_example(piece: Piece) -> bool:
    return piece.block is not None and any(map(_EXAMPLE.search, piece.block.before[-1:]))
