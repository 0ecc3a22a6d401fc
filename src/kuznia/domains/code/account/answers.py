"""The answers to all clauses of a prompt, and what is in the code that none of them asks for."""

import re
from dataclasses import replace

from kuznia.domains.code.account.claimed import claimed_scope
from kuznia.domains.code.account.effects import inventions
from kuznia.domains.code.account.judge import ClauseVerdict, judge
from kuznia.domains.code.account.reading.change import focused
from kuznia.domains.code.account.reading.evidence import CodeEvidence, collect
from kuznia.domains.code.account.reading.source import read
from kuznia.domains.code.account.words.lexicon import content_words
from kuznia.domains.code.schema import File
from kuznia.forge.terms import Wish

# An example stands with the rest: so much of it has to be seen.
MOSTLY = 0.6
# With fewer facts than these a prompt is known by its words alone.
FEW_FACTS = 3
KNOWN = 0.5
MAX_HEADING = 6
# What is said in passing has so few words, and so few letters between it and its neighbour.
MAX_ASIDE = 3
MAX_BETWEEN = 12


def answers(
    language: str,
    prompt: str,
    code: tuple[File, ...],
    tests: tuple[File, ...],
    requires: tuple[str, ...],
    has_documentation: bool,
    wishes: tuple[Wish, ...],
    claims: tuple[Wish, ...] = (),
    came: tuple[File, ...] = (),
) -> tuple[Wish, ...]:
    """Every wish with its answer, and what is there that nobody asked for."""
    evidence = collect(language, prompt, code, tests, requires, has_documentation, came)
    claimed = {
        (claim.start, claim.end): claimed_scope(claim, evidence)
        for claim in claims
        if claim.outcome == "met"
    }
    verdicts = [
        judge(
            wish.quote,
            evidence,
            is_heading=_is_heading(prompt, wish),
            claimed=claimed.get((wish.start, wish.end)),
        )
        for wish in wishes
    ]
    if evidence.change is None and _is_elsewhere(verdicts):
        verdicts = [_strictly(verdict) for verdict in verdicts]
    verdicts = _with_asides(prompt, wishes, verdicts)
    seen = [verdict.met for verdict in verdicts if not verdict.is_example]
    mostly = not seen or sum(seen) / len(seen) >= MOSTLY
    answered = tuple(
        _answer(wish, verdict, mostly)
        for wish, verdict in zip(wishes, _with_headings(prompt, wishes, verdicts), strict=True)
    )
    return (*answered, *_not_asked(evidence))


def _is_elsewhere(verdicts: list[ClauseVerdict]) -> bool:
    """Whether the code as a whole may be about something else than the prompt."""
    if sum(verdict.facts for verdict in verdicts) >= FEW_FACTS:
        return False
    shares = [verdict.share for verdict in verdicts]
    return sum(shares) / (len(shares) or 1) < KNOWN


def _strictly(verdict: ClauseVerdict) -> ClauseVerdict:
    """A verdict where only words speak for the code, as they may for any other."""
    if verdict.share >= KNOWN or not verdict.met:
        return verdict
    return replace(verdict, met=False, is_refuted=True, why="Too little of this is in the code.")


def _with_asides(
    prompt: str, wishes: tuple[Wish, ...], verdicts: list[ClauseVerdict]
) -> list[ClauseVerdict]:
    """What is said in a word or two beside something that is met belongs to that."""
    result = list(verdicts)
    for number, (wish, verdict) in enumerate(zip(wishes, verdicts, strict=True)):
        if verdict.met or verdict.is_refuted or len(content_words(wish.quote)) > MAX_ASIDE:
            continue
        for near in (number - 1, number + 1):
            if (
                0 <= near < len(wishes)
                and verdicts[near].met
                and _beside(prompt, wish, wishes[near])
            ):
                result[number] = replace(verdicts[near], is_example=False)
    return result


def _beside(prompt: str, left: Wish, right: Wish) -> bool:
    """Whether only a comma is between two clauses."""
    first, second = sorted((left, right), key=lambda wish: wish.start)
    between = prompt[first.end : second.start]
    return len(between) <= MAX_BETWEEN and not re.search(r"[.!?;:\n]", between)


def _is_heading(prompt: str, wish: Wish) -> bool:
    return prompt[wish.end : wish.end + 3].lstrip(" )*`")[:1] == ":"


def _with_headings(
    prompt: str, wishes: tuple[Wish, ...], verdicts: list[ClauseVerdict]
) -> list[ClauseVerdict]:
    """A heading is met where what it heads is."""
    result = list(verdicts)
    for number in range(len(wishes) - 2, -1, -1):
        wish = wishes[number]
        is_heading = _is_heading(prompt, wish)
        short = len(wish.quote.split()) <= MAX_HEADING
        if is_heading and short and not result[number].met and not result[number].is_refuted:
            result[number] = replace(result[number + 1], is_example=False)
    return result


def _answer(wish: Wish, verdict: ClauseVerdict, mostly: bool) -> Wish:
    met = verdict.met and (mostly or not verdict.is_example)
    outcome = "met" if met else "not_understood"
    return replace(wish, outcome=outcome, where=verdict.pointers, why=verdict.why)


def _before(evidence: CodeEvidence) -> CodeEvidence:
    """What a change touches, as it was; what was in it already is nobody's invention."""
    assert evidence.change is not None
    places = enumerate(map(focused, evidence.change.changes))
    was = [(place, before) for place, (_, before) in places if before is not None]
    code = tuple(read(f"/code/files/{place}", before) for place, before in was)
    return replace(evidence, code=code, change=None)


def _not_asked(evidence: CodeEvidence) -> tuple[Wish, ...]:
    reasons = dict.fromkeys(inventions(evidence))
    for known in inventions(_before(evidence)) if evidence.change else ():
        reasons.pop(known, None)
    return tuple(
        Wish("", 0, 0, outcome="not_asked", where=(pointer,), why=why) for pointer, why in reasons
    )
