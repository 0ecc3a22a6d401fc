"""Lists within a clause: what is asked, and the alternatives behind a sign or a verb."""

import re
from collections.abc import Iterator, Sequence

from kuznia.domains.flows.planner.clauses.naming import bare, known_fields
from kuznia.domains.flows.reading.alternatives import alternatives
from kuznia.domains.flows.reading.statements import Piece
from kuznia.domains.flows.reading.words import Words, content, cue, cues
from kuznia.platform.data_files import read_toml

_WORDS = read_toml(__file__, "words.toml")
_LEADING = frozenset(_WORDS["asking_leading"])
_CHOOSES = re.compile(
    r"\b(?:pick|choos|select|обира|обрат|оберіт|вибира|вибрат|вибір|either)\w*", re.IGNORECASE
)
MAX_OPTION = 9
_MAX_AHEAD = 6
_HEADLESS = re.compile(r"^(?:a|an|the|either|один|одна|одне)?\s*", re.IGNORECASE)


def what(words: Words) -> Words:
    """What is asked for, without the words that say who gives it and how."""
    spans = [
        span
        for name in ("ask", "asking")
        for span in cues(name, words)
        if content(words[span.end :])
    ]
    rest = words[max(span.end for span in spans) :] if spans else words
    while rest and rest[0].text in _LEADING:
        rest = rest[1:]
    return rest


def spoken_text(text: str, words: Words) -> str:
    return text[words[0].start : words[-1].end] if words else ""


def _dash(text: str, words: Words) -> int:
    """Where a dash parts the words of a piece; 0 if none does."""
    gaps = (text[words[n - 1].end : words[n].start] for n in range(1, len(words)))
    return next((n for n, gap in enumerate(gaps, 1) if re.search(r"\s[–—-]\s", gap)), 0)


def _opens(text: str, piece: Piece, follows: Sequence[Piece]) -> bool:
    """Whether a colon stands behind a piece of a list."""
    if not (piece.words and follows and follows[0].words):
        return False
    return ":" in text[piece.words[-1].end : follows[0].words[0].start]


def joined(text: str, pieces: Sequence[Piece]) -> Iterator[Piece]:
    """The pieces; those of a list of alternatives are one: `picks new, renewal or other`."""
    rest = list(pieces)
    while rest:
        piece, size = _with_alternatives(text, rest)
        yield piece
        rest = rest[size:]


def _with_alternatives(text: str, pieces: Sequence[Piece]) -> tuple[Piece, int]:
    """The first piece, with the alternatives that follow it, and how many pieces these are."""
    piece, *follows = pieces
    ahead = next((n for n, other in enumerate(follows) if cue("or", other.words)), None)
    if ahead is None or not all(len(other.words) <= MAX_OPTION for other in follows[: ahead + 1]):
        return piece, 1
    behind = tuple(word for other in follows[: ahead + 1] for word in other.words)
    dash = _dash(text, piece.words)
    if ahead <= _MAX_AHEAD and (dash or _opens(text, piece, follows)):
        own = piece.words[:dash] if dash else piece.words
        return Piece(own, (*piece.words[len(own) :], *behind)), ahead + 2
    chooses = bool(_CHOOSES.search(" ".join(word.text for word in piece.words)))
    if chooses and not any(known_fields(what(other.words)) for other in follows[:ahead]):
        return Piece((*piece.words, *behind), follows[ahead].asides or piece.asides), ahead + 2
    return piece, 1


def ends_with_or(text: str, words: Words) -> bool:
    """Whether `or` joins the last of some items, and not two words within one of them."""
    places = [span.start for span in cues("or", words)]
    if not places:
        return False
    behind = text[words[places[-1]].end :]
    return "," not in behind.split("(")[0]


def parts_of(text: str, words: Words) -> list[Words]:
    parts = list(alternatives(text, words, commas=True))
    return parts or [words]


def listed_options(text: str, words: Words) -> list[str]:
    return [
        label for part in parts_of(text, words) if (label := _HEADLESS.sub("", bare(text, part)))
    ]


def name_of_options(labels: Sequence[str]) -> str:
    """A field without a name is called by its options."""
    ascii_ = all(label.isascii() for label in labels)
    short = list(labels[:4])
    return f"{', '.join(short[:-1])}{' or ' if ascii_ else ' чи '}{short[-1]}"[:100]
