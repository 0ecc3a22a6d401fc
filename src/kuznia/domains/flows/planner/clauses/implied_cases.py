"""Conditions without `if`: the words of a clause that name a case, and what it says of it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from kuznia.domains.flows.planner.clauses.clause_kinds import (
    APPLICANTS,
    FOR,
    is_verb,
    names_service,
    verb_in,
)
from kuznia.domains.flows.planner.clauses.naming import known_fields
from kuznia.domains.flows.reading.statements import Piece, Statement, pieces_of
from kuznia.domains.flows.reading.words import Cue, Word, Words, content, cue
from kuznia.platform.data_files import read_toml

# Words of the clauses, by what they do.
_WORDS = read_toml(__file__, "words.toml")

_MAX_SUBJECT = 10
_MAX_BEFORE_THEN = 14
_MIN_WHERE = 3
_WHO = frozenset(_WORDS["implied_cases_who"])
_REFERRING = frozenset({"who", "хто", "whoever", "that"})
_SURE_VERBS: tuple[Cue, ...] = (
    "ask",
    "upload",
    "free",
    "refuse",
    "required",
    "money",
    "dont_ask",
    "must_be",
)
_ADVERBS = frozenset(_WORDS["implied_cases_adverbs"])
_GROUP = re.compile(
    r"(?:ник|ець|іст|ист|ант|ент|яр|ач|ун|тор|нер|цю|нику|цям|икам|єві|ові|еві|отам|ений|еного"
    r"|ним|ним|их|атам|"
    r"ers?|ors?|ists?|ants?|ents?|ees?|ians?|holders?|parents?)$"
)
_AGED = re.compile(r"\bрок\w+|\byears?\b|\baged?\b", re.IGNORECASE)
_ADJECTIVE = re.compile(r"(?:ого|ої|их|ому|ий|ій|им|ими|ну|ську)$")
_BUT = frozenset({"but", "але", "а", "та"})

_EACH_WORDS = frozenset(_WORDS["clause_kinds_each"])
_AUXILIARY = frozenset(_WORDS["implied_cases_auxiliary"])
_MAX_REFUSED = 14


@dataclass(frozen=True, slots=True)
class ImpliedCase:
    """The words that name a case; what is said of it; and whether they must be a condition."""

    words: Words
    rest: tuple[Piece, ...]
    sure: bool


def implied_cases(statement: Statement) -> Iterator[ImpliedCase]:
    """What may be a condition in a clause without `if`, the likeliest first."""
    words = statement.words
    if (
        words
        and words[0].text in {"only", "лише", "тільки", "а", "і"}
        and words[1:2]
        and words[1].text in FOR
    ):
        words = words[1:]
    if len(words) < 2:
        return
    yield from _before_then(statement, words)
    if words[0].text in FOR:
        yield from _for_whom(statement, words)
        return
    yield from _missing(statement, words)
    if words[0].text == "where" and (place := _first_comma(statement.text, words)) > _MIN_WHERE:
        yield from _case(statement, words, 1, place, sure=not statement.listed)
        return
    yield from _by_subject(statement, words)


def _case(
    statement: Statement, words: Words, start: int, end: int, *, sure: bool
) -> Iterator[ImpliedCase]:
    if content(words[start:end]) and words[end:]:
        yield ImpliedCase(words[start:end], pieces_of(statement.text, words[end:]), sure)


def _before_then(statement: Statement, words: Words) -> Iterator[ImpliedCase]:
    """`A document is missing, then there are 3 months`."""
    span = cue("then", words)
    if span and 1 < span.start <= _MAX_BEFORE_THEN and _comma(statement.text, words, span.start):
        rest = words[span.end :]
        if content(words[: span.start]) and rest:
            yield ImpliedCase(words[: span.start], pieces_of(statement.text, rest), True)


def _missing(statement: Statement, words: Words) -> Iterator[ImpliedCase]:
    """`Not brought, the place goes to the next`; `less than 5, no permit is needed`."""
    place = _first_comma(statement.text, words)
    if not 1 < place <= 6:
        return
    denied = words[0].text in {"не", "not", "no"} and place <= 4
    bounded = any(
        row.bound != "exact" and row.start < words[place].start for row in statement.numbers
    )
    if denied or (bounded and cue("refuse", words[place:])):
        yield from _case(statement, words, 0, place, sure=True)


def _for_whom(statement: Statement, words: Words) -> Iterator[ImpliedCase]:
    """`For third parties a letter is needed`, `with a well a test is attached`."""
    end, comma = verb_in(words, 1), _first_comma(statement.text, words)
    free = cue("free", words)
    if free:
        end, comma = free.start, 0
    place = min(x for x in (end, comma, len(words)) if x)
    if APPLICANTS.match(words[1].text) and place <= 3:
        return
    longest = _MAX_SUBJECT + 4 if free else _MAX_SUBJECT
    if 1 < place < len(words) and place <= longest:
        after = words[place:]
        sure = any(cue(name, after) for name in (*_SURE_VERBS, "decides", "or")) or bool(comma)
        yield from _case(statement, words, 1, place, sure=sure or words[0].text in {"для", "for"})
    elif words[0].text in {"для", "for", "на"} and len(words) > 2:
        # `For graduates a diploma`: nothing parts them.
        size = 3 if _ADJECTIVE.search(words[1].text) and len(words) > 3 else 2
        yield from _case(
            statement, words, 1, size, sure=words[0].text != "на" or "ще" in {w.text for w in words}
        )


def _by_subject(statement: Statement, words: Words) -> Iterator[ImpliedCase]:
    """`Guardians add the decision`, `whoever comes by car names the plate`."""
    place = verb_in(words, 0)
    if words[0].text in _WHO:
        yield from _of_whoever(statement, words, place)
        return
    if not 0 < place <= _MAX_SUBJECT:
        return
    subject, rest = words[:place], words[place:]
    while len(subject) > 1 and subject[-1].text in _ADVERBS:
        subject = subject[:-1]
    decides = cue("decides", rest[:2])
    if _is_generic(subject) or (decides is not None and decides.start == 0):
        return
    demands = any(cue(name, rest) for name in _SURE_VERBS) or _is_person(subject)
    sure = demands and _is_group(subject)
    yield ImpliedCase(subject, pieces_of(statement.text, rest), sure)


def _of_whoever(statement: Statement, words: Words, verb: int) -> Iterator[ImpliedCase]:
    comma = _first_comma(statement.text, words)
    relative = [n for n, word in enumerate(words[:4]) if word.text in _REFERRING]
    start = relative[0] + 1 if relative else 0 if words[0].text == "anything" else 1
    place = comma or verb
    if relative and words[0].text not in {"хто", "who", "whoever"}:
        verbs = [n for n in range(start + 1, len(words)) if is_verb(words[n].text)]
        place = (
            (verbs[1] if len(verbs) > 1 and verbs[0] <= start + 1 else verbs[0]) if verbs else place
        )
    if start < place < len(words) and (relative or words[0].text in {"anything", "тим", "тих"}):
        yield from _case(statement, words, start, place, sure=True)


def _is_person(subject: Words) -> bool:
    return any(_GROUP.search(word.text) for word in subject[:2]) and len(subject) <= 3


def _is_group(subject: Words) -> bool:
    """Whether a subject names some people or things, not the applicant or the service."""
    spoken = " ".join(word.text for word in subject)
    numbered = any(word.text[0].isdigit() for word in subject) and not _AGED.search(spoken)
    if (
        len(subject) > 6
        or numbered
        or known_fields(subject)
        or names_service(subject)
        or cue("money", subject)
    ):
        return False
    return bool(content(subject)) and not any(APPLICANTS.match(word.text) for word in subject[:2])


def _is_generic(subject: Words) -> bool:
    return not content(subject) or all(
        APPLICANTS.match(word.text) for word in subject if content((word,))
    )


def _comma(text: str, words: Words, place: int) -> bool:
    return "," in text[words[place - 1].end : words[place].start]


def _first_comma(text: str, words: Words) -> int:
    return next((n for n in range(1, len(words)) if _comma(text, words, n)), 0)


def behind_but(words: Words) -> tuple[Word, ...]:
    """What is said behind `but`: `pay nothing, but upload a letter`."""
    place = next((n for n, word in enumerate(words) if word.text in _BUT and n), 0)
    return words[place + 1 :] if place else ()


def in_scope(statement: Statement, condition: Words) -> tuple[Statement, Statement]:
    """What a condition in the middle of a list is about, and the rest of the list.

    `Former names, if any were changed, country and region`: only the names depend on it.
    """
    start = condition[0].start if condition else 0
    pieces = statement.pieces
    before = [piece for piece in pieces if piece.words and piece.words[0].start < start]
    after = [piece for piece in pieces if piece not in before]
    if not before or len(after) < 2:
        return statement, replace(statement, pieces=())
    return (
        replace(statement, pieces=tuple(before[-1:])),
        replace(statement, pieces=(*before[:-1], *after), listed=True),
    )


def for_apart(statement: Statement) -> tuple[Statement, ...] | None:
    """A list parted before `for somebody`: `the degree, for others an explanation`."""
    place = next(
        (
            n
            for n, piece in enumerate(statement.pieces)
            if n and len(piece.words) > 2 and piece.words[0].text == "для"
        ),
        0,
    )
    if not place:
        return None
    first, rest = statement.pieces[:place], statement.pieces[place:]
    return replace(statement, pieces=first), replace(statement, pieces=rest)


def behind_each(statement: Statement) -> Words:
    """The words behind `for each product`; none where a clause does not begin so."""
    words = statement.words
    place = next((n for n, word in enumerate(words[:3]) if word.text in _EACH_WORDS), None)
    if (
        place is None
        or len(words) < place + 4
        or not (place == 0 or words[0].text in FOR | {"then"})
    ):
        return ()
    return words[place + 2 :]


def before_refusal(words: Words) -> Words:
    """Who is turned away: what stands before the refusal, or behind it."""
    span = cue("refuse", words)
    if span is None:
        return ()
    own = words[: span.start] if content(words[: span.start]) else words[span.end :]
    while own and own[-1].text in _AUXILIARY:
        own = own[:-1]
    generic = all(APPLICANTS.match(word.text) for word in own[:2])
    return () if generic or len(own) > _MAX_REFUSED else own
