"""Weeks named by their numbers: "week 4", "the last two weeks", "every fourth week"."""

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

from kuznia.domains.training.language.tokens import PhraseTree, Tag
from kuznia.domains.training.language.weekdays import weekdays
from kuznia.platform.data_files import read_toml

if TYPE_CHECKING:
    from kuznia.domains.training.language.quantities import Numbers

_WEEK = ("week", "wk", "тижд", "тижн")
# Forms that follow an ordinal or a list, and not a number of weeks.
_SINGLE = frozenset({"тиждень", "тижню", "тижня", "тижнем", "тижнях"})
_AND = frozenset({"and", "or", "to", "і", "й", "та", "по", "до"})
_LAST = ("last", "final", "останн", "closing")
_FIRST = ("first", "перш", "opening")
_EVERY = ("every", "each", "кожен", "кожн", "кожні")
_FROM = frozenset({"from", "starting", "since", "з", "із", "зі", "від", "починаючи", "with"})
_AFTER = frozenset({"after", "після"})
_UNTIL = frozenset({"until", "till", "through", "до", "по", "to"})
_EARLIER = frozenset({"before", "раніше"})
_BEFORE = frozenset({"before", "перед"})


@cache
def _ordinals() -> PhraseTree:
    return PhraseTree(read_toml(__file__, "quantities.toml")["ordinals"])


def is_week(text: str) -> bool:
    return text.startswith(_WEEK)


def week_tags(numbers: "Numbers") -> Iterator[Tag]:
    """Each mention of weeks by number, with whether it is a beginning or an end."""
    for place in range(len(numbers.words)):
        yield from _every_one(numbers, place)
        yield from _last_days(numbers, place)
        yield from _ordinal_alone(numbers, place)
        if not numbers.free(place) or not is_week(numbers.text(place)):
            continue
        tag = _of_race(numbers, place) or _after(numbers, place) or _before(numbers, place)
        if tag is not None:
            yield _directed(numbers, tag)


_IN = frozenset({"на", "у", "в", "on", "in", "the"})
_EVERYTHING = frozenset({"", "все", "усе", "everything"})
_EASIER = ("розвант", "легш", "полегш", "легк", "deload", "easier", "lighter", "easy")


def _ordinal_alone(numbers: "Numbers", place: int) -> Iterator[Tag]:
    """`8 тижнів, з розвантаженням на п'ятому`: a week, though the word is not there."""
    before = numbers.text(place - 1)
    number = _ordinal(numbers, place)
    following = numbers.text(place + 1)
    about = any(word.text.startswith(_EASIER) for word in numbers.words)
    alone = numbers.glue(place) in {",", "-", "–", "—"} or following in _EVERYTHING
    is_ref = (about and (before in _IN or number > 2)) or (before in _IN and alone)
    if number and is_ref and not is_week(following) and not numbers.unit(place + 1):
        yield Tag("weekref", place, place + 1 + (following == "one"), "set", numbers=(number,))


