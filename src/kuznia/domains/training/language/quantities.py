"""Numbers with their units, dates, and weeks by their numbers, among the words of a clause."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache

from kuznia.domains.training.language.tokens import PhraseTree, PromptWord, Tag
from kuznia.domains.training.language.weeks import week_tags
from kuznia.platform.data_files import read_toml

_LISTS = frozenset({"-", "–", "—", "/", "to", "or", "до", "або", "чи", "по"})
_ORDINAL = frozenset(
    [
        "st",
        "nd",
        "rd",
        "th",
        "й",
        "го",
        "му",
        "ій",
        "а",
        "я",
        "ої",
        "ма",
        "та",
        "ту",
        "га",
        "тя",
        "тій",
        "ого",
        "ому",
        "х",
    ]
)
# Between a number and what it counts may stand up to two words, but none of these.
_APART = frozenset(
    [
        "and",
        "or",
        "in",
        "on",
        "at",
        "for",
        "with",
        "of",
        "from",
        "to",
        "a",
        "the",
        "per",
        "і",
        "й",
        "та",
        "або",
        "на",
        "у",
        "в",
        "по",
        "з",
        "із",
        "для",
        "від",
        "до",
        "за",
    ]
)
_FAR = frozenset({"days", "sessions", "weeks", "minutes", "exercises", "sets", "times"})
_BEFORE_NUMBER = frozenset({"reps", "sets"})
_WEEKLY = frozenset({"week", "weekly", "a", "per", "на", "в", "each"})
_HEAVY, _MAX_BEST = 25, 12
_ADJECTIVES = frozenset(
    {"big", "long", "longer", "easy", "hard", "this", "that", "last", "next", "which"}
)
_MILE, _POUND = 1.609, 0.4536
_MAX_DAY = 31
_YEAR = 4
_MAX_YEARS = range(1990, 2200)


@cache
def table(name: str) -> PhraseTree:
    """A section of the quantities, by name."""
    return PhraseTree(read_toml(__file__, "quantities.toml")[name])


_HUNDRED = 100


class Numbers:
    """The words of a clause, read number by number; `taken` are words that mean something else."""

    def __init__(self, words: Sequence[PromptWord], taken: Sequence[Tag]) -> None:
        self.words = words
        self.taken = {place for tag in taken for place in range(tag.first, tag.last)}

    def text(self, place: int) -> str:
        """The word at this place, and nothing outside the clause."""
        return self.words[place].text if 0 <= place < len(self.words) else ""

    def glue(self, place: int) -> str:
        return self.words[place].glue.strip() if 0 <= place < len(self.words) else ""

    def free(self, place: int) -> bool:
        return 0 <= place < len(self.words) and place not in self.taken

    def number(self, place: int) -> float | None:
        """The number at this place, in digits or as a word."""
        if not self.free(place):
            return None
        text = self.text(place)
        if text[0].isdigit():
            return float(text.replace(",", ".")) if len(text) < 8 and text.isascii() else None
        name = table("numbers").word(text)
        return float(name) if name else None

    def whole(self, place: int) -> int | None:
        number = self.number(place)
        return int(number) if number is not None and number == int(number) else None

    def unit(self, place: int) -> str:
        """The unit this word is, if it is free and not a word for a week."""
        return table("units").word(self.text(place)) if self.free(place) else ""

    def read(self, place: int) -> Tag | None:
        """A number or a range that begins here."""
        low = self.number(place)
        if low is None:
            return None
        last = place + 1
        if not self.text(place)[0].isdigit():
            low, last = self._in_words(low, last)
        last += self.text(last) in _ORDINAL and self.glue(last - 1) in {"", "-"}
        high, end = self._range(last)
        if high is None and self.text(place - 1) in {"between", "між"}:
            joined = self.text(last) in {"and", "і", "та", "й"}
            high = self.number(last + 1) if joined else None
            end = last + 2 if high is not None else end
        return Tag("number", place, end, "", low, low if high is None else high)

    def _in_words(self, number: float, last: int) -> tuple[float, int]:
        """The whole of a number that goes on: "forty five", "one hundred twenty", "сто сорок"."""
        while (tail := self.number(last)) and not self.text(last)[0].isdigit():
            if tail == _HUNDRED and number < 10:
                number *= tail
            elif (number % 100 == 0 and tail < _HUNDRED) or (
                number % 100 >= 20 and number % 10 == 0 and tail < 10
            ):
                number += tail
            else:
                break
            last += 1
        return number, last

    def _range(self, last: int) -> tuple[float | None, int]:
        """What a number goes on to, if it does: "2-3", "8 to 12"."""
        if self.glue(last - 1) in _LISTS and (high := self.number(last)) is not None:
            return high, last + 1
        if self.text(last) in _LISTS and (high := self.number(last + 1)) is not None:
            return high, last + 2
        return None, last


def quantities(words: Sequence[PromptWord], taken: Sequence[Tag]) -> list[Tag]:
    """Everything with a number in it that no phrase has taken."""
    numbers = Numbers(words, taken)
    tags: list[Tag] = []
    for reader in (_dates, week_tags, _products, _amounts):
        for tag in reader(numbers):
            tags.append(tag)
            numbers.taken.update(range(tag.first, tag.last))
    return tags


def _dates(numbers: Numbers) -> Iterator[Tag]:
    for place in range(len(numbers.words)):
        month = _month(numbers.text(place))
        if month and numbers.free(place):
            yield from _by_month(numbers, place, month)
        else:
            yield from _in_digits(numbers, place)


def _month(text: str) -> int:
    name = table("months").word(text)
    return int(name) if name else 0


def _by_month(numbers: Numbers, place: int, month: int) -> Iterator[Tag]:
    """`14 February 2027`, `the 28th of December`, `March 21`."""
    back = place - 1
    back -= numbers.text(back) == "of"
    back -= numbers.text(back) in _ORDINAL
    before, after = numbers.whole(back) or 0, numbers.whole(place + 1) or 0
    if 1 <= before <= _MAX_DAY:
        year = after if after in _MAX_YEARS else 0
        yield Tag("date", back, place + 1 + bool(year), numbers=(before, month, year))
    elif 1 <= after <= _MAX_DAY:
        last = place + 2
        last += numbers.text(last) in _ORDINAL
        year = numbers.whole(last) or 0
        year = year if year in _MAX_YEARS else 0
        yield Tag("date", place, last + bool(year), numbers=(after, month, year))


def _in_digits(numbers: Numbers, place: int) -> Iterator[Tag]:
    """`14.02.2027`, `2027-02-14`."""
    text, glue = numbers.text(place), numbers.glue(place)
    following = [numbers.text(place + 1), numbers.text(place + 2)]
    if "." in text and glue == "." and following[0].isdecimal():
        day, _, month = text.partition(".")
        yield Tag("date", place, place + 2, numbers=(int(day), int(month), int(following[0][:4])))
    elif (
        len(text) == _YEAR
        and glue == "-" == numbers.glue(place + 1)
        and all(piece.isdecimal() for piece in (text, *following))
    ):
        month, day = (int(piece[:2]) for piece in following)
        yield Tag("date", place, place + 3, numbers=(day, month, int(text)))


def _products(numbers: Numbers) -> Iterator[Tag]:
    """`3x10`, `6 x 400 m`, `4 x 3 minutes`."""
    for place in range(1, len(numbers.words) - 1):
        if numbers.text(place) not in {"x", "х", "по"}:
            continue
        low, high = numbers.read(place - 1), numbers.read(place + 1)
        if low is not None and high is None and numbers.text(place + 1) in _WEEKLY:
            last = place + 1 + (numbers.text(place + 1) == "week")
            yield Tag("count", place - 1, last, "days", low.low, low.high)
        if low is None or high is None or low.last != place:
            continue
        unit = table("units").word(numbers.text(high.last)) if numbers.free(high.last) else ""
        if unit in {"minutes", "m", "km", "seconds"}:
            yield Tag("repeats", place - 1, high.last + 1, unit, low.low, high.low)
        elif low.low >= _HEAVY and high.high <= _MAX_BEST:
            # "squat 110x5": a best with its repetitions.
            yield Tag("kg", place - 1, place + 1, "", low.low, low.low)
            yield replace(high, kind="number")
        elif numbers.text(place) != "по":
            yield Tag("product", place - 1, high.last, "", low.low, high.low)


def _amounts(numbers: Numbers) -> Iterator[Tag]:
    place = 0
    while place < len(numbers.words):
        tag = numbers.read(place)
        if tag is None:
            yield from _alone(numbers, place)
            place += 1
            continue
        if (pace := _pace(numbers, tag)) is not None:
            yield pace
            place = pace.last
            continue
        yield from _with_unit(numbers, tag)
        place = tag.last


def _pace(numbers: Numbers, tag: Tag) -> Tag | None:
    """`6:30 per km`; another time of day or length is no number to look for."""
    seconds = numbers.whole(tag.last)
    if numbers.glue(tag.last - 1) != ":" or seconds is None or seconds >= 60:
        return None
    following = {numbers.text(place) for place in range(tag.last + 1, tag.last + 4)}
    size = tag.low + seconds / 60
    return Tag(
        "pace" if following & {"km", "км"} else "clock", tag.first, tag.last + 1, "", size, size
    )


def _alone(numbers: Numbers, place: int) -> Iterator[Tag]:
    """A unit that is one without saying so: `a month`, `раз на тиждень`."""
    text = numbers.text(place)
    if not numbers.free(place):
        return
    unit = table("units").word(text)
    if unit == "months":
        yield Tag("months", place, place + 1, "", 1, 1)
    elif unit in _BEFORE_NUMBER:
        yield from _inverted(numbers, place, unit)
    elif text == "раз" and numbers.text(place + 1) in {"на", "в"}:
        yield Tag("count", place, place + 1, "times", 1, 1)


def _inverted(numbers: Numbers, place: int, unit: str) -> Iterator[Tag]:
    """`reps: 8 to 12`, `reps between 8 and 12`."""
    first = place + 1 + (numbers.text(place + 1) in {"between", "між", "від", "of"})
    tag = numbers.read(first)
    if tag is not None and not numbers.unit(tag.last):
        yield replace(tag, kind=unit, first=place)


def _with_unit(numbers: Numbers, tag: Tag) -> Iterator[Tag]:
    """The number with its unit, each a tag of its own where words stand between them."""
    for place in range(tag.last, tag.last + 4):
        text = numbers.text(place)
        if not numbers.free(place) or text in _APART or numbers.number(place) is not None:
            break
        unit = table("units").word(text)
        if unit and (place == tag.last or unit in _FAR):
            whole = _counted(replace(tag, kind=unit))
            if place == tag.last:
                yield replace(whole, last=place + 1)
            else:
                yield whole
                yield Tag("unit", place, place + 1)
            return
        if numbers.glue(place) not in {"", "-"}:
            break
    # "the long one" counts nothing.
    if numbers.text(tag.first)[0].isdigit() or numbers.text(tag.first - 1) not in _ADJECTIVES:
        yield tag


_KINDS = {"hours": ("minutes", 60.0), "miles": ("km", _MILE), "lb": ("kg", _POUND)}


def _counted(tag: Tag) -> Tag:
    """The tag in our units."""
    if tag.kind in {"times", "sessions", "days"}:
        return replace(tag, kind="count", name=tag.kind)
    if tag.kind in _KINDS:
        kind, factor = _KINDS[tag.kind]
        return replace(tag, kind=kind, low=tag.low * factor, high=tag.high * factor)
    return tag
