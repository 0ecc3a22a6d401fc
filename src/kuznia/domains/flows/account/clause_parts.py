"""The clauses of a prompt as parts, each with the cases of the flow in which it has to hold."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from kuznia.domains.flows.account.asks import Asked, asked_for
from kuznia.domains.flows.account.named_cases import (
    MAX_CONDITION,
    by_a_word,
    named_case,
    named_options,
)
from kuznia.domains.flows.account.places import FlowPlaces
from kuznia.domains.flows.account.situations import ALWAYS, Situation, situations
from kuznia.domains.flows.account.steps import kinds_in
from kuznia.domains.flows.reading.prompt_text import clean
from kuznia.domains.flows.reading.statements import Piece, Statement, statements
from kuznia.domains.flows.reading.subjects import Subject, grouped, is_relative
from kuznia.domains.flows.reading.words import (
    Cue,
    CueSpan,
    Words,
    content,
    cue,
    cues,
    denial,
    read_words,
    without,
)
from kuznia.forge.terms import Wish


@dataclass(frozen=True)
class ClausePart:
    """One group of a statement's pieces, with the cases it may hold in, the likeliest first."""

    subject: Subject
    statement: Statement
    situations: tuple[Situation, ...]
    asked: tuple[Asked, ...] = ()
    # Nothing before it says anything but that a service is needed.
    leading: bool = False
    # The service itself is named, and fields only behind that.
    names_service: bool = False
    # The cases the words name, where the statement is about all others: `only residents`.
    named: tuple[Situation, ...] = ()


_ENDS = re.compile(r"[.!?;\n]")
_NAMES = frozenset[Subject]({"ask", "register", "wait", "fee"})


@dataclass(frozen=True)
class _Context:
    """What the clauses before have said: the last condition, and that of the list one is in."""

    last: tuple[Situation, ...] = ()
    head: tuple[Situation, ...] = ()
    # The words of the statement before, for `if yes`.
    before: Words = ()


def clause_parts(places: FlowPlaces, prompt: str, wishes: Sequence[Wish]) -> Iterator[ClausePart]:
    """The parts of all clauses, each with its condition looked up in the flow."""
    context = _Context()
    for number, wish in enumerate(wishes):
        listed = _listed(prompt, wishes, number)
        if not listed:
            context = replace(context, head=())
        opens = prompt[wish.end : wish.end + 2].strip().startswith(":")
        leading = number == 0 or _says_no_more(wishes[:number])
        for statement in statements(number, clean(wish.quote), listed=listed):
            parts, context = _in_context(places, statement, context, opens=opens, leading=leading)
            yield from parts


def _in_context(
    places: FlowPlaces, statement: Statement, context: _Context, *, opens: bool, leading: bool
) -> tuple[tuple[ClausePart, ...], _Context]:
    """The parts of a statement, and what the next one is read with."""
    rows, statement = _resolved(places, statement, context)
    if statement.relation == "always" and opens and (named := _head_option(places, statement)):
        part = ClausePart("head", statement, named)
        return (part,), _Context(named, named, statement.words)
    parts = tuple(_of_statement(places, statement, rows, leading=leading))
    said = [part.named or part.situations for part in parts if not statement.listed]
    if statement.relation != "always":
        said.insert(0, rows)
    cases = [row for row in said if row and row != (ALWAYS,)]
    last = cases[-1] if cases else context.last
    opened = opens and statement.relation != "always" and bool(cases)
    return parts, _Context(last, last if opened else context.head, statement.words)


def _listed(prompt: str, wishes: Sequence[Wish], number: int) -> bool:
    """Whether a clause stands in a list: behind a colon or a comma, or in a line with a bullet."""
    wish = wishes[number]
    start = wishes[number - 1].end if number else 0
    between = prompt[start : wish.start]
    if re.search(r"\n\s{0,8}[-*•–—\d]", between):
        return True
    following = prompt[wish.end : wish.end + 1]
    return (bool(number) and not _ENDS.search(between)) or following == ","


