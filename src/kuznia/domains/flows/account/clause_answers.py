"""Every clause of a prompt answered for by a flow."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from kuznia.domains.flows.account import fields, steps
from kuznia.domains.flows.account.answers import Answer, Case, joined
from kuznia.domains.flows.account.asks import Asked, Match, asked_for, matched
from kuznia.domains.flows.account.inventions import inventions
from kuznia.domains.flows.account.places import FactPlace, FlowPlaces
from kuznia.domains.flows.account.situations import ALWAYS, Situation, chosen, situations
from kuznia.domains.flows.account.statements import (
    Piece,
    Statement,
    Subject,
    grouped,
    is_relative,
    statements,
)
from kuznia.domains.flows.account.steps import kinds_in
from kuznia.domains.flows.account.words import (
    Cue,
    CueSpan,
    Words,
    all_keys,
    content,
    cue,
    cues,
    denies,
    without,
    read_words,
)
from kuznia.domains.flows.planner.prompt_text import clean
from kuznia.domains.flows.schema import Flow
from kuznia.forge.terms import Wish

_MAX_CONDITION = 16
NO_QUESTION = "No question in the flow decides this."


@dataclass(frozen=True)
class _Part:
    """One group of a statement's pieces, with the cases it may hold in, the likeliest first."""

    subject: Subject
    statement: Statement
    situations: tuple[Situation, ...]
    asked: tuple[Asked, ...] = ()
    # Nothing before it says anything but that a service is needed.
    leading: bool = False
    # The service itself is named, and fields only behind that.
    names_service: bool = False


def answer_wishes(flow: Flow, prompt: str, wishes: Sequence[Wish]) -> tuple[Wish, ...]:
    """The wishes with what became of them, and what no wish asks for."""
    places = FlowPlaces(flow)
    parts = tuple(_parts(places, prompt, wishes))
    answers = _answers(places, parts)
    by_clause: dict[int, list[Answer]] = {}
    for part, answer in zip(parts, answers, strict=True):
        by_clause.setdefault(part.statement.clause, []).append(answer)
    settled = [joined(by_clause.get(number, ())) for number in range(len(wishes))]
    every = joined(settled) if settled else Answer()
    return (
        *(_wish(wish, answer) for wish, answer in zip(wishes, settled, strict=True)),
        *inventions(places, prompt, every),
    )


def _wish(wish: Wish, answer: Answer) -> Wish:
    if answer.holds:
        return replace(wish, outcome="met", where=answer.where)
    return replace(wish, outcome="not_understood", why=answer.why)


_ENDS = re.compile(r"[.!?;\n]")


def _parts(places: FlowPlaces, prompt: str, wishes: Sequence[Wish]) -> Iterator[_Part]:
    """The parts of all clauses, each with its condition looked up in the flow."""
    last: tuple[Situation, ...] = ()
    head: tuple[Situation, ...] = ()
    for number, wish in enumerate(wishes):
        listed = _listed(prompt, wishes, number)
        if not listed:
            head = ()
        after_colon = prompt[wish.end : wish.end + 2].strip().startswith(":")
        for statement in statements(number, clean(wish.quote), listed=listed):
            resolved, statement = _resolved(places, statement, last, head)
            if statement.relation != "always" and resolved != (ALWAYS,):
                last = resolved
                if after_colon:
                    head = resolved
            leading = number == 0 or _says_no_more(wishes[:number])
            yield from _of_statement(places, statement, resolved, leading=leading)


def _listed(prompt: str, wishes: Sequence[Wish], number: int) -> bool:
    """Whether a clause stands in a list: behind a colon or a comma, or in a line with a bullet."""
    wish = wishes[number]
    start = wishes[number - 1].end if number else 0
    between = prompt[start : wish.start]
    if re.search(r"\n\s{0,8}[-*•–—\d]", between):
        return True
    following = prompt[wish.end : wish.end + 1]
    return bool(number) and not _ENDS.search(between) or following == ","


def _resolved(
    places: FlowPlaces,
    statement: Statement,
    last: tuple[Situation, ...],
    head: tuple[Situation, ...],
) -> tuple[tuple[Situation, ...], Statement]:
    """The cases in which a statement has to hold; none if its condition is not in the flow."""
    if statement.relation == "always":
        return head or (ALWAYS,), statement
    if statement.relation == "else":
        return tuple(row.flipped() for row in last), statement
    if statement.condition == statement.words:
        statement = _split(places, statement)
    rows = situations(places, statement.condition, statement.text)
    if statement.relation == "unless":
        rows = tuple(row.flipped() for row in rows)
    return rows, statement


def _split(places: FlowPlaces, statement: Statement) -> Statement:
    """A condition that no sign ends: as many of the words as one in the flow answers to best."""
    words = statement.condition
    best, size = 0.0, len(words)
    for end in range(1, min(len(words), _MAX_CONDITION) + 1):
        part = words[:end]
        rows = situations(places, part, statement.text)
        if content(words[end - 1 : end]) and rows and rows[0].score >= best:
            best, size = rows[0].score, end
    return replace(statement, condition=words[:size], pieces=(Piece(words[size:]),))


