"""A model's reply in, files out: which of its blocks are the answer, and what they are called.

Marks decide where they can; where they cannot, the block that parses in the asked language wins.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from kuznia.domains.code.languages.find import find_by_path
from kuznia.domains.code.languages.proof import SECONDS, prove
from kuznia.domains.code.languages.table import Language
from kuznia.domains.code.reply.choose import Kind, Piece, Wanted, choose, others, piece_of
from kuznia.domains.code.reply.document import document
from kuznia.domains.code.reply.fences import Block, FencedReply, blocks, read
from kuznia.domains.code.reply.naming import default_path, label
from kuznia.domains.code.reply.packages import needs
from kuznia.domains.code.reply.paths import safe_path
from kuznia.domains.code.reply.unfenced import unfenced
from kuznia.domains.code.reply.wrapped import tagged, unwrap
from kuznia.domains.code.schema import File, Proof
from kuznia.forge.terms import Unreadable
from kuznia.platform.process.workers import within

MOST_FILES = 20
MOST_BYTES = 262_144
# How often one reply may ask whether a piece of it parses.
MOST_PARSES = 16
MOST_TRIED = 65_536

_CONTINUED = re.compile(
    r"\bcontinue[sd]? in (?:the |my )?next|\bto be continued\b|\bпродовження в наступн",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Extracted:
    """What a reply held."""

    files: tuple[File, ...]
    truncated: bool
    requires: tuple[str, ...]


def extract(reply: str, language: Language, kind: Kind, path: str | None = None) -> Extracted:
    """The files in a reply, or Unreadable; `path` names a file that the model gave no name."""
    wanted = Wanted(language, kind, path, _trial(language))
    pieces, prose = _pieces(read(reply), wanted)
    if not pieces:
        raise Unreadable(
            "no-code",
            "There is no code in the reply.",
            f"Reply with {language.title} in a block opened with ```{language.name}.",
        )
    files = _files(pieces, wanted)
    if len(files) > MOST_FILES or sum(len(file.content.encode()) for file in files) > MOST_BYTES:
        raise Unreadable(
            "too-large",
            f"The reply has more than {MOST_FILES} files or {MOST_BYTES // 1024} kB.",
            "Write less: fewer and smaller files.",
        )
    manifests = [file.content for file in files if file.path.endswith("requirements.txt")]
    unclosed = any(not piece.closed and not _parses(piece, wanted) for piece in pieces)
    truncated = unclosed or bool(_CONTINUED.search(prose))
    return Extracted(files, truncated, needs(prose, manifests))


def _trial(language: Language) -> Callable[[str], bool]:
    """Whether a text parses, within a bound of tries; large texts are not tried here."""
    left = MOST_PARSES

    def fits(text: str) -> bool:
        nonlocal left
        left -= 1
        source = text.encode()
        if left < 0 or len(source) > MOST_TRIED or not text.strip():
            return False
        proof = prove(source, language, within(SECONDS))
        return isinstance(proof, Proof) and not proof.errors

    return fits


def _parses(piece: Piece, wanted: Wanted) -> bool:
    language = piece.language or wanted.language
    if language.name == "markdown":
        # Any text is a page, so that it parses tells nothing of its end.
        return False
    fits = wanted.fits if language is wanted.language else _trial(language)
    return fits(piece.content)


def _pieces(reply: FencedReply, wanted: Wanted) -> tuple[list[Piece], str]:
    """The chosen pieces, and the words around them."""
    if wanted.language.name == "markdown":
        text, cut = document(reply)
        return [Piece(text, wanted.language, closed=not cut)] if text.strip() else [], ""
    if wrapped := _wrapped(reply.text, wanted):
        return wrapped, ""
    outer = blocks(reply, wanted.fits)
    pieces = [piece for block in outer for piece in _opened(reply, block, wanted)]
    chosen = choose(pieces, wanted)
    if not chosen:
        chosen = [inner for piece in pieces for inner in _wrapped(piece.content, wanted)]
    if not chosen and (text := unfenced(reply, wanted.fits)):
        chosen = [Piece(text, wanted.language)]
    chosen = chosen or others(pieces)
    aside = [piece.content for piece in pieces if piece not in chosen]
    inside = {line for block in outer for line in range(block.first, block.last + 1)}
    prose = [line for place, line in enumerate(reply.lines) if place not in inside]
    return chosen, "\n".join(prose + aside)


def _wrapped(text: str, wanted: Wanted) -> list[Piece]:
    if wanted.language.name == "json":
        return []
    pieces: list[Piece] = []
    for path, content in tagged(text) or unwrap(text):
        inner, _ = _pieces(read(content), wanted) if "```" in content else ([], "")
        safe = safe_path(path) if path else None
        language = find_by_path(safe) if safe else wanted.language
        whole = Piece(content.rstrip("\n") + "\n", language, safe)
        pieces += [replace(piece, path=safe or piece.path) for piece in inner] or [whole]
    return pieces


def _opened(reply: FencedReply, block: Block, wanted: Wanted) -> list[Piece]:
    """A fence round a whole answer is opened; what is in any other block stays in it."""
    named = label(block)
    if wanted.language.name != "markdown" and (named is None or named.name == "markdown"):
        within_it = read(block.content)
        if inner := blocks(within_it, wanted.fits):
            return [piece_of(within_it, one, wanted) for one in inner if one.content.strip()]
    return [piece_of(reply, block, wanted)] if block.content.strip() else []


def _files(pieces: Sequence[Piece], wanted: Wanted) -> tuple[File, ...]:
    """The later of two files with one path is the revision of the earlier."""
    files: dict[str, File] = {}
    for piece in pieces:
        language = piece.language
        given = wanted.path if language is wanted.language else None
        path = piece.path or given or default_path(piece.content, language or wanted.language)
        files.pop(path, None)
        name = language.name if language else "text"
        files[path] = File(path=path, language=name, content=piece.content)
    return tuple(files.values())
