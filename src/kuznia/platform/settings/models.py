"""Which models are asked, and how patiently."""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, SecretStr

from kuznia.platform.settings.types import Count, Dollars, Key, Lower, Seconds, SettingsGroup, Url


class ModelSettings(SettingsGroup):
    """The first model, the second, CodeMie, and the care taken with each."""

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
        description="Asks `OPENAI_MODEL`. Off: only the second model, CodeMie where it is set, and "
        "our own planners.",
    )
    fallback_to_free: bool = Field(
        default=True,
        description="When the first model or CodeMie fails: the next model, then our own planners. "
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
    model_concurrency: Count = Field(
        default=64,
        description="Calls to one model at the same time; of three or more, the last is kept for "
        "a caller who has none under way.",
    )
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

    codemie_base_url: Url | None = Field(
        default=None, description="EPAM CodeMie's API, without the /v1; its assistants make flows."
    )
    codemie_flow_assistant: str | None = Field(
        default=None, max_length=200, description="Id or slug of the one that designs flows."
    )
    codemie_ui_assistant: str | None = Field(
        default=None,
        max_length=200,
        description="Id or slug of the one that renders their screens; unset, they are our own.",
    )
    codemie_api_key: Key | None = Field(
        default=None, description="A ready token; with it nobody signs in."
    )
    codemie_auth_url: Url | None = Field(
        default=None,
        description="The Keycloak where Kuznia signs in, with the /auth if it has one.",
    )
    codemie_realm: str = Field(
        default="codemie-prod", max_length=200, description="The realm to sign in to."
    )
    codemie_client_id: str = Field(
        default="codemie-sdk", max_length=200, description="The client that signs in."
    )
    codemie_client_secret: Key | None = Field(
        default=None, description="The client's secret; alone, or with a person's name."
    )
    codemie_username: str | None = Field(
        default=None, max_length=200, description="The person who signs in, if one does."
    )
    codemie_password: SecretStr | None = Field(default=None, description="Their password.")
