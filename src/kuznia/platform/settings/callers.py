"""Settings of accounts and tokens."""

from typing import Annotated

from pydantic import Field

from kuznia.platform.settings.types import LATER, Key, SettingsGroup, SigningSecret, Url, Words


class CallerSettings(SettingsGroup):
    """Accounts and tokens."""

    accounts: bool = Field(
        default=False,
        description="Require a credential for every request: people sign in (`kuznia users "
        "create`), programs send a key (`kuznia keys create`). Any `JWT_*` secret or key set "
        "below turns it on.",
    )
    jwt_secret: SigningSecret | None = Field(
        default=None,
        description="Accept bearer tokens signed with HS256 and this secret of at least 32 bytes. "
        "Also signs our own tokens; when unset, they are signed with a secret kept in the "
        "database.",
    )
    jwt_jwks_url: Url | None = Field(
        default=None,
        description="Accept bearer tokens signed with RS256 or ES256 and a key published at this "
        "address. Needs `JWT_ISSUER` and `JWT_AUDIENCE`.",
    )
    jwt_issuer: str | None = Field(
        default=None, max_length=500, description="The issuer (`iss`) whose tokens are accepted."
    )
    jwt_audience: Words = Field(
        default=(),
        description="Audiences, comma-separated: a token must be for one of them (`aud`).",
    )
    supabase_url: Url | None = Field(
        default=None,
        description="Accept the tokens of this Supabase project: sets the three settings above. If "
        "the project still signs with its legacy secret, put that in `JWT_SECRET`.",
    )
    supabase_anon_key: Key | None = Field(
        default=None, description=f"{LATER} tokens are verified without it."
    )
    supabase_service_role_key: Key | None = Field(
        default=None, description=f"{LATER} nothing is asked of Supabase but its public keys."
    )
    access_token_ttl: Annotated[int, Field(ge=60, le=86_400)] = Field(
        default=900, description="Seconds for which our own access tokens are valid."
    )
    refresh_token_ttl: Annotated[int, Field(ge=600, le=31_536_000)] = Field(
        default=2_592_000,
        description="Seconds of inactivity after which a user must sign in again.",
    )
    sign_in_ttl: Annotated[int, Field(ge=600, le=31_536_000)] = Field(
        default=2_592_000,
        description="Seconds after which a user must sign in again, however active they are.",
    )
