"""The kinds of values a setting can have, and the words for what was expected.

No message quotes what was given: a key pasted into the wrong line must not end in a log.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import Annotated, Any, cast
from urllib.parse import parse_qsl, unquote, urlsplit

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PlainSerializer,
    PlainValidator,
    SecretStr,
    ValidationError,
    WithJsonSchema,
)
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from kuznia.platform.settings.values import (
    DatabaseUrl,
    Network,
    Rate,
    RouteRate,
    rate_text,
    read_network,
    read_rate,
    read_route_rate,
    split_url,
    without_credentials,
)

# How the description of a setting begins that a source names and nothing reads yet; a start says
# so when one is set.
LATER = "Not read yet:"


class SettingsGroup(BaseSettings):
    """Settings that come from `load` alone: made in a test, they do not depend on the machine."""

    model_config = SettingsConfigDict(
        frozen=True, extra="forbid", allow_inf_nan=False, hide_input_in_errors=True
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        del settings_cls, env_settings, dotenv_settings, file_secret_settings
        return (init_settings,)


Lower = BeforeValidator(lambda text: text.lower() if isinstance(text, str) else text)
Upper = BeforeValidator(lambda text: text.upper() if isinstance(text, str) else text)


def _http(url: str) -> str:
    parts = split_url(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("expected an address like https://host/path, with nothing after a ? or #")
    if "@" in parts.netloc:
        raise ValueError("the address must not hold a user name or a password")
    if not url.isprintable() or " " in url:
        raise ValueError("holds a space, a line break or an unprintable character")
    return url.rstrip("/")


def _one_word(key: SecretStr) -> SecretStr:
    # A line break that came along with a pasted key would fail later, as an odd HTTP header.
    if not all("!" <= letter <= "~" for letter in key.get_secret_value()):
        raise ValueError("holds a space, a line break or a character that no key has")
    return key


# HMAC with a shorter key than its hash is as weak as the key (RFC 7518, 3.2).
_SECRET_BYTES = 32


def _signs(secret: SecretStr) -> SecretStr:
    text = secret.get_secret_value()
    if text.startswith(("-----BEGIN", "ssh-")):
        raise ValueError("is a public key, which anyone may know; see JWT_JWKS_URL")
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
    parts = split_url(origin)
    whole = parts.scheme in {"http", "https"} and parts.hostname and "@" not in parts.netloc
    if origin != "*" and not (whole and origin == f"{parts.scheme}://{parts.netloc}"):
        raise ValueError("expected origins like https://app.example.org, separated by commas")
    return origin


def _redis(url: SecretStr) -> SecretStr:
    parts = split_url(url.get_secret_value())
    if parts.scheme not in {"redis", "rediss"} or not parts.hostname:
        raise ValueError("expected redis://host:6379/0 or rediss://host:6379/0")
    return url


def _proxy(text: SecretStr) -> SecretStr:
    url = text.get_secret_value()
    # Other programs take it without.
    url = url if "://" in url else f"http://{url}"
    parts = split_url(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path.strip("/"):
        raise ValueError("expected http://host:port, or https:// where the proxy itself has TLS")
    return SecretStr(url)


def _database(value: object) -> DatabaseUrl:
    if isinstance(value, SecretStr):
        value = value.get_secret_value()
    return value if isinstance(value, DatabaseUrl) else DatabaseUrl.read(str(value))


def _rate(value: object) -> Rate | None:
    return value if value is None or isinstance(value, Rate) else read_rate(str(value))


def _route_rates(value: object) -> tuple[RouteRate, ...]:
    return tuple(
        item if isinstance(item, RouteRate) else read_route_rate(str(item))
        for item in _items(value)
    )


def _networks(value: object) -> tuple[Network, ...]:
    return tuple(
        item if isinstance(item, IPv4Network | IPv6Network) else read_network(str(item))
        for item in _items(value)
    )


def _items(value: object) -> Sequence[object]:
    return value.split(",") if isinstance(value, str) else cast("Sequence[object]", value)


def _texts(values: Sequence[object]) -> tuple[str, ...]:
    return tuple(str(value) for value in values)


Url = Annotated[str, AfterValidator(_http), WithJsonSchema({"type": "string", "format": "uri"})]
Key = Annotated[SecretStr, AfterValidator(_one_word)]
SigningSecret = Annotated[SecretStr, AfterValidator(_signs)]
DatabaseAddress = Annotated[
    DatabaseUrl,
    PlainValidator(_database),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": "string", "format": "password"}),
]
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
OptionalRate = Annotated[
    Rate | None,
    PlainValidator(_rate),
    PlainSerializer(rate_text, return_type=str),
    WithJsonSchema({"type": "string"}),
]
RouteRates = Annotated[
    tuple[RouteRate, ...],
    PlainValidator(_route_rates),
    PlainSerializer(_texts, return_type=tuple[str, ...]),
    WithJsonSchema({"type": "array"}),
]
Networks = Annotated[
    tuple[Network, ...],
    PlainValidator(_networks),
    PlainSerializer(_texts, return_type=tuple[str, ...]),
    WithJsonSchema({"type": "array"}),
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
    "array": "a comma-separated list",
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
        return f" of at most {shape['maxLength']} characters"
    if "exclusiveMinimum" in shape:
        return f" above {shape['exclusiveMinimum']:g}, at most {shape['maximum']:g}"
    if "minimum" in shape:
        return f" from {_plain(shape['minimum'])} to {_plain(shape['maximum'])}"
    return ""


def _plain(number: float) -> str:
    return f"{number:,}".removesuffix(".0")


# Secret because of the password in them; where they point is not.
_ADDRESSES = {"redis", "rediss", "http", "https"}


def shown(value: object) -> str:
    """A setting's value as an operator may see it: of a secret address, where it points."""
    if isinstance(value, SecretStr):
        secret = value.get_secret_value()
        return without_credentials(secret) if _is_address(secret) else "***"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return ",".join(cast("tuple[str, ...]", value))
    if isinstance(value, float):
        return f"{value:g}"
    return "" if value is None else str(value)


def _is_address(secret: str) -> bool:
    return secret.partition("://")[0] in _ADDRESSES


def parts_of(secret: SecretStr | DatabaseUrl) -> Iterator[str]:
    """What must not be shown of a secret: all of it, or of an address its password."""
    is_database = isinstance(secret, DatabaseUrl)
    text = (secret.source if isinstance(secret, DatabaseUrl) else secret).get_secret_value()
    if not is_database and not _is_address(text):
        yield text
        return
    parts = urlsplit(text)
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
