"""Values that settings are read into: a text is parsed once, when it comes in, and never again."""

import re
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Final, Literal
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from pydantic import SecretStr

Dialect = Literal["sqlite", "postgresql"]
Network = IPv4Network | IPv6Network

_DIALECTS: Final[dict[str, Dialect]] = {
    "sqlite": "sqlite",
    "postgresql": "postgresql",
    "postgres": "postgresql",
}
_PERIODS: Final = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400}
_NAMES: Final = {seconds: name for name, seconds in _PERIODS.items()}
# Groups: how many, and in which period.
_RATE: Final = re.compile(r"(?:([1-9]\d{0,5})(?:/(second|minute|hour|day))?|off)")


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseUrl:
    """Where the database is. As text it has no password."""

    dialect: Dialect
    # A path with SQLite, a name with PostgreSQL.
    database: str
    host: str | None = None
    port: int | None = None
    username: str | None = None
    password: SecretStr | None = None
    # For the driver.
    query: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    # As the operator wrote it.
    source: SecretStr = field(compare=False)

    @property
    def is_sqlite(self) -> bool:
        return self.dialect == "sqlite"

    def __str__(self) -> str:
        return without_credentials(self.source.get_secret_value())

    @classmethod
    def read(cls, text: str) -> "DatabaseUrl":
        """Read an address as people write it; ValueError, which quotes nothing, for any other."""
        scheme, mark, rest = text.partition("://")
        # A driver's name is allowed and passed over: we bring our own.
        dialect = _DIALECTS.get(scheme.partition("+")[0])
        if dialect is None or not mark:
            raise ValueError("expected postgresql://user:password@host/name or sqlite:///path")
        return _sqlite(rest, text) if dialect == "sqlite" else _postgresql(rest, text)


def _sqlite(rest: str, text: str) -> DatabaseUrl:
    path, _, query = rest.partition("?")
    if path and not path.startswith("/"):
        raise ValueError("use three slashes: sqlite:///path")
    if path[1:] in {"", ":memory:"}:
        raise ValueError("expected a file, for example sqlite:///data/kuznia.db")
    return DatabaseUrl(
        dialect="sqlite", database=path[1:], query=tuple(parse_qsl(query)), source=SecretStr(text)
    )


def _postgresql(rest: str, text: str) -> DatabaseUrl:
    parts = split_url(f"postgresql://{rest}")
    if not (parts.hostname or parts.path):
        raise ValueError("expected postgresql://user:password@host/name")
    # Hosted databases hand out libpq's name, sslmode; asyncpg takes the same values as `ssl`.
    query = [("ssl" if key == "sslmode" else key, value) for key, value in parse_qsl(parts.query)]
    return DatabaseUrl(
        dialect="postgresql",
        database=parts.path[1:],
        host=parts.hostname,
        port=parts.port,
        username=None if parts.username is None else unquote(parts.username),
        password=None if parts.password is None else SecretStr(unquote(parts.password)),
        query=tuple(query),
        source=SecretStr(text),
    )


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `count` in any stretch of `seconds`."""

    count: int
    seconds: int

    def __str__(self) -> str:
        return f"{self.count}/{_NAMES.get(self.seconds, f'{self.seconds} s')}"


def read_rate(text: str) -> Rate | None:
    """`10/minute`, `10` (a minute), or `off` for no limit; ValueError for anything else."""
    match = _RATE.fullmatch(text)
    if match is None:
        raise ValueError("expected a count, or a count and a period like 10/minute, or off")
    count, period = match.groups()
    return Rate(int(count), _PERIODS[period or "minute"]) if count else None


def rate_text(rate: Rate | None) -> str:
    return "off" if rate is None else str(rate)


@dataclass(frozen=True, slots=True)
class RouteRate:
    """The rate of one route; without a method, of the route with each of its methods."""

    method: str
    path: str
    rate: Rate | None

    @property
    def route(self) -> str:
        return f"{self.method} {self.path}".lstrip()

    def __str__(self) -> str:
        return f"{self.route}={rate_text(self.rate)}"


def read_route_rate(text: str) -> RouteRate:
    """`POST /api/v1/code=5/minute` or `/metrics=off`; ValueError for anything else."""
    match = re.fullmatch(r"(?:([A-Z]+) )?(/[^\s=]*)=(\S+)", text.strip())
    try:
        if match is not None:
            return RouteRate(match[1] or "", match[2], read_rate(match[3]))
    except ValueError:
        pass
    raise ValueError("expected addresses with their rates: POST /api/v1/code=5/minute,...")


def read_network(text: str) -> Network:
    """An address or a network; ValueError for anything else."""
    try:
        return ip_network(text.strip())
    except ValueError:
        raise ValueError(
            "expected addresses like 10.0.0.1 or 10.0.0.0/8, separated by commas"
        ) from None


def split_url(url: str) -> SplitResult:
    """The parts of an address; ValueError, which quotes nothing, if it cannot be read."""
    try:
        parts = urlsplit(url)
        # A port is only parsed when it is asked for.
        readable = parts.port != 0
    except ValueError:
        # The library's own message quotes the address, and with it the password.
        readable, parts = False, SplitResult("", "", "", "", "")
    if not readable:
        raise ValueError("the address cannot be read; write / : @ in a password as %2F %3A %40")
    return parts


def without_credentials(url: str) -> str:
    """An address without the user, the password and the query: where it points."""
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.rpartition('@')[2].partition('?')[0]}"