def _resolved(
    places: FlowPlaces, statement: Statement, context: _Context
) -> tuple[tuple[Situation, ...], Statement]:
    """The cases in which a statement has to hold; none if its condition is not in the flow."""
    if statement.relation == "always":
        if context.last and cue("same_case", statement.outside):
            return context.last, _without(statement, "same_case")
        return context.head or (ALWAYS,), statement
    if statement.relation == "else":
        return tuple(row.flipped() for row in context.last), statement
    if not content(statement.condition) and context.before:
        return _referring(places, statement, context.before), statement
    if statement.condition == statement.words:
        statement = _split(places, statement)
    rows = situations(places, statement.condition, statement.text)
    if statement.relation == "unless":
        rows = tuple(row.flipped() for row in rows)
    if not rows and _is_time(statement):
        return (ALWAYS,), replace(statement, relation="always", condition=())
    return rows, statement


def _is_time(statement: Statement) -> bool:
    """Whether `when` says at what time, and not in which case."""
    spoken = {word.text for word in read_words(statement.text)}
    return bool({"when", "коли"} & spoken) and bool(content(statement.words))


def _referring(places: FlowPlaces, statement: Statement, before: Words) -> tuple[Situation, ...]:
    """`If yes`: the case in which the question just asked is answered so."""
    text = " ".join(word.text for word in without(before, "yes", "no"))
    rows = situations(places, read_words(text), text)
    flip = cue("no", statement.condition) is not None or cue("yes", statement.condition) is None
    flip = flip != (statement.relation == "unless")
    return tuple(row.flipped() for row in rows) if flip else rows


def _head_option(places: FlowPlaces, statement: Statement) -> tuple[Situation, ...]:
    """The case that a head such as `Fridges:` names, by an option that decides something."""
    words = statement.words
    return tuple(named_options(places, words, statement, alone=True))[:1]


def _split(places: FlowPlaces, statement: Statement) -> Statement:
    """A condition that no sign ends: as many of the words as one in the flow answers to best."""
    words = statement.condition
    best, size = 0.0, len(words)
    for end in range(1, min(len(words), MAX_CONDITION) + 1):
        part = words[:end]
        rows = situations(places, part, statement.text)
        if content(words[end - 1 : end]) and rows and rows[0].score >= best:
            best, size = rows[0].score, end
    return replace(statement, condition=words[:size], pieces=(Piece(words[size:]),))


def _of_statement(
    places: FlowPlaces, statement: Statement, rows: tuple[Situation, ...], *, leading: bool
) -> Iterator[ClausePart]:
    """The parts of a statement; those with no condition may name a case all the same."""
    before: tuple[Situation, ...] = ()
    for place, (subject, part) in enumerate(_named_apart(statement, leading=leading)):
        first = leading and place == 0
        named = named_case(places, subject, part) if rows == (ALWAYS,) else ()
        if before and not named and subject in {"fee", "free"} and content(part.words):
            # `Adults pay 5, children go free`: the second are all who are not the first.
            named = tuple(row.flipped() for row in before)
        elif rows == (ALWAYS,) and not named and subject in {"free", "refuse"}:
            named = tuple(by_a_word(places, part.outside, part))
        before = named
        naming = first and _names_service(part) and subject in _NAMES
        known = named[0].keys if named else frozenset[str]()
        asked = (replace(row, known=known) for row in _asked(part, subject, naming=naming))
        kept = tuple(row for row in asked if row.keys or row.numbers)
        made = ClausePart(subject, part, named or rows, kept, first, naming)
        yield _of_all_others(made) if named and _is_only(subject, part) else made


def _is_only(subject: Subject, part: Statement) -> bool:
    """Whether a statement names those who may go on: all others are turned away."""
    only = cue("only", part.words) and (subject == "refuse" or cue("entitled", part.words))
    return bool(only or cue("must_be", part.words))


