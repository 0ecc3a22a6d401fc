"""Statements about the person: they hold if the profile says the same, else they are asked."""

from collections.abc import Iterator, Sequence

from kuznia.domains.training.account.answers import WishVerdict, met, unclear, unmet
from kuznia.domains.training.account.facts import BACKGROUND, WEEKS, PlanFacts
from kuznia.domains.training.account.language.segments import Segment
from kuznia.domains.training.catalogue import conditions
from kuznia.domains.training.hearing import health_mentions, regions
from kuznia.domains.training.language.tokens import Tag

_AGES = range(5, 111)
_NEAR = 0.15
_SUBJECTS = frozenset({"i'm", "am", "is", "she's", "he's", "мені", "їй", "йому"})


def age(segment: Segment, plan: PlanFacts) -> Iterator[WishVerdict]:
    """`I'm 41`, `мені 29 років`."""
    tag = segment.first_of("number", "years")
    if tag is None or segment.asks or segment.has("best", "longest", "kg", "km"):
        return
    if not (segment.has("years_old") or _is_old(segment, tag) or _is_bare(segment, tag)):
        return
    if tag.kind == "years" and not (segment.has("years_old") or _is_old(segment, tag)):
        return
    if int(tag.low) not in _AGES or tag.low != int(tag.low):
        return
    spent = [tag, *segment.all("years_old")]
    if plan.athlete.age == int(tag.low):
        yield met(spent, [BACKGROUND])
    else:
        question = f"The prompt says {tag.low:g} years, the profile {plan.athlete.age}."
        yield unclear(spent, f"{question} Which is right?")


def _is_old(segment: Segment, tag: Tag) -> bool:
    """`50 years old`, `23-year-old`."""
    after = [word.text for word in segment.words[tag.last : tag.last + 2]]
    return after[:1] == ["old"] or after == ["of", "age"]


def _is_bare(segment: Segment, tag: Tag) -> bool:
    """A number right after "I'm" or "she is"."""
    return any(
        one.kind == "statement"
        and one.last == tag.first
        and segment.words[one.last - 1].text in _SUBJECTS
        for one in segment.tags
    )


def habits(segment: Segment, plan: PlanFacts) -> Iterator[WishVerdict]:
    """`currently about 28 km`, `longest 11`, `бігаю 20 км на тиждень`."""
    tag = segment.first_of("km") or (segment.first_of("number") if segment.has("longest") else None)
    if tag is None or segment.asks or segment.has("at_most", "at_least", "date"):
        return
    states = segment.states or segment.has("now", "longest")
    if not states or (segment.has("race") and not segment.has("longest")):
        return
    endurance = plan.profile.endurance
    is_long = segment.has("longest") or "long" in segment.named("session")
    known = endurance and (endurance.longest_km if is_long else endurance.weekly_km)
    spent = [tag, *segment.all("longest", "per_week", "sport", "session", "count")]
    if (
        not known
        or not (is_long or segment.has("per_week", "now"))
        or abs(known - tag.low) <= max(1.0, _NEAR * known)
        or tag.low <= known <= tag.high
    ):
        yield met(spent, [BACKGROUND])
    else:
        yield unclear(spent, f"The prompt says {tag.low:g} km, the profile {known:g}. Which?")


def level(segment: Segment, plan: PlanFacts) -> Iterator[WishVerdict]:
    """`a complete beginner`, `lifting for about four years`; a woman, a man."""
    names = segment.named("person")
    if "beginner" in names:
        tags = [tag for tag in segment.all("person") if tag.name in {"beginner", "seasoned"}]
        if plan.athlete.level in {"advanced", "elite"}:
            yield unclear(tags, f"The profile's level is {plan.athlete.level}. Are you a beginner?")
        else:
            yield met(tags, ["/plan/level"])
    elif "seasoned" in names and plan.athlete.level == "beginner" and not segment.has("neg"):
        tags = [tag for tag in segment.all("person") if tag.name == "seasoned"]
        yield unclear(tags, "The profile's level is beginner. Which is right?")
    yield from _sex(segment, plan, names)


def _sex(segment: Segment, plan: PlanFacts, names: frozenset[str]) -> Iterator[WishVerdict]:
    other = {"female": "male", "male": "female"}.get(plan.profile.sex or "")
    tags = [tag for tag in segment.all("person") if tag.name in {"female", "male"}]
    # "I train with my husband" is about another person.
    if (
        other in names
        and len(tags) == 1
        and (segment.asks or segment.first == 0)
        and _is_self(segment)
    ):
        yield unclear(tags, f"The profile says {plan.profile.sex}. Who is the plan for?")


def _is_self(segment: Segment) -> bool:
    words = {word.text for word in segment.words[segment.first : segment.last]}
    return bool(words & {"for", "для", "i'm", "am", "я"}) and "with" not in words


def health(segment: Segment, plan: PlanFacts) -> Iterator[WishVerdict]:
    """`her knees are bad`: nothing in the plan speaks against it."""
    text = " ".join(word.text for word in segment.words[segment.first : segment.last])
    mentions = health_mentions(text)
    sore = {injury.region for injury in mentions.injuries}
    if "trouble" in segment.named("person"):
        sore |= regions(text)
    if not sore and not mentions.flags:
        # A part of the body that no rule of ours knows.
        about = segment.all("muscle") if "trouble" in segment.named("person") else ()
        if about:
            yield met(about, [BACKGROUND])
        return
    known = [conditions()[name] for name in sore if name in conditions()]
    wrong = [
        placed.pointer
        for placed in plan.doses()
        for condition in known
        if placed.exercise
        and condition.against(placed.exercise.tags, placed.exercise.pattern) == "avoid"
    ]
    spent = _spent(segment)
    if wrong:
        yield unmet(spent, "These load what is to be spared.", wrong)
    else:
        yield met(spent, ["/plan/notices", WEEKS])


def _spent(segment: Segment) -> Sequence[Tag]:
    kept = {"group", "exercise", "count", "minutes", "weekday", "weekref"}
    return [tag for tag in segment.tags if tag.kind not in kept or segment.states]
