"""From posted text to a field's value; only the flow decides what is valid."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from kuznia.domains.flows.schema import FormField
from kuznia.domains.flows.structure.formats import fits, read_date, tidy
from kuznia.domains.flows.structure.guards import Known

# Limits of a field that names none.
MAX_TEXT = 200
MAX_LONG = 4000
MAX_FILES = 20


@dataclass(frozen=True, slots=True)
class InvalidAnswer:
    """An invalid answer; `why` is the name of its error message."""

    why: str


def max_length(field: FormField) -> int:
    """The number of characters, or of files, that a field takes at most."""
    if field.type == "file":
        return min(field.max_length or 1, MAX_FILES)
    longest = MAX_LONG if field.type == "long" else MAX_TEXT
    return min(field.max_length or longest, longest)


def accepted_endings(field: FormField) -> str:
    """The endings of the files that an upload accepts, as a browser reads them."""
    return ",".join(f".{known}" for known in field.file_types)


def read(field: FormField, posted: Sequence[str], today: date) -> Known | InvalidAnswer:
    """Read the tidied value of a field, or why the answer is invalid."""
    typed = [text.strip() for text in posted if text.strip()]
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
            return _files(field, typed)
        case _:
            return _text(field, typed[0])


def _files(field: FormField, typed: list[str]) -> Known | InvalidAnswer:
    """Names of files: a preview stores none, so their size is not known."""
    endings = {name.rpartition(".")[2].lower() for name in typed}
    # One type has two endings.
    known = {*field.file_types, *(["jpeg"] if "jpg" in field.file_types else [])}
    if known and not endings <= known:
        return InvalidAnswer("types")
    return tuple(typed) if len(typed) <= max_length(field) else InvalidAnswer("many")


def _nothing(field: FormField) -> Known | InvalidAnswer:
    if not field.required:
        return None
    if field.type in {"choice", "many", "yesno"}:
        return InvalidAnswer("unchosen")
    return InvalidAnswer("unattached" if field.type == "file" else "missing")


def _ids(field: FormField) -> list[str]:
    return [option.id for option in field.options]


def _many(field: FormField, typed: list[str]) -> Known | InvalidAnswer:
    chosen = tuple(option for option in _ids(field) if option in typed)
    return chosen if len(chosen) == len(set(typed)) else InvalidAnswer("unchosen")


def _text(field: FormField, typed: str) -> Known | InvalidAnswer:
    value = tidy(typed, field.format) if field.type != "long" else typed
    if len(value) > max_length(field):
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
