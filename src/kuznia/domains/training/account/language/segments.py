"""A clause in segments: each says one thing, with what it takes over from those before it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from kuznia.domains.training.account.facts import Subject
from kuznia.domains.training.account.language.named import exercises_of
from kuznia.domains.training.account.language.tags import tags
from kuznia.domains.training.account.language.tokens import Tag, Token, tokens
from kuznia.forge.terms import Wish

_STOPS = frozenset(",;()[]:.!?\n")
_DASHES = frozenset("-–—")
# "Friday — rest": a dash after so few words is a verb.
_COPULA = 3
_EXERCISES = ("вправи", "вправ", "вправу")
# What is done on the machines for endurance.
SPORT_OF = {"rower": "rowing", "bike_machine": "cycling", "treadmill": "running"}
_CANNOT = frozenset({"can't", "cannot", "couldn't"})
_PRONOUNS = frozenset(
    {"it", "them", "those", "these", "that", "його", "її", "їх", "це", "ці", "цю"}
)
_SWAP_FOR = frozenset({"with", "for", "by", "to", "на"})
_BUT = frozenset({"but", "але", "проте", "а", "зате", "однак"})
_AND = frozenset({"and", "і", "й", "та", "plus", "плюс"})
# What limits: where both sides of an "and" have some of it, they are two things.
_LIMITS = frozenset(
    [
        "count",
        "minutes",
        "km",
        "kg",
        "weeks",
        "weekref",
        "heavy",
        "light",
        "at_most",
        "at_least",
        "every_session",
        "neg",
        "hate",
        "off",
    ]
    + ["product", "swap", "sets", "reps", "date", "nothing_else"]
)
# Things that are wanted, avoided or at hand.
THINGS = frozenset(
    {"group", "exercise", "equipment", "sport", "session", "kind", "muscle", "cannot", "posture"}
)
_MODES = ("hate", "neg", "off", "explain", "instead_of")
_REQUESTED = frozenset({"request", "goal", "focus"})
# Facts: what has one of these and no answer is not understood.
HARD = _LIMITS | THINGS | {"weekday", "deload", "same_day", "alternate", "in_a_row", "heart_rate"}


@dataclass(frozen=True, slots=True)
class Segment:
    """One thing a clause says."""

    words: tuple[Token, ...]
    first: int
    last: int
    tags: tuple[Tag, ...]
    sentence: int
    # Its own subject, or that of the segment before it.
    subject: Subject = Subject()
    owns_subject: bool = False
    # What the segments before it in the sentence say: the mode of a bare item, their tags.
    mode: str = ""
    before: tuple[Tag, ...] = ()
    is_reason: bool = False
    # Weekdays that the sentence names for this subject.
    weekdays: frozenset[int] = frozenset()
    # How many of anything a week the sentence asks for in all.
    counted: float = 0.0
    # What other segments give a time of its own: weekdays, or a subject.
    timed: tuple[tuple[frozenset[int], Subject], ...] = ()

    # The minutes that the prompt lets sessions grow to.
    grows_to: float = 0.0
    # The things that the last segment with any of them names, and whether that one was a statement.
    things_before: tuple[Tag, ...] = ()
    stated_before: bool = False
    days_before: frozenset[int] = frozenset()
    # All weights of the sentence.
    weights: tuple[Tag, ...] = ()
    # Which clause it is of.
    clause: int = 0
    # Whether it stands in brackets.
    bracketed: bool = False
    # Whether the segment before it in the sentence has a date.
    date_before: bool = False
    # All tags it had, those that are read by now among them.
    everything: tuple[Tag, ...] = ()

    @property
    def whole(self) -> tuple[Tag, ...]:
        """All tags, read or not."""
        return self.everything or self.tags

    @property
    def days(self) -> set[int]:
        """The weekdays it names; "Tuesday (1 hour)" is about the one before the brackets."""
        own = {day for tag in self.whole if tag.kind == "weekday" for day in tag.numbers}
        return own or (set(self.days_before) if self.bracketed else own)

    def says(self, *words: str) -> bool:
        """Whether one of these words stands in it."""
        return any(word.text in words for word in self.words[self.first : self.last])

    @property
    def place(self) -> tuple[int, int, int]:
        """What tells it from every other segment."""
        return self.clause, self.first, self.last

    def all(self, *kinds: str) -> tuple[Tag, ...]:
        return tuple(tag for tag in self.tags if tag.kind in kinds)

    def has(self, *kinds: str) -> bool:
        return any(tag.kind in kinds for tag in self.tags)

    def named(self, kind: str) -> frozenset[str]:
        return frozenset(tag.name for tag in self.tags if tag.kind == kind)

    def one(self, *kinds: str) -> Tag | None:
        """The first tag of these kinds."""
        return next((tag for tag in self.tags if tag.kind in kinds), None)

    def without(self, used: Sequence[Tag]) -> "Segment":
        left = tuple(tag for tag in self.tags if tag not in used)
        return self if left == self.tags else replace(self, tags=left, everything=self.whole)

    @property
    def asks(self) -> bool:
        """Whether it asks for something in so many words."""
        return any(
            tag.kind in _REQUESTED and not self._is_denied(tag.first - 1) for tag in self.whole
        )

    def _is_denied(self, place: int) -> bool:
        """ "I can't put weight on it" asks for nothing."""
        return place >= self.first and self.words[place].text in _CANNOT

    def _speaks_of(self, *kinds: str) -> bool:
        return any(tag.kind in kinds for tag in self.whole)

    @property
    def states(self) -> bool:
        """Whether it says how things are."""
        if self.is_reason or (self._speaks_of("statement", "now") and not self.asks):
            return True
        # "I'm 35, 90 kg, office job": what a statement goes on to say is one too.
        return (
            self.stated_before and not self.asks and not self._speaks_of("neg", "at_most", "only")
        )

    def avoids(self, tag: Tag) -> bool:
        """Whether this thing is not wanted."""
        if self._speaks_of("hate") or (self.mode == "hate" and not self._speaks_of("love")):
            return True
        if self._speaks_of("swap"):
            return self._is_swapped_out(tag)
        if any(other.kind == "instead_of" and other.last <= tag.first for other in self.whole):
            return True
        denials = [other for other in self.whole if other.kind == "neg"]
        if not denials:
            return self.mode == "neg"
        if any(other.last <= tag.first for other in denials):
            return True
        # "Силових не потрібно": nothing stands after the denial for it to deny.
        last = max(other.last for other in denials)
        return not any(
            other.kind in THINGS | {"weekday"} and other.first >= last for other in self.whole
        )

    def _is_swapped_out(self, tag: Tag) -> bool:
        """Whether it stands before the `for` of "swap A for B"."""
        swap = next(other for other in self.whole if other.kind == "swap")
        joints = [
            place for place in range(swap.last, self.last) if self.words[place].text in _SWAP_FOR
        ]
        return bool(joints) and swap.last <= tag.first < joints[-1]


def segments_of(prompt: str, wishes: Sequence[Wish]) -> list[tuple[Segment, ...]]:
    """The segments of each wish; what a sentence begins with goes on into its later clauses."""
    read: list[tuple[Segment, ...]] = []
    before: Segment | None = None
    sentence, place = 0, 0
    for number, wish in enumerate(wishes):
        if any(mark in prompt[place : wish.start] for mark in ".!?;\n"):
            sentence, before = sentence + 1, None
        place = wish.end
        pieces: list[Segment] = []
        for piece in _pieces(wish.quote, sentence):
            before = replace(_in_context(piece, before), clause=number)
            pieces.append(before)
        for place, following in enumerate(pieces[1:]):
            # "Burpees make me sick, leave them out".
            if denies_what_was_named(following) and not pieces[place].has("neg", "hate"):
                pieces[place] = replace(pieces[place], mode="neg")
        read.append(tuple(pieces))
    return _with_weekdays(read)


def denies_what_was_named(piece: Segment) -> bool:
    """Whether it speaks of the thing before it and does not want it: "не ставте його"."""
    denial = piece.has("neg", "hate", "swap")
    others = HARD - {"neg", "hate", "swap"}
    return denial and piece.says(*_PRONOUNS) and not piece.has(*others)


def _with_weekdays(read: list[tuple[Segment, ...]]) -> list[tuple[Segment, ...]]:
    """Each segment with the weekdays of its sentence about its subject, and the times that others
    give to single days and kinds of training."""
    days: dict[tuple[int, Subject], set[int]] = {}
    of_sessions: dict[int, set[int]] = {}
    counted: dict[int, float] = {}
    weights: dict[int, tuple[Tag, ...]] = {}
    timed: dict[tuple[int, int, int], tuple[frozenset[int], Subject]] = {}
    for segment in (segment for pieces in read for segment in pieces):
        named = segment.days
        if not segment.has("off", "neg", "unavailable"):
            days.setdefault((segment.sentence, segment.subject), set()).update(named)
            if segment.subject.sessions:
                of_sessions.setdefault(segment.sentence, set()).update(named)
        kilograms = segment.all("kg")
        weights[segment.sentence] = (*weights.get(segment.sentence, ()), *kilograms)
        counts = (tag.high for tag in segment.all("count"))
        counted[segment.sentence] = counted.get(segment.sentence, 0.0) + sum(counts)
        if segment.has("minutes") and (named or segment.subject):
            subject = segment.subject if not named else Subject()
            timed[segment.place] = (frozenset(named), subject)
    grown = [
        tag.high
        for pieces in read
        for segment in pieces
        if segment.has("gentle")
        for tag in segment.all("minutes")
    ]
    return [
        tuple(
            replace(
                one,
                counted=counted.get(one.sentence, 0.0),
                weights=weights[one.sentence],
                grows_to=max(grown, default=0.0),
                weekdays=frozenset(
                    days.get((one.sentence, one.subject), set())
                    # "Two runs: a short one on Tuesday, the long one on Sunday."
                    | (of_sessions.get(one.sentence, set()) if one.subject.sports else set())
                ),
                timed=tuple(row for place, row in timed.items() if place != one.place),
            )
            for one in pieces
        )
        for pieces in read
    ]


def _pieces(text: str, sentence: int) -> Iterator[Segment]:
    words = tokens(text)
    everything = tags(words)
    cuts = sorted({0, len(words), *_cuts(words, everything)} - {*_joined(words, everything)})
    for first, last in zip(cuts, cuts[1:], strict=False):
        inside = tuple(tag for tag in everything if first <= tag.first and tag.last <= last)
        reason = bool(inside) and inside[0].kind == "because" and inside[0].first <= first + 1
        bracketed = first > 0 and _is_inside(words, first)
        hidden = bracketed and not any(tag.kind in HARD | _REQUESTED for tag in inside)
        yield Segment(
            words,
            first,
            last,
            inside,
            sentence,
            is_reason=hidden or (reason and _asks_nothing(inside)),
            bracketed=bracketed,
        )


def _is_inside(words: Sequence[Token], place: int) -> bool:
    """Whether a word stands in brackets."""
    glue = "".join(word.glue for word in words[:place])
    return glue.rfind("(") > glue.rfind(")")


def _joined(words: Sequence[Token], everything: Sequence[Tag]) -> Iterator[int]:
    """Cuts before what only says from when on, or until when: "but only from week 4"."""
    cuts = sorted({0, len(words), *_cuts(words, everything)})
    for first, last in zip(cuts[1:], cuts[2:], strict=False):
        inside = [tag for tag in everything if first <= tag.first and tag.last <= last]
        limits = any(tag.kind == "weekref" and tag.name in {"from", "until"} for tag in inside)
        if limits and not any(tag.kind in THINGS | _LIMITS - {"weekref"} for tag in inside):
            yield first


def _asks_nothing(inside: Sequence[Tag]) -> bool:
    soft = {"because", "statement", "now", "place", "person", "aim", "muscle", "swap", "equipment"}
    return all(tag.kind in soft or tag.kind not in HARD | _REQUESTED for tag in inside)


def _cuts(words: Sequence[Token], everything: Sequence[Tag]) -> Iterator[int]:
    """Where a new segment begins."""
    inside = {place for tag in everything for place in range(tag.first + 1, tag.last)}
    reasons = {tag.first for tag in everything if tag.kind == "because"}
    hard = [place for place in _hard_cuts(words, inside, reasons)]
    bounds = [0, *hard, len(words)]
    yield from hard
    for first, last in zip(bounds, bounds[1:], strict=False):
        start = first
        for place in range(first + 1, last):
            if words[place].text in _AND and place not in inside:
                left = _kinds(everything, start, place)
                right = _kinds(everything, place + 1, last)
                if left & _LIMITS and right & _LIMITS and not _only_days(right):
                    yield place
                    start = place


def _only_days(kinds: frozenset[str]) -> bool:
    return kinds <= {"weekday", "per_week"}


def _kinds(everything: Sequence[Tag], first: int, last: int) -> frozenset[str]:
    return frozenset(tag.kind for tag in everything if first <= tag.first and tag.last <= last)


def _hard_cuts(words: Sequence[Token], inside: set[int], reasons: set[int]) -> Iterator[int]:
    start = 0
    for place in range(1, len(words)):
        glue = words[place - 1].glue
        is_dash = glue.strip() in _DASHES and " " in glue and place - start > _COPULA
        is_cut = bool(_STOPS & set(glue)) or is_dash
        if place not in inside and (is_cut or words[place].text in _BUT or place in reasons):
            start = place
            yield place


def _in_context(piece: Segment, before: Segment | None) -> Segment:
    """A segment with the subject and mode of the one before it, where it has none of its own."""
    piece = _with_unit_of(piece, before)
    subject = _subject(piece) or _by_effort(piece, before)
    if before is None:
        return replace(piece, subject=subject, owns_subject=bool(subject))
    mode = before.mode or next((kind for kind in _MODES if before.has(kind)), "")
    bare = not (piece.asks or piece.has("love", "statement", *_MODES, "count", "minutes"))
    # "Wednesday pull, Friday legs": muscles are a subject of their own.
    kept = subject or (Subject() if piece.has("muscle") else before.subject)
    return replace(
        piece,
        subject=kept,
        owns_subject=bool(subject),
        mode=mode if bare and piece.sentence == before.sentence else "",
        before=(*before.before, *before.tags)[-40:],
        date_before=before.has("date"),
        things_before=before.all(*THINGS) or before.things_before,
        days_before=frozenset(before.days),
        stated_before=before.states or _is_about_person(before),
    )


def _without_after(piece: Segment) -> Segment:
    """Without what only says when: "core work after the easy runs"."""
    marks = [tag.last for tag in piece.tags if tag.kind in {"after", "before"}]
    if not marks or piece.has("off"):
        return piece
    return replace(piece, tags=tuple(tag for tag in piece.tags if tag.last <= min(marks)))


def _is_about_person(piece: Segment) -> bool:
    """`52`, `female`, `90 kg`: facts without a verb."""
    about = {"number", "person", "years", "years_old", "kg", "weigh", "statement"}
    return bool(piece.tags) and all(tag.kind in about for tag in piece.tags)


_MEASURES = ("minutes", "km", "kg")


def _with_unit_of(piece: Segment, before: Segment | None) -> Segment:
    """ "30 minutes on weekdays, up to 45 on Saturday": a bare number has the unit before it."""
    if before is None or piece.has(*_MEASURES):
        return piece
    if not piece.has("at_most", "at_least", "weekday", "group", "exercise"):
        return piece
    units = [tag.kind for tag in before.tags if tag.kind in _MEASURES]
    if piece.has("group", "exercise") and any(tag.kind == "best" for tag in before.before):
        # "Maxes: squat 180, bench 120".
        units = ["kg"]
    if not units:
        return piece
    tags_ = (replace(tag, kind=units[-1]) if tag.kind == "number" else tag for tag in piece.tags)
    return replace(piece, tags=tuple(tags_))


def _by_effort(piece: Segment, before: Segment | None) -> Subject:
    """ "Thursday easy", where the sessions were named before."""
    if before is None or not (before.subject.sports or before.subject.sessions):
        return Subject()
    if not piece.has("weekday") or not piece.has("light", "heavy"):
        return Subject()
    kinds = {"easy"} if piece.has("light") else {"tempo", "intervals"}
    return Subject(sessions=frozenset(kinds))


def _subject(piece: Segment) -> Subject:
    piece = _without_after(piece)
    kinds = piece.named("kind")
    timed = piece.has("muscle") and piece.has("minutes", "count")
    timed = timed or (piece.has("count", "minutes") and piece.says(*_EXERCISES))
    items = frozenset(tag.name for tag in piece.all("equipment") if not piece.avoids(tag))
    named = [exercises_of(tag) for tag in piece.all("group", "exercise") if not piece.avoids(tag)]
    return Subject(
        strength="strength" in kinds
        or ((piece.has("posture") or timed) and not piece.has("sport")),
        endurance="endurance" in kinds,
        sports=piece.named("sport") | {SPORT_OF[item] for item in items if item in SPORT_OF},
        sessions=piece.named("session"),
        exercises=frozenset[str]().union(*(each.wide for each in named)),
        core=frozenset[str]().union(*(each.core for each in named)),
    )
