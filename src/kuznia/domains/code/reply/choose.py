"""Choose the blocks of a reply that answer; the rest are drafts, examples, tests or output."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from kuznia.domains.code.languages.find import are_kin, find_by_path
from kuznia.domains.code.languages.table import Language
from kuznia.domains.code.languages.testing import is_test_path, looks_like_tests
from kuznia.domains.code.reply.fences import FencedBlock, Fits, ReplyText, longer
from kuznia.domains.code.reply.lifted import lifted
from kuznia.domains.code.reply.naming import default_path, label, path_of, several

# A change may be to any file.
Kind = Literal["code", "tests", "change"]

# What a block defines, near enough to see that a later one revises an earlier.
_DEFINED = re.compile(
    r"^[ \t]*(?:(?:export|default|pub|public|private|protected|internal|static|async|final|abstract"
    r"|sealed|data|inline|open|override)[ \t]+)*"
    r"(?:def|class|function|func|fn|fun|struct|enum|interface|trait|type|record|object|protocol|sub"
    r"|defmodule|module|const|CREATE TABLE)[ \t]+(?:self\.|\([^()\n]{0,80}\)[ \t]*)?([A-Za-z_]\w*)",
    re.MULTILINE,
)
_EXAMPLE = re.compile(r"\b(?:example|usage|how to|use it|приклад|використання)", re.IGNORECASE)
# What is said above a block that does the same in another way.
_ALTERNATIVE = re.compile(
    r"\balternativ\w+|\banother (?:approach|option|implementation|solution|version|way)\b"
    r"|\bor,? (?:more|even|with|using|if you prefer)\b|\byou (?:can|could) also (?:use|write)\b"
    r"|альтернатив|як варіант|інший (?:варіант|спосіб)|можна також",
    re.IGNORECASE,
)
# Labels of what a program says, not of a program.
_ASIDE = re.compile(
    r"(?:cmd|console|diff|log|output|patch|session|shell-session|stderr|stdout|terminal|tree)\b",
    re.I,
)
# Languages in which two blocks that name nothing still belong together.
_DECLARATIVE = frozenset(("css", "sql", "html", "markdown", "hcl"))


@dataclass(frozen=True, slots=True)
class FileCandidate:
    """A part of a reply that may become a file."""

    content: str
    # As its path or its label says; None: neither names a language of ours.
    language: Language | None
    path: str | None = None
    closed: bool = True
    # Where it came from, to look for a later end.
    block: FencedBlock | None = None
    reply: ReplyText | None = None


@dataclass(frozen=True, slots=True)
class ReplyTarget:
    """What a reply is searched for, and the test whether a text parses."""

    language: Language
    kind: Kind
    # The name of a file that was given none; None: by what is in it.
    path: str | None
    fits: Fits
    # Whether a text parses in another language.
    fits_in: Callable[[Language, str], bool]


def pieces_of(
    reply: ReplyText | None, block: FencedBlock, target: ReplyTarget
) -> list[FileCandidate]:
    """The files in a block, mostly one; `reply` where the block has fences."""
    parts = several(block.content)
    return [
        FileCandidate(text, find_by_path(path) or target.language, path, block.closed)
        for path, text in parts
    ] or [_piece_of(reply, lifted(block), target)]


def _piece_of(reply: ReplyText | None, block: FencedBlock, target: ReplyTarget) -> FileCandidate:
    """A block with the language and the path its marks give it."""
    path, named = path_of(block), label(block)
    if named and not path and are_kin(named, target.language):
        # A label one letter off: `js` over TypeScript, `c` over C++.
        named = target.language
    by_path = find_by_path(path) if path else None
    # An ending says more than a label, but a header of C++ ends as one of C.
    keeps_label = named is target.language and not (by_path and by_path.name == "tsx")
    language = named if keeps_label else by_path or named
    return FileCandidate(block.content, language, path, block.closed, block, reply)


def choose(pieces: Sequence[FileCandidate], target: ReplyTarget) -> list[FileCandidate]:
    """The candidates that answer, in order; empty where none is in the language of the order."""
    pieces = _without_alternatives(pieces, target)
    if target.kind == "change" and any(piece.path for piece in pieces):
        return [piece for piece in pieces if piece.path]
    if any(piece.path and _is_right(piece, target) for piece in pieces):
        return _of_its_kind([piece for piece in pieces if piece.path], target)
    right = [piece for piece in pieces if piece.language is target.language]
    if not right:
        vague = [piece for piece in pieces if _is_vague(piece)]
        vague = [replace(p, language=target.language) for p in vague if target.fits(p.content)]
        vague = vague or _mislabelled(pieces, target)
        return _best(vague, target, sure=False) if vague else []
    return _best(right, target, sure=len(pieces) == 1)


def _without_alternatives(
    pieces: Sequence[FileCandidate], target: ReplyTarget
) -> Sequence[FileCandidate]:
    """The candidates without those that are offered as another way, if there is a first one."""
    kept = [piece for piece in pieces if not _is_said(_ALTERNATIVE, piece)]
    if len(kept) == len(pieces):
        return pieces
    first = [piece for piece in kept if piece.language is target.language or _is_vague(piece)]
    return kept if any(target.fits(piece.content) for piece in first) else pieces


def _mislabelled(pieces: Sequence[FileCandidate], target: ReplyTarget) -> list[FileCandidate]:
    """The candidates that parse in the language of the order, and not in that of their label."""
    return [
        replace(piece, language=target.language, path=None)
        for piece in pieces
        if piece.language
        and _DEFINED.search(piece.content)
        and target.fits(piece.content)
        and not target.fits_in(piece.language, piece.content)
    ]


def others(pieces: Sequence[FileCandidate]) -> list[FileCandidate]:
    """The longest program in another language, so that a finding can name that language."""
    programs = [piece for piece in pieces if piece.language and piece.language.tests]
    programs = [piece for piece in programs if piece.language and piece.language.name != "bash"]
    return [max(programs, key=lambda piece: len(piece.content))] if programs else []


def _is_right(piece: FileCandidate, target: ReplyTarget) -> bool:
    return piece.language is not None and are_kin(piece.language, target.language)


def _is_vague(piece: FileCandidate) -> bool:
    """Whether a label names neither a supported language nor output."""
    if piece.block is None or piece.language is not None:
        return False
    return not _ASIDE.match(piece.block.info)


def _of_its_kind(pieces: list[FileCandidate], target: ReplyTarget) -> list[FileCandidate]:
    """Only code, or only tests: the two are asked for separately, and so are pages."""
    if target.kind == "change":
        return pieces
    if target.language.name != "markdown":
        pieces = [p for p in pieces if p.language is None or p.language.name != "markdown"]
    tests = [p for p in pieces if _is_test(p)]
    if target.kind == "tests":
        return tests or pieces
    return [p for p in pieces if p not in tests] or pieces


def _is_test(piece: FileCandidate) -> bool:
    """Whether a candidate is tests: by its path if it has one, for code may end with its tests."""
    if piece.path:
        return is_test_path(piece.path)
    return piece.language is not None and looks_like_tests(piece.content, piece.language.name)


def _best(pieces: list[FileCandidate], target: ReplyTarget, *, sure: bool) -> list[FileCandidate]:
    """The candidates without a path that parse, with revisions applied, joined."""
    if sure:
        return pieces
    fitting = [fit for piece in pieces if (fit := _fitted(piece, target))]
    if not fitting:
        return [_longest(pieces)] if pieces else []
    return _joined(_of_its_kind(fitting, target), target)


def _longest(pieces: Sequence[FileCandidate]) -> FileCandidate:
    return max(pieces, key=lambda piece: len(piece.content))


def _fitted(piece: FileCandidate, target: ReplyTarget) -> FileCandidate | None:
    """The candidate if it parses, or with a later end that makes it parse."""
    if target.fits(piece.content):
        return piece
    if piece.block and piece.reply:
        for block in longer(piece.reply, piece.block):
            content = lifted(block).content
            if target.fits(content):
                return replace(piece, content=content, closed=True, block=block)
    return None


def _joined(pieces: list[FileCandidate], target: ReplyTarget) -> list[FileCandidate]:
    """The candidates joined: a block that defines the same again replaces the earlier one."""
    joined: list[FileCandidate] = []
    defined: set[str] = set()
    for piece in pieces:
        new = set(_DEFINED.findall(piece.content))
        if not new or (joined and _is_example(piece)):
            continue
        if not defined.isdisjoint(new):
            if 2 * len(defined & new) < len(defined):
                continue
            joined, defined = [], set[str]()
        joined.append(piece)
        defined |= new
    if not joined:
        declares = target.language.name in _DECLARATIVE
        joined = pieces if declares else [_longest(pieces)]
    paths = {default_path(piece.content, target.language) for piece in joined}
    if len(paths) == len(joined):
        return joined
    whole = "\n\n".join(piece.content for piece in joined)
    return [replace(joined[-1], content=whole) if target.fits(whole) else _longest(joined)]


def _is_example(piece: FileCandidate) -> bool:
    return piece.block is not None and any(map(_EXAMPLE.search, piece.block.before[-1:]))


def _is_said(pattern: re.Pattern[str], piece: FileCandidate) -> bool:
    """Whether the prose above a candidate says this of it."""
    return piece.block is not None and any(map(pattern.search, piece.block.before))