def _of_statement(
    places: FlowPlaces, statement: Statement, rows: tuple[Situation, ...], *, leading: bool
) -> Iterator[_Part]:
    for place, (subject, part) in enumerate(_named_apart(statement, leading=leading)):
        first = place == 0
        cases, rest = _subject_case(places, subject, part, rows)
        naming = first and leading and _names_service(part) and subject in _NAMES
        asked = _asked(rest, subject, naming=naming)
        yield _Part(subject, rest, cases, asked, first and leading, naming)


def _named_apart(statement: Statement, *, leading: bool) -> Iterator[tuple[Subject, Statement]]:
    """The groups of a statement; the name of the service is one of its own."""
    size = 1
    while size < len(statement.pieces) and is_relative(statement.pieces[size]):
        size += 1
    name = replace(statement, pieces=statement.pieces[:size])
    if leading and _names_service(name) and size < len(statement.pieces):
        yield from grouped(name)
        statement = replace(statement, pieces=statement.pieces[size:], listed=True)
    yield from grouped(statement)


_NAMES = frozenset[Subject]({"ask", "register", "wait", "fee"})


def _says_no_more(wishes: Sequence[Wish]) -> bool:
    """Whether some clauses only say that a service is needed."""
    words = [word for wish in wishes for word in read_words(clean(wish.quote))]
    return not content(without(words, "service"))


def _names_service(part: Statement) -> bool:
    return part.relation == "always" and bool(cue("service", part.words))


def _asked(part: Statement, subject: Subject, *, naming: bool) -> tuple[Asked, ...]:
    if subject == "ask" and not naming:
        return asked_for(part)
    if subject == "absent":
        return asked_for(_forbidden(part))
    if subject == "register" and not naming:
        return asked_for(_without(part, "register", "dont_ask"))
    if naming:
        tail = _tail(part)
        rows = asked_for(replace(part, pieces=tail)) if tail else ()
        return tuple(row for row in rows if row.lexical)
    return ()


def _forbidden(part: Statement) -> Statement:
    """What must not be asked: what follows the cue, or stands before it if nothing follows."""
    first, *others = part.pieces
    span = cue("dont_ask", first.words)
    rest = first.words[span.end :] if span else first.words
    before = first.words[: span.start] if span else ()
    words = rest if content(rest) or kinds_in(rest) else before
    return _without(replace(part, pieces=(Piece(words, first.asides), *others)), "dont_ask")


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


def _head(part: Statement) -> Statement:
    """The name of the service without what follows."""
    first = part.pieces[0].words
    span = _list_after(first)
    return replace(part, pieces=(Piece(first[: span.start] if span else first),))


def _without(part: Statement, *names: Cue) -> Statement:
    pieces = tuple(Piece(without(piece.words, *names), piece.asides) for piece in part.pieces)
    return replace(part, pieces=pieces)


def _subject_case(
    places: FlowPlaces, subject: Subject, part: Statement, rows: tuple[Situation, ...]
) -> tuple[tuple[Situation, ...], Statement]:
    """A case that a statement names without `if`: `companies give their code`."""
    if rows != (ALWAYS,):
        return rows, part
    words = part.outside
    hits = [row for row in _named_options(places, words, part)]
    if subject in {"fee", "free", "refuse", "wait"} and not hits:
        hits = [
            row
            for row in situations(places, words, part.text)
            if row.score >= 0.5 and _is_decided(places, row, words)
        ]
        hits = hits[:1]
    if not hits:
        return rows, part
    if subject == "refuse" and (cue("only", words) or cue("must_be", words)):
        hits = [row.flipped() for row in hits]
    return tuple(hits), part


def _is_decided(places: FlowPlaces, row: Situation, words: Words) -> bool:
    facts = [places.flow.facts.get(name) for name in row.facts]
    label = [
        set(content(read_words(clean(text))))
        for fact in facts
        if fact
        for text in (fact.label.uk, fact.label.en)
    ]
    spoken = all_keys(words)
    return any(keys and keys <= spoken for keys in label)


def _named_options(places: FlowPlaces, words: Words, part: Statement) -> Iterator[Situation]:
    """Of a question that decides something, the one option that is named."""
    from kuznia.domains.flows.account.places import guarded_facts

    deciding = guarded_facts(places.flow)
    spoken = all_keys(words)
    for place in places.fields:
        if place.fact.id not in deciding or not place.fact.options:
            continue
        hits = chosen(place.fact.options, words)
        if len(hits) != 1:
            continue
        own = max(
            (all_keys(read_words(clean(text))) for text in (hits[0].label.uk, hits[0].label.en)),
            key=lambda keys: len(keys & spoken),
        )
        rest = frozenset(content(words)) - own
        if own and own <= spoken and (rest or denies(words) or part.numbers):
            rows = [
                row
                for row in situations(places, tuple(w for w in words if set(w.keys) & own), "")
                if place.fact.id in row.facts
            ]
            yield from rows[:1]


