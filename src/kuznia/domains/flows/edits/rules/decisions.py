"""Instructions about the decision: how long it takes, who else decides, and returns."""

from kuznia.domains.flows.edits.operations import AddApproval, ImpossibleEdit, LimitMove, SetDays
from kuznia.domains.flows.edits.words.segment import (
    EditReading,
    EditSegment,
    StatedNumber,
    places_of,
)
from kuznia.domains.flows.edits.words.texts import both
from kuznia.domains.flows.edits.words.vocabulary import word_set
from kuznia.domains.flows.schema import Comparison, Flow, Text

_DAYS_IN = {"weeks": 7, "months": 30}


_TIME = ("days", "weeks", "months", "working", "calendar")


def days(seg: EditSegment) -> EditReading | None:
    """How long the decision takes, and whether in working days."""
    if not seg.has("days", "weeks", "months", "working") or seg.has(
        "approve", "final", "if", "hint", "uah"
    ):
        return None
    if not seg.has("decision", "at_most", "working", "instead") or seg.fields or seg.quotes:
        return None
    tags = (
        *_TIME,
        "decision",
        "at_most",
        "change",
        "instead",
        "not",
        "with_new",
        "pronoun",
        "step",
        "service",
        "only",
        "only",
        "request",
    )
    if seg.names or not seg.stated(tags, *places_of(seg.numbers)):
        return None
    waits = [step for step in seg.flow.steps if step.kind == "wait"]
    if len(waits) != 1:
        raise ImpossibleEdit("The flow waits for no decision, or for several.")
    wait = waits[0]
    number = _new_number(seg)
    length = _length(seg, number) if number is not None else _one_unit(seg)
    if length is None and (_working(seg) is None or seg.numbers_left()):
        return None
    return EditReading((SetDays(step=wait.id, days=length, working=_working(seg)),), (wait.id,))


def _working(seg: EditSegment) -> bool | None:
    """Whether working days are meant; not those that are named only as what is replaced."""
    refused = _refused(seg)
    kinds = {cue.tag for cue in seg.of("working", "calendar") if cue.places[0] not in refused}
    return None if len(kinds) != 1 else kinds == {"working"}


def _refused(seg: EditSegment) -> set[int]:
    """The places right after a word that means "instead of" or "not"."""
    refused: set[int] = set()
    for cue in seg.of("instead", "not"):
        for place in range(cue.places[-1] + 1, min(len(seg.tokens), cue.places[-1] + 4)):
            if seg.tokens[place].text in {"а", "but", ",", ":", "to"}:
                break
            refused.add(place)
    return refused


def _new_number(seg: EditSegment) -> StatedNumber | None:
    refused = _refused(seg)
    refused |= (
        {n + 1 for n, token in enumerate(seg.tokens) if token.text in _FROM}
        if len(seg.numbers) > 1
        else set()
    )
    left = [
        n
        for n in seg.numbers
        if n.first not in refused and seg.tokens[n.first].text not in {"one", "один", "одна"}
    ]
    if len(left) != 1:
        return None
    # `instead of 30 days, 20`: the unit is said once.
    said = any(_unit(seg, number) for number in (left[0], *seg.numbers))
    return left[0] if said else None


_FROM = frozenset({"from", "з", "із", "зі", "від"})


def _unit(seg: EditSegment, number: StatedNumber) -> str:
    """The unit of time that follows a number, perhaps behind `working`."""
    for place in range(number.last, min(len(seg.tokens), number.last + 2)):
        for cue in seg.of("days", "weeks", "months", "working"):
            if cue.places[0] == place:
                return cue.tag
        if seg.tokens[place].text != "-" and place not in seg.places("calendar", "working"):
            return ""
    return "days" if seg.places("working", "calendar") else ""


def _one_unit(seg: EditSegment) -> int | None:
    """A week or a month without a number is one."""
    refused = _refused(seg)
    units = [cue for cue in seg.of("weeks", "months") if not set(cue.places) & refused]
    return _DAYS_IN[units[0].tag] if len(units) == 1 and not seg.numbers_left() else None


