"""What may stand beside what: on one day, on days that follow each other."""

from collections.abc import Iterator
from itertools import pairwise

from kuznia.domains.training.account.answers import WishVerdict, either
from kuznia.domains.training.account.facts import WEEKS, PlacedDay, PlanFacts, WishSubject
from kuznia.domains.training.account.language.segments import Segment
from kuznia.domains.training.account.readers.schedule import own_tags
from kuznia.domains.training.language.named import exercises_of
from kuznia.domains.training.language.tokens import Tag
from kuznia.domains.training.schema.plan import HARD


def spacing(segment: Segment, plan: PlanFacts) -> Iterator[WishVerdict]:
    """Not on the same day, not two days in a row, nothing else that day."""
    yield from _shared(segment, plan)
    yield from _in_rows(segment, plan)
    yield from _nothing_else(segment, plan)


def _shared(segment: Segment, plan: PlanFacts) -> Iterator[WishVerdict]:
    """`runs and lifts never on one day`, `squat and deadlift never in the same session`."""
    same = segment.first_of("same_day")
    if same is None:
        return
    named = segment.all("group", "exercise")
    apart = segment.mode == "neg" or any(tag.kind == "neg" for tag in segment.whole)
    if len(named) > 1:
        both = [day for day in plan.days() if all(_has(day, tag) for tag in named)]
    else:
        both = [day for day in plan.days() if day.doses and day.sessions]
    shown = both or [day for day in plan.days() if day.trained]
    uses = [same, *named, *segment.all("neg", "kind", "sport")]
    yield either(
        apart != bool(both), uses, (day.pointer for day in shown), "Days are shared otherwise."
    )


def _in_rows(segment: Segment, plan: PlanFacts) -> Iterator[WishVerdict]:
    """`every other day`, `no more than three days in a row`."""
    row = segment.first_of("in_a_row", "alternate") or _between(segment)
    # "Upper and lower on alternate days" is about what follows what, and no day off.
    if row is None or segment.has("split", "muscle"):
        return
    heavy = segment.has("heavy")
    if segment.has("count", "number") and not heavy and segment.has("at_most", "neg"):
        yield _streak(segment, plan, row)
    elif row.kind in {"alternate", "off"} or segment.has("neg"):
        counts = segment.all("count") if segment.has("neg") else ()
        uses = [row, *counts, *segment.all("neg", "heavy"), *own_tags(segment)]
        broken = list(_in_a_row(plan, WishSubject(sessions=HARD) if heavy else segment.subject))
        kept = [day.pointer for day in plan.days() if segment.subject.places(day)]
        yield either(not broken, uses, broken or kept, "Some days follow each other.")


def _has(day: PlacedDay, tag: Tag) -> bool:
    ids = exercises_of(tag).wide
    return any(placed.id in ids for placed in day.doses)


def _between(segment: Segment) -> Tag | None:
    """`a rest day between runs`."""
    is_between = segment.says("between", "між") and not segment.has("minutes")
    return segment.first_of("off") if is_between else None


def _streak(segment: Segment, plan: PlanFacts, row: Tag) -> WishVerdict:
    """`no more than three days in a row`; "not two days" are one at most."""
    count = segment.all("count", "number")[0]
    limit = count.high if segment.has("at_most") else count.high - 1
    longest, streak = 0, 0
    for day in plan.days():
        streak = streak + 1 if segment.subject.places(day) else 0
        longest = max(longest, streak)
    spent = [row, count, *segment.all("at_most", "neg"), *own_tags(segment)]
    return either(longest <= limit, spent, [WEEKS], f"{longest} days follow each other.")


def day_after(segment: Segment, plan: PlanFacts) -> Iterator[WishVerdict]:
    """`a rest day after the long run`."""
    marks = segment.all("after")
    if marks and segment.has("light") and segment.has("heavy") and not segment.subject.exercises:
        yield _gentle_after_hard(segment, plan)
    if not marks or not segment.has("off") or not segment.subject or segment.has("weekday"):
        return
    days = list(plan.days())
    broken = [
        after.pointer
        for day, after in pairwise(days)
        if segment.subject.places(day) and after.trained
    ]
    kept = [after.pointer for day, after in pairwise(days) if segment.subject.places(day)]
    spent = [*marks, *segment.all("off", "every_session"), *own_tags(segment)]
    yield either(not broken, spent, broken or kept, "These days are trained.")


def _gentle_after_hard(segment: Segment, plan: PlanFacts) -> WishVerdict:
    """`an easy day after every hard one`."""

    def is_hard(day: PlacedDay) -> bool:
        return any(placed.session.kind in HARD for placed in day.sessions)

    pairs = [(day, after) for day, after in pairwise(plan.days()) if is_hard(day)]
    broken = [after.pointer for _, after in pairs if is_hard(after)]
    uses = segment.all("after", "light", "easier", "heavy", "every_session")
    shown = broken or [after.pointer for _, after in pairs] or [WEEKS]
    return either(not broken, uses, shown, "Hard days follow each other.")


def _in_a_row(plan: PlanFacts, subject: WishSubject) -> Iterator[str]:
    days = list(plan.days())
    for day, following in pairwise(days):
        if subject.places(day) and subject.places(following):
            yield following.pointer


def _nothing_else(segment: Segment, plan: PlanFacts) -> Iterator[WishVerdict]:
    mark = segment.first_of("nothing_else")
    if mark is None:
        return
    if not any(tag.kind == "weekday" for tag in (*segment.before, *segment.tags)):
        # "A pair of dumbbells and a mat. Nothing else."
        have = plan.athlete.equipment
        strange = [p.pointer for p in plan.doses() if p.exercise and not p.exercise.fits(have)]
        shown = strange or [p.pointer for p in plan.doses()] or [WEEKS]
        yield either(not strange, [mark], shown, "These need something else.")
        return
    named = {
        n for tag in (*segment.before, *segment.tags) if tag.kind == "weekday" for n in tag.numbers
    }
    mixed = [d.pointer for d in plan.days() if d.number in named and d.doses and d.sessions]
    uses = [mark, *segment.all("that_day", "neg")]
    rest = [d.pointer for d in plan.days() if d.number in named and d.trained]
    yield either(not mixed, uses, mixed or rest, "These days hold more.")
