"""What became of each wish in a plan: each clause is read, and held against the plan's days.

A clause is met if all it asks for was seen in the plan, and nothing in it was left unread.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from kuznia.domains.training.account.answers import WishVerdict
from kuznia.domains.training.account.asked import with_questions
from kuznia.domains.training.account.covered import typed_account
from kuznia.domains.training.account.evidence import WholePrompt, evidence
from kuznia.domains.training.account.extras import not_asked
from kuznia.domains.training.account.facts import BACKGROUND, WEEKS, PlanFacts, facts_of
from kuznia.domains.training.account.language.context import segments_of
from kuznia.domains.training.account.language.segments import HARD, THINGS, Segment
from kuznia.domains.training.account.readers import (
    amounts,
    exercises,
    goals,
    loads,
    person,
    phases,
    races,
    schedule,
    spacing,
    texts,
)
from kuznia.domains.training.athlete.athlete import Athlete
from kuznia.domains.training.language.tags import soft
from kuznia.domains.training.language.tokens import Tag
from kuznia.domains.training.schema.plan import Plan
from kuznia.domains.training.schema.profile import PlanInput
from kuznia.forge.terms import Wish
from kuznia.forge.wishes.matching import pieces, stem, terms

Reader = Callable[[Segment, PlanFacts], Iterator[WishVerdict]]

# In this order: what one of them has read is not there for the next.
READERS: tuple[Reader, ...] = (
    goals.multisport,
    texts.language,
    texts.heart_rate,
    texts.explanations,
    person.health,
    person.age,
    loads.weight_to_lose,
    loads.bests,
    loads.own_weights,
    loads.body_weight,
    person.level,
    person.habits,
    exercises.strange_kinds,
    races.start,
    races.goal_time,
    races.event,
    races.weekday_of_date,
    schedule.length,
    phases.easier,
    phases.only_kinds,
    amounts.rests,
    amounts.pace,
    spacing.day_after,
    schedule.days_off,
    spacing.spacing,
    exercises.heavy,
    exercises.intensity,
    schedule.frequency,
    amounts.minutes,
    schedule.weekdays,
    exercises.only_equipment,
    exercises.equipment,
    exercises.postures,
    exercises.muscles,
    exercises.included,
    goals.aims,
    goals.places,
    goals.splits,
    phases.growth,
    goals.presence,
)
# What these find amiss is amiss, whatever else the days may show.
_FIRM = frozenset(
    {
        *(
            goals.multisport,
            texts.language,
            texts.heart_rate,
            person.age,
            person.level,
            person.health,
        ),
        *(loads.weight_to_lose, loads.bests, loads.own_weights, loads.body_weight),
        *(exercises.strange_kinds, races.start, races.goal_time, races.event),
        *(races.weekday_of_date, spacing.spacing, spacing.day_after, goals.splits),
        *(
            exercises.postures,
            exercises.only_equipment,
            schedule.length,
            phases.only_kinds,
            phases.growth,
        ),
        amounts.pace,
    }
)
# What is lacked where a reader has looked for it.
_LACKED = frozenset({"group", "exercise", "sport", "session", "kind"})
# Longer prompts than this have no second half that anybody reads.
_MAX_CLAUSES = 200
# In a statement a number may be anything; these ask for something wherever they stand.
_BINDING = frozenset({"weekday", "minutes", "weekref", "date", "deload", "hate"})
_UNREAD = "This was not understood: {words}."
_MAX_NAMED = 80
_FEW = 3
# Shorter words name nothing.
_MIN_WORD = 3
# What may stand behind the name a prompt is signed with.
_AGE = frozenset({"years", "old", "рік", "роки", "років"})
_MAX_WHERE = 48


def account(order: PlanInput, athlete: Athlete, plan: Plan, wishes: Sequence[Wish]) -> list[Wish]:
    """Each wish with its outcome, and what nobody asked for."""
    facts = facts_of(plan, athlete, order.profile)
    read = segments_of(order.prompt, wishes[:_MAX_CLAUSES])
    vocabulary = _vocabulary(facts)
    everything = tuple(segment for segments in read for segment in segments)
    prompt = WholePrompt(everything)
    typed = typed_account(order, facts)
    answered = [
        _framed(wish, order.prompt, segments)
        or _of_typed(wish, typed.answer(wish, segments))
        or _answered(wish, segments, prompt, facts, vocabulary)
        for wish, segments in zip(wishes, read, strict=False)
    ]
    answered = with_questions(order, answered, athlete.language)
    shown = frozenset(place for wish in answered for place in wish.where)
    return [*answered, *not_asked(order.prompt, everything, facts, shown)]


def _framed(wish: Wish, prompt: str, segments: Sequence[Segment]) -> Wish | None:
    """A heading over what follows, or the name a prompt is signed with: they ask for nothing."""
    if any(tag.kind in HARD for segment in segments for tag in segment.tags):
        return None
    rest = prompt[wish.end :].strip()
    behind = rest.strip(".!, ").split()
    signs = (
        all(word.isdigit() or word in _AGE for word in behind)
        and wish.start
        and len(wish.quote.split()) < _FEW
    )
    if rest.startswith(":") or (signs and wish.quote.istitle()):
        return replace(wish, outcome="met", where=(BACKGROUND,))
    return None


def _of_typed(wish: Wish, answer: WishVerdict | None) -> Wish | None:
    """The answer of the typed wishes, where they have one for the whole clause."""
    if answer is None:
        return None
    where = answer.where[:_MAX_WHERE]
    return replace(wish, outcome=answer.outcome, where=where, why=answer.why)


def _answered(
    wish: Wish,
    segments: Sequence[Segment],
    prompt: WholePrompt,
    plan: PlanFacts,
    vocabulary: frozenset[str],
) -> Wish:
    answers: list[WishVerdict] = []
    unknown: list[WishVerdict] = []
    for segment in segments:
        rows = list(_answers(segment, plan, vocabulary))
        answers += (answer for _, answer in rows if answer.outcome == "met")
        bad = [row for row in rows if row[1].outcome != "met"]
        firm = [one for is_firm, one in bad if is_firm and not _is_complaint(one, segments)]
        if firm or not bad:
            answers += firm
        elif shown := evidence(segment, segments, prompt, plan):
            answers.append(shown)
        else:
            (answers if _is_wanted(segment, bad[0][1]) else unknown).append(bad[0][1])
    return _settled(wish, answers, unknown)


def _is_wanted(segment: Segment, answer: WishVerdict) -> bool:
    """Whether what is lacked was asked for, and is not said by the way."""
    return segment.asks or any(tag.kind in _LACKED for tag in answer.uses)


def _settled(wish: Wish, answers: Sequence[WishVerdict], unknown: Sequence[WishVerdict]) -> Wish:
    """Met, if all is; words that no hard fact hangs on spoil nothing beside what was seen."""
    is_seen = any(one.uses and set(one.where) - {BACKGROUND} for one in answers)
    bad = [one for one in answers if one.outcome != "met"] or ([] if is_seen else [*unknown])
    if bad:
        return replace(wish, outcome=bad[0].outcome, where=bad[0].where, why=bad[0].why)
    where = tuple(dict.fromkeys(place for answer in answers for place in answer.where))
    return replace(wish, outcome="met", where=where[:_MAX_WHERE]) if where else wish


def _is_complaint(answer: WishVerdict, segments: Sequence[Segment]) -> bool:
    """What hurts is the reason of what else the clause asks for."""
    hurts = any(tag.kind == "person" and tag.name == "trouble" for tag in answer.uses)
    return hurts and any(segment.has("neg", *THINGS - {"muscle"}) for segment in segments)


def _answers(
    segment: Segment, plan: PlanFacts, vocabulary: frozenset[str]
) -> Iterator[tuple[bool, WishVerdict]]:
    """What every reader makes of a segment and whether it is firm; and what they all left."""
    left = segment
    used: list[Tag] = []
    is_answered = False
    for reader in READERS:
        answers = [
            answer
            for answer in reader(left, plan)
            # What stands in brackets about a person binds nobody.
            if answer.outcome != "not_understood" or not _is_aside(left, answer)
        ]
        used += (tag for answer in answers for tag in answer.uses)
        left = left.without(used)
        is_answered = is_answered or bool(answers)
        yield from ((reader in _FIRM, answer) for answer in answers)
    yield from ((False, answer) for answer in _rest(segment, left, is_answered, vocabulary))


_HABITS = frozenset({"count", "per_week", "sport", "session", "kind"})


def _is_aside(segment: Segment, answer: WishVerdict) -> bool:
    is_habit = all(tag.kind in _HABITS for tag in answer.uses)
    return segment.bracketed and segment.states and is_habit


def _rest(
    segment: Segment, left: Segment, is_answered: bool, vocabulary: frozenset[str]
) -> Iterator[WishVerdict]:
    """An answer for what no reader has read."""
    hard = [tag for tag in left.tags if tag.kind in HARD | {"aim"}]
    if segment.states:
        hard = [tag for tag in hard if tag.kind in _BINDING and not segment.has("now")]
        if hard:
            yield _unread(segment, (tag.first for tag in hard))
        elif not is_answered:
            yield WishVerdict("met", (), (BACKGROUND,))
        return
    words = list(_unknown(segment, vocabulary))
    if not is_answered and _is_emphasis(segment):
        yield WishVerdict("met", (), (WEEKS,))
        return
    if hard:
        yield _unread(segment, (tag.first for tag in hard))
    elif len(words) > (1 if is_answered else 0):
        yield _unread(segment, words)
    elif not is_answered:
        yield WishVerdict("met", (), (WEEKS,))


def _is_emphasis(segment: Segment) -> bool:
    """ "exactly four, no more": a denial of nothing, after a number."""
    alone = all(tag.kind in {"neg", "aside"} for tag in segment.tags)
    counted = any(tag.kind in {"count", "minutes", "weeks", "km"} for tag in segment.before)
    return bool(segment.tags) and alone and counted and segment.last - segment.first < _FEW


def _unread(segment: Segment, places: Iterable[int]) -> WishVerdict:
    words = " ".join(segment.words[place].text for place in dict.fromkeys(places))
    return WishVerdict("not_understood", (), (), _UNREAD.format(words=words[:_MAX_NAMED]))


def _unknown(segment: Segment, vocabulary: frozenset[str]) -> Iterator[int]:
    """Words with a meaning that no reader knows and that no day of the plan has."""
    # A topic is known only where it was explained.
    tags = (tag for tag in segment.tags if tag.kind != "topic")
    known = {place for tag in tags for place in range(tag.first, tag.last)}
    for place in range(segment.first, segment.last):
        word = segment.words[place].text
        if place in known or word[0].isdigit() or soft().word(word):
            continue
        if len(word) < _MIN_WORD < segment.last - segment.first:
            continue
        stems = terms(word).stems
        if stems and not stems & vocabulary:
            yield place


def _vocabulary(plan: PlanFacts) -> frozenset[str]:
    """The words of what is done on the days: names and efforts, and no promises."""
    names = {placed.dose.name for placed in plan.doses()}
    names |= {placed.id.replace("-", " ") for placed in plan.doses()}
    names |= {placed.session.name for placed in plan.sessions()}
    names |= {
        step.effort
        for placed in plan.sessions()
        for block in placed.session.blocks
        for step in block.steps
    }
    words = (word for name in names for word in name.lower().split())
    return frozenset(stem(piece) for word in words for piece in pieces(word))
