"""Read the files from a model's reply: which blocks are the answer, and what they are called.

Marks decide where they can; where they cannot, the block that parses in the asked language wins.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from kuznia.domains.code.languages.find import find_by_path
from kuznia.domains.code.languages.paths import safe_path
from kuznia.domains.code.languages.table import Language
from kuznia.domains.code.parsing.proof import SECONDS, prove
from kuznia.domains.code.reply.choose import (
    FileCandidate,
    Kind,
    ReplyTarget,
    choose,
    others,
    pieces_of,
)
from kuznia.domains.code.reply.document import document
from kuznia.domains.code.reply.examples import without_example
from kuznia.domains.code.reply.fences import FencedBlock, ReplyText, blocks, read
from kuznia.domains.code.reply.naming import default_path, label, path_of
from kuznia.domains.code.reply.packages import required_packages
from kuznia.domains.code.reply.patches import applied, besides, diffed, searched
from kuznia.domains.code.reply.unfenced import unfenced
from kuznia.domains.code.reply.wrapped.in_json import unwrap
from kuznia.domains.code.reply.wrapped.in_tags import tagged
from kuznia.domains.code.schema import File, Proof, over
from kuznia.forge.terms import Unreadable
from kuznia.platform.process.workers import within

MAX_FILES = 20
MAX_BYTES = 262_144
# How often one reply may ask whether a piece of it parses.
MAX_PARSES = 16
MAX_TRIED = 65_536

_CONTINUED = re.compile(
    r"\bcontinue[sd]? in (?:the |my )?next|\bto be continued\b|\bпродовження в наступн",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Extracted:
    """The files of a reply, whether it was cut off, and the packages it requires."""

    files: tuple[File, ...]
    truncated: bool
    requires: tuple[str, ...]


def extract(
    reply: str,
    language: Language,
    kind: Kind,
    path: str | None = None,
    before: tuple[File, ...] = (),
) -> Extracted:
    """The files in a reply, or Unreadable; `path` names a file that the model gave no name.

    `before` is the draft that the model was asked to correct: a diff is applied to it.
    """
    target = ReplyTarget(language, kind, path, _trial(language), _parses_in)
    text = read(reply)
    changes = searched(text)
    pieces, prose = ([], "") if changes else _pieces(text, target)
    changes = changes or diffed(text)
    if changes and _is_answered(pieces, target):
        changes = ()
    if changes and (before or all(not change.old for change in changes)):
        return Extracted(_bounded(applied(changes, before)), False, required_packages(prose, ()))
    return _extracted(pieces, prose, target)


def extract_change(
    reply: str, language: Language, path: str | None, before: tuple[File, ...]
) -> Extracted:
    """The files of a reply that changes files: whole ones, and those that it changes in places.

    All of `before` is among them.
    """
    text = read(reply)
    changes = searched(text) or diffed(text)
    target = ReplyTarget(language, "change", path, _trial(language), _parses_in)
    pieces, prose = _pieces(read(besides(text)) if changes else text, target)
    if not changes:
        return _extracted(pieces, prose, target)
    whole = _files([piece for piece in pieces if piece.path], target)
    files = _bounded(over(applied(changes, before), whole))
    return Extracted(files, False, required_packages(prose, ()))


def _extracted(pieces: Sequence[FileCandidate], prose: str, target: ReplyTarget) -> Extracted:
    if not pieces:
        raise Unreadable(
            "no-code",
            "The reply contains no code.",
            f"Reply with {target.language.title} in a block opened with ```{target.language.name}.",
        )
    files = _bounded(_files(pieces, target))
    manifests = [file.content for file in files if file.path.endswith("requirements.txt")]
    unclosed = any(not piece.closed and not _parses(piece, target) for piece in pieces)
    truncated = unclosed or bool(_CONTINUED.search(prose))
    return Extracted(files, truncated, required_packages(prose, manifests))


def _is_answered(pieces: Sequence[FileCandidate], target: ReplyTarget) -> bool:
    """Whether what was taken is an answer in the asked language, and no diff with its label."""
    return any(piece.language is target.language and target.fits(piece.content) for piece in pieces)


def _bounded(files: tuple[File, ...]) -> tuple[File, ...]:
    """The files, if they are not too many or too large."""
    if len(files) > MAX_FILES or sum(len(file.content.encode()) for file in files) > MAX_BYTES:
        raise Unreadable(
            "too-large",
            f"The reply has more than {MAX_FILES} files or {MAX_BYTES // 1024} kB.",
            "Write less: fewer and smaller files.",
        )
    return files


def _parses_in(language: Language, text: str) -> bool:
    return _trial(language)(text)


def _trial(language: Language) -> Callable[[str], bool]:
    """A function that tells whether a text parses; it tries only so often, and no large text."""
    left = MAX_PARSES

    def fits(text: str) -> bool:
        nonlocal left
        left -= 1
        source = text.encode()
        if left < 0 or len(source) > MAX_TRIED or not text.strip():
            return False
        proof = prove(source, language, within(SECONDS))
        return isinstance(proof, Proof) and not proof.errors

    return fits


def _parses(piece: FileCandidate, target: ReplyTarget) -> bool:
    language = piece.language or target.language
    if language.name == "markdown":
        # Any text is a page, so that it parses tells nothing of its end.
        return False
    fits = target.fits if language is target.language else _trial(language)
    return fits(piece.content)


def _pieces(reply: ReplyText, target: ReplyTarget) -> tuple[list[FileCandidate], str]:
    """The chosen candidates, and the prose around them."""
    if target.language.name == "markdown":
        text, cut = document(reply)
        return [FileCandidate(text, target.language, closed=not cut)] if text.strip() else [], ""
    if wrapped := _wrapped(reply.text, target):
        return wrapped, ""
    outer = tagged(reply, target.language) or blocks(reply, target.fits)
    pieces = [piece for block in outer for piece in _opened(reply, block, target)]
    chosen = choose(pieces, target)
    if not chosen:
        chosen = [inner for piece in pieces for inner in _inside(piece.content, target)]
    if not chosen and (text := unfenced(reply, target.fits)):
        chosen = [FileCandidate(text, target.language)]
    chosen = [_bare(piece, target) for piece in chosen] or others(pieces)
    aside = [piece.content for piece in pieces if piece not in chosen]
    inside = {line for block in outer for line in range(block.first, block.last + 1)}
    prose = [line for place, line in enumerate(reply.lines) if place not in inside]
    return chosen, "\n".join(prose + aside)


def _bare(piece: FileCandidate, target: ReplyTarget) -> FileCandidate:
    """The candidate without an example of use at its end; then the end of the block is there."""
    if target.kind != "code" or piece.language is not target.language:
        return piece
    content = without_example(piece.content, target.language, target.fits)
    return piece if content is piece.content else replace(piece, content=content, closed=True)


def _wrapped(text: str, target: ReplyTarget) -> list[FileCandidate]:
    if target.language.name == "json":
        return []
    pieces: list[FileCandidate] = []
    for path, content in unwrap(text):
        inner, _ = _pieces(read(content), target) if "```" in content else ([], "")
        safe = safe_path(path) if path else None
        language = find_by_path(safe) if safe else target.language
        whole = FileCandidate(content.rstrip("\n") + "\n", language, safe)
        pieces += [replace(piece, path=safe or piece.path) for piece in inner] or [whole]
    return pieces


def _inside(text: str, target: ReplyTarget) -> list[FileCandidate]:
    """The candidates in the tags or in the JSON that a block consists of."""
    reply = read(text)
    tags = tagged(reply, target.language)
    pieces = [piece for block in tags for piece in _opened(reply, block, target)]
    return choose(pieces, target) or _wrapped(text, target)


def _opened(reply: ReplyText, block: FencedBlock, target: ReplyTarget) -> list[FileCandidate]:
    """The candidates of a block; a fence around a whole answer is opened."""
    named = label(block)
    if target.language.name != "markdown" and (named is None or named.name == "markdown"):
        within_it = read(block.content)
        inner = [b for b in blocks(within_it, target.fits) if b.content.strip()]
        if inner:
            path = path_of(block) if len(inner) == 1 else None
            pieces = [piece for each in inner for piece in pieces_of(within_it, each, target)]
            return [replace(piece, path=piece.path or path) for piece in pieces]
    has_fences = any(mark.line == block.first for mark in reply.marks)
    return pieces_of(reply if has_fences else None, block, target) if block.content.strip() else []


def _files(pieces: Sequence[FileCandidate], target: ReplyTarget) -> tuple[File, ...]:
    """The files of the candidates; a later file with the same path replaces the earlier one."""
    files: dict[str, File] = {}
    for piece in pieces:
        language = piece.language
        default = target.path if language is target.language else None
        path = piece.path or default or default_path(piece.content, language or target.language)
        files.pop(path, None)
        name = language.name if language else "text"
        files[path] = File(path=path, language=name, content=piece.content)
    return tuple(files.values())
