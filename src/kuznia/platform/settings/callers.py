"""Who may call, and how much."""

from pydantic import Field
from pydantic_settings import BaseSettings

from kuznia.platform.kinds import Key, Rate, Url
from kuznia.platform.settings.later import LATER


class Callers(BaseSettings):
    """Accounts, tokens, limits."""

    supabase_url: Url | None = Field(default=None, description=f"{LATER} accounts will.")
    supabase_anon_key: Key | None = Field(default=None, description=f"{LATER} accounts will.")
    supabase_service_role_key: Key | None = Field(
        default=None, description=f"{LATER} accounts will."
    )
    rate_limit_requests: Rate | None = Field(
        default=None, description=f"{LATER} requests for each client, like `60/minute`."
    )
    rate_limit_generation: Rate | None = Field(
        default=None, description=f"{LATER} orders for each client, like `10/minute`."
    )
