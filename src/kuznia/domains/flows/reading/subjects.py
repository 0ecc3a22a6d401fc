"""What a statement is about: a fee, a refusal, a register, who decides, or what is asked."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Literal

from kuznia.domains.flows.reading.quantities import numbers_of
from kuznia.domains.flows.reading.statements import Piece, Statement
from kuznia.domains.flows.reading.words import (
    Cue,
    Words,
    content,
    cue,
    cues,
    denial,
    denies,
    unordered,
    without,
)

Subject = Literal["fee", "free", "refuse", "register", "absent", "anonymous", "wait", "ask", "head"]
_Group = tuple[Subject, list[Piece]]
# Years are an age, or how long something is valid.
_YEAR = 365
_SUBJECTS: tuple[tuple[Subject, Cue], ...] = (
    ("free", "free"),
    ("refuse", "refuse"),
    ("register", "register"),
)
# `When they are free` speaks of no money.
_WHEN = frozenset({"when", "which", "what", "коли"})
# `Do not ask for the code, the email neither`.
_LIKEWISE = frozenset({"either", "neither", "too", "теж", "також"})
_RELATIVE = frozenset(
    {"who", "whose", "which", "that", "where", "який", "яка", "яке", "які", "яких", "якої", "якого"}
    | {"яким", "якою", "якому", "що", "де", "вона"}
)


def grouped(statement: Statement) -> Iterator[tuple[Subject, Statement]]:
    """The pieces of a statement by what they are about.

    A piece with no subject of its own joins the group that it belongs to.
    """
    groups: list[_Group] = []
    waiting: list[Piece] = []
    for piece in statement.pieces:
        name = _subject(statement.text, piece, listed=statement.listed)
        if groups and not waiting and _goes_on(groups[-1], name, piece):
            groups[-1][1].append(piece)
        elif name == "ask":
            waiting.append(piece)
        else:
            joins = bool(waiting) and _continues(piece, waiting)
            if waiting and not joins:
                groups.append(("ask", waiting))
            groups.append((name, [*waiting, piece] if joins else [piece]))
            waiting = []
    if waiting:
        groups.append(("ask", waiting))
    for name, pieces in groups:
        yield name, replace(statement, pieces=tuple(pieces))


def _goes_on(group: _Group, name: Subject, piece: Piece) -> bool:
    """Whether a piece says nothing without the group before it."""
    if group[0] == "ask" or name not in {"ask", "absent"}:
        return False
    if group[0] == "absent" and name == "ask" and piece.joined:
        # `No names and phones`.
        return True
    if name == "ask" and piece.words and piece.words[-1].text in _LIKEWISE:
        return True
    return not content(without(piece.words, "dont_ask"))


def is_relative(piece: Piece) -> bool:
    """Whether a piece says more of the one before it: `, who reply within a day`."""
    return any(word.text in _RELATIVE for word in piece.words[:2])


def _continues(piece: Piece, before: Sequence[Piece]) -> bool:
    """Whether a piece goes on with what stands before it."""
    if is_relative(piece) or not content(without(piece.words, "refuse", "free")):
        return True
    # `The old and the new photo are not needed`.
    denied = piece.joined and denial(piece.words) is not None
    return len(before) == 1 and (denied or cue("register", piece.words) is not None)


def _subject(text: str, piece: Piece, *, listed: bool) -> Subject:
    words = (*piece.words, *piece.asides)
    for name, cue_name in _SUBJECTS:
        if cue(cue_name, words) and not (name == "free" and words[0].text in _WHEN):
            return name
    if words[:1] and words[0].text == "stop":
        return "refuse"
    if cue("anonymous", piece.words) and not cue("ask", piece.words) and not _may_be(piece):
        return "anonymous"
    if denies(piece.words) and _is_only_pay(piece) and not _costs(text, words):
        return "free"
    if _is_fee(text, piece, listed=listed):
        return "fee"
    if denial(piece.words) and not cue("optional", piece.words):
        return "absent"
    timed = any(row.measure == "days" and max(row.days) < _YEAR for row in numbers_of(text, words))
    return "wait" if timed or (cue("decides", piece.words) and not listed) else "ask"


def _is_only_pay(piece: Piece) -> bool:
    """Whether a piece speaks of paying and of no other step."""
    others: tuple[Cue, ...] = ("authenticate", "sign", "ask")
    spans = [span for name in others for span in cues(name, piece.words)]
    named = [span for span in spans if piece.words[span.start].text not in {"need", "needs"}]
    return bool(cue("money", piece.words)) and not named


def _is_fee(text: str, piece: Piece, *, listed: bool) -> bool:
    numbers = numbers_of(text, (*piece.words, *piece.asides))
    if any(row.measure in {"money", "percent"} and row.bound == "exact" for row in numbers):
        return True
    return bool(cue("money", unordered(piece.words))) and not listed and not denial(piece.words)


def _costs(text: str, words: Words) -> bool:
    return any(row.measure in {"money", "percent"} for row in numbers_of(text, words))


def _may_be(piece: Piece) -> bool:
    """Whether people choose: `can be anonymous`."""
    return any(word.text in {"can", "may", "можна", "чи", "whether"} for word in piece.words)