def _last_days(numbers: "Numbers", place: int) -> Iterator[Tag]:
    """`the last 10 days`, `the last Saturday`, in weeks."""
    if numbers.text(place).startswith(_LAST) and _is_day(numbers, place + 1):
        yield Tag("weekref", place, place + 1, "last", numbers=(1,))
        return
    number = numbers.whole(place + 1) if numbers.text(place).startswith(_LAST) else None
    if number and numbers.unit(place + 2) == "days":
        yield Tag("weekref", place, place + 3, "last", numbers=(max(1, number // 7),))


def _of_race(numbers: "Numbers", place: int) -> Tag | None:
    """`race week`, `тиждень перед стартом`: the last one."""
    if numbers.text(place - 1) == "race":
        return Tag("weekref", place - 1, place + 1, "last", numbers=(1,))
    alone = numbers.number(place - 1) is None and not numbers.text(place - 1).startswith(_LAST)
    if alone and numbers.text(place + 1) in _BEFORE:
        return Tag("weekref", place, place + 1, "last", numbers=(1,))
    return None


def _is_day(numbers: "Numbers", place: int) -> bool:
    """A weekday, which is read by now, or a session."""
    is_read = place in numbers.taken and any(
        pattern.fullmatch(numbers.text(place)) for pattern in weekdays().values()
    )
    return is_read or numbers.unit(place) == "sessions"


def _every_one(numbers: "Numbers", place: int) -> Iterator[Tag]:
    """`every fourth one`, where the weeks were named before."""
    number = _ordinal(numbers, place + 1) if numbers.text(place).startswith(_EVERY) else 0
    following = numbers.text(place + 2)
    easier = numbers.text(place + 1).startswith(
        ("one", "легш", "полегш", "розвант", "легк", "easier")
    )
    if easier and numbers.text(place).startswith(_LAST) and numbers.free(place):
        last = place + 1 + (numbers.text(place + 1) == "one")
        yield Tag("weekref", place, last, "last", numbers=(1,))
    if number > 1 and not is_week(following) and not numbers.unit(place + 2):
        yield Tag("weekref", place, place + 2 + (following == "one"), "every", numbers=(number,))


def _after(numbers: "Numbers", place: int) -> Tag | None:
    """`week 4`, `weeks 4, 8 and 12`, `weeks 1-3`."""
    listed: list[int] = []
    last = place + 1
    if numbers.glue(place) or numbers.number(place - 1) is not None:
        return None
    while (tag := numbers.read(last)) is not None and _is_week_number(numbers, tag):
        listed += range(int(tag.low), int(tag.high) + 1)
        last = tag.last
        if numbers.text(last) in _AND and numbers.whole(last + 1):
            last += 1
        elif numbers.glue(last - 1) != ",":
            break
    return Tag("weekref", place, last, "set", numbers=tuple(listed)) if listed else None


def _is_week_number(numbers: "Numbers", tag: Tag) -> bool:
    # "week 3 days": what has a unit of its own is no number of a week.
    if numbers.unit(tag.last):
        return False
    return tag.low == int(tag.low) and 1 <= tag.low <= tag.high <= 16


def _before(numbers: "Numbers", place: int) -> Tag | None:
    """`the 4th week`, `last two weeks`, `every fourth week`, `четвертий і восьмий тижні`."""
    listed, first, ordinal = _list(numbers, place)
    previous = numbers.text(first - 1)
    # "each week" and "every week" are said of all of them; "every 4 weeks" is not.
    if previous.startswith(_EVERY) and listed:
        return Tag("weekref", first - 1, place + 1, "every", numbers=(listed[0],))
    for name, stems in (("last", _LAST), ("first", _FIRST)):
        if previous.startswith(stems):
            return Tag("weekref", first - 1, place + 1, name, numbers=tuple(listed[:1]) or (1,))
    is_many = len(listed) > 1 and previous in {"on", "in", "на", "у", "в"}
    is_single = numbers.text(place) in _SINGLE and (listed[:1] not in ([], [1]) or not first)
    if listed and (ordinal or is_many or is_single):
        return Tag("weekref", first, place + 1, "set", numbers=tuple(listed))
    return None


def _list(numbers: "Numbers", place: int) -> tuple[list[int], int, bool]:
    """The numbers that end before this word, where they begin, and whether one is an ordinal."""
    listed: list[int] = []
    ordinal = False
    first = place
    while first > 0:
        back = first - 1
        if listed and (numbers.text(back) in _AND or numbers.glue(back) == ","):
            back -= numbers.text(back) in _AND
        elif listed:
            break
        suffixed = numbers.text(back) in _SUFFIXES and numbers.glue(back - 1) in {"", "-"}
        back -= suffixed
        number = _ordinal(numbers, back) or numbers.whole(back)
        if not number or number > 16:
            break
        ordinal = ordinal or suffixed or bool(_ordinal(numbers, back))
        listed.insert(0, number)
        first = back
    return listed, first, ordinal


_SUFFIXES = frozenset(
    ["st", "nd", "rd", "th", "й", "го", "му", "ій", "ий", "ого", "ому", "тий", "тому"]
)


def _ordinal(numbers: "Numbers", place: int) -> int:
    text = numbers.text(place) if numbers.free(place) else ""
    # "п'ять" is no ordinal, "п'ятий" is.
    if not text or numbers.number(place) is not None:
        return 0
    name = _ordinals().word(text)
    return int(name) if name else 0


def _directed(numbers: "Numbers", tag: Tag) -> Tag:
    """With the word before it: from this week on, or until it."""
    before = numbers.text(tag.first - 1 - (numbers.text(tag.first - 1) == "the"))
    if tag.name != "set" or len(tag.numbers) != 1:
        return tag
    number = tag.numbers[0]
    if before in _EARLIER and numbers.text(tag.first - 2) in {"not", "не"}:
        return Tag("weekref", tag.first - 2, tag.last, "from", numbers=(number,))
    for words, name, value in (
        (_FROM, "from", number),
        (_AFTER, "from", number + 1),
        (_UNTIL, "until", number),
        (_BEFORE, "until", number - 1),
    ):
        if before in words:
            return Tag("weekref", tag.first, tag.last, name, numbers=(value,))
    return tag
