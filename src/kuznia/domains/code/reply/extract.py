"""Read the files from a model's reply: which blocks are the answer, and what they are called.

Marks decide where they can; where they cannot, the block that parses in the asked language wins.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from kuznia.domains.code.languages.find import find_by_path
from kuznia.domains.code.languages.table import Language
from kuznia.domains.code.parsing.proof import SECONDS, prove
from kuznia.domains.code.reply.choose import (
    FileCandidate,
    Kind,
    ReplyTarget,
    choose,
    others,
    piece_of,
)
from kuznia.domains.code.reply.document import document
from kuznia.domains.code.reply.fences import FencedBlock, ReplyText, blocks, read
from kuznia.domains.code.reply.naming import default_path, label
from kuznia.domains.code.reply.packages import required_packages
from kuznia.domains.code.reply.paths import safe_path
from kuznia.domains.code.reply.unfenced import unfenced
from kuznia.domains.code.reply.wrapped import tagged, unwrap
from kuznia.domains.code.schema import File, Proof
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


def extract(reply: str, language: Language, kind: Kind, path: str | None = None) -> Extracted:
    """The files in a reply, or Unreadable; `path` names a file that the model gave no name."""
    target = ReplyTarget(language, kind, path, _trial(language))
    pieces, prose = _pieces(read(reply), target)
    if not pieces:
        raise Unreadable(
            "no-code",
            "The reply contains no code.",
            f"Reply with {language.title} in a block opened with ```{language.name}.",
        )
    files = _files(pieces, target)
    if len(files) > MAX_FILES or sum(len(file.content.encode()) for file in files) > MAX_BYTES:
        raise Unreadable(
            "too-large",
            f"The reply has more than {MAX_FILES} files or {MAX_BYTES // 1024} kB.",
            "Write less: fewer and smaller files.",
        )
    manifests = [file.content for file in files if file.path.endswith("requirements.txt")]
    unclosed = any(not piece.closed and not _parses(piece, target) for piece in pieces)
    truncated = unclosed or bool(_CONTINUED.search(prose))
    return Extracted(files, truncated, required_packages(prose, manifests))


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
    outer = blocks(reply, target.fits)
    pieces = [piece for block in outer for piece in _opened(reply, block, target)]
    chosen = choose(pieces, target)
    if not chosen:
        chosen = [inner for piece in pieces for inner in _wrapped(piece.content, target)]
    if not chosen and (text := unfenced(reply, target.fits)):
        chosen = [FileCandidate(text, target.language)]
    chosen = chosen or others(pieces)
    aside = [piece.content for piece in pieces if piece not in chosen]
    inside = {line for block in outer for line in range(block.first, block.last + 1)}
    prose = [line for place, line in enumerate(reply.lines) if place not in inside]
    return chosen, "\n".join(prose + aside)


def _wrapped(text: str, target: ReplyTarget) -> list[FileCandidate]:
    if target.language.name == "json":
        return []
    pieces: list[FileCandidate] = []
    for path, content in tagged(text) or unwrap(text):
        inner, _ = _pieces(read(content), target) if "```" in content else ([], "")
        safe = safe_path(path) if path else None
        language = find_by_path(safe) if safe else target.language
        whole = FileCandidate(content.rstrip("\n") + "\n", language, safe)
        pieces += [replace(piece, path=safe or piece.path) for piece in inner] or [whole]
    return pieces


def _opened(reply: ReplyText, block: FencedBlock, target: ReplyTarget) -> list[FileCandidate]:
    """The candidates of a block; a fence around a whole answer is opened."""
    named = label(block)
    if target.language.name != "markdown" and (named is None or named.name == "markdown"):
        within_it = read(block.content)
        if inner := blocks(within_it, target.fits):
            return [
                piece_of(within_it, inner_block, target)
                for inner_block in inner
                if inner_block.content.strip()
            ]
    return [piece_of(reply, block, target)] if block.content.strip() else []


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
