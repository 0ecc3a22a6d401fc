"""Every setting in one typed place. The names are those of the environment, in lower case.

The descriptions are the documentation: docs/settings.md and .env.example are generated from them.
"""

import os
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, PrivateAttr, SecretStr, ValidationError, model_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from kuznia.platform.accord import disagreements
from kuznia.platform.envfile import EnvFile, read, slips
from kuznia.platform.errors import Fault
from kuznia.platform.kinds import (
    Count,
    DatabaseUrl,
    Dollars,
    Hosts,
    Key,
    Lower,
    Origins,
    Rate,
    RedisUrl,
    Seconds,
    Upper,
    Url,
    billionths,
    is_loopback,
    parts_of,
    shown,
    wrong_fields,
)


class SettingsWrong(Fault):
    """The server does not start; `details.settings` names every wrong or missing setting."""

    code = "VALIDATION_ERROR"

    def __init__(self, problems: Mapping[str, str]) -> None:
        count = "One setting is" if len(problems) == 1 else f"{len(problems)} settings are"
        lines = "".join(f"\n  {name}: {problem}" for name, problem in problems.items())
        super().__init__(f"{count} wrong:{lines}", details={"settings": dict(problems)})


_LATER = "Not read yet:"


class Settings(BaseSettings):
    """What the operator decides. Made by `load`; never read from the machine on its own."""

    model_config = SettingsConfigDict(
        frozen=True, extra="forbid", allow_inf_nan=False, hide_input_in_errors=True
    )

    host: str = Field(default="127.0.0.1", description="Address to listen on.")
    port: int = Field(
        default=8000, ge=0, le=65535, description="Port to listen on; 0 takes a free one."
    )
    allow_remote: bool = Field(
        default=False,
        description="Lets `HOST` be an address other machines can reach. This version has no "
        "accounts: whoever reaches the port may use the server and its model key.",
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
    request_timeout: Seconds = Field(
        default=120, description="Seconds for a whole order, repairs and all."
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

    openai_api_key: Key | None = Field(default=None, description="Key of the model server.")
    openai_base_url: Url | None = Field(
        default=None,
        description="Any OpenAI-compatible server; `https://api.openai.com/v1` when only the key "
        "is set. With neither, no model is asked and our own planners answer.",
    )
    openai_model: str | None = Field(
        default=None, max_length=200, description="The model to ask for."
    )
    openai_temperature: float | None = Field(
        default=None,
        ge=0,
        le=2,
        description="0 is steady, 2 is wild; unset is the server's own choice.",
    )
    openai_max_tokens: int = Field(
        default=4096, ge=16, le=1_000_000, description="The most tokens one reply may have."
    )
    openai_price_input: Dollars = Field(
        default=Decimal(0), description="Dollars for a million tokens that go in."
    )
    openai_price_output: Dollars = Field(
        default=Decimal(0), description="Dollars for a million tokens that come out."
    )
    openai_structured: Annotated[Literal["auto", "on", "off"], Lower] = Field(
        default="auto",
        description="Whether the server is sent the JSON schema of a reply; `auto` stops sending "
        "it to a server that refuses it.",
    )
    premium_tier_enabled: bool = Field(
        default=True,
        description="Asks `OPENAI_MODEL`. Off: only the second model and our own planners.",
    )
    fallback_to_free: bool = Field(
        default=True,
        description="When the first model fails: the second model, then our own planners. "
        "Off: the failure is the answer.",
    )

    fallback_model: str | None = Field(
        default=None, max_length=200, description="The model to ask next."
    )
    fallback_base_url: Url | None = Field(
        default=None, description="Where it is served; unset is the first model's server and key."
    )
    fallback_api_key: Key | None = Field(
        default=None, description="Key of the second model's server."
    )
    fallback_price_input: Dollars = Field(
        default=Decimal(0), description="Dollars for a million tokens that go in."
    )
    fallback_price_output: Dollars = Field(
        default=Decimal(0), description="Dollars for a million tokens that come out."
    )

    model_timeout: Seconds = Field(
        default=30, description="Seconds for one attempt that is not streamed."
    )
    model_connect_timeout: Seconds = Field(default=5, description="Seconds to reach the server.")
    model_first_token_timeout: Seconds = Field(
        default=20, description="Seconds to the first word of a streamed reply."
    )
    model_idle_timeout: Seconds = Field(
        default=15, description="Seconds of silence after which a streamed reply is given up."
    )
    model_attempts: int = Field(
        default=3,
        ge=1,
        le=10,
        description="Calls for one question when the fault is worth a retry.",
    )
    model_concurrency: Count = Field(default=64, description="Calls to one model at the same time.")
    model_reply_bytes: int = Field(
        default=2_000_000, ge=10_000, le=100_000_000, description="The longest reply that is read."
    )
    breaker_failures: int = Field(
        default=5, ge=1, le=1000, description="Failures in a row after which a model is left alone."
    )
    breaker_pause: Seconds = Field(
        default=30, description="Seconds it is left alone before one probe."
    )

    http_connections: int = Field(
        default=20, ge=1, le=1000, description="The most connections to one model server."
    )
    http_keepalive: int = Field(
        default=10, ge=0, le=1000, description="How many of them stay open when nothing is asked."
    )
    http_keepalive_expiry: Seconds = Field(
        default=30, description="Seconds an idle one stays open."
    )

    order_attempts: int = Field(
        default=12,
        ge=1,
        le=1000,
        description="Model calls one order may make, retries and repairs too.",
    )
    order_tokens: int = Field(
        default=200_000, ge=100, le=100_000_000, description="Tokens one order may use, in and out."
    )
    order_cost: Dollars | None = Field(
        default=None, description="Dollars one order may cost; needs the prices of the models."
    )

    code_run_tests: Annotated[Literal["off", "sandbox"], Lower] = Field(
        default="off",
        description="`sandbox`: tests a model wrote are run, in bubblewrap and nowhere else.",
    )

    database_url: DatabaseUrl = Field(
        default=SecretStr("sqlite:///data/kuznia.db"),
        description="`sqlite:///path` or `postgresql://user:password@host/name`.",
    )
    database_pool_size: int = Field(
        default=5,
        ge=1,
        le=500,
        description="Connections kept open to PostgreSQL, for reading and for writing each.",
    )
    database_pool_overflow: int = Field(
        default=5, ge=0, le=500, description="Connections opened on top when all are taken."
    )
    database_pool_timeout: Seconds = Field(
        default=5, description="Seconds to wait for a free connection."
    )

    cache_ttl: float = Field(
        default=300,
        ge=0,
        le=2_592_000,
        description="Seconds in which an equal order gets the artefact made before; 0 never.",
    )
    cache_size: Count = Field(default=1000, description="Artefacts held in memory.")
    run_retention: float = Field(
        default=600,
        ge=1,
        le=86_400,
        description="Seconds a finished run's events can still be read.",
    )

    redis_url: RedisUrl | None = Field(
        default=None, description=f"{_LATER} limits, cache and events are kept in the process."
    )
    rate_limit_requests: Rate | None = Field(
        default=None, description=f"{_LATER} requests for each client, like `60/minute`."
    )
    rate_limit_generation: Rate | None = Field(
        default=None, description=f"{_LATER} orders for each client, like `10/minute`."
    )
    codemie_base_url: Url | None = Field(default=None, description=f"{_LATER} CodeMie's API.")
    codemie_api_key: Key | None = Field(default=None, description=f"{_LATER} a ready token.")
    codemie_auth_url: Url | None = Field(default=None, description=f"{_LATER} its sign-in.")
    codemie_realm: str | None = Field(default=None, description=f"{_LATER} its realm.")
    codemie_client_id: str | None = Field(default=None, description=f"{_LATER} its client.")
    codemie_client_secret: Key | None = Field(
        default=None, description=f"{_LATER} the client's secret."
    )
    codemie_username: str | None = Field(default=None, description=f"{_LATER} who signs in.")
    codemie_password: SecretStr | None = Field(
        default=None, description=f"{_LATER} their password."
    )
    codemie_flow_assistant: str | None = Field(default=None, description=f"{_LATER} designs flows.")
    codemie_ui_assistant: str | None = Field(default=None, description=f"{_LATER} renders screens.")
    supabase_url: Url | None = Field(default=None, description=f"{_LATER} accounts will.")
    supabase_anon_key: Key | None = Field(default=None, description=f"{_LATER} accounts will.")
    supabase_service_role_key: Key | None = Field(
        default=None, description=f"{_LATER} accounts will."
    )
    playbook_context_matching_enabled: bool = Field(
        default=False, description=f"{_LATER} the playbook of lessons will."
    )

    _notes: tuple[str, ...] = PrivateAttr(())

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
        # Only `load` reads the machine: settings made in a test must not depend on whose it is.
        return (init_settings,)

    @model_validator(mode="after")
    def _agree(self) -> Self:
        if problems := disagreements(self):
            raise PydanticCustomError("disagree", "{problems}", {"problems": problems})
        return self

    @property
    def notes(self) -> tuple[str, ...]:
        """What looks like a slip but does not stop the server; said once at start."""
        return self._notes

    def with_notes(self, notes: tuple[str, ...]) -> Self:
        """The same settings, with what `load` found odd."""
        copy = self.model_copy()
        copy._notes = notes
        return copy

    @property
    def answers_to(self) -> frozenset[str]:
        """The names a request may call the server by; none: any."""
        if self.allowed_hosts or not is_loopback(self.host):
            return frozenset(self.allowed_hosts)
        return frozenset({"localhost", "127.0.0.1", "[::1]", self.host.lower()})

    @property
    def openai_url(self) -> str:
        """Where the first model is served."""
        return self.openai_base_url or "https://api.openai.com/v1"

    def price(self, model: Literal["openai", "fallback"]) -> tuple[int, int]:
        """Billionths of a dollar for a million tokens, in and out."""
        if model == "openai":
            return billionths(self.openai_price_input), billionths(self.openai_price_output)
        return billionths(self.fallback_price_input), billionths(self.fallback_price_output)

    @property
    def order_cost_limit(self) -> int | None:
        """Billionths of a dollar one order may cost."""
        return None if self.order_cost is None else billionths(self.order_cost)

    def public(self) -> dict[str, str]:
        """Every setting as text, by its name in the environment, with no secret in it."""
        return {name.upper(): shown(getattr(self, name)) for name in Settings.model_fields}

    def secrets(self) -> tuple[str, ...]:
        """Every secret that is set, for the log to strike out wherever it turns up."""
        found: set[str] = set()
        for name in Settings.model_fields:
            value: object = getattr(self, name)
            if isinstance(value, SecretStr):
                found.update(parts_of(value.get_secret_value()))
        return tuple(sorted(found))


def load(
    environ: Mapping[str, str] | None = None,
    env_file: Path | str | None = ".env",
    over: Mapping[str, str] | None = None,
) -> Settings:
    """Read `over`, the environment and `.env`; raise one SettingsWrong naming all that is wrong.

    An empty value counts as unset, so that it neither hides the file's value nor a default.
    """
    if environ is None:
        environ = os.environ  # noqa: TID251 - the door the settings come in by
    written = read(Path(env_file)) if env_file else EnvFile({}, {})
    given = {
        name: value.strip()
        for source in (written.values, environ, over or {})
        for name, value in source.items()
        if name.lower() in Settings.model_fields and name.isupper() and value.strip()
    }
    problems = dict(written.problems)
    settings = _parse(given, problems)
    if settings is None or problems:
        raise SettingsWrong(problems)
    return settings.with_notes((*slips(written.values, Settings.model_fields), *_unread(given)))


def _unread(given: Iterable[str]) -> Iterator[str]:
    last = list(Settings.model_fields).index("redis_url")
    for name in list(Settings.model_fields)[last:]:
        if name.upper() in given:
            yield f"{name.upper()} is set, but this version does not read it."


def _parse(given: Mapping[str, str], problems: dict[str, str]) -> Settings | None:
    try:
        return Settings.model_validate({name.lower(): value for name, value in given.items()})
    except ValidationError as error:
        found = wrong_fields(error, Settings.model_json_schema()["properties"])
    # The rules between settings are only tried once each is right by itself: take out what is
    # wrong and look again, so that one start names everything.
    kept = {name: value for name, value in given.items() if name not in found}
    if len(kept) < len(given):
        _parse(kept, found)
    for name, problem in found.items():
        problems.setdefault(name, problem)
    return None
