"""What one order may use, and how each domain makes it."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field
from pydantic_settings import BaseSettings

from kuznia.platform.settings.types import Dollars, Lower


class OrderSettings(BaseSettings):
    """Budgets, and what a domain is allowed."""

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

    code_run_tests: Annotated[Literal["off", "sandbox"], Lower] = Field(
        default="off",
        description="`sandbox`: tests a model wrote are run, in bubblewrap and nowhere else; "
        "`kuznia doctor` says whether this machine can hold one.",
    )
    training_catalogue: Path | None = Field(
        default=None,
        description="A file for exercises of your own; `kuznia catalogue import` writes it.",
    )
    training_solver: Annotated[Literal["search", "exact"], Lower] = Field(
        default="search",
        description="How a week's exercises are chosen: `exact` is a little better, takes about a "
        "third of a second for each week that differs, and needs the extra `solver`.",
    )
    playbook_context_matching_enabled: bool = Field(
        default=False,
        description="Lessons that speak of what a prompt asks for come first, and a model is told "
        "of them and of what we know about it.",
    )
