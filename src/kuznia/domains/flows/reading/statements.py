"""A clause read as statements: what is wanted, and the condition under which."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from kuznia.domains.flows.reading.prompt_text import clean
from kuznia.domains.flows.reading.quantities import Quantity, numbers_of
from kuznia.domains.flows.reading.words import (
    Cue,
    CueSpan,
    Words,
    content,
    cue,
    cues,
    denial,
    read_words,
    starts,
    without,
)
from kuznia.forge.terms import Wish

# When a statement holds: always, if or unless its condition does, or in every other case than the
# condition before it.
Relation = Literal["always", "if", "unless", "else"]
_DASHES = ("—", "–", " - ")
_BREAKS = ",;:•+&\n"
_FEW = 4
_WHO = frozenset({"whoever", "хто"})
_CONDITIONS: tuple[Cue, ...] = ("condition", "unless")
_IDIOMS: tuple[Cue, ...] = ("if_any", "optional")
_BUT = frozenset({"but", "але"})
_NOBODY = frozenset({"nobody", "one", "ніхто"})


@dataclass(frozen=True, slots=True)
class Piece:
    """The words between two commas, and those in brackets behind them."""

    words: Words
    asides: Words = ()
    # Whether `and` or `or` joins it to the piece before, and no comma.
    joined: bool = False


@dataclass(frozen=True, slots=True)
class Statement:
    """One thing a clause says."""

    # Which clause it is from, and the whole text of that.
    clause: int
    text: str
    pieces: tuple[Piece, ...]
    relation: Relation = "always"
    condition: Words = ()
    # Whether it stands in a list.
    listed: bool = False

    @property
    def words(self) -> Words:
        return tuple(word for piece in self.pieces for word in (*piece.words, *piece.asides))

    @property
    def outside(self) -> Words:
        """The words that are not in brackets."""
        return tuple(word for piece in self.pieces for word in piece.words)

    @property
    def numbers(self) -> tuple[Quantity, ...]:
        return numbers_of(self.text, self.words)


def statements(clause: int, text: str, *, listed: bool) -> tuple[Statement, ...]:
    """The statements of a clause."""
    words = read_words(text)
    whole = Statement(clause, text, (), listed=listed)
    found: list[Statement] = []
    for part in _conditional_parts(text, words):
        found += _of_part(whole, text, part)
    return tuple(statement for statement in found if statement.pieces)


def whole_conditions(prompt: str, wishes: Sequence[Wish]) -> tuple[Wish, ...]:
    """The clauses; a condition that a comma cut off from what it decides is joined with that."""
    rows: list[Wish] = []
    for wish in wishes:
        last = rows[-1] if rows else None
        if last and _belongs(last, prompt[last.end : wish.start].strip().lower(), wish):
            quote = prompt[last.start : wish.end]
            rows[-1] = replace(last, quote=quote, end=wish.end)
        else:
            rows.append(wish)
    return tuple(rows)


def _belongs(last: Wish, between: str, wish: Wish) -> bool:
    """Whether a clause goes on with the one before it."""
    own = read_words(clean(wish.quote))
    if between == ":" and own and not content(without(own, "yes", "no", "or")) and len(own) <= _FEW:
        # `Are there pipes: yes or no`.
        return not any(word.text[0].isdigit() for word in own)
    if between == ",":
        alone = not (content(without(own, "refuse", "free")) or cue("optional", own))
        return alone or _is_bare(last.quote)
    # `Without names and phones`.
    joined = between in {"and", "or", "і", "й", "та", "або", "чи", ", or", ", and"}
    return joined and _is_denied(read_words(clean(last.quote)))


def _is_denied(words: Words) -> bool:
    return cue("apart", words) is not None or denial(words) is not None


def _is_bare(text: str) -> bool:
    """Whether a text ends with a condition, and nothing that follows from it."""
    text = clean(text)
    words = read_words(text)
    spans = [span for name in _CONDITIONS for span in cues(name, words)]
    if not spans or _is_idiom(text, words[spans[-1].start :]):
        return False
    last = words[max(span.end for span in spans) :]
    before = words[: max(span.start for span in spans)]
    if before and not _divided(text, words, len(before)):
        return False
    return not _parted(text, last)[1] and not _demands(text, last)


def _conditional_parts(text: str, words: Words) -> Iterator[Words]:
    """The words, parted before each condition but the first: `if A, B, and if C, D`."""
    start = 0
    for number, span in enumerate(cues("condition", words)):
        idiom = _is_idiom(text, words[span.start :])
        if number and not idiom and _divided(text, words, span.start):
            yield words[start : span.start]
            start = span.start
    yield words[start:]


def _divided(text: str, words: Words, place: int) -> bool:
    """Whether a sign or an `and` stands before the word."""
    return place > 0 and (
        any(sign in _gap(text, words, place) for sign in ",;:—–")
        or bool(cue("and", words[place - 1 : place]))
        or words[place - 1].text in {"but", "а", "але"}
    )


def _gap(text: str, words: Words, place: int) -> str:
    return text[words[place - 1].end : words[place].start] if place else ""


def _of_part(whole: Statement, text: str, words: Words) -> Iterator[Statement]:
    """The statements of a part with one condition at most."""
    words = _without_reason(text, words)
    turn, relation = _turn(text, words)
    other = _otherwise(text, words)
    if other and (turn is None or other.start <= turn.start):
        if other.start and words[other.start - 1].text in _NOBODY:
            # `Nobody else pays`.
            yield from _simple(whole, text, (*words[: other.start], *words[other.end :]), "else")
            return
        yield from _simple(whole, text, words[: other.start], "always")
        yield from _simple(whole, text, words[other.end :], "else")
    elif turn and _is_asked(words, turn):
        # `Ask if they have a dog` is a question.
        asked = words[turn.start : turn.end] if words[turn.start].text in {"when", "коли"} else ()
        words = (*words[: turn.start], *asked, *words[turn.end :])
        yield from _simple(whole, text, words, "always")
    elif turn is None or _is_idiom(text, words[turn.start :]):
        yield from _simple(whole, text, words, "always")
    else:
        yield from _of_condition(replace(whole, relation=relation), text, words, turn)


def _is_asked(words: Words, turn: CueSpan) -> bool:
    """Whether a condition is a question: `ask if they have a dog`, `state when it began`."""
    first = 0 if words[turn.start].text in {"when", "коли"} else max(0, turn.start - 1)
    return cue("asking", words[first : turn.start]) is not None


def _turn(text: str, words: Words) -> tuple[CueSpan | None, Relation]:
    """Where the condition begins, and whether it is turned round."""
    start, unless = cue("condition", words), cue("unless", words)
    if words and words[0].text in _WHO and _parted(text, words[1:])[1]:
        # `Whoever comes by car: the plate`.
        start = CueSpan(0, 1)
    if unless and (start is None or unless.start <= start.start):
        return unless, "unless"
    return start, "if"


def _of_condition(whole: Statement, text: str, words: Words, turn: CueSpan) -> Iterator[Statement]:
    """What follows from a condition, what else is said before it, and what holds otherwise."""
    before, rest = words[: turn.start], words[turn.end :]
    others: Words = ()
    if split := _otherwise(text, rest):
        rest, others = rest[: split.start], rest[split.end :]
    condition, after = _parted(text, rest)
    if (after or _demands(text, rest)) and _divided(text, words, turn.start):
        yield from _simple(whole, text, before, "always")
        before = ()
    cut = _last_division(text, words, before)
    if cut:
        # `£25 a booking, but free if ...`: only what stands last is conditional.
        yield from _simple(whole, text, before[:cut], "always")
        before = before[cut:]
    body = (*before, *after) if _says_something(before) else after
    if not body and whole.listed:
        # `when it was reported` in a list is a question.
        yield from _simple(whole, text, words, "always")
        return
    # Where nothing parts them, the flow has to tell how far the condition goes.
    body, condition = (body, condition) if body else (rest, rest)
    yield replace(whole, pieces=pieces_of(text, body), condition=condition)
    yield from _simple(whole, text, others, "else")


def _last_division(text: str, words: Words, before: Words) -> int:
    """Where the last of several things before a condition begins; 0 if there is only one."""
    for place in range(len(before) - 1, 0, -1):
        gap = _gap(text, words, place)
        inside = _in_brackets(text, words[place].start)
        if not inside and (any(sign in gap for sign in ",;") or words[place].text in _BUT):
            said = _says_something(before[:place]) and _says_something(before[place:])
            return place if said else 0
    return 0


def _demands(text: str, words: Words) -> bool:
    """Whether a condition without a sign behind it holds what follows from it, too."""
    names: tuple[Cue, ...] = ("free", "money", "refuse", "ask")
    paid = any(row.measure == "money" for row in numbers_of(text, words))
    return paid or any(cue(name, words) for name in names)


def _is_idiom(text: str, words: Words) -> bool:
    """Whether `if` begins a phrase that only makes an answer optional."""
    return any(
        (span := starts(name, words)) is not None
        and (span.end == len(words) or any(s in _gap(text, words, span.end) for s in ",);"))
        for name in _IDIOMS
    )


def _otherwise(text: str, words: Words) -> CueSpan | None:
    """Where the other case begins; `if not` is a condition of its own unless a sign follows."""
    for span in cues("otherwise", words):
        last = words[span.end - 1].text
        if last not in {"not", "ні"} or span.end == len(words):
            return span
        if any(sign in _gap(text, words, span.end) for sign in ",:—–"):
            return span
    return None


def _says_something(words: Words) -> bool:
    return bool(content(words)) or any(
        cue(name, words) for name in ("free", "money", "refuse", "dont_ask")
    )


def _simple(whole: Statement, text: str, words: Words, relation: Relation) -> Iterator[Statement]:
    if words:
        yield replace(whole, pieces=pieces_of(text, words), relation=relation)


def _parted(text: str, rest: Words) -> tuple[Words, Words]:
    """A condition and what follows from it; all of it is the condition where no sign parts them."""
    for place in range(1, len(rest)):
        then = cue("then", rest[place : place + 1])
        gap = _gap(text, rest, place)
        dash = any(sign in gap for sign in _DASHES)
        answer = cue("yes", rest[:1]) or cue("no", rest[:1])
        if dash and place == 1 and not answer and "," in text[rest[1].end : rest[-1].start]:
            # `If the topic is — work, ...`: the dash stands for a verb.
            continue
        if then or dash or any(sign in gap for sign in ",:"):
            return rest[:place], rest[place + 1 if then else place :]
    return rest, ()


def _without_reason(text: str, words: Words) -> Words:
    """The words without a reason, which asks for nothing."""
    for span in cues("reason", words):
        if span.start == 0 or words[span.start - 1].text in {"потрібно", "треба", "хочу", "хочемо"}:
            continue
        end = next(
            (
                place
                for place in range(span.end + 1, len(words))
                if "," in _gap(text, words, place) or ";" in _gap(text, words, place)
            ),
            len(words),
        )
        return (*words[: span.start], *words[end:])
    return words


def pieces_of(text: str, words: Words) -> tuple[Piece, ...]:
    """The words between commas and `and`, with what is in brackets behind them."""
    pieces: list[Piece] = []
    own: list[int] = []
    asides: list[int] = []

    def close() -> None:
        if own or asides:
            first = own[0] if own else asides[0]
            joined = first - 1 in joins and "," not in _gap(text, words, first - 1)
            inside = tuple(words[i] for i in asides)
            pieces.append(Piece(tuple(words[i] for i in own), inside, joined))
        own.clear()
        asides.clear()

    joins = {place for span in cues("and", words) for place in range(span.start, span.end)}
    for place, word in enumerate(words):
        if _in_brackets(text, word.start):
            asides.append(place)
            continue
        if place in joins or _breaks(text, words, place) or (asides and own):
            close()
        if place not in joins:
            own.append(place)
    close()
    return tuple(pieces)


def _breaks(text: str, words: Words, place: int) -> bool:
    gap = _gap(text, words, place)
    return any(sign in gap for sign in _BREAKS) or any(
        span.start == place for span in cues("apart", words)
    )


def _in_brackets(text: str, place: int) -> bool:
    opened = max(text.rfind("(", 0, place), text.rfind("[", 0, place))
    closed = max(text.rfind(")", 0, place), text.rfind("]", 0, place))
    return opened > closed
