"""The kinds of values a setting can have, and the words for what was expected.

No message quotes what was given: a key pasted into the wrong line must not end in a log.
"""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from ipaddress import ip_address, ip_network
from typing import Annotated, Any, cast
from urllib.parse import SplitResult, parse_qsl, unquote, urlencode, urlsplit

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    SecretStr,
    ValidationError,
    WithJsonSchema,
)

# How the description of a setting begins that a source names and nothing reads yet; a start says
# so when one is set.
LATER = "Not read yet:"

Lower = BeforeValidator(lambda text: text.lower() if isinstance(text, str) else text)
Upper = BeforeValidator(lambda text: text.upper() if isinstance(text, str) else text)


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        # A port is only read when it is asked for.
        readable = parts.port != 0
    except ValueError:
        # The library's own words quote the address, and with it the password.
        readable, parts = False, SplitResult("", "", "", "", "")
    if not readable:
        raise ValueError("the address cannot be read; write / : @ in a password as %2F %3A %40")
    return parts


def _http(url: str) -> str:
    parts = _split(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("expected an address like https://host/path, with nothing after a ? or #")
    if "@" in parts.netloc:
        raise ValueError("no name or password may stand in the address")
    if not url.isprintable() or " " in url:
        raise ValueError("holds a space, a line break or a letter that cannot be seen")
    return url.rstrip("/")


def _one_word(key: SecretStr) -> SecretStr:
    # A line break that came along with a pasted key would fail later, as an odd HTTP header.
    if not all("!" <= letter <= "~" for letter in key.get_secret_value()):
        raise ValueError("holds a space, a line break or a letter that no key has")
    return key


# HMAC with a shorter key than its hash is as weak as the key (RFC 7518, 3.2).
_SECRET_BYTES = 32


def _signs(secret: SecretStr) -> SecretStr:
    text = secret.get_secret_value()
    if text.startswith(("-----BEGIN", "ssh-")):
        raise ValueError("is a key to verify with, which everyone may know; see JWT_JWKS_URL")
    if len(text.encode()) < _SECRET_BYTES:
        raise ValueError(f"expected a secret of at least {_SECRET_BYTES} bytes")
    return secret


def _host(text: str) -> str:
    host = text.strip().lower()
    if not re.fullmatch(r"[a-z0-9.-]+|\[[0-9a-f:]+\]", host):
        raise ValueError("expected host names like kuznia.example.org, separated by commas")
    return host


def _origin(text: str) -> str:
    origin = text.strip().rstrip("/").lower()
    parts = _split(origin)
    whole = parts.scheme in {"http", "https"} and parts.hostname and "@" not in parts.netloc
    if origin != "*" and not (whole and origin == f"{parts.scheme}://{parts.netloc}"):
        raise ValueError("expected origins like https://app.example.org, separated by commas")
    return origin


# What people write, and the driver that can be awaited.
_DRIVERS = {
    "postgres": "postgresql+asyncpg",
    "postgresql": "postgresql+asyncpg",
    "postgresql+asyncpg": "postgresql+asyncpg",
    "sqlite": "sqlite+aiosqlite",
    "sqlite+aiosqlite": "sqlite+aiosqlite",
}


def _database(url: SecretStr) -> SecretStr:
    scheme, mark, rest = url.get_secret_value().partition("://")
    driver = _DRIVERS.get(scheme)
    if driver is None or not mark:
        raise ValueError("expected postgresql://user:password@host/name or sqlite:///path")
    if driver.startswith("postgresql"):
        parts = _split(f"{driver}://{rest}")
        if not (parts.hostname or parts.path):
            raise ValueError("expected postgresql://user:password@host/name")
        rest = _libpq_words(rest)
    elif rest and not rest.startswith("/"):
        raise ValueError("a path begins after three strokes: sqlite:///path")
    return SecretStr(f"{driver}://{rest}")


def _libpq_words(rest: str) -> str:
    # Hosted databases hand out libpq's word, sslmode; asyncpg takes the same values under `ssl`.
    before, mark, query = rest.partition("?")
    pairs = [("ssl" if key == "sslmode" else key, value) for key, value in parse_qsl(query)]
    return before + mark + urlencode(pairs)


def _redis(url: SecretStr) -> SecretStr:
    parts = _split(url.get_secret_value())
    if parts.scheme not in {"redis", "rediss"} or not parts.hostname:
        raise ValueError("expected redis://host:6379/0 or rediss://host:6379/0")
    return url


def _proxy(text: SecretStr) -> SecretStr:
    url = text.get_secret_value()
    # Other programs take it without.
    url = url if "://" in url else f"http://{url}"
    parts = _split(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path.strip("/"):
        raise ValueError("expected http://host:port, or https:// where the proxy itself has TLS")
    return SecretStr(url)


# In groups: how many, and in which period.
RATE = r"(?:([1-9]\d{0,5})(?:/(second|minute|hour|day))?|off)"


def _rate(text: str) -> str:
    if not re.fullmatch(RATE, text):
        raise ValueError("expected a count, or a count and a period like 10/minute, or off")
    return text


def _route_rate(text: str) -> str:
    if not re.fullmatch(rf"(?:[A-Z]+ )?/[^\s=]*={RATE}", text := text.strip()):
        raise ValueError("expected addresses with their rates: POST /api/v1/code=5/minute,...")
    return text


def _network(text: str) -> str:
    try:
        return str(ip_network(text.strip()))
    except ValueError:
        raise ValueError("expected addresses like 10.0.0.1 or 10.0.0.0/8, with commas") from None


Url = Annotated[str, AfterValidator(_http), WithJsonSchema({"type": "string", "format": "uri"})]
Key = Annotated[SecretStr, AfterValidator(_one_word)]
SigningSecret = Annotated[SecretStr, AfterValidator(_signs)]
DatabaseUrl = Annotated[SecretStr, AfterValidator(_database)]
ProxyUrl = Annotated[SecretStr, AfterValidator(_proxy)]
RedisUrl = Annotated[SecretStr, AfterValidator(_redis)]
Origins = Annotated[
    tuple[Annotated[str, AfterValidator(_origin)], ...],
    BeforeValidator(lambda text: text.split(",") if isinstance(text, str) else text),
]
Hosts = Annotated[
    tuple[Annotated[str, AfterValidator(_host)], ...],
    BeforeValidator(lambda text: text.split(",") if isinstance(text, str) else text),
]
Words = Annotated[
    tuple[Annotated[str, AfterValidator(str.strip)], ...],
    BeforeValidator(lambda text: text.split(",") if isinstance(text, str) else text),
]
Rate = Annotated[str, AfterValidator(_rate)]
RouteRates = Annotated[
    tuple[Annotated[str, AfterValidator(_route_rate)], ...],
    BeforeValidator(lambda text: text.split(",") if isinstance(text, str) else text),
]
Networks = Annotated[
    tuple[Annotated[str, AfterValidator(_network)], ...],
    BeforeValidator(lambda text: text.split(",") if isinstance(text, str) else text),
]
# Nine decimals, so that every price is a whole number of billionths.
Dollars = Annotated[Decimal, Field(ge=0, le=10_000, decimal_places=9)]
Seconds = Annotated[float, Field(gt=0, le=3600)]
Count = Annotated[int, Field(ge=1, le=100_000)]


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach the address; a name we cannot judge counts as no."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def billionths(dollars: Decimal) -> int:
    return int(dollars * 1_000_000_000)


# Any: pydantic types the JSON schema of a model so.
def expected(schema: Mapping[str, Any]) -> str:
    """The words for what a setting takes, from its JSON schema."""
    branches: list[Mapping[str, Any]] = schema.get("anyOf", [schema])
    shape = branches[0]
    if "enum" in shape:
        return "one of " + ", ".join(shape["enum"])
    # Decimals are numbers or text to JSON; dollars are the only ones here.
    exact = len(branches) > 1 and branches[1]["type"] == "string"
    decimals = " with at most 9 decimals" if exact else ""
    return _WORDS[shape.get("format", shape["type"])] + decimals + _bounds(shape)


_WORDS = {
    "array": "a list with commas",
    "boolean": "true or false",
    "integer": "a whole number",
    "number": "a number",
    "password": "a secret",
    "path": "a path",
    "string": "text",
    "uri": "an address",
}


def _bounds(shape: Mapping[str, Any]) -> str:
    if "maxLength" in shape:
        return f" of at most {shape['maxLength']} letters"
    if "exclusiveMinimum" in shape:
        return f" above {shape['exclusiveMinimum']:g}, at most {shape['maximum']:g}"
    if "minimum" in shape:
        return f" from {_plain(shape['minimum'])} to {_plain(shape['maximum'])}"
    return ""


def _plain(number: float) -> str:
    return f"{number:,}".removesuffix(".0")


# Secret because of the password in them; where they point is not.
_ADDRESSES = {*_DRIVERS, "redis", "rediss", "http", "https"}


def shown(value: object) -> str:
    """A setting's value as an operator may see it: of a secret address, where it points."""
    if isinstance(value, SecretStr):
        scheme, _, rest = value.get_secret_value().partition("://")
        where = rest.rpartition("@")[2].partition("?")[0]
        return f"{scheme}://{where}" if scheme in _ADDRESSES else "***"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return ",".join(cast("tuple[str, ...]", value))
    if isinstance(value, float):
        return f"{value:g}"
    return "" if value is None else str(value)


def parts_of(secret: str) -> Iterator[str]:
    """What must not be shown of a secret: all of it, or of an address its password."""
    if secret.partition("://")[0] not in _ADDRESSES:
        yield secret
        return
    parts = urlsplit(secret)
    if parts.password:
        yield parts.password
        yield unquote(parts.password)
    yield from (value for name, value in parse_qsl(parts.query) if name == "password")


# Any: as above.
def wrong_fields(error: ValidationError, shapes: Mapping[str, Any]) -> dict[str, str]:
    """What is wrong and what was expected, by the name in the environment."""
    problems: dict[str, str] = {}
    for wrong in error.errors(include_url=False, include_input=False):
        details = wrong.get("ctx", {})
        if wrong["type"] == "disagree":
            problems |= details["problems"]
            continue
        name = str(wrong["loc"][0])
        problem = details.get("error") or f"expected {expected(shapes[name])}"
        problems[name.upper()] = str(problem)
    return problems
