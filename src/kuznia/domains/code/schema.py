"""The order for code, and the drafts that are made from it, as they appear in JSON."""

from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from kuznia.domains.code.languages.find import LANGUAGES, find, suggest
from kuznia.forge.terms import Bench, Draft, Input

Level = Literal["reference", "tree_sitter", "none"]
# From the strongest proof to none at all.
LEVELS: tuple[Level, ...] = ("reference", "tree_sitter", "none")


def _canonical(name: object) -> str:
    known = find(name) if isinstance(name, str) else None
    if known:
        return known.name
    near = suggest(name) if isinstance(name, str) else None
    meant = f" Did you mean {near}?" if near else ""
    names = ", ".join(row.name for row in LANGUAGES)
    message = f"This language is not supported.{meant} Supported: {names}."
    raise ValueError(message)


class CodeInput(Input):
    """An order for source code."""

    prompt: str = Field(
        min_length=10,
        max_length=2_000,
        description="What the code should do, in any natural language.",
    )
    language: Annotated[str, BeforeValidator(_canonical)] = Field(
        description="The programming language; common aliases are accepted, in any letter case.",
        json_schema_extra={"examples": ["python", "ts", "C#"]},
    )
    include_tests: bool = Field(
        default=True,
        description="Also ask for tests; markup and configuration languages have none.",
    )
    include_docs: bool = Field(default=True, description="Also ask for documentation in Markdown.")


class Value(BaseModel):
    """An immutable value that refuses unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Flaw(Value):
    """A place that a parser rejected. Lines and columns count from 1, columns in characters."""

    path: str = ""
    line: int
    column: int
    text: str
    message: str


class Proof(Value):
    """The strongest parser that accepted the source; where there are errors, none did."""

    level: Level
    errors: tuple[Flaw, ...] = ()


class File(Value):
    path: str
    # A name from the table of languages, or `text` for a file of no language of ours.
    language: str
    content: str


class CaseRun(Value):
    """The outcome of one test."""

    name: str
    outcome: Literal["passed", "failed", "error", "skipped"]
    seconds: float
    message: str = ""


class Strength(Value):
    """Mutation testing: of so many mutants of the code, how many made a test fail."""

    mutants: int
    killed: int


class Execution(Value):
    """Whether tests were run, and with what outcome; never a guess.

    `disabled` is what this server does not run, `none` where there is nothing to run. What should
    have been run and could not be is `unavailable`, and the artefact is partial.
    """

    status: Literal["ran", "disabled", "none", "unavailable", "timeout"]
    reason: str = ""
    lacks: str = Field(default="", description="The package that the sandbox does not have.")
    cases: tuple[CaseRun, ...] = ()
    seconds: float = 0.0
    output: str = Field(default="", description="The end of what the tests printed.")
    strength: Strength | None = None
    # The attacks that the sandbox withstood when the server started.
    sandbox: tuple[str, ...] = ()

    @property
    def is_due(self) -> bool:
        """Whether something should have been run, and is a reason to say something."""
        return self.status not in ("disabled", "none")

    def count(self, *outcomes: str) -> int:
        return sum(case.outcome in outcomes for case in self.cases)


DISABLED = Execution(status="disabled", reason="Set CODE_RUN_TESTS=sandbox to have tests run.")
EXAMPLES_DISABLED = Execution(
    status="disabled",
    reason="The request's examples were not run: set CODE_RUN_TESTS=sandbox to have them run.",
)


class CodeDraft(Draft):
    files: tuple[File, ...]
    proof: Proof
    truncated: bool = False
    # Packages beyond the standard library that the reply itself says are needed.
    requires: tuple[str, ...] = ()


class ProgramDraft(CodeDraft):
    """The code that was asked for, with what the examples of the request say of it."""

    examples: Execution = EXAMPLES_DISABLED


class TestsDraft(CodeDraft):
    # Not a test case for pytest to collect, whatever the name looks like.
    __test__ = False

    framework: str
    execution: Execution = DISABLED


class DocumentationDraft(Draft):
    files: tuple[File, ...]
    truncated: bool = False


def weakest(proofs: Iterable[Proof]) -> Proof:
    """One proof for several files: as strong as the weakest of them, with everyone's errors."""
    seen = tuple(proofs)
    level = max(
        seen, key=lambda proof: LEVELS.index(proof.level), default=Proof(level="none")
    ).level
    return Proof(level=level, errors=tuple(flaw for proof in seen for flaw in proof.errors))


# An order for code is read as it is.
CodeBench = Bench[CodeInput]
