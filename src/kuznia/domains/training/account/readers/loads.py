"""Weights: known bests and what is made of them, weights at hand, the weight of the body."""

from collections.abc import Iterator, Sequence

from kuznia.domains.training.account.answers import WishVerdict, either, met, unclear, unmet
from kuznia.domains.training.account.facts import WEEKS, PlacedDose, PlanFacts
from kuznia.domains.training.account.language.segments import Segment
from kuznia.domains.training.athlete.athlete import estimated_max
from kuznia.domains.training.language.named import exercises_of, uses
from kuznia.domains.training.language.tokens import Tag
from kuznia.domains.training.schema.units import kilograms

# A load is made from a best if it is within these shares of it, and near the share it names.
_LOWEST, _HIGHEST, _NEAR = 0.3, 1.0, 0.04
_SAME_BEST = 0.03
# Plates and dumbbells go in steps.
_STEP = 1.26


def bests(segment: Segment, plan: PlanFacts) -> Iterator[WishVerdict]:
    """`My best deadlift is 140 kg for 3`: known to the profile, and used."""
    tag = segment.first_of("kg")
    things = [one for one in segment.all("group", "exercise") if not segment.avoids(one)]
    planned = segment.has("begin", "weekday", "weekref", "per_week") and not segment.has("best")
    if tag is None or not things or planned or segment.has("goal", "at_most", "equipment"):
        yield from _from_bests(segment, plan)
        return
    reps = _after(segment, tag)
    core = frozenset[str]().union(*(exercises_of(one).core for one in things))
    wide = frozenset[str]().union(*(exercises_of(one).wide for one in things))
    spent = [tag, *things, *segment.all("best", "from_best", "kind"), *([reps] if reps else ())]
    spent += segment.all("count") if reps and reps.kind == "count" else ()
    best = estimated_max(tag.low, min(12, max(1, int(reps.low))) if reps else 1)
    known = [name for name in (*core, *wide) if name in plan.athlete.maxes]
    if not known:
        name = segment.words[things[0].first].text
        yield unclear(spent, f"Put your best of {name} into the profile's `lifts`. Which is it?")
        return
    limit = _SAME_BEST * best
    if all(abs(plan.athlete.maxes[name] - best) > limit for name in known):
        yield unclear(spent, "The profile has another best for this lift. Which is right?")
        return
    yield _made(spent, plan, set(known), must=segment.has("from_best"))


def _after(segment: Segment, tag: Tag) -> Tag | None:
    """The repetitions that follow a weight: `for 3`, `на 5 разів`, `x 5`."""
    following = [one for one in segment.all("number", "count", "reps") if one.first >= tag.last]
    return following[0] if following and following[0].first <= tag.last + 1 else None


def _from_bests(segment: Segment, plan: PlanFacts) -> Iterator[WishVerdict]:
    marks = segment.all("from_best")
    if not marks:
        return
    if segment.avoids(marks[0]):
        shares = [f"{p.pointer}/percent" for p in plan.doses() if p.dose.percent is not None]
        spent = [*marks, *segment.all("neg", "instead_of")]
        yield either(not shares, spent, shares or [WEEKS], "Shares of the best are there.")
        return
    spent = [*marks, *segment.all("group", "exercise", "kind", "best")]
    yield _made(spent, plan, set(plan.athlete.maxes), must=True)


def _made(spent: Sequence[Tag], plan: PlanFacts, ids: set[str], *, must: bool) -> WishVerdict:
    """Whether the loads of these exercises come from the bests."""
    doses = [placed for placed in plan.doses() if placed.id in ids]
    loaded = [placed for placed in doses if placed.dose.load is not None]
    wrong = [placed.pointer for placed in loaded if not _from_best(placed, plan)]
    if wrong:
        return unmet(spent, "These loads do not come from the best that is known.", wrong)
    if loaded:
        return met(spent, [f"{placed.pointer}/load" for placed in loaded])
    if doses or must:
        return unmet(spent, "No load is made from it.", [placed.pointer for placed in doses])
    return met(spent, [WEEKS])


def _from_best(placed: PlacedDose, plan: PlanFacts) -> bool:
    best, load = plan.athlete.maxes[placed.id], kg_of(placed)
    share = placed.dose.percent
    near = share is None or abs(load - best * share / 100) <= max(_NEAR * best, 2.5)
    return _LOWEST * best <= load <= _HIGHEST * best and near


