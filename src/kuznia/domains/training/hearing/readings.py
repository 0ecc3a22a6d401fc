"""Numbers that say something of the body: pressure, weeks, pain, temperature, age, weight."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from kuznia.domains.training.hearing.scope import HealthScope
from kuznia.domains.training.hearing.terms import Spans
from kuznia.domains.training.hearing.words import HeardWord, folded
from kuznia.domains.training.schema.units import KG_IN_LB
from kuznia.platform.data_files import read_toml

# How far a number stands from the word it belongs to.
_NEAR = 6
_THIN = 17.0
_GROWN = 18
_FEVER = 37.5
# Between the two numbers of a blood pressure.
_LEAST_GAP = 20


@dataclass(slots=True)
class Readings:
    """What the numbers of a text say; None where nothing was read."""

    systolic: int | None = None
    diastolic: int | None = None
    pregnancy_week: int | None = None
    postpartum_weeks: int | None = None
    age: int | None = None
    fever: bool = False
    thin: bool = False


@cache
def _numbers() -> dict[str, float]:
    rows: dict[str, float] = read_toml(__file__, "numbers.toml")["numbers"]
    return {folded(word): value for word, value in rows.items()}


@cache
def _units() -> dict[str, list[tuple[str, float]]]:
    """Units of time by their first two letters."""
    rows: dict[str, float] = read_toml(__file__, "numbers.toml")["weeks"]
    units: dict[str, list[tuple[str, float]]] = defaultdict(list)
    for stem, weeks in rows.items():
        units[folded(stem)[:2]].append((folded(stem), weeks))
    return units


def number_at(words: Sequence[HeardWord], place: int) -> float | None:
    """The number at a place: digits, or one or several number words."""
    if words[place].number is not None:
        return words[place].number
    return _numbers().get(words[place].text)


def _spelt(words: Sequence[HeardWord], place: int) -> tuple[float, int] | None:
    """A number in words from a place on, as `сто вісімдесят п'ять`, and where it ends."""
    total, last = 0.0, place
    while last < len(words):
        value = number_at(words, last)
        if value is None or (total and value >= 100 and total % 100) or (total and total < value):
            break
        total, last = total + value, last + 1
        if words[last - 1].number is not None:
            break
    return (total, last) if last > place else None


def readings_of(words: Sequence[HeardWord], spans: Spans, scope: HealthScope) -> Readings:
    """Everything the numbers say of the person."""
    readings = Readings()
    _pressure(words, spans, scope, readings)
    readings.pregnancy_week = _near_weeks(words, spans, "pregnancy", 43)
    readings.postpartum_weeks = _near_weeks(words, spans, "birth", 600)
    if readings.postpartum_weeks is None:
        readings.postpartum_weeks = _near_weeks(words, spans, "baby", 600)
    readings.age = _age(words, scope)
    readings.fever = _has_fever(words, spans, scope)
    readings.thin = _is_thin(words)
    return readings


_OVER = frozenset({"/", "over", "на", "to"})


def _pressure(
    words: Sequence[HeardWord], spans: Spans, scope: HealthScope, readings: Readings
) -> None:
    named = bool(spans.all("@pressure_word"))
    for place in range(len(words)):
        pair = None if scope.foreign[place] else _pair(words, place)
        if pair is None:
            continue
        following = {word.text for word in words[place + 1 : place + 3]}
        slash = bool(following & {"/", "over"})
        trained = spans.within("@training_number", words[place].sentence)
        if named or (slash and not trained and not scope.denied[place]):
            readings.systolic = max(readings.systolic or 0, pair[0])
            readings.diastolic = max(readings.diastolic or 0, pair[1])
    if named and readings.systolic is None:
        _upper_only(words, spans, scope, readings)


def _pair(words: Sequence[HeardWord], place: int) -> tuple[int, int] | None:
    """Two numbers that can be a blood pressure: `190/115`, `сто шістдесят на сто`."""
    upper = _spelt(words, place)
    if upper is None or upper[1] + 1 >= len(words) or words[upper[1]].text not in _OVER:
        return None
    lower = _spelt(words, upper[1] + 1)
    if lower is None or _is_weight(words, lower[1]):
        return None
    fits = 90 <= upper[0] <= 280 and 40 <= lower[0] <= 160 and upper[0] - lower[0] >= _LEAST_GAP
    return (int(upper[0]), int(lower[0])) if fits else None


def _upper_only(
    words: Sequence[HeardWord], spans: Spans, scope: HealthScope, readings: Readings
) -> None:
    """`тиск 190`: the upper number alone."""
    for span in spans.all("@pressure_word"):
        if scope.silent(span.first):
            continue
        for place in range(span.last, min(len(words), span.last + 4)):
            value = number_at(words, place)
            if value is not None and 140 <= value <= 280 and not _is_weight(words, place + 1):
                readings.systolic = max(readings.systolic or 0, int(value))


def _is_weight(words: Sequence[HeardWord], place: int) -> bool:
    return place < len(words) and words[place].text.startswith(
        ("kg", "кг", "lb", "km", "км", "psi")
    )


def _weeks(words: Sequence[HeardWord]) -> Iterator[tuple[int, float]]:
    """Places and lengths of time in weeks: `14 weeks`, `5-й місяць`, `third trimester`."""
    for place, word in enumerate(words):
        unit = _unit(word.text)
        if unit:
            numbers = (
                number_at(words, other)
                for other in (place - 1, place - 2, place + 1)
                if 0 <= other < len(words)
            )
            yield place, unit * next((value for value in numbers if value is not None), 1.0)


def _unit(text: str) -> float:
    """How many weeks a unit of time is; 0 for any other word."""
    stems = _units().get(text[:2], ())
    return next((weeks for stem, weeks in stems if text.startswith(stem)), 0.0)


def _near_weeks(words: Sequence[HeardWord], spans: Spans, name: str, longest: float) -> int | None:
    """The time that stands nearest to a term of a class, in the same or the next sentence."""
    best: tuple[int, float] | None = None
    for place, weeks in _weeks(words):
        for span in spans.near(f"@{name}", place, 2 * _NEAR):
            far = abs(words[place].sentence - words[span.first].sentence)
            gap = abs(place - span.first) + 5 * far
            if far <= 1 and 0 < weeks <= longest and (best is None or gap < best[0]):
                best = gap, weeks
    return None if best is None else int(best[1])


def weeks_in(words: Sequence[HeardWord]) -> float | None:
    """The longest time that a sentence names, in weeks."""
    return max((weeks for _, weeks in _weeks(words)), default=None)


def pain_in(words: Sequence[HeardWord], *, hurts: bool) -> int | None:
    """Pain of ten that a sentence names: `7/10`, `9 of ten`, `на троєчку з десяти`, `pain 5`."""
    best: int | None = None
    for place in range(len(words)):
        value = number_at(words, place)
        if value is None or not 0 <= value <= 10:
            continue
        rest = [other.text for other in words[place + 1 : place + 3]]
        of_ten = len(rest) == 2 and rest[0] in _OF and rest[1] in _TEN
        if of_ten or (hurts and place > 0 and words[place - 1].text in _PAIN_WORDS):
            best = max(best or 0, int(value))
    return best


_OF = frozenset({"/", "of", "з", "из", "зи", "out"})
_TEN = frozenset({"10", "десяти", "ten", "of"})
_PAIN_WORDS = frozenset({"pain", "биль", "болю", "болить", "at", "hurts"})


def _age(words: Sequence[HeardWord], scope: HealthScope) -> int | None:
    for place in range(len(words)):
        value = number_at(words, place)
        if value is None or not 5 <= value < 100 or scope.foreign[place]:
            continue
        before = words[place - 1].text if place else ""
        after = words[place + 1].text if place + 1 < len(words) else ""
        own = words[place].text.endswith("yo") or (after in {"yo", "y"})
        old = after in {"year", "years"} and "old" in {
            other.text for other in words[place + 2 : place + 3]
        }
        opens = place == 0 and value < 18 and after in _AFTER_AGE
        if own or old or opens or (before in _AGE_BEFORE and after not in _NO_AGE):
            return int(value)
    return None


_AFTER_AGE = frozenset({"and", "here", "years", "year", "y", "рокив", "рик"})
_AGE_BEFORE = frozenset({"im", "мени", "aged", "age", "am"})
_NO_AGE = frozenset(
    {
        "weeks",
        "week",
        "days",
        "kg",
        "кг",
        "months",
        "cm",
        "см",
        "тижнив",
        "minutes",
        "on",
        "km",
        "км",
    }
)


def _has_fever(words: Sequence[HeardWord], spans: Spans, scope: HealthScope) -> bool:
    for place, word in enumerate(words):
        value = word.number
        if value is None or scope.foreign[place]:
            continue
        if not (_FEVER <= value <= 42.5 or 100 <= value <= 107):
            continue
        if any(spans.near("@temperature", place, 4)):
            return True
        # `38,4, горло дере`: a temperature by the company it keeps.
        ill = spans.within("@ill", word.sentence) and not _is_weight(words, place + 1)
        before = words[place - 1].text if place else ""
        if ill and value < 43 and before not in _AGE_BEFORE:
            return True
    return False


def _is_thin(words: Sequence[HeardWord]) -> bool:
    """Whether a height and a weight in the text make a body mass index that is too low."""
    cm = kg = None
    for place, word in enumerate(words):
        if word.number is None:
            continue
        following = words[place + 1].text if place + 1 < len(words) else ""
        unit = word.text.lstrip("0123456789.,") or following
        before = words[place - 1].text if place else ""
        if 130 <= word.number <= 220 and (unit in _CM or before in _TALL):
            cm = word.number
        elif 30 <= word.number <= 200 and kg is None and (unit in _KG or before in _HEAVY):
            kg = word.number * (KG_IN_LB if unit.startswith("lb") else 1)
    return bool(cm and kg and kg / (cm / 100) ** 2 < _THIN)


_CM = frozenset({"cm", "см"})
_KG = frozenset({"kg", "kilo", "kilos", "кг", "кило", "lb", "lbs"})
_TALL = frozenset({"зрист", "зросту", "height", "зростом"})
_HEAVY = frozenset({"важу", "вага", "weigh", "weight"})
