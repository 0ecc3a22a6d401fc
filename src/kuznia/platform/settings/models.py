"""Settings of the models: which are used, and with which limits."""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, SecretStr

from kuznia.platform.settings.profiles import Profile
from kuznia.platform.settings.types import Count, Dollars, Key, Lower, Seconds, SettingsGroup, Url


class ModelSettings(SettingsGroup):
    """The first model, the second, CodeMie, and the care taken with each."""

    openai_api_key: Key | None = Field(default=None, description="API key of the model server.")
    openai_base_url: Url | None = Field(
        default=None,
        description="Any OpenAI-compatible server; `https://api.openai.com/v1` when only the key "
        "is set. With neither, no model is used and the built-in planners answer.",
    )
    openai_model: str | None = Field(default=None, max_length=200, description="Name of the model.")
    openai_temperature: float | None = Field(
        default=None,
        ge=0,
        le=2,
        description="Sampling temperature; when unset, the server decides.",
    )
    openai_max_tokens: int | None = Field(
        default=None,
        ge=16,
        le=1_000_000,
        description="Maximum number of tokens in one reply, where that is less than its prompt "
        "allows; when unset, each prompt's own limit holds.",
    )
    openai_price_input: Dollars = Field(
        default=Decimal(0), description="Dollars per million input tokens."
    )
    openai_price_output: Dollars = Field(
        default=Decimal(0), description="Dollars per million output tokens."
    )
    openai_structured: Annotated[Literal["auto", "on", "off"], Lower] = Field(
        default="auto",
        description="Whether to send the server the JSON schema of a reply; `auto` stops sending "
        "it once the server refuses it.",
    )
    premium_tier_enabled: bool = Field(
        default=True,
        description="Use `OPENAI_MODEL`. When off, only the second model, CodeMie if it is set, "
        "and the built-in planners are used.",
    )
    fallback_to_free: bool = Field(
        default=True,
        description="When the first model or CodeMie fails, use the next model, then the built-in "
        "planners. When off, the failure is the answer.",
    )

    fallback_model: str | None = Field(
        default=None, max_length=200, description="Name of the second model."
    )
    fallback_base_url: Url | None = Field(
        default=None,
        description="Server of the second model; when unset, the first model's server and key.",
    )
    fallback_api_key: Key | None = Field(
        default=None, description="API key of the second model's server."
    )
    fallback_price_input: Dollars = Field(
        default=Decimal(0), description="Dollars per million input tokens."
    )
    fallback_price_output: Dollars = Field(
        default=Decimal(0), description="Dollars per million output tokens."
    )

    model_profile: Annotated[Profile, Lower] = Field(
        default="cloud",
        description="`local` suits a small model on a machine of your own: one call at a time, "
        "patience, short replies. It changes defaults; the settings you set yourself hold.",
    )
    model_connect_timeout: Seconds = Field(
        default=5, description="Seconds to connect to the server."
    )
    model_first_token_timeout: Seconds = Field(
        default=60, description="Seconds a model may take to begin its reply."
    )
    model_idle_timeout: Seconds = Field(
        default=30, description="Seconds without a token after which a reply is given up."
    )
    model_wait: Seconds | None = Field(
        default=None,
        description="Seconds after which a built-in planner makes what the model has not finished, "
        "where there is one; when unset, shortly before the order's time is up.",
    )
    model_attempts: int = Field(
        default=3,
        ge=1,
        le=10,
        description="Attempts for one request to a model, retries included.",
    )
    model_concurrency: Count = Field(
        default=64,
        description="Concurrent calls to one model. Of three or more, the last place is reserved "
        "for a caller who has no call running.",
    )
    model_reply_bytes: int = Field(
        default=2_000_000,
        ge=10_000,
        le=100_000_000,
        description="Maximum size of a reply in bytes.",
    )
    breaker_failures: int = Field(
        default=5,
        ge=1,
        le=1000,
        description="Consecutive failures after which the circuit breaker of a model opens.",
    )
    breaker_pause: Seconds = Field(
        default=30, description="Seconds the breaker stays open before it lets one probe through."
    )

    http_connections: int = Field(
        default=20, ge=1, le=1000, description="Maximum number of connections to one model server."
    )
    http_keepalive: int = Field(
        default=10, ge=0, le=1000, description="Maximum number of idle connections kept open."
    )
    http_keepalive_expiry: Seconds = Field(
        default=30, description="Seconds an idle connection is kept open."
    )

    codemie_base_url: Url | None = Field(
        default=None,
        description="Address of EPAM CodeMie's API, without `/v1`; its assistants make flows.",
    )
    codemie_flow_assistant: str | None = Field(
        default=None, max_length=200, description="Id or slug of the assistant that designs flows."
    )
    codemie_ui_assistant: str | None = Field(
        default=None,
        max_length=200,
        description="Id or slug of the assistant that renders their screens; when unset, Kuznia "
        "renders them itself.",
    )
    codemie_api_key: Key | None = Field(
        default=None, description="A ready-made token; with it there is no sign-in."
    )
    codemie_auth_url: Url | None = Field(
        default=None,
        description="Address of the Keycloak where Kuznia signs in, with `/auth` if it has one.",
    )
    codemie_realm: str = Field(
        default="codemie-prod", max_length=200, description="Realm to sign in to."
    )
    codemie_client_id: str = Field(
        default="codemie-sdk", max_length=200, description="Client id to sign in with."
    )
    codemie_client_secret: Key | None = Field(
        default=None, description="Secret of the client; on its own, or together with a user name."
    )
    codemie_username: str | None = Field(
        default=None, max_length=200, description="User name to sign in with, if a person signs in."
    )
    codemie_password: SecretStr | None = Field(default=None, description="Password of that user.")
