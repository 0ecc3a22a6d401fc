"""Statements about steps: fees, refusals, decisions and who makes them, what comes before what."""

from collections.abc import Iterator, Sequence

from kuznia.domains.flows.account.answers import Answer, Case, against
from kuznia.domains.flows.account.places import STEPS
from kuznia.domains.flows.reading.quantities import Quantity, quantities
from kuznia.domains.flows.reading.words import (
    Cue,
    Words,
    content,
    cue,
    cues,
    is_generic,
    read_words,
    without,
)
from kuznia.domains.flows.schema import FlowStep, Kind

# Kinds of step that a prompt may name, with the cues for them.
NAMED_KINDS: tuple[tuple[Cue, Kind], ...] = (
    ("authenticate", "authenticate"),
    ("sign", "sign"),
    ("review", "review"),
    ("consent", "consent"),
    ("pay", "pay"),
    ("submit", "submit"),
)
_ORDERED: tuple[tuple[Cue, Kind], ...] = (*NAMED_KINDS, ("wait", "wait"))


def fee(case: Case) -> Answer:
    """What has to be paid, in the case the statement speaks of."""
    if not case.places.pays:
        return against("Nobody is asked to pay.")
    amounts = [row for row in case.numbers if row.measure == "money"]
    reduced = [row for row in case.numbers if row.measure == "percent"]
    own = case.steps()
    paid = [step for step in case.places.pays if step.id in own]
    for amount in amounts:
        if not any(_costs(case, step, amount) for step in paid):
            elsewhere = any(_costs(case, step, amount) for step in case.places.pays)
            other = "This amount is paid in another case."
            return against(other if elsewhere else "It costs another amount.")
    if amounts:
        paid = [step for step in paid if any(_costs(case, step, amount) for amount in amounts)]
    elif reduced:
        paid = [step for step in paid if _reduced(case, step)]
    return _paid(case, paid)


def _paid(case: Case, paid: list[FlowStep]) -> Answer:
    if not paid:
        return against("Nobody pays in this case.")
    if _escapes(case):
        return against("Some can finish without paying.")
    if not case.explains(paid):
        return Answer(why="Nothing in the payment shows what it is said to be for.")
    return Answer(case.pointers(paid), steps=frozenset(step.id for step in paid))


def _costs(case: Case, step: FlowStep, amount: Quantity) -> bool:
    return case.places.kopiykas(step) == amount.kopiykas


def _reduced(case: Case, step: FlowStep) -> bool:
    """Whether the payment is another by so many per cent."""
    own = case.places.kopiykas(step) or 0
    others = {case.places.kopiykas(other) or 0 for other in case.places.pays}
    shares = {1 - row.value / 100 for row in case.numbers if row.measure == "percent"}
    shares |= {row.value / 100 for row in case.numbers if row.measure == "percent"}
    return any(round(full * share) == own for full in others for share in shares)


def _escapes(case: Case) -> bool:
    """Whether some finish without paying, although nothing exempts them."""
    cases = list(case.situation.cases)
    for free in case.exempt:
        cases = [
            {**own, **other}
            for own in cases
            for other in free.others or ({},)
            if all(own.get(name, value) == value for name, value in other.items())
        ]
    without = [step.id for step in case.places.pays]
    return any(case.places.finishes(own, without) for own in cases)


def free(case: Case) -> Answer:
    """Nobody pays, in the case the statement speaks of."""
    reached = case.situation.steps(case.places)
    paying = [step for step in case.places.pays if step.id in reached]
    if paying:
        return against(f"There is a payment: {paying[0].title.en}.")
    if not case.conditional and case.places.flow.fee and case.places.flow.fee.kopiykas:
        return against("The flow names a fee.")
    if case.conditional and not case.situation.finishes(case.places):
        return against("In this case nobody gets to a good end.")
    return Answer(case.situation.pointers or (STEPS,))


def refusal(case: Case) -> Answer:
    """Who is turned away, and nobody else by the same condition."""
    places, situation = case.places, case.situation
    if not case.conditional:
        ends = [step for step in places.of_kind("end") if step.ending in {"refused", "cancelled"}]
        shown = [step for step in ends if case.explains([step])]
        if shown and content(case.words):
            return Answer(case.pointers(shown[:1]))
        return Answer(why="No step turns anybody away for this.")
    if situation.finishes(places):
        if not situation.flipped().finishes(places):
            return against("The others are turned away, and these are not.")
        return against("Nobody is turned away in this case.")
    if not situation.flipped().finishes(places):
        return against("Everybody is turned away.")
    own = situation.own(places)
    ends = [step for step in places.of_kind("end") if step.id in own]
    return Answer(case.pointers(ends), steps=own, facts=situation.facts)


def decision(case: Case) -> Answer | None:
    """Who decides or replies, and within how many days; None if that is not what is meant."""
    places = case.places
    lengths = [row for row in case.numbers if row.measure == "days"]
    decides = cue("decides", case.words) is not None
    steps = case.steps()
    waits = [step for step in places.of_kind("wait") if step.id in steps]
    timed = [step for step in waits if _lasts(step, lengths)]
    if not decides and not (lengths and timed):
        return None
    by_words = [step for step in timed if _is_by(case, step) or _is_other_party(case, step)]
    if not by_words:
        return _undecided(case, lengths, timed) if lengths else None
    only = not case.conditional and len(places.of_kind("wait")) == 1
    if only and case.situation.avoids(places, [step.id for step in by_words]):
        return against("Some get to the end without this decision.")
    return Answer(case.pointers(by_words[:1]), steps=frozenset(step.id for step in by_words[:1]))


