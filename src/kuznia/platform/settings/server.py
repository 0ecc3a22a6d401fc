"""Where the server listens, what it takes, and what it writes down."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from kuznia.platform.settings.types import (
    Count,
    Hosts,
    Lower,
    Origins,
    Seconds,
    SettingsGroup,
    Upper,
)


class ServerSettings(SettingsGroup):
    """The machine: address, limits of a request, logs."""

    host: str = Field(default="127.0.0.1", description="Address to listen on.")
    port: int = Field(
        default=8000, ge=0, le=65535, description="Port to listen on; 0 takes a free one."
    )
    allow_remote: bool = Field(
        default=False,
        description="Allow `HOST` to be an address other machines can reach although no "
        "credential is needed: everyone who reaches the port can use the server and its model key.",
    )
    allowed_hosts: Hosts = Field(
        default=(),
        description="Host names the server answers to, comma-separated. When unset: `localhost` "
        "and `HOST` while only this machine can reach the server, otherwise any name.",
    )
    environment: Annotated[Literal["development", "production"], Lower] = Field(
        default="development",
        description="`production` refuses settings that are only safe on your own machine.",
    )
    debug: bool = Field(
        default=False, description="Log everything, from `DEBUG` up. Refused in production."
    )
    cors_origins: Origins = Field(
        default=(),
        description="Origins whose pages may call the server, as `https://host[:port]`, "
        "comma-separated. `*` is every origin; refused in production.",
    )
    max_body_bytes: int = Field(
        default=1_000_000,
        ge=1_000,
        le=100_000_000,
        description="Maximum size of a request body in bytes.",
    )
    max_connections: Count = Field(
        default=1000,
        description="Maximum number of open connections. When one more comes, the connection that "
        "has waited longest without a complete request is closed.",
    )
    max_connections_per_address: Count = Field(
        default=100,
        description="Maximum number of open connections from one address. Does not apply to this "
        "machine or to `TRUSTED_PROXIES`.",
    )
    request_timeout: Seconds = Field(
        default=120, description="Seconds for a whole order, repairs included."
    )
    shutdown_notice: float = Field(
        default=0,
        ge=0,
        le=600,
        description="Seconds for which a server that was told to stop still answers as before "
        "while `/ready` says 503, so that a load balancer stops sending requests.",
    )
    shutdown_grace: float = Field(
        default=5,
        ge=0,
        le=600,
        description="Seconds that running work gets to finish when the server stops.",
    )

    log_level: Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR"], Upper] = Field(
        default="INFO", description="Lowest level of log lines that are written."
    )
    log_file: Path | None = Field(
        default=None,
        description="Also write the log as JSON to this file; 5 old files of 10 MB are kept.",
    )
    log_format: Annotated[Literal["auto", "json", "console"], Lower] = Field(
        default="auto",
        description="`auto`: readable text on a terminal in development, otherwise JSON.",
    )
