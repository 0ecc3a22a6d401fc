"""The settings of the code domain."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from kuznia.platform.settings.types import Lower, SettingsGroup


class CodeSettings(SettingsGroup):
    """Whether what a model wrote is run."""

    code_run_tests: Annotated[Literal["off", "sandbox"], Lower] = Field(
        default="off",
        description="`sandbox`: a model's code and tests are run, in bubblewrap and nowhere else; "
        "`kuznia doctor` shows whether this machine can run a sandbox.",
    )
    code_packages: Path | None = Field(
        default=None,
        description="A folder for packages of Python that tests may import in the sandbox; "
        "`kuznia sandbox add` fills it.",
    )
