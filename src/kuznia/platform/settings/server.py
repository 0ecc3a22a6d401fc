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
        description="Lets `HOST` be an address other machines can reach although nobody needs a "
        "credential: whoever reaches the port may use the server and its model key.",
    )
    allowed_hosts: Hosts = Field(
        default=(),
        description="Names the server answers to, comma-separated. Unset: `localhost` and `HOST` "
        "while only this machine can reach it, otherwise any.",
    )
    environment: Annotated[Literal["development", "production"], Lower] = Field(
        default="development",
        description="Production refuses what is only safe on one's own machine.",
    )
    debug: bool = Field(default=False, description="Logs from `DEBUG` up. Refused in production.")
    cors_origins: Origins = Field(
        default=(),
        description="Sites whose pages may call the server, as `https://host[:port]`, "
        "comma-separated. `*` is every site; refused in production.",
    )
    max_body_bytes: int = Field(
        default=1_000_000,
        ge=1_000,
        le=100_000_000,
        description="The longest request body, in bytes.",
    )
    max_connections: Count = Field(
        default=1000,
        description="Connections held at a time. One more, and the one that has waited longest "
        "without a whole request is closed for it.",
    )
    max_connections_per_address: Count = Field(
        default=100,
        description="The same for one address; not for this machine's own, nor for those of "
        "`TRUSTED_PROXIES`.",
    )
    request_timeout: Seconds = Field(
        default=120, description="Seconds for a whole order, repairs and all."
    )
    shutdown_notice: float = Field(
        default=0,
        ge=0,
        le=600,
        description="Seconds in which a server that was told to stop answers as before while "
        "`/ready` says 503, so that a load balancer sends no more.",
    )
    shutdown_grace: float = Field(
        default=5,
        ge=0,
        le=600,
        description="Seconds that work under way gets when the server stops.",
    )

    log_level: Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR"], Upper] = Field(
        default="INFO", description="The least important lines that are still written."
    )
    log_file: Path | None = Field(
        default=None,
        description="Writes the log as JSON to this file too: 5 old files of 10 MB are kept.",
    )
    log_format: Annotated[Literal["auto", "json", "console"], Lower] = Field(
        default="auto",
        description="`auto`: for people on a terminal in development, otherwise JSON.",
    )
