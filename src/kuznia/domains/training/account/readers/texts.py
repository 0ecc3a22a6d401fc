"""What a plan says in words: its language, efforts, explanations and notices."""

from collections.abc import Iterator, Sequence

from kuznia.domains.training.account.answers import WishVerdict, either, met, unmet
from kuznia.domains.training.account.facts import SAFETY, WEEKS, PlanFacts
from kuznia.domains.training.account.language.segments import Segment
from kuznia.domains.training.language.tags import soft, tags
from kuznia.domains.training.language.tokens import Tag, tokens
from kuznia.domains.training.schema.plan import Plan
from kuznia.forge.wishes.matching import share, terms

# Fewer words explain nothing.
_MIN_WORDS = 6
_MAX_SENTENCE = 32
_JARGON = frozenset(
    [
        "rir",
        "rpe",
        "amrap",
        "emom",
        "hypertrophy",
        "periodization",
        "periodisation",
        "mesocycle",
        "microcycle",
        "lactate",
        "threshold",
        "vo2max",
        "1rm",
        "eccentric",
        "concentric",
        "гіпертрофія",
        "мезоцикл",
        "мікроцикл",
        "періодизація",
        "лактат",
        "ексцентрика",
    ]
)
_ENOUGH = 0.5
_SHORT = 2
_ALONE = frozenset({"warm_up", "cool_down"})


def language(segment: Segment, plan: PlanFacts) -> Iterator[WishVerdict]:
    """`in English`, `українською`."""
    for kind, name in (("language_en", "en"), ("language_uk", "uk")):
        marks = segment.all(kind)
        if marks and any(neg.last <= marks[0].first for neg in segment.all("neg")):
            spent = [*marks, *segment.all("neg")]
            foreign = [p.pointer for p in plan.doses() if _is_mixed(p.dose.name, plan.plan)]
            shown = foreign or [WEEKS]
            is_other = plan.plan.language != name and not foreign
            yield either(is_other, spent, shown, "Some words are of that language.")
        elif marks and not segment.states:
            is_so = plan.plan.language == name
            yield either(is_so, marks, ["/plan/language"], f"The plan is in {plan.plan.language}.")


def _is_mixed(name: str, plan: Plan) -> bool:
    """Whether a Ukrainian name has a word in Latin letters."""
    return plan.language == "uk" and any(
        word.isascii() and word.isalpha() and len(word) > _SHORT for word in name.split()
    )


def heart_rate(segment: Segment, plan: PlanFacts) -> Iterator[WishVerdict]:
    """Numbers of the pulse, wanted or not; efforts in words."""
    marks = segment.all("heart_rate")
    if marks:
        places = list(_rates(plan.plan))
        spent = [*marks, *segment.all("neg", "number", "watch", "only")]
        if segment.avoids(marks[0]):
            yield either(not places, spent, places or [WEEKS], "Heart rates are in the plan.")
        elif segment.states:
            yield met(spent, [WEEKS])
        else:
            yield either(bool(places), spent, places, "The plan has no heart rates.")
    words = segment.all("effort_words")
    if words:
        steps = [
            (placed.pointer, step.effort)
            for placed in plan.sessions()
            for block in placed.session.blocks
            for step in block.steps
        ]
        mute = [place for place, effort in steps if not any(c.isalpha() for c in effort)]
        spent = [*words, *segment.all("explain")]
        shown = mute or [place for place, _ in steps] or [WEEKS]
        yield either(not mute, spent, shown, "Some steps say nothing of the effort.")


def _rates(plan: Plan) -> Iterator[str]:
    for place, zone in enumerate(plan.zones):
        if zone.heart_rate is not None:
            yield f"/plan/zones/{place}"
    for week, one in enumerate(plan.weeks):
        for day, other in enumerate(one.days):
            for place, session in enumerate(other.sessions):
                steps = (step for block in session.blocks for step in block.steps)
                if any(step.heart_rate is not None for step in steps):
                    yield f"/plan/weeks/{week}/days/{day}/sessions/{place}"


def explanations(segment: Segment, plan: PlanFacts) -> Iterator[WishVerdict]:
    """What is to be explained is in a notice; in simple words, if that was asked for."""
    simple = segment.all("simple")
    topics = segment.all("topic")
    marks = segment.all("explain")
    inherits = segment.mode == "explain" and not segment.has("weekday", "count", "minutes")
    if simple:
        yield _simply([*simple, *marks], plan)
        if not topics:
            return
    # A warm-up may be asked for by its name alone; the other topics are ordinary words.
    topics = tuple(tag for tag in topics if marks or inherits or tag.name in _ALONE)
    bounds = segment.has("at_most", "count", "km")
    if topics and (marks or inherits or not bounds):
        if segment.states and not marks:
            return
        for topic in topics:
            places = [place for place, text in _notices(plan.plan) if _is_about(text, topic.name)]
            spent = [tag for tag in segment.tags if tag.kind not in {"language_en", "language_uk"}]
            yield either(bool(places), spent, places, "No notice explains it.")
    elif marks and not simple and not segment.states:
        yield _by_words(segment, plan, marks)


def _notices(plan: Plan) -> Iterator[tuple[str, str]]:
    for place, notice in enumerate(plan.notices):
        if notice.code not in SAFETY and len(notice.text.split()) >= _MIN_WORDS:
            yield f"/plan/notices/{place}", notice.text


def _is_about(text: str, topic: str) -> bool:
    return any(tag.kind == "topic" and tag.name == topic for tag in tags(tokens(text)))


def _by_words(segment: Segment, plan: PlanFacts, marks: Sequence[Tag]) -> WishVerdict:
    """A topic that has no name of ours: a notice shares most of its words."""
    skipped = {place for tag in marks for place in range(tag.first, tag.last)}
    words = [
        word.text
        for place, word in enumerate(segment.words[segment.first : segment.last], segment.first)
        if place not in skipped
    ]
    sought = terms(" ".join(word for word in words if not soft().word(word))).stems
    if not sought:
        return met(marks, [p.pointer + "/reason" for p in plan.doses()] or [WEEKS])
    scored = [(share(sought, terms(text).stems), place) for place, text in _notices(plan.plan)]
    places = [place for score, place in scored if score >= _ENOUGH]
    return either(bool(places), list(segment.tags), places, "No notice explains it.")


def _simply(marks: Sequence[Tag], plan: PlanFacts) -> WishVerdict:
    """Every exercise and session has its reason, in short sentences without jargon."""
    texts = [(f"{p.pointer}/reason", p.dose.reason.text) for p in plan.doses()]
    texts += [(f"{p.pointer}/reason", p.session.reason.text) for p in plan.sessions()]
    hard = [place for place, text in texts if not text.strip() or not _is_simple(text)]
    if hard or not texts:
        return unmet(marks, "These are not explained, or not simply.", hard)
    return met(marks, [place for place, _ in texts])


def _is_simple(text: str) -> bool:
    words = [token.text for token in tokens(text)]
    longest = max((len(part.split()) for part in text.split(".")), default=0)
    return not _JARGON.intersection(words) and longest <= _MAX_SENTENCE
