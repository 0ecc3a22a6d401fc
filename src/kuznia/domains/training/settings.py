"""The settings of training: exercises of the operator's own, the solver, lessons by context."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from kuznia.platform.settings.types import Lower, SettingsGroup


class TrainingSettings(SettingsGroup):
    """What the operator of a server decides about training plans."""

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
        description="Put lessons about what a prompt asks for first, and give them to the model "
        "together with what we know about the subject.",
    )
