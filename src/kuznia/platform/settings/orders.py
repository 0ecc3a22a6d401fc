"""What one order may use, and how each domain makes it."""

from typing import Literal

from pydantic import Field

from kuznia.platform.settings.types import Dollars, SettingsGroup


class OrderSettings(SettingsGroup):
    """Budgets, and what a domain is allowed."""

    wishes: Literal["lenient", "strict"] = Field(
        default="lenient",
        description="With `strict` an artefact that does not do everything its prompt asks for is "
        "answered with the error `WISHES_OPEN`, which names it; with `lenient` its status is "
        "`partial`. A caller can choose `strict` for an order.",
    )
    order_attempts: int = Field(
        default=12,
        ge=1,
        le=1000,
        description="Model calls one order may make, retries and repairs included.",
    )
    order_tokens: int = Field(
        default=200_000,
        ge=100,
        le=100_000_000,
        description="Tokens one order may use, input and output.",
    )
    order_cost: Dollars | None = Field(
        default=None, description="Dollars one order may cost; needs the prices of the models."
    )
