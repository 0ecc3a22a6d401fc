"""Formats of typed answers: how a value is tidied, and whether it is valid."""

import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from types import MappingProxyType

from kuznia.domains.flows.schema import Format

APOSTROPHES = str.maketrans({"\u2019": "'", "\u02bc": "'", "`": "'", "\u2018": "'", "\u00b4": "'"})
# Number plates use only letters that both alphabets share.
_PLATE = str.maketrans("АВСЕНІКМОРТХ", "ABCEHIKMOPTX")
_SPACES = re.compile(r"[\s\u00a0]+")
_UPPER = str.maketrans("абвгґдеєжзиіїйклмнопрстуфхцчшщьюя", "АБВГҐДЕЄЖЗИІЇЙКЛМНОПРСТУФХЦЧШЩЬЮЯ")

# The pattern of a tidied value; every export has the same.
PATTERNS: Mapping[Format, str] = MappingProxyType(
    {
        "name": r"^[A-Za-zА-ЩЬЮЯҐЄІЇа-щьюяґєії][A-Za-zА-ЩЬЮЯҐЄІЇа-щьюяґєії'\- ]{0,99}$",
        "email": r"^[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)+$",
        "phone": r"^\+380[1-9]\d{8}$",
        "rnokpp": r"^\d{10}$",
        "edrpou": r"^\d{8}$",
        "iban": r"^UA\d{27}$",
        "unzr": r"^\d{8}-\d{5}$",
        "passport": r"^[А-ЩЬЮЯҐЄІЇ]{2}\d{6}$",
        "id_card": r"^\d{9}$",
        "foreign_passport": r"^[A-Z]{2}\d{6}$",
        "postal_code": r"^(?!00000)\d{5}$",
        "kved": r"^(0[1-9]|[1-9]\d)\.\d{2}$",
        "plate": r"^[ABCEHIKMOPTX]{2}\d{4}[ABCEHIKMOPTX]{2}$",
        "vin": r"^[A-HJ-NPR-Z0-9]{17}$",
        "cadastral": r"^\d{10}:\d{2}:\d{3}:\d{4}$",
    }
)


def pattern_of(format: Format | None) -> str | None:  # noqa: A002 - the word of the trade
    """The pattern of a format, if it has one."""
    return PATTERNS.get(format) if format is not None else None


_COMPILED = {name: re.compile(pattern) for name, pattern in PATTERNS.items()}


def tidy(value: str, format: Format | None) -> str:  # noqa: A002 - the word of the trade
    """Tidy a typed value as its format needs: spaces, case and look-alike letters."""
    value = _SPACES.sub(" ", value).strip()
    match format:
        case "name":
            return value.translate(APOSTROPHES)
        case "phone":
            return _phone(value)
        case "email":
            return value.replace(" ", "")
        case "iban" | "vin" | "foreign_passport":
            return value.replace(" ", "").upper()
        case "passport":
            return value.replace(" ", "").translate(_UPPER)
        case "plate":
            return value.replace(" ", "").replace("-", "").upper().translate(_PLATE)
        case "rnokpp" | "edrpou" | "unzr" | "id_card" | "postal_code" | "kved" | "cadastral":
            return value.replace(" ", "")
        case _:
            return value


def _phone(value: str) -> str:
    digits = re.sub(r"[\s()\-.]", "", value)
    if re.fullmatch(r"0\d{9}", digits):
        return f"+38{digits}"
    if re.fullmatch(r"380\d{9}", digits):
        return f"+{digits}"
    return digits


def fits(value: str, format: Format | None) -> bool:  # noqa: A002 - the word of the trade
    """Whether a tidied value is valid: its pattern, and its check digit where it has one."""
    if format is None:
        return True
    pattern = _COMPILED.get(format)
    # fullmatch, because a dollar sign lets one line break through.
    if pattern is not None and not (value.isascii() or format in {"name", "passport", "email"}):
        return False
    if pattern is not None and not pattern.fullmatch(value):
        return False
    check = _CHECKS.get(format)
    return check is None or check(value)


def _weighed(digits: str, weights: tuple[int, ...]) -> int:
    return sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=False))


def _rnokpp(value: str) -> bool:
    # All zeros pass the checksum, and nobody has that number.
    total = _weighed(value, (-1, 5, 7, 9, 4, 6, 10, 5, 7))
    return value != "0" * 10 and total % 11 % 10 == int(value[9])


def _edrpou(value: str) -> bool:
    weights = (7, 1, 2, 3, 4, 5, 6) if 30_000_000 < int(value) < 60_000_000 else tuple(range(1, 8))
    control = _weighed(value, weights) % 11
    if control == 10:
        control = _weighed(value, tuple(weight + 2 for weight in weights)) % 11 % 10
    return control == int(value[7])


def _iban(value: str) -> bool:
    turned = value[4:] + value[:4]
    return int("".join(str(int(letter, 36)) for letter in turned)) % 97 == 1


def _unzr(value: str) -> bool:
    digits = value.replace("-", "")
    if _weighed(digits, (7, 3, 1) * 4) % 10 != int(digits[12]):
        return False
    return read_date(f"{digits[:4]}-{digits[4:6]}-{digits[6:8]}") is not None


_CHECKS: Mapping[Format, Callable[[str], bool]] = {
    "rnokpp": _rnokpp,
    "edrpou": _edrpou,
    "iban": _iban,
    "unzr": _unzr,
}


def read_date(value: str) -> date | None:
    """A date written 2026-11-20 or 20.11.2026, or None."""
    iso = re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})", value)
    turned = re.fullmatch(r"(\d{1,2})[./](\d{1,2})[./](\d{4})", value)
    if iso:
        year, month, day = map(int, iso.groups())
    elif turned:
        day, month, year = map(int, turned.groups())
    else:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def birth_of(rnokpp: str) -> tuple[date, str]:
    """The date of birth and the sex (`f`, `m`) that a РНОКПП carries."""
    born = date(1899, 12, 31) + timedelta(days=int(rnokpp[:5]))
    return born, "m" if int(rnokpp[8]) % 2 else "f"


# A valid value for each format: for exports' examples, previews and tests.
EXAMPLES: Mapping[Format, str] = MappingProxyType(
    {
        "name": "Надія",
        "email": "name@example.com",
        "phone": "+380501234567",
        "rnokpp": "3184710691",
        "edrpou": "14360570",
        "iban": "UA743052990000026007233566001",
        "unzr": "19910824-00026",
        "passport": "АА123456",
        "id_card": "123456789",
        "foreign_passport": "AA123456",
        "postal_code": "01001",
        "kved": "62.01",
        "plate": "AA1234BB",
        "vin": "WVWZZZ1JZXW000001",
        "cadastral": "3222485900:05:001:0024",
    }
)
