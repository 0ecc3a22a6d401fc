"""What became of the tests when they were run, as it goes over the wire."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CaseRun(_Value):
    """One test and what became of it."""

    name: str
    outcome: Literal["passed", "failed", "error", "skipped"]
    seconds: float
    message: str = ""


class Strength(_Value):
    """How many small lies in the code the tests noticed; tests that notice none prove nothing."""

    lies: int
    noticed: int


class Execution(_Value):
    """Whether the tests were run, and what they said; never a guess."""

    status: Literal["ran", "disabled", "unavailable", "timeout"]
    reason: str = ""
    cases: tuple[CaseRun, ...] = ()
    seconds: float = 0.0
    output: str = Field(default="", description="The end of what was printed.")
    strength: Strength | None = None
    # What the sandbox was seen to withstand when the server started.
    sandbox: tuple[str, ...] = ()

    def count(self, *outcomes: str) -> int:
        return sum(case.outcome in outcomes for case in self.cases)


DISABLED = Execution(status="disabled", reason="Set CODE_RUN_TESTS=sandbox to have tests run.")
