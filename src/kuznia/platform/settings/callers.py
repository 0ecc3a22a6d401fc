"""Who may call."""

from typing import Annotated

from pydantic import Field

from kuznia.platform.settings.types import LATER, Key, SettingsGroup, SigningSecret, Url, Words


class CallerSettings(SettingsGroup):
    """Accounts and tokens."""

    accounts: bool = Field(
        default=False,
        description="Everyone needs a credential: people sign in (`kuznia users create`), programs "
        "bring a key (`kuznia keys create`). On by itself with any of the settings below.",
    )
    jwt_secret: SigningSecret | None = Field(
        default=None,
        description="Takes bearer tokens signed with HS256 and this secret of at least 32 bytes; "
        "signs our own too. Unset: our own are signed with a secret kept in the database.",
    )
    jwt_jwks_url: Url | None = Field(
        default=None,
        description="Takes bearer tokens signed with RS256 or ES256 and a key published here; "
        "needs `JWT_ISSUER` and `JWT_AUDIENCE`.",
    )
    jwt_issuer: str | None = Field(
        default=None, max_length=500, description="Whose tokens are taken: their `iss`."
    )
    jwt_audience: Words = Field(
        default=(), description="Tokens for whom are taken: one of these is their `aud`."
    )
    supabase_url: Url | None = Field(
        default=None,
        description="Takes the tokens of this Supabase project: sets the three above. One whose "
        "tokens are still signed with its legacy secret needs that as `JWT_SECRET`.",
    )
    supabase_anon_key: Key | None = Field(
        default=None, description=f"{LATER} tokens are verified without it."
    )
    supabase_service_role_key: Key | None = Field(
        default=None, description=f"{LATER} nothing is asked of Supabase but its public keys."
    )
    access_token_ttl: Annotated[int, Field(ge=60, le=86_400)] = Field(
        default=900, description="Seconds our own access tokens are good for."
    )
    refresh_token_ttl: Annotated[int, Field(ge=600, le=31_536_000)] = Field(
        default=2_592_000, description="Seconds after which one who did not come must sign in."
    )
    sign_in_ttl: Annotated[int, Field(ge=600, le=31_536_000)] = Field(
        default=2_592_000,
        description="Seconds after which everyone must sign in again, however often they came.",
    )