def kg_of(placed: PlacedDose) -> float:
    return kilograms(placed.dose.load or 0.0, placed.dose.load_unit or "kg")


def own_weights(segment: Segment, plan: PlanFacts) -> Iterator[WishVerdict]:
    """`two 10 kg dumbbells`, `a 16 kg kettlebell`, `dumbbells up to 20 kg`."""
    weights = segment.all("kg")
    tools = [tag for tag in segment.all("equipment") if not segment.avoids(tag)]
    tools = tools or _tools_before(segment)
    if not weights or not tools or segment.has("best"):
        return
    items = {tag.name for tag in tools}
    sizes = [
        size
        for tag in (*segment.weights, *segment.all("number", "product"))
        for size in (tag.low, tag.high)
    ]
    doses = [p for p in plan.doses() if p.exercise and any(uses(p.exercise, i) for i in items)]
    loaded = [p for p in doses if p.dose.load is not None]
    limit = segment.has("at_most") or len(segment.weights) == 1
    wrong = [p.pointer for p in loaded if not _at_hand(kg_of(p), sizes, limit, "barbell" in items)]
    spent = [*weights, *segment.all("number", "product", "at_most", "at_least")]
    shown = wrong or [p.pointer for p in (loaded or doses)]
    why = "Other weights are used." if doses else "Nothing in the plan is done with it."
    yield either(bool(doses) and not wrong, spent, shown, why)


def _tools_before(segment: Segment) -> list[Tag]:
    """`kettlebells (12 and 16 kg)`: weights of what was named before them."""
    before = [tag for tag in segment.things_before if tag.kind == "equipment"]
    only = {tag.kind for tag in segment.tags} <= {"kg", "number", "at_most", "product", "only"}
    return before if only else []


def _at_hand(load: float, sizes: Sequence[float], is_limit: bool, plates: bool) -> bool:
    top = max(sizes)
    if load > top * 1.01 and load != 2 * top:
        return False
    return is_limit or plates or any(abs(load - size) <= _STEP for size in sizes)


def weight_to_lose(segment: Segment, plan: PlanFacts) -> Iterator[WishVerdict]:
    """`lose 5 kg`, `down to 70 kg`: planned only where the profile says so."""
    tag = segment.first_of("kg")
    marks = segment.all("lose", "aim")
    is_loss = segment.has("lose") or "weight_loss" in segment.named("aim")
    if not is_loss or segment.states:
        return
    if tag is None and "weight_loss" not in segment.named("aim"):
        return
    spent = [*marks, *([tag] if tag else ()), *segment.all("goal", "weeks", "months")]
    if plan.plan.offers:
        offer = plan.plan.offers[0]
        yield WishVerdict("not_possible", tuple(spent), ("/plan/offers/0",), offer.message)
    elif plan.plan.aim != "weight_loss":
        yield unclear(spent, f"The profile's aim is {plan.plan.aim}. Is it to lose weight?")
    elif tag is not None and not _is_target(tag, plan):
        yield unclear(spent, "The profile has another target weight, or none. Which is it?")
    else:
        yield met(spent, ["/plan/aim", WEEKS])


def _is_target(tag: Tag, plan: PlanFacts) -> bool:
    athlete = plan.athlete
    if athlete.target_kg is None:
        return False
    lost = (athlete.kg or 0.0) - athlete.target_kg
    return abs(athlete.target_kg - tag.low) < 1 or tag.low - 1 <= lost <= tag.high + 1


def body_weight(segment: Segment, plan: PlanFacts) -> Iterator[WishVerdict]:
    """`82 кг`, `I weigh 70 kg`."""
    tag = segment.first_of("kg")
    things = segment.has("group", "exercise", "equipment", "at_most", "goal", "lose", "per_week")
    if tag is None or things or segment.asks:
        return
    kg = plan.athlete.kg
    spent = [tag, *segment.all("weigh")]
    if kg is None or tag.low - 1.5 <= kg <= tag.high + 1.5:
        yield met(spent, ["/plan/reason"])
    else:
        yield unclear(spent, f"The prompt says {tag.low:g} kg, the profile {kg:g}. Which is right?")