def _length(seg: EditSegment, number: StatedNumber) -> int:
    return max(1, round(number.value * _DAYS_IN.get(_unit(seg, number), 1)))


def approval(seg: EditSegment) -> EditReading | None:
    """Another official has to agree, before or after the decision that is there."""
    if not seg.has("approve") or seg.fields or seg.quotes or seg.has("remove", "not", "if", "uah"):
        return None
    waits = [step for step in seg.flow.steps if step.kind == "wait"]
    tags = (
        "approve",
        "second",
        "official",
        "decision",
        "after",
        "before",
        "change",
        "add",
        "days",
        "weeks",
        "working",
        "at_most",
        "with_new",
        "step",
        "required",
        "first",
        "sign",
        "move",
        "at_least",
    )
    words = seg.unexplained(tags, *places_of(seg.numbers))
    if {token.text for token in seg.tokens} & _OUTCOMES:
        return None
    if not (seg.has("second") or words) or len(words) > 8 or (words and not _together(seg, words)):
        return None
    if len(waits) != 1:
        raise ImpossibleEdit("The flow waits for no decision to add another to, or for several.")
    number = _new_number(seg)
    if seg.numbers and number is None and seg.numbers_left():
        return None
    who = _who(seg, words)
    edit = AddApproval(
        step=waits[0].id,
        who=who,
        days=_length(seg, number) if number else None,
        first=seg.has("before") and not seg.has("after"),
    )
    return EditReading((edit,))


# Words for how a decision may end, or of a choice between officials.
_OUTCOMES = frozenset({"or", "або", "чи", "rejected", "refused", "відмовлено", "automatically"})


def _together(seg: EditSegment, words: tuple[int, ...]) -> bool:
    """Whether the words are one run, with only small words inside."""
    inside = set(range(words[0], words[-1])) - set(words)
    return all(seg.tokens[place].text in _SMALL for place in inside)


_SMALL = word_set("small")


def _who(seg: EditSegment, words: tuple[int, ...]) -> Text:
    if not words:
        return Text(uk="друга посадова особа", en="a second official")
    start = words[0]
    if start and seg.tokens[start - 1].text in {"the", "a", "an"}:
        start -= 1
    return both(seg.raw(start, words[-1] + 1))


def resubmitted(seg: EditSegment) -> EditReading | None:
    """How often an application may be returned for correction."""
    if (
        not seg.has("resubmit")
        or not (seg.has("unlimited", "times") or seg.numbers)
        or seg.quotes
        or seg.fields
    ):
        return None
    tags = (
        "resubmit",
        "unlimited",
        "times",
        "if",
        "not",
        "only",
        "at_most",
        "change",
        "add",
        "decision",
        "condition",
        "remove",
        "more",
        "with_new",
        "more",
        "sign",
        "service",
        "move",
    )
    if not seg.explained(tags, *places_of(seg.numbers)):
        return None
    moves = _returns(seg.flow)
    if len(moves) != 1:
        return None
    step, to = moves[0]
    limit = None if seg.has("unlimited") else _count(seg)
    if limit is None:
        raise ImpossibleEdit(
            "A return for correction needs a limit: say how many times, up to 100."
        )
    return EditReading((LimitMove(step=step, to=to, limit=limit),))


def _returns(flow: Flow) -> list[tuple[str, str]]:
    return [
        (step.id, move.to)
        for step in flow.steps
        for move in step.next
        if step.kind == "wait"
        and isinstance(move.when, Comparison)
        and move.when.value == "returned"
    ]


_COUNTS = {"once": 1, "twice": 2, "двічі": 2, "тричі": 3, "thrice": 3, "раз": 1}


def _count(seg: EditSegment) -> int | None:
    numbers = [round(number.value) for number in seg.numbers]
    words = [_COUNTS[token.text] for token in seg.tokens if token.text in _COUNTS]
    return numbers[-1] if numbers else words[-1] if words else None


DECISION_RULES = (approval, days, resubmitted)
