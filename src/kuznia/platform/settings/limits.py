"""Settings of rates and budgets."""

from pydantic import Field

from kuznia.platform.settings.types import (
    Count,
    Dollars,
    Networks,
    OptionalRate,
    RouteRates,
    Seconds,
    SettingsGroup,
)
from kuznia.platform.settings.values import Rate


class LimitSettings(SettingsGroup):
    """Rates and budgets: what everyone has for whom an operator has not decided otherwise."""

    rate_limit_requests: OptionalRate = Field(
        default=Rate(100, 60),
        description="Requests one caller may send, or one address where callers have no "
        "credential; `off` is no limit. On your own machine without accounts it applies only when "
        "it is set.",
    )
    rate_limit_generation: OptionalRate = Field(
        default=Rate(10, 60),
        description="Orders one caller may send; each item of a batch is one order.",
    )
    rate_limit_unauthorized: OptionalRate = Field(
        default=Rate(60, 60),
        description="Requests from one address that may be answered 401. A valid credential is "
        "still accepted from the same address.",
    )
    rate_limit_routes: RouteRates = Field(
        default=(),
        description="Rates for single routes, comma-separated: `POST /api/v1/code=5/minute`, "
        "`/api/v1/artefacts/{id}=30/minute`, `/metrics=off`.",
    )
    trusted_proxies: Networks = Field(
        default=(),
        description="Addresses or networks of your own proxies, comma-separated. Only their "
        "`X-Forwarded-For` is trusted.",
    )
    orders_at_once: Count | None = Field(
        default=None, description="Orders of one caller that may run at the same time."
    )
    budget_tokens_day: int | None = Field(
        default=None,
        ge=1,
        le=1_000_000_000_000,
        description="Tokens one caller may use in a day (UTC), input and output.",
    )
    budget_tokens_month: int | None = Field(
        default=None,
        ge=1,
        le=1_000_000_000_000,
        description="Tokens one caller may use in a month.",
    )
    budget_cost_day: Dollars | None = Field(
        default=None,
        description="Dollars one caller may spend in a day; needs the prices of the models.",
    )
    budget_cost_month: Dollars | None = Field(
        default=None, description="Dollars one caller may spend in a month."
    )
    storage_per_caller: int = Field(
        default=1_000_000_000,
        ge=0,
        le=1_000_000_000_000_000,
        description="Bytes of artefacts one caller may keep; 0 is no limit. On your own machine "
        "without accounts it applies only when it is set.",
    )
    budget_lease: Seconds = Field(
        default=30,
        description="Seconds after which the budget that a killed process had reserved is free "
        "again, and after which another process may take over a request with an `Idempotency-Key` "
        "from a process that hangs.",
    )
