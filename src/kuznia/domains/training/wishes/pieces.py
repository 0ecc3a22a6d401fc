"""A text as pieces that say one thing each: their things, numbers and cue words in order."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from itertools import pairwise

from kuznia.domains.training.catalogue import catalogue, fingerprint
from kuznia.domains.training.catalogue.matching import match
from kuznia.domains.training.hearing import plain
from kuznia.domains.training.language.spelling import Spelling, spelling
from kuznia.domains.training.language.tags import soft, tags, vocabulary
from kuznia.domains.training.language.tokens import PhraseTree, PromptWord, Tag, tokens
from kuznia.forge.wishes.clauses import clauses
from kuznia.platform.data_files import read_toml

THINGS = frozenset({"exercise", "group", "sport", "session", "kind", "equipment", "muscle"})
_AMOUNTS = frozenset(
    {
        "weekday",
        "minutes",
        "count",
        "kg",
        "number",
        "date",
        "km",
        "reps",
        "weeks",
        "split",
        "posture",
        "place",
        "multisport",
    }
)
_BOUNDS = frozenset(
    {"at_most", "at_least", "language_en", "language_uk", "per_week", "in_a_row", "weekref"}
)
_STOPS = frozenset(",;()[]:.!?\n\u2026+")
# "Better a plank, than crunches", "I do not want that you ...": the comma cuts nothing.
_GOES_ON = frozenset({"ніж", "аніж", "чим", "than", "щоб", "щоби"})
_COPULA = 3
_ENDS = frozenset(".!?\n;\u2026")
_DASHES = frozenset("-\u2013\u2014")
_BUT = frozenset({"but", "але", "проте", "а", "зате", "однак", "though", "however", "ale", "но"})
_AND = frozenset({"and", "і", "й", "та", "plus", "плюс", "so", "тому", "тож", "also"})
_SO = frozenset({"so", "тому", "тож", "отже"})
_REASONS = frozenset({"because", "since", "бо", "cause", "cuz", "адже", "оскільки"})
# Cues that are wishes by themselves: an "and" between two of them joins two pieces.
_STRONG = frozenset(
    {
        *("like", "hate", "add", "drop", "keep", "swap", "not", "without", "cannot", "stop"),
        *("less", "more", "too_hard", "too_easy", "off", "gone", "have", "only"),
    }
)
MAX_WORDS = 400


@dataclass(frozen=True, slots=True)
class WishPiece:
    """Some words of a text, with what they hold in order: things, amounts, and cues."""

    words: tuple[PromptWord, ...]
    first: int
    last: int
    items: tuple[Tag, ...]
    sentence: int
    clause: int
    # What joins it to the piece before: "and", "but", "because", or a comma.
    joint: str = ""
    is_question: bool = False

    @property
    def span(self) -> tuple[int, int]:
        """The characters it was read from."""
        return self.words[self.first].start, self.words[self.last - 1].end

    @property
    def cues(self) -> tuple[Tag, ...]:
        return tuple(tag for tag in self.items if tag.kind == "cue")

    @property
    def things(self) -> tuple[Tag, ...]:
        return tuple(tag for tag in self.items if tag.kind in THINGS)

    def all(self, *kinds: str) -> tuple[Tag, ...]:
        return tuple(tag for tag in self.items if tag.kind in kinds)

    def cued(self, *names: str) -> tuple[Tag, ...]:
        """The cues of these names."""
        return tuple(tag for tag in self.items if tag.kind == "cue" and tag.name in names)

    def says(self, *names: str) -> bool:
        return bool(self.cued(*names))

    @property
    def days(self) -> tuple[int, ...]:
        return tuple(dict.fromkeys(day for tag in _day_ranges(self) for day in tag))

    @property
    def free(self) -> int:
        """Words that nothing was read from."""
        return sum(1 for _ in self.unread(self.first, self.last))

    def unread(self, first: int, last: int) -> Iterator[str]:
        """Words between two places that mean something and that nothing was read from."""
        read = {place for tag in self.items for place in range(tag.first, tag.last)}
        for place in range(first, last):
            text = self.words[place].text
            if place not in read and not _is_neutral(text):
                yield text


def _is_neutral(word: str) -> bool:
    """Whether a word turns no wish round, whatever it stands beside."""
    if word in _turning():
        return False
    return len(word) < 3 or word in _neutral() or bool(soft().word(word))


@cache
def _turning() -> frozenset[str]:
    return frozenset(read_toml(__file__, "cues.toml")["turning"]["words"])


@cache
def _neutral() -> frozenset[str]:
    texts = read_toml(__file__, "cues.toml")["neutral"].values()
    return frozenset({*_AND, *_BUT, *_GOES_ON, *(word for text in texts for word in text.split())})


def _day_ranges(piece: WishPiece) -> Iterator[tuple[int, ...]]:
    """The days of each tag, and those between two of "Monday to Friday"."""
    tags_ = piece.all("weekday")
    for tag, after in zip(tags_, (*tags_[1:], None), strict=False):
        yield tag.numbers
        if after is None:
            continue
        between = [word.text for word in piece.words[tag.last : after.first]]
        glue = piece.words[tag.last - 1].glue.strip()
        if between in (["to"], ["through"], ["по"], ["до"]) or (not between and glue in _DASHES):
            yield tuple(range(tag.numbers[0], after.numbers[-1] + 1))


def pieces(text: str) -> tuple[WishPiece, ...]:
    """The pieces of a text; a longer text than anybody reads is cut."""
    words = tuple(map(_spelt, tokens(text)[:MAX_WORDS]))
    if not words:
        return ()
    items = _items(words)
    spans = [(wish.start, wish.end) for wish in clauses(text)]
    made: list[WishPiece] = []
    sentence, bounds = 0, _bounds(words, items)
    for (first, joint), (last, _) in zip(bounds, [*bounds[1:], (len(words), "")], strict=True):
        if made and _ENDS & set(words[first - 1].glue):
            sentence += 1
        inside = tuple(tag for tag in items if first <= tag.first and tag.last <= last)
        clause = sum(start <= words[first].start for start, _ in spans)
        made.append(WishPiece(words, first, last, inside, sentence, clause, joint))
    return tuple(_with_questions(list(_merged(made))))


def _merged(made: Sequence[WishPiece]) -> Iterator[WishPiece]:
    """The pieces, what completes another joined to it: "Sunday morning, long run"."""
    last: WishPiece | None = None
    for piece in made:
        if last is not None and _completes(piece, last):
            items = (*last.items, *piece.items)
            last = replace(last, last=piece.last, items=items)
            continue
        if last is not None:
            yield last
        last = piece
    if last is not None:
        yield last


def _completes(piece: WishPiece, last: WishPiece) -> bool:
    if piece.joint not in {"comma", "dash"} or piece.sentence != last.sentence:
        return False
    if piece.days and last.days and _is_list_of_days(last) and piece.items[0].kind == "weekday":
        return True
    if piece.days:
        return bool(last.days) and not piece.free and all(t.kind == "weekday" for t in piece.items)
    names = {tag.name for tag in last.cues}
    if last.days and not last.things and not names & {*_STRONG, "can_days"}:
        is_long = any(tag.name == "long" for tag in piece.things)
        return bool(piece.all("minutes")) or is_long
    only_amounts = bool(piece.items) and all(tag.kind in _AMOUNTS for tag in piece.items)
    return only_amounts and bool(last.things) and not last.all(*_AMOUNTS) and piece.free <= 1


def _is_list_of_days(piece: WishPiece) -> bool:
    return not piece.free and all(tag.kind == "weekday" for tag in piece.items)


def _spelt(word: PromptWord) -> PromptWord:
    corrected = _spelling(fingerprint()).corrected(word.text)
    return word if corrected == word.text else replace(word, text=corrected)


@lru_cache(maxsize=1)
def _spelling(_: str) -> Spelling:
    """Of every word we read, and of the names in the catalogue with this fingerprint."""
    rows = read_toml(__file__, "cues.toml")["cues"].values()
    cues = [phrase for row in rows for phrase in row]
    names = (
        name
        for exercise in catalogue().values()
        for name in (exercise.name, exercise.name_uk, *exercise.aliases_en, *exercise.aliases_uk)
    )
    return spelling((*vocabulary(), *map(plain, names)), cues)


def _with_questions(made: Sequence[WishPiece]) -> Iterator[WishPiece]:
    polite = {piece.sentence for piece in made if piece.says("polite")}
    asked = {piece.sentence for piece in made if "?" in piece.words[piece.last - 1].glue} - polite
    for piece in made:
        yield replace(piece, is_question=True) if piece.sentence in asked else piece


def _items(words: Sequence[PromptWord]) -> tuple[Tag, ...]:
    """Things and amounts, and the cues that no longer name covers."""
    read = tags(words)
    kept = [tag for tag in read if tag.kind in THINGS | _AMOUNTS | _BOUNDS]
    kept = [tag for tag in kept if tag.kind not in _LIMITS or _bounds_a_number(tag, read)]
    kept = _compounds(words, _one_reading(kept))
    cues = [
        Tag("cue", first, last, name)
        for first in range(len(words))
        for last, name in dict.fromkeys(_lexicon().matches(words, first))
    ]
    chosen: list[Tag] = []
    taken: set[int] = set()
    # A name wins over a cue of its own length: "stretch" is a thing.
    for tag in sorted([*kept, *cues], key=_precedence):
        places = set(range(tag.first, tag.last))
        if not places & taken or any(
            (one.first, one.last, one.kind) == (tag.first, tag.last, "cue") for one in chosen
        ):
            chosen.append(tag)
            taken |= places
    chosen.sort(key=lambda tag: (tag.first, tag.last))
    return tuple(_brought_back(words, chosen))


_VERBS = frozenset({"add", "drop", "keep", "swap", "more", "less"})


def _brought_back(words: Sequence[PromptWord], chosen: Sequence[Tag]) -> Iterator[Tag]:
    """ "Put the burpees back" names no muscle, and "skipping squats" no rope."""
    starts = {tag.first for tag in chosen if tag.kind in THINGS}
    ends = {tag.last for tag in chosen if tag.kind in THINGS}
    verbs = {tag.first for tag in chosen if tag.kind == "cue" and tag.name in _VERBS}
    for tag in chosen:
        if tag.name == "except" and words[tag.last - 1].text == "не" and tag.last in verbs:
            # "Тільки не прибирайте" excepts nothing: it is a denial.
            yield Tag("cue", tag.first, tag.last, "not")
            continue
        if words[tag.first].text == "skipping" and tag.kind == "equipment" and tag.last in starts:
            yield Tag("cue", tag.first, tag.last, "drop")
            continue
        if tag.name == "except" and _is_a_bar(words, tag):
            continue
        if _is_focus_on_back(words, tag):
            yield Tag("muscle", tag.last - 1, tag.last, "back")
            continue
        is_back = tag.kind == "muscle" and words[tag.first].text == "back" and tag.first in ends
        yield Tag("cue", tag.first, tag.last, "undo_now") if is_back else tag


_FOCUSES = frozenset({"focus", "focused", "focusing", "work", "emphasis", "concentrate", "more"})


_ALL = frozenset({"day", "days", "everything", "anything", "all", "nothing", "week"})


def _is_a_bar(words: Sequence[PromptWord], tag: Tag) -> bool:
    """ "EZ bar curls" except nothing, unlike "every day bar Sunday"."""
    before = words[tag.first - 1].text if tag.first else ""
    return words[tag.first].text == "bar" and before not in _ALL


def _is_focus_on_back(words: Sequence[PromptWord], tag: Tag) -> bool:
    """ "Focus on my back" is about a muscle, and lies nowhere."""
    is_back = words[tag.last - 1].text == "back" and tag.kind in {"posture", "group"}
    return is_back and bool(tag.first) and words[tag.first - 1].text in _FOCUSES


# What decides about a whole sentence is read before any name.
_SCOPE = frozenset({"if", "unsure", "other", "oops", "denied", "race", "past"})


def _precedence(tag: Tag) -> tuple[int, int]:
    is_cue = tag.kind == "cue"
    return tag.first - tag.last, 0 if is_cue and tag.name in _SCOPE else 1 + is_cue


_LIMITS = frozenset({"at_most", "at_least"})


def _bounds_a_number(tag: Tag, read: Sequence[Tag]) -> bool:
    """ "No longer than an hour" is a limit, "I no longer hate it" is none."""
    near = range(tag.last, tag.last + 3)
    return any(other.first in near and other.high for other in read)


def _one_reading(kept: list[Tag]) -> list[Tag]:
    """One tag for each span: a group says more than one of its exercises."""
    order = ("group", "exercise", "session", "sport", "equipment")
    by_span: dict[tuple[int, int], Tag] = {}
    for tag in kept:
        other = by_span.get((tag.first, tag.last))
        if other is None or _rank(tag, order) < _rank(other, order):
            by_span[tag.first, tag.last] = tag
    return list(by_span.values())


def _rank(tag: Tag, order: Sequence[str]) -> int:
    return order.index(tag.kind) if tag.kind in order else len(order)


def _compounds(words: Sequence[PromptWord], kept: list[Tag]) -> list[Tag]:
    """Names of several tags side by side: "dumbbell bench", "goblet squats"."""
    named = [tag for tag in kept if tag.kind in {"equipment", "group", "exercise", "posture"}]
    named.sort(key=lambda tag: tag.first)
    joined: list[Tag] = []
    for tag, after in pairwise(named):
        if tag.last != after.first or not words[tag.last - 1].joined:
            continue
        text = " ".join(word.text for word in words[tag.first : after.last])
        exercise = match(text).exercise
        if exercise is not None:
            joined.append(Tag("exercise", tag.first, after.last, exercise))
    return [*joined, *(tag for tag in kept if not any(tag.overlaps(one) for one in joined))]


@cache
def _lexicon() -> PhraseTree:
    return PhraseTree(read_toml(__file__, "cues.toml")["cues"])


def _bounds(words: Sequence[PromptWord], items: Sequence[Tag]) -> list[tuple[int, str]]:
    """Where each piece begins, and what joins it to the one before."""
    inside = {place for tag in items for place in range(tag.first + 1, tag.last)}
    bounds = [(0, "")]
    for place in range(1, len(words)):
        if place in inside:
            continue
        joint = _joint(words, place, items, bounds[-1][0])
        if joint:
            bounds.append((place, joint))
    return bounds


def _joint(words: Sequence[PromptWord], place: int, items: Sequence[Tag], first: int) -> str:
    text, glue = words[place].text, words[place - 1].glue
    starts = any(tag.first == place for tag in items)
    if _ENDS & set(glue):
        return "end"
    if text in _REASONS:
        return "because"
    if text in _BUT and not starts:
        return "but"
    if text in _SO and _STOPS & set(glue):
        return "and"
    if _STOPS & set(glue):
        return "" if text in _GOES_ON else "comma"
    if glue.strip() in _DASHES and " " in glue and glue.strip() and place - first > _COPULA:
        return "dash"
    if text in _SO or (text in _AND and not starts and _two_wishes(items, first, place)):
        return "and"
    return ""


def _two_wishes(items: Sequence[Tag], first: int, place: int) -> bool:
    """Whether both sides of an "and" have a cue of their own."""
    later = [tag for tag in items if tag.first >= place][:3]
    left = [tag for tag in items if first <= tag.first < place]
    counted = any(tag.kind == "count" for tag in left) and any(tag.kind == "count" for tag in later)
    # "Thursdays at most 30 minutes and I hate burpees".
    counted = counted or (_is_strong(later) and any(tag.kind == "minutes" for tag in left))
    return counted or (_is_strong(left) and _is_strong(later))


def _is_strong(some: Sequence[Tag]) -> bool:
    return any(tag.kind == "cue" and tag.name in _STRONG for tag in some)
