"""What is wanted of exercises, sports and muscles: from what is said of each of them."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import cast

from kuznia.domains.training.catalogue.matching import exactly, match, words_of
from kuznia.domains.training.language.tokens import Tag
from kuznia.domains.training.wishes.pieces import WishPiece
from kuznia.domains.training.wishes.stance import (
    SAID,
    Stance,
    is_own_doing,
    is_told,
    stance,
)
from kuznia.domains.training.wishes.typed import (
    Do,
    Doubt,
    Doubtful,
    Thing,
    ThingKind,
    TypedWish,
)

Read = TypedWish | Doubtful
_DO: dict[Stance, Do] = {
    "like": "prefer",
    "add": "prefer",
    "more": "prefer",
    "hate": "avoid",
    "drop": "avoid",
    "keep": "keep",
    "less": "less_of",
}
_SPORTY = frozenset({"sport", "session", "kind"})


def thing_of(tag: Tag) -> Thing:
    """The thing a tag names."""
    return Thing(cast("ThingKind", tag.kind), tag.name)


def once(piece: WishPiece) -> bool:
    """Whether it is for this week, and not for always."""
    days = {tag.first for tag in piece.all("weekday")}
    return piece.says("once") or any(tag.last in days for tag in piece.cued("this"))


def about(piece: WishPiece, do: Do, tag: Tag | None = None, other: Tag | None = None) -> TypedWish:
    """A wish about a thing of the piece."""
    start, end = piece.span
    return TypedWish(
        do=do,
        start=start,
        end=end,
        thing=None if tag is None else thing_of(tag),
        other=None if other is None else thing_of(other),
        once=once(piece),
    )


def doubt(piece: WishPiece, why: Doubt) -> Doubtful:
    """The piece, to be asked back."""
    return Doubtful(*piece.span, why)


def about_things(piece: WishPiece, before: Sequence[Tag]) -> Iterator[Read]:
    """What is said of each thing; of the things before it where it names none and says `it`."""
    # A "long one" is the name of no session.
    things = [tag for tag in piece.things if (tag.kind, tag.name) != ("session", "long")]
    if any(tag.kind in {"exercise", "group"} for tag in things):
        # "My favourite lift" is the one that is named.
        things = [tag for tag in things if tag.kind != "kind"]
    of_all = piece.says("except") and piece.says("any_day")
    if things and not of_all and (is_told(piece)):
        yield doubt(piece, "unsure")
        return
    if piece.says("except"):
        yield from _excepted(piece, things)
        return
    if not things:
        yield from _of_it(piece, before)
        return
    if (why := _denied_unclearly(piece, things)) is not None:
        yield doubt(piece, why)
    elif len(things) == 1:
        yield from _wish(piece, things[0], _whole(piece, things[0]))
    else:
        yield from _several(piece, things)


def whole_name(piece: WishPiece) -> Iterator[Read]:
    """ "I hate barbell bent over row": all that stands behind the one cue is a name."""
    cues = [cue for cue in piece.cues if cue.name in SAID]
    spoken = stance(cues)
    is_plain = len(piece.things) == 1 and not piece.free
    if len(cues) != 1 or spoken is None or is_plain or not piece.things or piece.all("sport"):
        return
    if list(piece.unread(piece.first, cues[0].first)) or piece.things[0].first < cues[0].first:
        return
    ends = [cue.first for cue in piece.cued("polite") if cue.first > cues[0].first]
    last = min([*ends, piece.last])
    text = " ".join(word.text for word in piece.words[cues[0].last : last])
    exercise = exactly(words_of(text))
    if exercise is not None:
        yield from _named_whole(piece, exercise, spoken)


def _named_whole(piece: WishPiece, exercise: str, spoken: Stance) -> Iterator[Read]:
    for part in _wish(piece, Tag("exercise", 0, 0, exercise), spoken):
        yield replace(part, is_whole=True) if isinstance(part, TypedWish) else part


def _denied_unclearly(piece: WishPiece, things: Sequence[Tag]) -> Doubt | None:
    """Why it cannot be told what a denial takes out."""
    if piece.says("off") and piece.says("add"):
        # "Give squats a rest".
        return "contradiction"
    if piece.all("weekday") and piece.says("not", "hate", "drop", "without", "stop"):
        # "No lunges on Monday" is no wish to have none at all.
        return "incomplete"
    is_turned = any(_is_contrast(piece, tag) for tag in things)
    return "contradiction" if is_turned or _is_muscle_denied(piece, things) else None


# Cues that a denial behind them may turn round for another thing.
_TURNED = frozenset({"drop", "hate", "less", "swap"})


def _is_contrast(piece: WishPiece, tag: Tag) -> bool:
    """ "Take out lunges, not squats": what is not to go is no more thing to take out."""
    before = [cue for cue in piece.cues if cue.last <= tag.first]
    return (
        len(before) > 1
        and before[-1].last == tag.first
        and piece.words[before[-1].first].text in _NOT
        and before[-1].last - before[-1].first == 1
        and any(cue.name in _TURNED for cue in before[:-1])
    )


def _is_muscle_denied(piece: WishPiece, things: Sequence[Tag]) -> bool:
    """ "Legs are fine, back isn't"."""
    cues = [cue for cue in piece.cues if cue.name in SAID]
    only_denied = bool(cues) and all(cue.name == "not" for cue in cues)
    return things[0].kind == "muscle" and only_denied and cues[0].first >= things[-1].last


def is_but_no(piece: WishPiece) -> bool:
    """ "..., but squats no": the opposite of what was said before, whatever that was."""
    cues = [tag for tag in piece.cues if tag.name in SAID]
    if not piece.things or len(cues) != 1 or cues[0].name != "not" or piece.free:
        return False
    # "Neither lunges, nor squats" goes on with the denial that began it.
    turned = cues[0].first >= piece.things[-1].last or piece.words[cues[0].first].text in _NOT
    return turned and piece.joint in {"but", "comma", "and"}


_NOT = frozenset({"not", "не"})


def _several(piece: WishPiece, things: Sequence[Tag]) -> Iterator[Read]:
    """Cues are about the thing behind them where the piece begins with one, else about the thing
    before them; a thing without any is as the one before it."""
    cues = [tag for tag in piece.cues if tag.name in SAID]
    leads = bool(cues) and cues[0].first < things[0].first
    tail = stance([cue for cue in cues if cue.first >= things[-1].last], near=False, bare=False)
    known: Stance | None = None
    for number, tag in enumerate(things):
        low = things[number - 1].last if number else piece.first
        high = things[number + 1].first if number + 1 < len(things) else piece.last
        span = range(low, tag.first) if leads else range(tag.last, high)
        own = [cue for cue in cues if cue.first in span]
        if number and not own and not _is_next_item(piece, things[number - 1], tag):
            yield doubt(piece, "contradiction")
            continue
        known = stance(own, bare=_touches(own, tag)) or known
        if leads and tag == things[-1] and tail is not None and not own:
            known = _agree(known, tail)
        yield from _wish(piece, tag, known or tail)


_LISTS = frozenset(
    [
        "and",
        "or",
        "nor",
        "the",
        "my",
        "any",
        "all",
        "both",
        "also",
        "і",
        "й",
        "та",
        "або",
        "чи",
        "ні",
    ]
)


def _is_next_item(piece: WishPiece, before: Tag, tag: Tag) -> bool:
    """ "Squats and lunges", and not "squats in the shadow of lunges"."""
    between = piece.words[before.last : tag.first]
    return all(len(word.text) == 1 or word.text in _LISTS for word in between)


def _touches(cues: Sequence[Tag], tag: Tag) -> bool:
    """Whether the last denial stands before this thing."""
    denials = [cue for cue in cues if cue.name in {"not", "without", "cannot", "stop"}]
    return bool(denials) and denials[-1].first <= tag.first


def _agree(known: Stance | None, tail: Stance) -> Stance:
    if known is None or known == tail or tail == "unclear":
        return tail
    return stance((_cue(known), _cue(tail)), near=False) or "unclear"


def _cue(name: str) -> Tag:
    return Tag("cue", 0, 0, name)


def _whole(piece: WishPiece, tag: Tag) -> Stance | None:
    """What the cues before and behind the only thing come to."""
    before = [cue for cue in piece.cues if cue.last <= tag.first]
    behind = [cue for cue in piece.cues if cue.first >= tag.last]
    ahead = stance(before, bare=_touches(before, tag))
    after = stance(behind, near=False, bare=not before and is_plain_no(piece))
    if ahead is None or after is None:
        return ahead if after is None else after
    if not SAID & {cue.name for cue in behind if cue.name in {"like", "hate"}} and after == ahead:
        return ahead
    return _agree(ahead, after)


_UNNAMED = frozenset({"like", "hate", "add", "drop", "keep", "swap"})
# From this likeness on some words may be the name of an exercise.
_POSSIBLE = 0.3


def unnamed(piece: WishPiece) -> Iterator[Read]:
    """What is said of words that fit no name exactly: the nearest exercise, or a question."""
    spoken = stance(piece.cues, bare=False)
    if spoken not in _UNNAMED or piece.things or piece.days or piece.says("it"):
        return
    first = next(cue for cue in piece.cues if cue.name in SAID | {"swap"})
    words = " ".join(piece.unread(first.last, piece.last)) or " ".join(
        piece.unread(piece.first, first.first)
    )
    matched = match(words)
    if matched.exercise is not None and spoken != "swap":
        yield from _named_whole(piece, matched.exercise, spoken)
    elif words and (matched.score >= _POSSIBLE or spoken not in {"like", "add"}):
        yield Doubtful(*piece.span, "unknown", words if matched.score >= _POSSIBLE else "")


_POSTPOSED = frozenset({"aside", "excluded", "excepted"})


def _excepted(piece: WishPiece, things: Sequence[Tag]) -> Iterator[Read]:
    """ "Everything but burpees is fine": what is excepted has the opposite of the rest."""
    mark = piece.cued("except")[0]
    behind = [tag for tag in things if tag.first >= mark.last]
    if not behind and piece.words[mark.first].text in _POSTPOSED:
        behind = [tag for tag in things if tag.last <= mark.first]
    if not behind:
        # "I like squats, but not on Monday" excepts no squats.
        yield doubt(piece, "incomplete")
        return
    cues = [cue for cue in piece.cues if cue.name in SAID]
    ahead = [cue for cue in cues if cue.last <= mark.first]
    spoken = stance(ahead or cues)
    if any(tag.kind == "muscle" for tag in behind):
        yield doubt(piece, "incomplete")
    elif spoken in {None, "like", "fine", "keep", "add"}:
        yield from (about(piece, "avoid", tag) for tag in behind)
    elif spoken == "drop" or (spoken == "hate" and ahead):
        yield from (about(piece, "keep", tag) for tag in behind)
    else:
        # A dislike behind it may be of the exception: "anything but burpees, which I hate".
        yield doubt(piece, "contradiction")


def is_plain_no(piece: WishPiece) -> bool:
    """ "Deadlifts: no"."""
    cues = [tag for tag in piece.cues if tag.name in SAID]
    alone = len(cues) == 1 and cues[0].name == "not" and cues[0].last == piece.last
    return alone and not piece.free


def _of_it(piece: WishPiece, before: Sequence[Tag]) -> Iterator[Read]:
    """ "Take them out", "more of those", or a bare "приберіть" behind a thing."""
    spoken = stance(piece.cues, bare=is_plain_no(piece))
    if spoken in {None, "unclear"} or not before or piece.says("else", "any_day"):
        return
    if _is_told_of_it(piece) or (is_counted(piece) and not piece.says("it")):
        yield doubt(piece, "unsure")
        return
    if piece.says("it") or piece.free == 0:
        for tag in before:
            yield from _wish(piece, tag, spoken)


def _is_told_of_it(piece: WishPiece) -> bool:
    """ "I'll do them", "just not with my schedule"."""
    return any(is_own_doing(piece, cue) for cue in piece.cued("add")) or (
        piece.says("only") and piece.says("not")
    )


def _wish(piece: WishPiece, tag: Tag, spoken: Stance | None) -> Iterator[Read]:
    if spoken is None or spoken == "fine":
        return
    if spoken in {"unclear", "swap"}:
        yield doubt(piece, "contradiction")
        return
    if tag.kind == "equipment" and (more := _more_of_name(piece, tag)):
        yield Doubtful(*piece.span, "unknown", more)
        return
    yield replace(about(piece, _do(tag, spoken), tag), felt=spoken in {"like", "hate"})


def _more_of_name(piece: WishPiece, tag: Tag) -> str:
    """A name that goes on behind a piece of equipment: "barbell press"."""
    after = next(piece.unread(tag.last, min(tag.last + 1, piece.last)), "")
    own = " ".join(word.text for word in piece.words[tag.first : tag.last])
    return f"{own} {after}" if after else ""


def _do(tag: Tag, spoken: Stance) -> Do:
    if tag.kind == "muscle":
        return "focus" if spoken in {"like", "add", "more", "keep"} else "less_of"
    if tag.kind in _SPORTY and spoken in {"more", "add"}:
        return "more_of"
    return _DO[spoken]


def is_bare(piece: WishPiece) -> bool:
    """Whether it only names things, as an item of a list does."""
    cues = {tag.name for tag in piece.cues} - {"it", "me", "polite", "for"}
    ends = bool(piece.things) and piece.things[-1].last == piece.last
    return ends and not cues and piece.free == 0


def is_counted(piece: WishPiece) -> bool:
    """Whether it names a number or a day, which means something of its own."""
    return bool(piece.all("kg", "number", "count", "minutes", "km", "weekday"))