def _answers(places: FlowPlaces, parts: Sequence[_Part]) -> list[Answer]:
    """The answers to all parts, once it is settled which field is asked for by which."""
    asked = [row for part in parts for row in part.asked]
    taken = frozenset(
        name for part in parts for row in part.situations[:1] for name in row.facts
    )
    matches = matched(asked, places, taken)
    pairs = iter(zip(asked, matches, strict=True))
    differ = sum(part.subject in {"free", "fee"} for part in parts) > 1
    answers: list[Answer] = []
    before: tuple[FactPlace, ...] = ()
    for part in parts:
        own = tuple(next(pairs) for _ in part.asked)
        answers.append(_answer(places, part, own, differ, before))
        if part.subject == "ask" and own:
            before = tuple(place for _, match in own for place in match)
    return answers


def _answer(
    places: FlowPlaces,
    part: _Part,
    own: tuple[tuple[Asked, Match], ...],
    differ: bool,
    before: tuple[FactPlace, ...],
) -> Answer:
    """The answer in the likeliest case in which the statement holds."""
    if not part.situations:
        return Answer(why=NO_QUESTION)
    tried: list[Answer] = []
    for situation in part.situations:
        case = Case(places, part.statement, situation, own, differ, before)
        answer = _in_case(case, part)
        if answer.holds:
            lost = bool(situation.facts) and not situation.finishes(places)
            turned = situation.cases if lost else ()
            return replace(answer, facts=answer.facts | situation.facts, turned=turned)
        tried.append(answer)
    return tried[0]


def _in_case(case: Case, part: _Part) -> Answer:
    if not case.words:
        return Answer(why="It is not clear what follows from this.")
    if part.names_service:
        return _service(case, part)
    match part.subject:
        case "fee":
            answer = steps.fee(case)
        case "free":
            answer = steps.free(case)
        case "refuse":
            answer = steps.refusal(case)
        case "register":
            answer = fields.from_register(case)
        case "absent":
            answer = fields.absent(case)
        case "wait":
            answer = steps.decision(case) or _asks(case, part)
        case "ask":
            answer = _asks(case, part)
    if answer.holds and (why := steps.out_of_order(case)):
        return replace(answer, why=why)
    return answer


def _asks(case: Case, part: _Part) -> Answer:
    if not case.matches:
        return _otherwise(case, part)
    answers: list[Answer] = []
    for asked, match in case.matches:
        if match:
            answers.append(fields.asks(case, asked, match))
    if len(answers) == len(case.matches):
        return joined(answers)
    rest = _otherwise(case, part)
    if rest.holds or case.statement.listed or not answers:
        return rest
    return joined([*answers, Answer(why="No step asks for all of this.")])


def _otherwise(case: Case, part: _Part) -> Answer:
    """What no field answers for: another step, or a text."""
    if of_kinds := steps.of_kinds(case):
        return of_kinds
    if not case.conditional and (decision := steps.decision(case)) and decision.holds:
        return decision
    if case.statement.listed:
        return fields.as_option(case)
    if part.leading and (named := fields.in_flow(case, 0.5)).holds:
        return named
    if cue("upload", case.words) or cue("ask", case.words):
        return Answer(why="No step asks for this.")
    shown = fields.in_text(case)
    if shown.holds or not _is_background(case):
        return shown
    return Answer(("/flow/name",))


def _is_background(case: Case) -> bool:
    """Whether a statement only tells who writes, and asks for nothing."""
    return (
        cue("background", case.statement.outside) is not None
        and not case.conditional
        and not case.numbers
        and not denies(case.words)
    )


def _service(case: Case, part: _Part) -> Answer:
    if part.subject == "fee" and not case.places.pays:
        return Answer(why="Nobody is asked to pay.")
    paid = frozenset(step.id for step in case.places.pays if case.places.kopiykas(step) is None)
    answer = _named(case)
    return replace(answer, steps=answer.steps | paid) if part.subject == "fee" else answer


def _is_field(case: Case, asked: Asked) -> bool:
    """Whether what follows the name of a service can only be a field: `by plate number`."""
    if case.places.flow.archetype == "appointment":
        # Somebody is seen at an appointment: `with a doctor`.
        return False
    return bool(asked.keys) and asked.keys <= frozenset[str]().union(*asked.lexical.values())


def _named(case: Case) -> Answer:
    lacking = [asked for asked, match in case.matches if not match and _is_field(case, asked)]
    if lacking:
        return Answer(why="No step asks for what the service goes by.")
    answers = [fields.asks(case, asked, match) for asked, match in case.matches if match]
    if answers and len(answers) == len(case.matches):
        whole = fields.in_flow(replace(case, statement=_head(case.statement)), 0.5)
        return joined([whole, *answers])
    return fields.in_flow(case, 0.5 if not case.matches else 0.67)
