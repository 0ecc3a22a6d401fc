"""Where rows, cached artefacts and shared state live."""

from typing import Annotated, Literal

from pydantic import Field

from kuznia.platform.settings.types import (
    Count,
    DatabaseAddress,
    Lower,
    RedisUrl,
    Seconds,
    SettingsGroup,
)
from kuznia.platform.settings.values import DatabaseUrl


class StoreSettings(SettingsGroup):
    """Database, memory, Redis."""

    database_url: DatabaseAddress = Field(
        default=DatabaseUrl.read("sqlite:///data/kuznia.db"),
        description="`sqlite:///path` or `postgresql://user:password@host/name`. When unset: "
        "`kuznia/kuznia.db` in `$XDG_DATA_HOME` or `~/.local/share`, from whatever folder Kuznia "
        "is started; the default shown here applies with `kuznia --here`.",
    )
    database_pool_size: int = Field(
        default=5,
        ge=1,
        le=500,
        description="Connections kept open to PostgreSQL: this many for reading and as many for "
        "writing.",
    )
    database_pool_overflow: int = Field(
        default=5, ge=0, le=500, description="Additional connections opened when all are in use."
    )
    database_pool_timeout: Seconds = Field(
        default=5, description="Seconds to wait for a free connection."
    )
    database_synchronous: Annotated[Literal["normal", "full"], Lower] = Field(
        default="normal",
        description="For SQLite. `normal`: a power cut or a crash of the machine may undo the last "
        "commits; a crash of Kuznia undoes none. `full`: no commit is undone, but each write waits "
        "for the disk. PostgreSQL has its own `synchronous_commit`.",
    )
    artefact_retention: Annotated[int, Field(ge=1, le=36_500)] | None = Field(
        default=None,
        description="Days after which an artefact is erased; when unset, never.",
    )

    cache_ttl: float = Field(
        default=300,
        ge=0,
        le=2_592_000,
        description="Seconds for which an equal order gets the artefact made before; 0: never.",
    )
    cache_size: Count = Field(
        default=1000, description="Maximum number of artefacts held in memory."
    )
    unkept_bytes: int = Field(
        default=64_000_000,
        ge=0,
        le=100_000_000_000,
        description="Bytes of artefacts held in memory while the database cannot be written; "
        "beyond that, orders are refused.",
    )
    cache_bytes: int = Field(
        default=32 << 20,
        ge=0,
        le=1 << 40,
        description="Maximum size of all artefacts held in memory, in bytes.",
    )
    run_retention: float = Field(
        default=600,
        ge=1,
        le=86_400,
        description="Seconds for which the events of a finished run can still be read.",
    )
    run_events_bytes: int = Field(
        default=32 << 20,
        ge=0,
        le=1 << 40,
        description="Memory, in bytes, for finished streamed runs, so that they can be resumed; "
        "beyond that the oldest are forgotten. Other runs take at most an eighth of it.",
    )
    redis_url: RedisUrl | None = Field(
        default=None,
        description="Share cache, runs, events and limits among processes; see docs/redis.md.",
    )
    redis_prefix: str = Field(
        default="kuznia:",
        max_length=40,
        pattern=r"^[!-~]*$",
        description="Prefix of all our keys, for a Redis that others use too.",
    )
    redis_timeout: Annotated[float, Field(ge=0.02, le=0.9)] = Field(
        default=0.1, description="Seconds Redis has to answer before Kuznia goes on without it."
    )
    redis_connections: int = Field(
        default=20,
        ge=3,
        le=1000,
        description="Maximum number of connections of one process to Redis.",
    )
