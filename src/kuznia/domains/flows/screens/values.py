"""From what a form posts to what a field holds; the flow says what is right, nobody else."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from kuznia.domains.flows.schema import FormField
from kuznia.domains.flows.structure.formats import fits, read_date, tidy
from kuznia.domains.flows.structure.guards import Known

# What a text field takes when the flow does not say.
MOST_TEXT = 200
MOST_LONG = 4000
MOST_FILES = 20


@dataclass(frozen=True, slots=True)
class Wrong:
    """Why an answer cannot be taken: the name of what is said about it."""

    why: str


def most(field: FormField) -> int:
    """The most characters, or files, the field takes."""
    if field.type == "file":
        return min(field.most or 1, MOST_FILES)
    return min(field.most or MOST_LONG, MOST_LONG) if field.type == "long" else MOST_TEXT


def read(field: FormField, posted: Sequence[str], today: date) -> Known | Wrong:
    """The value of a field, tidied; or why it cannot be one."""
    given = [one.strip() for one in posted if one.strip()]
    if not given:
        return _nothing(field)
    match field.type:
        case "many":
            return _many(field, given)
        case "choice":
            return given[0] if given[0] in _ids(field) else Wrong("unchosen")
        case "yesno":
            return {"yes": True, "no": False}.get(given[0], Wrong("unchosen"))
        case "number":
            return _number(field, given[0])
        case "date":
            return _date(field, given[0], today)
        case "file":
            return tuple(given) if len(given) <= most(field) else Wrong("many")
        case _:
            return _text(field, given[0])


def _nothing(field: FormField) -> Known | Wrong:
    if not field.required:
        return None
    if field.type in {"choice", "many", "yesno"}:
        return Wrong("unchosen")
    return Wrong("unattached" if field.type == "file" else "missing")


def _ids(field: FormField) -> list[str]:
    return [option.id for option in field.options]


def _many(field: FormField, given: list[str]) -> Known | Wrong:
    chosen = tuple(one for one in _ids(field) if one in given)
    return chosen if len(chosen) == len(set(given)) else Wrong("unchosen")


def _text(field: FormField, given: str) -> Known | Wrong:
    value = tidy(given, field.format) if field.type != "long" else given
    if len(value) > most(field):
        return Wrong("long")
    if field.type == "time" and not _is_time(value):
        return Wrong("format")
    return value if fits(value, field.format) else Wrong("format")


def _is_time(value: str) -> bool:
    hours, colon, minutes = value[:5].partition(":")
    whole = hours.isdecimal() and minutes.isdecimal()
    return bool(colon) and whole and int(hours) < 24 and int(minutes) < 60


def _number(field: FormField, given: str) -> Known | Wrong:
    plain = given.replace("\u00a0", "").replace(" ", "").replace(",", ".")
    sign, digits = plain[:1] == "-", plain.lstrip("-")
    whole, _, part = digits.partition(".")
    if (
        not (whole.isascii() and whole.isdigit())
        or len(digits) > 15
        or (part and not part.isdigit())
    ):
        return Wrong("number")
    if part and (field.format == "integer" or len(part) > 2):
        return Wrong("number")
    value = float(digits) if part else int(whole)
    value = -value if sign else value
    if field.low is not None and value < field.low:
        return Wrong("low")
    if field.high is not None and value > field.high:
        return Wrong("high")
    return value


def _date(field: FormField, given: str, today: date) -> Known | Wrong:
    day = read_date(given)
    if day is None:
        return Wrong("date")
    if field.format == "past" and day > today:
        return Wrong("past")
    if field.format == "future" and day < today:
        return Wrong("future")
    return day.isoformat()