def _of_all_others(part: ClausePart) -> ClausePart:
    others = tuple(row.flipped() for row in part.situations)
    return replace(part, subject="refuse", situations=others, named=part.situations)


def _named_apart(statement: Statement, *, leading: bool) -> Iterator[tuple[Subject, Statement]]:
    """The groups of a statement; the name of the service is one of its own."""
    size = 1
    while size < len(statement.pieces) and _says_more(statement.pieces[size]):
        size += 1
    name = replace(statement, pieces=statement.pieces[:size])
    if leading and _names_service(name) and size < len(statement.pieces):
        yield from grouped(name)
        statement = replace(statement, pieces=statement.pieces[size:], listed=True)
    yield from grouped(statement)


def _says_more(piece: Piece) -> bool:
    """Whether a piece is still about the service: `, for the council`."""
    return is_relative(piece) or bool(piece.words and piece.words[0].text in {"for", "для"})


def _says_no_more(wishes: Sequence[Wish]) -> bool:
    """Whether some clauses only say that a service is needed."""
    clauses = [read_words(clean(wish.quote)) for wish in wishes]
    return all(
        not content(without(row, "service")) or cue("background", row[:2]) for row in clauses
    )


def _names_service(part: Statement) -> bool:
    return part.relation == "always" and bool(cue("service", part.words))


def _asked(part: Statement, subject: Subject, *, naming: bool) -> tuple[Asked, ...]:
    if subject == "ask" and not naming:
        return asked_for(part)
    if subject == "absent":
        return asked_for(_forbidden(part))
    if subject == "register" and not naming:
        return asked_for(_registered(part))
    if naming:
        tail = _tail(part)
        rows = asked_for(replace(part, pieces=tail)) if tail else ()
        return tuple(row for row in rows if row.lexical)
    return ()


def _registered(part: Statement) -> Statement:
    """What a register has: the words before the cue, or those behind it if there are none."""
    pieces: list[Piece] = []
    for piece in part.pieces:
        span = cue("register", piece.words)
        before = piece.words[: span.start] if span else piece.words
        words = before if content(before) or pieces else piece.words
        pieces.append(replace(piece, words=words))
    rest = _without(replace(part, pieces=tuple(pieces)), "register", "dont_ask")
    if inside := [piece.asides for piece in rest.pieces if piece.asides]:
        # `The details of the company (name, address)`.
        return replace(rest, pieces=tuple(Piece((word,)) for row in inside for word in row))
    return rest


def _forbidden(part: Statement) -> Statement:
    """What must not be asked: what follows the cue, or stands before it if nothing follows."""
    pieces: list[Piece] = []
    for piece in part.pieces:
        span = denial(piece.words)
        rest = piece.words[span.end :] if span else piece.words
        before = piece.words[: span.start] if span else ()
        words = rest if content(rest) or kinds_in(rest) else before
        pieces.append(replace(piece, words=words))
    return _without(replace(part, pieces=tuple(pieces)), "dont_ask")


def _list_after(words: Words) -> CueSpan | None:
    """The last cue that fields follow: `за номером` is a part of the field's name itself."""
    spans = [
        CueSpan(span.start, span.start + 1) if words[span.start].text == "за" else span
        for span in cues("field_list", words)
        if span.start
    ]
    return spans[-1] if spans else None


def _tail(part: Statement) -> tuple[Piece, ...]:
    """What follows the name of the service: `registration with name`."""
    first = part.pieces[0]
    span = _list_after(first.words)
    return (Piece(first.words[span.end :], first.asides), *part.pieces[1:]) if span else ()


def name_of_service(part: Statement) -> Statement:
    """The name of the service without what follows."""
    first = part.pieces[0].words
    span = _list_after(first)
    return replace(part, pieces=(Piece(first[: span.start] if span else first),))


def _without(part: Statement, *names: Cue) -> Statement:
    pieces = tuple(Piece(without(piece.words, *names), piece.asides) for piece in part.pieces)
    return replace(part, pieces=pieces)