def _lasts(step: FlowStep, lengths: Sequence[Quantity]) -> bool:
    return all(step.days in row.days for row in lengths)


def _undecided(case: Case, lengths: Sequence[Quantity], timed: Sequence[FlowStep]) -> Answer:
    """Why no step waits for this decision."""
    if timed:
        return Answer(why="Another decides, or about something else.")
    if any(_lasts(step, lengths) for step in case.places.of_kind("wait")):
        return against("So many days are for another case.")
    return Answer(why="No step waits for so many days.")


def _is_by(case: Case, step: FlowStep) -> bool:
    """Whether the step has most of the words that say who decides, and about what."""
    said = frozenset(content(without(case.about, "decides"))) - case.situation.keys
    keys = {key for key in said if not is_generic(key)}
    return 2 * len(case.unexplained([step]) & keys) <= len(keys)


def _is_other_party(case: Case, step: FlowStep) -> bool:
    """Whether the step waits for the other party of a deal, whatever the prompt calls them."""
    party = case.places.step_keys[step.id]
    return case.places.flow.archetype == "deal" and party.has("party") and party.has("other")


def kinds_in(words: Words) -> tuple[Kind, ...]:
    """The kinds of step that some words name."""
    return tuple(kind for name, kind in NAMED_KINDS if cue(name, words))


def of_kinds(case: Case) -> Answer | None:
    """Statements such as "they sign with a key"; None if no kind of step is named."""
    kinds = kinds_in(case.words)
    if not kinds:
        return None
    reached = case.steps()
    steps = [step for kind in kinds for step in case.places.of_kind(kind) if step.id in reached]
    lacking = [kind for kind in kinds if not any(step.kind == kind for step in steps)]
    if lacking:
        return None
    if "sign" not in kinds and len(case.unexplained(steps, *_cues_of(kinds))) <= 1:
        return Answer(case.pointers(steps), steps=frozenset(step.id for step in steps))
    if not case.explains(steps, *_cues_of(kinds)):
        return None
    return Answer(case.pointers(steps), steps=frozenset(step.id for step in steps))


def _cues_of(kinds: tuple[Kind, ...]) -> tuple[Cue, ...]:
    return tuple(name for name, kind in NAMED_KINDS if kind in kinds)


def out_of_order(case: Case) -> str:
    """What is wrong with the order of two things, where a statement gives one."""
    if not _in_turn(case):
        return "These decisions come in another order."
    if any(row.measure == "days" for row in case.numbers):
        return ""
    for first, second in _orders(case):
        if not _precedes(case, _steps_of(case, first), _steps_of(case, second)):
            return "These steps come in another order."
    return ""


def _in_turn(case: Case) -> bool:
    """Whether two waits come in the order of a clause: this one, and `after that` the other."""
    text = case.statement.text
    words = read_words(text)
    turn = _turn(words)
    if turn is None:
        return True
    rows = [row for row in quantities(text) if row.days]
    sides = ([row for row in rows if row.start < turn], [row for row in rows if row.start > turn])
    waits = case.places.of_kind("wait")
    first, second = (
        frozenset(step.id for step in waits if side and _lasts(step, side)) for side in sides
    )
    return _precedes(case, first, second)


def _turn(words: Words) -> int | None:
    """Where what comes second begins."""
    for span in cues("after", words):
        if words[span.end : span.end + 1] and words[span.end].text in _THAT:
            return words[span.start].start
    return next((word.start for word in words[1:] if word.text in _THEN), None)


_THAT = frozenset({"that", "this", "it", "which", "them", "нього", "неї", "цього", "того", "них"})
_THEN = frozenset({"then", "afterwards", "потім", "далі"})


def _orders(case: Case) -> Iterator[tuple[Words, Words]]:
    """What has to come first and what second, in the words of the statement."""
    words = case.statement.outside
    for name in ("before", "after"):
        span = cue(name, words)
        if span is None:
            continue
        left, right = words[: span.start], words[span.end :]
        if not left:
            # `After payment, the booking is confirmed.`
            size = len(case.statement.pieces[0].words)
            left, right = words[size:], words[span.end : size]
        yield (left, right) if name == "before" else (right, left)


def _steps_of(case: Case, words: Words) -> frozenset[str]:
    kinds: list[Kind] = [kind for name, kind in _ORDERED if cue(name, words)]
    # Both `confirm` and `pay` may be in one phrase; the first word decides.
    steps = {step.id for kind in kinds[:1] for step in case.places.of_kind(kind)}
    texts = {word.text for word in words}
    for asked, match in case.matches:
        if any(word.text in texts for word in asked.named):
            steps |= {place.step.id for place in match}
    return frozenset(steps)


def _precedes(case: Case, first: frozenset[str], second: frozenset[str]) -> bool:
    """Whether the first can come before the second, and never after; so if either is unknown."""
    first, second = first - second, second - first
    if not first or not second:
        return True
    after = any(step in case.places.ahead(other) for step in second for other in first)
    back = any(step in case.places.ahead(other) for step in first for other in second)
    return after and not back
