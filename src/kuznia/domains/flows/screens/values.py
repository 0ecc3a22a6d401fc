"""From what a form posts to what a field holds; the flow says what is right, nobody else."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from kuznia.domains.flows.schema import FormField
from kuznia.domains.flows.structure.formats import fits, read_date, tidy
from kuznia.domains.flows.structure.guards import Known

# What a text field takes when the flow does not say.
MAX_TEXT = 200
MAX_LONG = 4000
MAX_FILES = 20


@dataclass(frozen=True, slots=True)
class InvalidAnswer:
    """Why an answer cannot be taken: the name of what is said about it."""

    why: str


def most(field: FormField) -> int:
    """The most characters, or files, the field takes."""
    if field.type == "file":
        return min(field.most or 1, MAX_FILES)
    return min(field.most or MAX_LONG, MAX_LONG) if field.type == "long" else MAX_TEXT


def read(field: FormField, posted: Sequence[str], today: date) -> Known | InvalidAnswer:
    """The value of a field, tidied; or why it cannot be one."""
    typed = [one.strip() for one in posted if one.strip()]
    if not typed:
        return _nothing(field)
    match field.type:
        case "many":
            return _many(field, typed)
        case "choice":
            return typed[0] if typed[0] in _ids(field) else InvalidAnswer("unchosen")
        case "yesno":
            return {"yes": True, "no": False}.get(typed[0], InvalidAnswer("unchosen"))
        case "number":
            return _number(field, typed[0])
        case "date":
            return _date(field, typed[0], today)
        case "file":
            return tuple(typed) if len(typed) <= most(field) else InvalidAnswer("many")
        case _:
            return _text(field, typed[0])


def _nothing(field: FormField) -> Known | InvalidAnswer:
    if not field.required:
        return None
    if field.type in {"choice", "many", "yesno"}:
        return InvalidAnswer("unchosen")
    return InvalidAnswer("unattached" if field.type == "file" else "missing")


def _ids(field: FormField) -> list[str]:
    return [option.id for option in field.options]


def _many(field: FormField, typed: list[str]) -> Known | InvalidAnswer:
    chosen = tuple(one for one in _ids(field) if one in typed)
    return chosen if len(chosen) == len(set(typed)) else InvalidAnswer("unchosen")


def _text(field: FormField, typed: str) -> Known | InvalidAnswer:
    value = tidy(typed, field.format) if field.type != "long" else typed
    if len(value) > most(field):
        return InvalidAnswer("long")
    if field.type == "time" and not _is_time(value):
        return InvalidAnswer("format")
    return value if fits(value, field.format) else InvalidAnswer("format")


def _is_time(value: str) -> bool:
    hours, colon, minutes = value[:5].partition(":")
    whole = hours.isdecimal() and minutes.isdecimal()
    return bool(colon) and whole and int(hours) < 24 and int(minutes) < 60


def _number(field: FormField, typed: str) -> Known | InvalidAnswer:
    plain = typed.replace("\u00a0", "").replace(" ", "").replace(",", ".")
    sign, digits = plain[:1] == "-", plain.lstrip("-")
    whole, _, part = digits.partition(".")
    if (
        not (whole.isascii() and whole.isdigit())
        or len(digits) > 15
        or (part and not part.isdigit())
    ):
        return InvalidAnswer("number")
    if part and (field.format == "integer" or len(part) > 2):
        return InvalidAnswer("number")
    value = float(digits) if part else int(whole)
    value = -value if sign else value
    if field.low is not None and value < field.low:
        return InvalidAnswer("low")
    if field.high is not None and value > field.high:
        return InvalidAnswer("high")
    return value


def _date(field: FormField, typed: str, today: date) -> Known | InvalidAnswer:
    day = read_date(typed)
    if day is None:
        return InvalidAnswer("date")
    if field.format == "past" and day > today:
        return InvalidAnswer("past")
    if field.format == "future" and day < today:
        return InvalidAnswer("future")
    return day.isoformat()
