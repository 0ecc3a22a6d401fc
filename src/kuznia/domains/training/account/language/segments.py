"""A segment of a clause: it says one thing, and knows what the segments before it said."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from kuznia.domains.training.account.facts import WishSubject
from kuznia.domains.training.language.tokens import PromptWord, Tag

_CANNOT = frozenset({"can't", "cannot", "couldn't"})
_PRONOUNS = frozenset(
    {"it", "them", "those", "these", "that", "його", "її", "їх", "це", "ці", "цю"}
)
# "не ставте", "leave out": a denial of what stands before it.
_BARE = 2
_I_DO = ("аю", "яю", "ую", "ію", "юсь", "юся")
_SWAP_FOR = frozenset({"with", "for", "by", "to", "на"})
# What limits: where both sides of an "and" have some of it, they are two things.
LIMITS = frozenset(
    {
        *("count", "minutes", "km", "kg", "weeks", "weekref", "heavy", "light", "at_most"),
        *("at_least", "every_session", "neg", "hate", "off", "product", "swap", "sets", "reps"),
        *("date", "nothing_else"),
    }
)
# Things that are wanted, avoided or at hand.
THINGS = frozenset(
    {"group", "exercise", "equipment", "sport", "session", "kind", "muscle", "cannot", "posture"}
)
REQUESTED = frozenset({"request", "goal", "focus"})
# Facts: what has one of these and no answer is not understood.
HARD = (
    LIMITS
    | THINGS
    | {"weekday", "deload", "same_day", "every_day", "alternate", "in_a_row", "heart_rate"}
    | {"multisport"}
)


NOTHING = WishSubject()


@dataclass(frozen=True, slots=True)
class Segment:
    """One thing a clause says."""

    words: tuple[PromptWord, ...]
    first: int
    last: int
    tags: tuple[Tag, ...]
    sentence: int
    # Its own subject, or that of the segment before it.
    subject: WishSubject = NOTHING
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
    timed: tuple[tuple[frozenset[int], WishSubject], ...] = ()
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

    def _own_words(self) -> tuple[PromptWord, ...]:
        return self.words[self.first : self.last]

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

    def first_of(self, *kinds: str) -> Tag | None:
        """The first tag of these kinds."""
        return next((tag for tag in self.tags if tag.kind in kinds), None)

    def without(self, used: Sequence[Tag]) -> "Segment":
        left = tuple(tag for tag in self.tags if tag not in used)
        return self if left == self.tags else replace(self, tags=left, everything=self.whole)

    @property
    def asks(self) -> bool:
        """Whether it asks for something in so many words."""
        return any(
            tag.kind in REQUESTED and not self._is_denied(tag.first - 1) for tag in self.whole
        )

    def _is_denied(self, place: int) -> bool:
        """After "can't" a verb asks for nothing: "I can't put weight on it"."""
        return place >= self.first and self.words[place].text in _CANNOT

    def _speaks_of(self, *kinds: str) -> bool:
        return any(tag.kind in kinds for tag in self.whole)

    @property
    def states(self) -> bool:
        """Whether it says how things are."""
        if self.is_reason or (self._speaks_of("statement", "now") and not self.asks):
            return True
        if not self.asks and any(word.text.endswith(_I_DO) for word in self._own_words()):
            return not self._speaks_of("neg", "hate")
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


def denies_what_was_named(piece: Segment) -> bool:
    """Whether it speaks of the thing before it and does not want it: "не ставте його"."""
    denial = piece.has("neg", "hate", "swap")
    others = HARD - {"neg", "hate", "swap"}
    covered = sum(tag.last - tag.first for tag in piece.tags)
    bare = covered >= piece.last - piece.first <= _BARE
    return denial and (bare or piece.says(*_PRONOUNS)) and not piece.has(*others)
