"""Every clause of a prompt answered for by a flow."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from kuznia.domains.flows.account import fields, steps
from kuznia.domains.flows.account.answers import Answer, Case, joined
from kuznia.domains.flows.account.asks import Asked, Match, asked_for, matched
from kuznia.domains.flows.account.inventions import inventions
from kuznia.domains.flows.account.places import (
    STEPS,
    FactPlace,
    FlowPlaces,
    guarded_facts,
    option_text,
)
from kuznia.domains.flows.account.quantities import quantities
from kuznia.domains.flows.account.situations import ALWAYS, Situation, chosen, limits_of, situations
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
    KeyIndex,
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
from kuznia.domains.flows.schema import Flow, FlowOption
from kuznia.forge.terms import Wish

_MAX_CONDITION = 16
# So many of the words that name the service have to be in the flow, one of them in a title.
_TOPIC = 0.3
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
    # The cases the words name, where the statement is about all others: `only residents`.
    named: tuple[Situation, ...] = ()


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
    before: Words = ()
    for number, wish in enumerate(wishes):
        listed = _listed(prompt, wishes, number)
        if not listed:
            head = ()
        after_colon = prompt[wish.end : wish.end + 2].strip().startswith(":")
        for statement in statements(number, clean(wish.quote), listed=listed):
            resolved, statement = _resolved(places, statement, last, head, before)
            if statement.relation != "always" and resolved != (ALWAYS,):
                last = resolved
                if after_colon:
                    head = resolved
            elif after_colon and (named := _head_option(places, statement)):
                head = last = named
                yield _Part("head", statement, named)
                continue
            leading = number == 0 or _says_no_more(wishes[:number])
            for part in _of_statement(places, statement, resolved, leading=leading):
                named = part.named or part.situations
                if named and named != (ALWAYS,) and not listed:
                    last = named
                yield part
            before = statement.words


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
    before: Words,
) -> tuple[tuple[Situation, ...], Statement]:
    """The cases in which a statement has to hold; none if its condition is not in the flow."""
    if statement.relation == "always":
        return head or (ALWAYS,), statement
    if statement.relation == "else":
        return tuple(row.flipped() for row in last), statement
    if not content(statement.condition) and before:
        return _referring(places, statement, before), statement
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


def _referring(
    places: FlowPlaces, statement: Statement, before: Words
) -> tuple[Situation, ...]:
    """`If yes`: the case in which the question just asked is answered so."""
    text = " ".join(word.text for word in before)
    rows = situations(places, read_words(text), text)
    flip = cue("no", statement.condition) is not None or cue("yes", statement.condition) is None
    flip = flip != (statement.relation == "unless")
    return tuple(row.flipped() for row in rows) if flip else rows


def _head_option(places: FlowPlaces, statement: Statement) -> tuple[Situation, ...]:
    """The case that a head such as `Fridges:` names, by an option that decides something."""
    words = statement.words
    rows = [row for row in _named_options(places, words, statement, alone=True)]
    return tuple(rows[:1])


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
    before: tuple[Situation, ...] = ()
    for place, (subject, part) in enumerate(_named_apart(statement, leading=leading)):
        first = place == 0
        cases, rest = _subject_case(places, subject, part, rows)
        if before and cases == (ALWAYS,) and subject in {"fee", "free"} and content(part.words):
            # `Adults pay 5, children go free`: the second are all who are not the first.
            cases = tuple(row.flipped() for row in before)
        before = cases if cases != rows else ()
        naming = first and leading and _names_service(part) and subject in _NAMES
        known = cases[0].keys if rows == (ALWAYS,) and cases != rows and cases else frozenset[str]()
        asked = tuple(replace(row, known=known) for row in _asked(rest, subject, naming=naming))
        asked = tuple(row for row in asked if row.keys or row.numbers)
        named: tuple[Situation, ...] = ()
        if cases != rows and (cue("must_be", rest.words) or (subject == "refuse" and cue("only", rest.words))):
            named, subject = cases, "refuse"
            cases = tuple(row.flipped() for row in cases)
        yield _Part(subject, rest, cases, asked, first and leading, naming, named)


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
    clauses = [read_words(clean(wish.quote)) for wish in wishes]
    return all(not content(without(row, "service")) or cue("background", row[:2]) for row in clauses)


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
    if rows != (ALWAYS,) or subject in {"register", "absent", "anonymous"}:
        return rows, part
    words = part.outside
    hits = (
        list(_named_options(places, words, part))
        or list(_for_whom(places, words, part))
        or list(_named_questions(places, words, part, alone=subject != "ask"))
        or list(_of_numbers(places, words, part))
    )
    return (tuple(hits) or rows), part


def _of_numbers(places: FlowPlaces, words: Words, part: Statement) -> Iterator[Situation]:
    """`Up to 3 items are free`: the case that a number names, when something is decided by it."""
    numbers = {number.value for number in part.numbers if number.measure != "money"}
    for row in situations(places, words, part.text):
        if any(numbers & limits_of(places, name) for name in row.facts):
            yield row
            return


def _for_whom(places: FlowPlaces, words: Words, part: Statement) -> Iterator[Situation]:
    """`For children under 14 we need ...`: the case that the first words name."""
    span = cue("for", words[:1])
    if span is None:
        return
    best: tuple[Situation, ...] = ()
    for end in range(2, min(len(words) - 1, _MAX_CONDITION)):
        prefix = words[1:end]
        rows = situations(places, prefix, part.text)
        if content(prefix[-1:]) or prefix[-1].text[0].isdigit():
            if rows and (not best or rows[0].score >= best[0].score):
                best = rows
    yield from best[:1]


def _named_questions(
    places: FlowPlaces, words: Words, part: Statement, *, alone: bool
) -> Iterator[Situation]:
    """The case that a statement names with all the words of a question that decides something."""
    deciding = guarded_facts(places.flow)
    spoken = KeyIndex(all_keys(words))
    numbers = {number.value for number in part.numbers}
    for place in places.fields:
        if place.fact.id not in deciding or place.fact.type != "yesno" or _is_question(words):
            continue
        for text in (clean(place.fact.label.uk), clean(place.fact.label.en)):
            label = read_words(text)
            keys = frozenset(content(label))
            own = {number.value for number in quantities(text, label)}
            if not (keys or own) or not own <= numbers or spoken.share(keys) < 1:
                continue
            names = KeyIndex(keys)
            digits = {number.start for number in part.numbers if number.value in own}
            about = tuple(w for w in words if names.covered(w.keys) or w.start in digits)
            about = about or words
            more = frozenset(content(words)) - all_keys(about)
            if alone or more or cue("must_be", words):
                yield from situations(places, about, part.text)[:1]
                return


def _is_question(words: Words) -> bool:
    asks = {"whether", "if", "чи", "is", "are", "do", "does"}
    return bool(words) and (words[0].text in asks or bool(cue("asking", words)))


def _named_options(
    places: FlowPlaces, words: Words, part: Statement, *, alone: bool = False
) -> Iterator[Situation]:
    """Of a question that decides something, the one option that is named."""
    deciding = guarded_facts(places.flow)
    spoken = KeyIndex(all_keys(words))
    for place in places.fields:
        if place.fact.id not in deciding or not place.fact.options:
            continue
        hits = chosen(place.fact.options, words)
        own = _distinct(place, hits[0]) if len(hits) == 1 else frozenset[str]()
        if not own or _names_field(place, spoken):
            continue
        rest = frozenset(content(words)) - spoken.covered(own) - own
        if alone or rest or denies(words) or part.numbers:
            names = KeyIndex(own)
            spoken_words = tuple(word for word in words if names.covered(word.keys))
            for row in situations(places, spoken_words, ""):
                if place.fact.id in row.facts:
                    yield row
                    break


def _distinct(place: FactPlace, option: FlowOption) -> frozenset[str]:
    """The words by which an option differs from the others of its field."""
    def keys(row: FlowOption) -> frozenset[str]:
        return all_keys(read_words(option_text(row)))

    others = [keys(row) for row in place.fact.options if row is not option]
    return keys(option) - frozenset[str]().union(*others)


def _names_field(place: FactPlace, spoken: KeyIndex) -> bool:
    """Whether the words are about the field itself, and not about one of its answers."""
    labels = [
        frozenset(content(read_words(clean(text))))
        for text in (place.fact.label.uk, place.fact.label.en)
    ]
    return any(keys and spoken.share(keys) >= 0.99 for keys in labels)


def _answers(places: FlowPlaces, parts: Sequence[_Part]) -> list[Answer]:
    """The answers to all parts, once it is settled which field is asked for by which."""
    asked = [row for part in parts for row in part.asked]
    taken = frozenset(
        name for part in parts for row in part.situations[:1] for name in row.facts
    )
    matches = matched(asked, places, taken)
    pairs = iter(zip(asked, matches, strict=True))
    contrasts = any(
        cue(name, part.statement.words) for part in parts for name in ("optional", "if_any")
    )
    differ = sum(part.subject in {"free", "fee"} for part in parts) > 1
    answers: list[Answer] = []
    before: tuple[FactPlace, ...] = ()
    for part in parts:
        own = tuple(next(pairs) for _ in part.asked)
        answers.append(
            _answer(Case(places, part.statement, ALWAYS, own, differ, contrasts, before), part)
        )
        if part.subject == "ask" and own:
            before = tuple(place for _, match in own for place in match)
    return answers


def _answer(case: Case, part: _Part) -> Answer:
    """The answer in the likeliest case in which the statement holds."""
    if not part.situations:
        return Answer(why=NO_QUESTION)
    tried: list[Answer] = []
    for situation in part.situations:
        answer = _in_case(replace(case, situation=situation), part)
        if answer.holds:
            lost = bool(situation.facts) and not situation.finishes(case.places)
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
        case "head":
            answer = Answer(case.situation.pointers)
        case "anonymous":
            answer = fields.anonymous(case)
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
    answers = [fields.asks(case, asked, match) for asked, match in case.matches if match]
    # `The period, for which an extract is needed`: the last says what the service itself is.
    lost = [row for row, match in case.matches if not match and not _is_known(case, row)]
    if not lost and answers:
        answer = joined(answers)
        # What is no request may be a statement that a text repeats.
        if answer.holds or case.statement.listed or _is_request(case):
            return answer
        return shown if (shown := fields.in_text(case)).holds else answer
    rest = _otherwise(case, part)
    if rest.holds or case.statement.listed or not answers:
        return rest
    return joined([*answers, Answer(why="No step asks for all of this.")])


def _otherwise(case: Case, part: _Part) -> Answer:
    """What no field answers for: another step, or a text."""
    if of_kinds := steps.of_kinds(case):
        return of_kinds
    if not content(case.words) and not case.conditional and not case.numbers:
        # `Please ask:` before a list.
        return Answer((STEPS,))
    if not case.conditional and (decision := steps.decision(case)) and decision.holds:
        return decision
    if case.statement.listed:
        return fields.as_option(case)
    if part.leading and (named := fields.in_flow(case, _TOPIC)).holds:
        return named
    names: tuple[Cue, ...] = ("ask", "optional", "required", "upload")
    if any(cue(name, case.words) for name in names):
        return Answer(why="No step asks for this.")
    shown = fields.in_text(case)
    if shown.holds or not _is_background(case):
        return shown
    return Answer(("/flow/name",))


def _is_known(case: Case, asked: Asked) -> bool:
    """Whether some words, behind what is asked for, are only about the service."""
    return case.places.named.share(asked.keys) == 1 and asked is not case.matches[0][0]


def _is_request(case: Case) -> bool:
    names: tuple[Cue, ...] = ("ask", "optional", "required", "upload")
    words = tuple(word for word in case.words if word.text != "must")
    numbers = {number.value for number in case.numbers} - case.known_numbers
    return bool(numbers) or any(cue(name, words) for name in names)


def _is_background(case: Case) -> bool:
    """Whether a statement only tells who writes, and asks for nothing."""
    return (
        cue("background", case.statement.outside) is not None
        and not case.conditional
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
        whole = fields.in_flow(replace(case, statement=_head(case.statement)), _TOPIC)
        return joined([whole, *answers])
    return fields.in_flow(case, _TOPIC if not case.matches else 0.67)
