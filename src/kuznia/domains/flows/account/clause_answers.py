"""Every clause of a prompt answered for by a flow."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from kuznia.domains.flows.account import evidence, fields, steps
from kuznia.domains.flows.account.answers import Answer, Case, against, joined
from kuznia.domains.flows.account.asks import Asked, Match, matched
from kuznia.domains.flows.account.claims import claimed
from kuznia.domains.flows.account.clause_parts import ClausePart, clause_parts, name_of_service
from kuznia.domains.flows.account.inventions import inventions
from kuznia.domains.flows.account.places import NAME, STEPS, FactPlace, FlowPlaces
from kuznia.domains.flows.account.situations import ALWAYS
from kuznia.domains.flows.reading.prompt_text import clean
from kuznia.domains.flows.reading.quantities import quantities
from kuznia.domains.flows.reading.statements import Piece
from kuznia.domains.flows.reading.subjects import Subject, is_relative
from kuznia.domains.flows.reading.words import Cue, content, cue, denies, read_words
from kuznia.domains.flows.schema import Flow
from kuznia.forge.terms import Wish

# Words of a request, which no text of the flow answers.
_REQUESTS: tuple[Cue, ...] = ("ask", "optional", "required", "upload")
_QUESTIONS = frozenset(
    {"where", "which", "what", "how", "why", "куди", "звідки", "де", "як", "чому"}
)
# A name below a letter has no more words.
_NAME_WORDS = 2
_NO_QUESTION = "No question in the flow decides this."


def answer_wishes(
    flow: Flow, prompt: str, wishes: Sequence[Wish], claims: Sequence[Wish] = ()
) -> tuple[Wish, ...]:
    """The wishes with what became of them, and what no wish asks for.

    Claims say where to look; what is there has to answer for the wish by itself.
    """
    places = FlowPlaces(flow)
    parts = tuple(clause_parts(places, prompt, wishes))
    answers = _answers(places, parts, claimed(places, wishes, claims))
    by_clause: dict[int, list[Answer]] = {}
    for part, answer in zip(parts, answers, strict=True):
        by_clause.setdefault(part.statement.clause, []).append(answer)
    settled = [joined(by_clause.get(number, ())) for number in range(len(wishes))]
    settled = _with_heads(prompt, wishes, settled)
    every = joined(settled) if settled else Answer()
    return (
        *(_wish(wish, answer) for wish, answer in zip(wishes, settled, strict=True)),
        *inventions(places, prompt, every),
    )


def _with_heads(prompt: str, wishes: Sequence[Wish], answers: Sequence[Answer]) -> list[Answer]:
    """The answers; what only announces what follows a colon is met with that."""
    rows = list(answers)
    for number in range(len(rows) - 2, -1, -1):
        opens = prompt[wishes[number].end :].lstrip()[:1] == ":"
        row, following = rows[number], rows[number + 1]
        text = clean(wishes[number].quote)
        # `The period, and the way: by post or in person` asks for more than what follows.
        more = "," in text or cue("and", read_words(text)) or quantities(text)
        if opens and not (row.holds or row.against or more) and following.holds:
            rows[number] = replace(row, where=following.where[:1], why="")
    for number, row in enumerate(rows):
        if not (row.holds or row.against) and _asks_nothing(prompt, wishes[number]):
            rows[number] = replace(row, where=(NAME,), why="")
    return rows


def _asks_nothing(prompt: str, wish: Wish) -> bool:
    words = read_words(clean(wish.quote))
    named = wish.quote.istitle() and len(words) <= _NAME_WORDS
    signed = named and not prompt[wish.end :].strip(" .!\n")
    return signed or evidence.is_story(words) or evidence.is_manner(words)


def _wish(wish: Wish, answer: Answer) -> Wish:
    if answer.holds:
        return replace(wish, outcome="met", where=answer.where)
    return replace(wish, outcome="not_understood", why=answer.why)


def _answers(
    places: FlowPlaces, parts: Sequence[ClausePart], claims: Mapping[int, frozenset[str]]
) -> list[Answer]:
    """The answers to all parts, once it is settled which field is asked for by which."""
    asked = [row for part in parts for row in part.asked]
    decided = frozenset(name for part in parts for row in part.situations[:1] for name in row.facts)
    matches = matched(asked, places, decided)
    taken = frozenset(place.pointer for match in matches for place in match)
    pairs = iter(zip(asked, matches, strict=True))
    contrasts = any(
        cue(name, part.statement.words) for part in parts for name in ("optional", "if_any")
    )
    exempt = tuple(
        part.situations[0] for part in parts if part.subject == "free" and part.situations
    )
    exempt = tuple(row for row in exempt if row.facts)
    answers: list[Answer] = []
    before: tuple[FactPlace, ...] = ()
    for part in parts:
        own = tuple(next(pairs) for _ in part.asked)
        where = claims.get(part.statement.clause, frozenset())
        case = Case(places, part.statement, ALWAYS, own, exempt, contrasts, where, taken, before)
        answers.append(_answer(case, part))
        if part.subject == "ask" and own:
            before = tuple(place for _, match in own for place in match)
    return answers


def _answer(case: Case, part: ClausePart) -> Answer:
    """The answer in the likeliest case in which the statement holds."""
    if not part.situations:
        return Answer(why=_NO_QUESTION)
    tried: list[Answer] = []
    for situation in part.situations:
        answer = _in_case(replace(case, situation=situation), part)
        if answer.holds:
            lost = bool(situation.facts) and not situation.finishes(case.places)
            turned = situation.cases if lost else ()
            return replace(answer, facts=answer.facts | situation.facts, turned=turned)
        tried.append(answer)
    return tried[0]


def _in_case(case: Case, part: ClausePart) -> Answer:
    if not case.words:
        return Answer(why="It is not clear what follows from this.")
    if part.names_service and (named := _service(case, part)).holds:
        return named
    by_subject = _BY_SUBJECT.get(part.subject)
    timed = steps.decision(case) if part.subject == "wait" else None
    answer = by_subject(case) if by_subject else timed or _asks(case, part)
    if not (answer.holds or answer.against):
        shown = evidence.in_steps(case) if by_subject else answer
        shown = shown if shown.holds else evidence.background(case, leading=part.leading)
        answer = shown if shown.holds else answer
    if answer.holds and (why := steps.out_of_order(case)):
        return replace(answer, why=why)
    return answer


def _of_head(case: Case) -> Answer:
    return Answer(case.situation.pointers)


_BY_SUBJECT: Mapping[Subject, Callable[[Case], Answer]] = {
    "fee": steps.fee,
    "free": steps.free,
    "refuse": steps.refusal,
    "register": fields.from_register,
    "absent": fields.absent,
    "anonymous": fields.anonymous,
    "head": _of_head,
}


def _asks(case: Case, part: ClausePart) -> Answer:
    if not case.matches:
        return _otherwise(case, part)
    answers = [_asked(case, asked, match) for asked, match in case.matches]
    known = [answer for answer in answers if answer.facts or answer.holds]
    # `The period, for which an extract is needed`: the last says what the service itself is.
    lost = [
        answer
        for answer, (asked, _) in zip(answers, case.matches, strict=True)
        if answer not in known and not _is_known(case, asked)
    ]
    if known and not lost:
        return joined(known)
    of_kinds = steps.of_kinds(case) if known else None
    return of_kinds or (joined([*known, *lost]) if known else _otherwise(case, part))


def _asked(case: Case, asked: Asked, match: Match) -> Answer:
    """Whether a field asks for something; or, where nothing says that one has to, a text has it."""
    options = evidence.as_options(case, asked.alternatives or (asked.words,))
    if options.holds and not (match and (match[0].fact.options or not asked.alternatives)):
        return options
    if match:
        answer = fields.asks(case, asked, match)
        plain = not (case.statement.listed or _is_request(case))
        return shown if plain and (shown := evidence.in_steps(case)).holds else answer
    own = replace(case.statement, pieces=(Piece(asked.spoken or asked.words, asked.asides),))
    others = any(other for row, other in case.matches if row is not asked)
    beside = others and not case.conditional
    stated = not case.statement.listed and (denies(own.words) or not (beside or _asks_for(case)))
    if stated and (shown := evidence.in_steps(replace(case, statement=own))).holds:
        return shown
    place = evidence.field_of(case, asked)
    return fields.asks(case, asked, (place,)) if place else Answer(why="No step asks for this.")


def _asks_for(case: Case) -> bool:
    return any(cue(name, case.words) for name in (*_REQUESTS, "asking"))


def _otherwise(case: Case, part: ClausePart) -> Answer:
    """What no field answers for: another step, or a text."""
    question = case.words[0].text in _QUESTIONS
    if not question and (of_kinds := steps.of_kinds(case)):
        return of_kinds
    if not content(case.words) and not case.numbers:
        # `Please ask:` before a list; `then a polite page`.
        own = case.steps() if case.conditional else frozenset[str]()
        steps_ = [step for step in case.places.flow.steps if step.id in own]
        return Answer((*case.pointers(steps_), STEPS))
    if not case.conditional and (decision := steps.decision(case)) and decision.holds:
        return decision
    if (options := evidence.listed_options(case)).holds or case.statement.listed:
        return options
    if any(cue(name, case.words) for name in _REQUESTS):
        return Answer(why="No step asks for this.")
    if part.leading and (named := evidence.in_name(case)).holds:
        return named
    shown = evidence.in_steps(case)
    return shown if shown.holds else evidence.background(case, leading=part.leading)


def _is_known(case: Case, asked: Asked) -> bool:
    """Whether some words, behind what is asked for, are only about the service."""
    named = case.places.named.share(asked.keys) == 1
    return named and is_relative(Piece(asked.spoken))


def _is_request(case: Case) -> bool:
    words = tuple(word for word in case.words if word.text != "must")
    numbers = {number.value for number in case.numbers} - case.known_numbers
    return bool(numbers) or any(cue(name, words) for name in _REQUESTS)


def _service(case: Case, part: ClausePart) -> Answer:
    if part.subject == "fee" and not case.places.pays:
        return against("Nobody is asked to pay.")
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
        whole = evidence.in_name(replace(case, statement=name_of_service(case.statement)))
        return joined([whole, *answers])
    return evidence.in_name(case)
