"""What is wanted of the week: days on and off, minutes, how often, and the day of the long run."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from kuznia.domains.training.language.tokens import Tag
from kuznia.domains.training.wishes.exercises import Read, about, doubt
from kuznia.domains.training.wishes.pieces import WishPiece
from kuznia.domains.training.wishes.typed import Do, TypedWish

_SESSIONS = frozenset({"days", "sessions", "times", ""})
_MINUTES = range(10, 241)
_MAX_TIMES = 7
# Minutes with more words that nothing was read from are those of a part of a session.
_MAX_PART = 2


def long_day(piece: WishPiece) -> Iterator[Read]:
    """The day of the long run."""
    is_long = any(tag.kind == "session" and tag.name == "long" for tag in piece.things)
    if not is_long or not piece.days:
        return
    if (
        piece.says("not", "without", "stop", "cannot", "hate", "drop", "except", "off")
        or len(piece.days) > 1
    ):
        yield doubt(piece, "incomplete")
    else:
        yield replace(about(piece, "long_day"), days=piece.days)


def minutes(piece: WishPiece) -> Iterator[Read]:
    """How long sessions may be, on some days or on all."""
    amounts = list(piece.all("minutes"))
    if not amounts and piece.says("too_long") and not piece.all("exercise", "group"):
        yield doubt(piece, "contradiction") if piece.says("not") else about(piece, "minutes")
        return
    if not amounts:
        return
    if len(amounts) > 1 or not _is_limit(piece) or (piece.says("often") and piece.says("not")):
        yield doubt(piece, "incomplete")
    elif piece.says("except"):
        # "Every day except Sunday, 30 minutes": the minutes are those of the other days.
        yield replace(about(piece, "minutes"), amount=amounts[0].high)
        yield _of_days(piece, "day_off") if piece.days else doubt(piece, "incomplete")
    elif amounts[0].high in _MINUTES:
        name = "least" if _is_least(piece) else ""
        yield replace(about(piece, "minutes"), amount=amounts[0].high, days=piece.days, name=name)


def _is_least(piece: WishPiece) -> bool:
    """Whether sessions may be longer, and not shorter."""
    denied = piece.says("not", "cannot") and piece.says("less")
    return bool(piece.all("at_least")) or denied


# "25 minutes each way", "15 minutes on those days": of something named before.
_OF_OTHERS = ({"way"}, {"ці", "дні"}, {"these", "days"}, {"those", "days"}, {"такі", "дні"})


def _is_limit(piece: WishPiece) -> bool:
    """Whether its minutes are those of a session, and not ten more or those of a plank."""
    words = {word.text for word in piece.words[piece.first : piece.last]}
    if any(some <= words for some in _OF_OTHERS):
        return False
    relative = piece.says("more", "less", "add") and not _is_bound(piece)
    of_thing = bool(piece.all("group", "exercise", "muscle"))
    # "A 20 minute walk on Sunday" limits no Sunday.
    of_thing = of_thing or (bool(piece.all("sport", "session")) and not _is_bound(piece))
    # "20 minutes at a steady pace in the middle" is a part of a session.
    of_thing = of_thing or (piece.free >= _MAX_PART and not _is_bound(piece))
    return not relative and not of_thing and (bool(piece.days) or _is_asked(piece))


def _is_asked(piece: WishPiece) -> bool:
    """Whether it asks for so many minutes, and does not tell how long something took."""
    asked = piece.says("add", "keep", "polite", "have", "too_hard", "can_days", "often", "should")
    bare = not piece.free and all(tag.kind in {"minutes", "number"} for tag in piece.items)
    return asked or bare or _is_bound(piece)


def _is_bound(piece: WishPiece) -> bool:
    """ "No more than 45", "longer than an hour I can't"."""
    return bool(piece.all("at_most", "at_least")) or piece.says("not", "cannot", "only")


def days(piece: WishPiece) -> Iterator[Read]:
    """Days on which there is training, and days on which there is none."""
    named = piece.days
    if not named and piece.says("off") and piece.says("add") and not _is_of_thing(piece):
        yield from _day_off_now(piece)
    if not named or piece.all("minutes", "count") or _is_of_thing(piece):
        return
    do = _day_stance(piece)
    if do is None:
        yield doubt(piece, "incomplete")
    else:
        yield _of_days(piece, do)


def _day_off_now(piece: WishPiece) -> Iterator[Read]:
    """ "I need a rest day": the next one."""
    if piece.says("not", "without", "stop", "cannot"):
        yield doubt(piece, "contradiction")
    else:
        yield replace(about(piece, "day_off"), once=True)


def _of_days(piece: WishPiece, do: Do) -> TypedWish:
    return replace(about(piece, do), days=piece.days)


def _is_of_thing(piece: WishPiece) -> bool:
    """ "No squats on Friday" closes no day, and "lifting only on Monday" no other one."""
    return bool(piece.things)


def _day_stance(piece: WishPiece) -> Do | None:
    """Whether the days named are open or closed; None where it cannot be told."""
    denials = piece.cued("not", "without", "cannot", "stop")
    excepted = bool(piece.cued("except"))
    closed = bool(piece.cued("off", "drop")) or _is_kept_free(piece)
    opened = bool(piece.cued("can_days", "add", "like", "only", "any_day"))
    if _is_undecided(piece, denials, closed):
        return None
    if excepted:
        return "days_only" if (denials or closed) and not piece.says("only") else "day_off"
    if closed and piece.says("gone", "have"):
        return None
    if piece.says("other_days"):
        mark = piece.cued("other_days")[0].first
        before = [tag.name for tag in piece.cues if tag.first < mark]
        return "days_only" if _OPENS & {*before} and "off" not in before else None
    if piece.says("move"):
        return "day_off" if piece.says("else", "other_day") and len(piece.days) == 1 else None
    return _plain_stance(piece, denials, closed, opened)


_OPENS = frozenset({"can_days", "add", "like", "only"})


def _is_undecided(piece: WishPiece, denials: tuple[Tag, ...], closed: bool) -> bool:
    """Whether the days may just as well be meant the other way round."""
    # "I'd hate to miss Friday"; "a rest day on any day except Monday" closes none for certain.
    felt = closed and piece.says("hate", "like")
    rests = piece.says("except") and piece.says("off") and piece.says("any_day", "add")
    # "Instead of Monday, Tuesday": which day goes is asked.
    moved = piece.says("instead", "rather", "swap", "swap_in", "better", "worse")
    return felt or (rests and not denials) or moved or _is_at_work(piece)


def _is_at_work(piece: WishPiece) -> bool:
    """ "I'm off on Mondays", "my day off", "I don't work Fridays": they may be for training."""
    words = [word.text for word in piece.words[piece.first : piece.last]]
    works = {"i"} <= set(words) and "work" in words and bool(piece.cued("not"))
    is_off = "off" in words and bool({"i'm", "im", "am", "my", "work"} & set(words))
    is_off = is_off or ("вихідний" in words and bool({"я", "роботи"} & set(words)))
    return works or is_off


def _is_kept_free(piece: WishPiece) -> bool:
    """ "Keep Sunday free"."""
    return any(word.text in _FREE for word in piece.words[piece.first : piece.last]) and piece.says(
        "keep"
    )


_FREE = frozenset({"free", "clear", "empty", "вільною", "вільним", "вільну", "вільний"})


def _plain_stance(
    piece: WishPiece, denials: tuple[Tag, ...], closed: bool, opened: bool
) -> Do | None:
    if len(denials) > 1 or (len(piece.days) > 1 and _says_yes(piece)):
        # "I can't not train on Monday", "Monday yes, Tuesday no".
        return None
    if denials and piece.says("fine"):
        return None
    if denials:
        # "not busy on Monday", "don't drop Monday": a denied closure opens nothing for certain.
        return None if closed and not _is_no_training(piece) else _denied(piece)
    if closed:
        return None if piece.says("only") else "day_off"
    several = opened and _are_listed(piece) and not piece.says("any_day", "keep")
    if piece.says("only") or several:
        return "days_only"
    return None


_LISTS = frozenset({"and", "or", "to", "through", "і", "й", "та", "або", "чи", "до", "по"})


def _are_listed(piece: WishPiece) -> bool:
    """ "Monday and Friday", and not "the Thursday session on Friday"."""
    tags = piece.all("weekday")
    between = (
        word.text for tag, after in pairwise(tags) for word in piece.words[tag.last : after.first]
    )
    return len(piece.days) > 1 and _LISTS.issuperset(between)


def _says_yes(piece: WishPiece) -> bool:
    words = {word.text for word in piece.words[piece.first : piece.last]}
    return bool(words & {"yes", "always", "так", "да", "завжди"})


_RESTS = frozenset({"rest", "off", "відпочинку", "вихідного", "вихідних"})


def _is_no_training(piece: WishPiece) -> bool:
    """ "Without training", and not "without a rest"."""
    off = piece.cued("off")
    rests = any(piece.words[tag.last - 1].text in _RESTS for tag in off)
    return bool(off) and piece.says("without") and not rests


def _denied(piece: WishPiece) -> Do | None:
    return (
        None if piece.says("only") and piece.says("not") and not piece.says("cannot") else "day_off"
    )


def frequency(piece: WishPiece) -> Iterator[Read]:
    """How often a lift, a sport or training as a whole is wanted in a week."""
    counts = [tag for tag in piece.all("count") if tag.name in {*_SESSIONS, "noun"}]
    if not counts or piece.all("in_a_row"):
        return
    things = [tag for tag in piece.things if tag.kind != "equipment"]
    if things and piece.says("more") and not _is_refused(piece) and len(things) == 1:
        # "One more swim a week" is no number of swims.
        yield about(piece, "more_of" if things[0].kind == "sport" else "more", things[0])
    elif _is_refused(piece) and not _is_uncountable(piece, counts, things):
        yield doubt(piece, "contradiction")
    elif _is_uncountable(piece, counts, things):
        yield doubt(piece, "incomplete")
    else:
        wish = about(piece, "frequency", things[0] if things else None)
        yield replace(wish, amount=counts[0].high)


def _is_uncountable(piece: WishPiece, counts: Sequence[Tag], things: Sequence[Tag]) -> bool:
    """Whether it cannot be told what is counted, or by the week."""
    several = len(counts) > 1 or len(things) > 1 or not 1 <= counts[0].high <= _MAX_TIMES
    return several or (not things and _is_of_something_else(piece, counts[0]))


def _is_of_something_else(piece: WishPiece, count: Tag) -> bool:
    """Whether a number without a thing is none of sessions: "for five days to the mountains"."""
    if count.name in {"days", "sessions"}:
        return piece.free >= _MAX_PART and not piece.all("per_week")
    return bool(piece.free or piece.first) or _names_something(piece, count)


def _names_something(piece: WishPiece, count: Tag) -> bool:
    """Whether the word before the number is what is counted, though it fits no exercise: a lift
    that nobody can tell is no number of sessions."""
    place = count.first - 1
    if count.name not in {"times", ""} or place < piece.first:
        return False
    read = {place for tag in piece.items for place in range(tag.first, tag.last)}
    return place not in read and len(piece.words[place].text) > 2


def _is_refused(piece: WishPiece) -> bool:
    bound = piece.all("at_most", "at_least")
    return piece.says("not", "without", "stop", "drop", "hate", "cannot") and not bound
