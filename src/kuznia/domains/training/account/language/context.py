"""A prompt's clauses in segments, each with what it takes over from those before it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from kuznia.domains.training.account.facts import WishSubject
from kuznia.domains.training.account.language.cuts import pieces
from kuznia.domains.training.account.language.segments import (
    NOTHING,
    THINGS,
    Segment,
    denies_what_was_named,
)
from kuznia.domains.training.language.named import exercises_of
from kuznia.domains.training.language.tokens import Tag
from kuznia.forge.terms import Wish

_MODES = ("hate", "neg", "off", "explain", "instead_of")
_EXERCISES = ("вправи", "вправ", "вправу")
# What is done on the machines for endurance.
SPORT_OF = {"rower": "rowing", "bike_machine": "cycling", "treadmill": "running"}
_MEASURES = ("minutes", "km", "kg")
# Words and tags that are read of a prompt: nobody writes more about a plan.
_MAX_WORDS = 2000
_MAX_BEFORE = 40


def segments_of(prompt: str, wishes: Sequence[Wish]) -> list[tuple[Segment, ...]]:
    """The segments of each wish; what a sentence begins with goes on into its later clauses."""
    read: list[tuple[Segment, ...]] = []
    before: Segment | None = None
    sentence, place, words = 0, 0, 0
    for number, wish in enumerate(wishes):
        if any(mark in prompt[place : wish.start] for mark in ".!?;\n"):
            sentence, before = sentence + 1, None
        place = wish.end
        row: list[Segment] = []
        for piece in pieces(wish.quote, sentence):
            before = replace(_in_context(piece, before), clause=number)
            row.append(before)
        words += sum(piece.last - piece.first for piece in row)
        read.append(tuple(_denied_later(row)) if words <= _MAX_WORDS else ())
    return _in_sentences(read)


def _denied_later(row: Sequence[Segment]) -> Iterator[Segment]:
    """With what the next segment denies of it: "Burpees make me sick, leave them out"."""
    for place, piece in enumerate(row, start=1):
        denied = place < len(row) and denies_what_was_named(row[place])
        yield replace(piece, mode="neg") if denied and not piece.has("neg", "hate") else piece


@dataclass(slots=True)
class _Sentence:
    """What the segments of a sentence say together."""

    days: dict[WishSubject, set[int]] = field(default_factory=dict[WishSubject, set[int]])
    of_sessions: set[int] = field(default_factory=set[int])
    counted: float = 0.0
    weights: list[Tag] = field(default_factory=list[Tag])

    def add(self, segment: Segment) -> None:
        if not segment.has("off", "neg", "unavailable"):
            self.days.setdefault(segment.subject, set()).update(segment.days)
            if segment.subject.sessions:
                self.of_sessions |= segment.days
        self.counted += sum(tag.high for tag in segment.all("count"))
        self.weights += segment.all("kg")

    def weekdays(self, subject: WishSubject) -> frozenset[int]:
        """The days of a subject: "Two runs: a short one on Tuesday, the long one on Sunday"."""
        own = self.days.get(subject, set())
        return frozenset(own | (self.of_sessions if subject.sports else set()))


def _in_sentences(read: Sequence[tuple[Segment, ...]]) -> list[tuple[Segment, ...]]:
    """Each segment with what its sentence says, and with the times that others give to single days
    and kinds of training."""
    everything = [segment for row in read for segment in row]
    sentences: dict[int, _Sentence] = {}
    for segment in everything:
        sentences.setdefault(segment.sentence, _Sentence()).add(segment)
    timed = dict(_timed(everything))
    minutes = (tag for one in everything if one.has("gentle") for tag in one.all("minutes"))
    grows_to = max((tag.high for tag in minutes), default=0.0)
    return [
        tuple(
            replace(
                segment,
                counted=sentences[segment.sentence].counted,
                weights=tuple(sentences[segment.sentence].weights),
                weekdays=sentences[segment.sentence].weekdays(segment.subject),
                grows_to=grows_to,
                timed=tuple(
                    dict.fromkeys(row for place, row in timed.items() if place != segment.place)
                ),
            )
            for segment in row
        )
        for row in read
    ]


def _timed(
    everything: Iterable[Segment],
) -> Iterator[tuple[tuple[int, int, int], tuple[frozenset[int], WishSubject]]]:
    """Segments that give days or kinds of training a time of their own."""
    for segment in everything:
        if segment.has("minutes") and (segment.days or segment.subject):
            subject = NOTHING if segment.days else segment.subject
            yield segment.place, (frozenset(segment.days), subject)


def _in_context(piece: Segment, before: Segment | None) -> Segment:
    """A segment with the subject and mode of the one before it, where it has none of its own."""
    piece = _with_unit_of(piece, before)
    subject = _subject(piece) or _by_effort(piece, before)
    if before is None:
        return replace(piece, subject=subject, owns_subject=bool(subject))
    mode = before.mode or next((kind for kind in _MODES if before.has(kind)), "")
    bare = not (piece.asks or piece.has("love", "statement", *_MODES, "count", "minutes"))
    # "Wednesday pull, Friday legs": muscles are a subject of their own.
    kept = subject or (NOTHING if piece.has("muscle") else before.subject)
    return replace(
        piece,
        subject=kept,
        owns_subject=bool(subject),
        mode=mode if bare and piece.sentence == before.sentence else "",
        before=(*before.before, *before.tags)[-_MAX_BEFORE:],
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


def _with_unit_of(piece: Segment, before: Segment | None) -> Segment:
    """A bare number has the unit before it: "30 minutes on weekdays, up to 45 on Saturday"."""
    if before is None or piece.has(*_MEASURES):
        return piece
    bounds = ("at_most", "at_least", "weekday", "group", "exercise", "weekref", "finish_by")
    if not piece.has(*bounds):
        return piece
    units = [tag.kind for tag in before.tags if tag.kind in _MEASURES]
    if piece.has("group", "exercise") and any(tag.kind == "best" for tag in before.before):
        # "Maxes: squat 180, bench 120".
        units = ["kg"]
    if not units:
        return piece
    tags_ = (replace(tag, kind=units[-1]) if tag.kind == "number" else tag for tag in piece.tags)
    return replace(piece, tags=tuple(tags_))


def _by_effort(piece: Segment, before: Segment | None) -> WishSubject:
    """The sessions of "Thursday easy", where sessions were named before."""
    if before is None or not (before.subject.sports or before.subject.sessions):
        return NOTHING
    if not piece.has("weekday") or not piece.has("light", "heavy"):
        return NOTHING
    kinds = {"easy"} if piece.has("light") else {"tempo", "intervals"}
    return WishSubject(sessions=frozenset(kinds))


def _subject(piece: Segment) -> WishSubject:
    piece = _without_after(piece)
    kinds = piece.named("kind")
    timed = piece.has("muscle") and piece.has("minutes", "count")
    timed = timed or (piece.has("count", "minutes") and piece.says(*_EXERCISES))
    items = frozenset(tag.name for tag in piece.all("equipment") if not piece.avoids(tag))
    named = [exercises_of(tag) for tag in piece.all("group", "exercise") if not piece.avoids(tag)]
    if piece.has("count") and piece.has("heavy") and not named:
        return WishSubject(sports=piece.named("sport"), sessions=frozenset({"tempo", "intervals"}))
    return WishSubject(
        strength="strength" in kinds
        or ((piece.has("posture") or timed) and not piece.has("sport")),
        endurance="endurance" in kinds,
        sports=piece.named("sport") | {SPORT_OF[item] for item in items if item in SPORT_OF},
        sessions=piece.named("session"),
        exercises=frozenset[str]().union(*(each.wide for each in named)),
        core=frozenset[str]().union(*(each.core for each in named)),
    )
