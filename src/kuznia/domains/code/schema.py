"""The order for code, and the drafts that are made from it, as they appear in JSON."""

import re
from collections.abc import Iterable, Sequence
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
)

from kuznia.domains.code.languages.find import LANGUAGES, find, find_by_path, suggest
from kuznia.domains.code.languages.paths import safe_path
from kuznia.forge.terms import Attachment, Bench, Draft, Input

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


# What comes with an order: a model has to read all of it beside the request.
MAX_ORDER_FILES, MAX_ORDER_CHARACTERS = 20, 60_000
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")


def _safe(path: str) -> str:
    if safe_path(path) != path:
        message = "A path of a file is relative, with slashes, and stays inside the project."
        raise ValueError(message)
    return path


def _text(content: str) -> str:
    if control := _CONTROLS.search(content):
        message = f"This is no text file: character {control.start() + 1} is a control character."
        raise ValueError(message)
    return content


class OrderFile(Attachment):
    """A file that comes with an order."""

    path: Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_safe)]
    content: Annotated[str, Field(max_length=MAX_ORDER_CHARACTERS), AfterValidator(_text)]


def _bounded(files: Sequence[OrderFile]) -> Sequence[OrderFile]:
    if len({file.path.casefold() for file in files}) < len(files):
        raise ValueError("Two of the files have the same path.")
    total = sum(len(file.content) for file in files)
    if total > MAX_ORDER_CHARACTERS:
        message = (
            f"The files have {total:,} characters together, and {MAX_ORDER_CHARACTERS:,} are the "
            "limit: send only those that are to be changed or used."
        )
        raise ValueError(message)
    return files


class CodeInput(Input):
    """An order for source code, or for a change to files that come with it."""

    prompt: str = Field(
        min_length=10,
        max_length=20_000,
        description="What the code should do, in any natural language.",
    )
    language: Annotated[str, BeforeValidator(_canonical)] = Field(
        description="The programming language; common aliases are accepted, in any letter case.",
        json_schema_extra={"examples": ["python", "ts", "C#"]},
    )
    files: Annotated[tuple[OrderFile, ...], AfterValidator(_bounded)] = Field(
        default=(),
        max_length=MAX_ORDER_FILES,
        description="Files that the code is to fit, or that the prompt asks to change, with the "
        f"tests that cover them; {MAX_ORDER_CHARACTERS:,} characters together.",
    )

    include_tests: bool | None = Field(
        default=None,
        description="Also ask for tests; markup and configuration languages have none. Left out, "
        "it is true, and false where `files` come.",
    )
    include_docs: bool | None = Field(
        default=None,
        description="Also ask for documentation in Markdown. Left out, it is true, and false where "
        "`files` come.",
    )

    @field_validator("include_tests", "include_docs")
    @classmethod
    def _as_left_out(cls, value: bool | None, info: ValidationInfo) -> bool | None:
        """None for what it is when it is left out: equal orders are found as one."""
        return None if value is not bool(info.data.get("files")) else value

    @property
    def has_tests(self) -> bool:
        """Whether tests are ordered."""
        return not self.files if self.include_tests is None else self.include_tests

    @property
    def has_docs(self) -> bool:
        """Whether documentation is ordered."""
        return not self.files if self.include_docs is None else self.include_docs

    @property
    def came(self) -> "tuple[File, ...]":
        """The files that came, each with its language."""
        return tuple(
            File(path=file.path, language=row.name if row else "text", content=file.content)
            for file in self.files
            for row in [find_by_path(file.path)]
        )


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
TESTS_DISABLED = Execution(
    status="disabled",
    reason="The tests that came were not run: set CODE_RUN_TESTS=sandbox to have them run.",
)
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


class ChangedFile(Value):
    """A file of a change; it is not one of them unless something in it is different."""

    path: str
    status: Literal["changed", "created"]


class FileChanges(Value):
    """A change to the files that came with an order."""

    # A unified diff against exactly these files; git and patch apply it.
    diff: str
    files: tuple[ChangedFile, ...]
    # The tests that came: what passed with the files as they came, run with them as they are now.
    tests: Execution = TESTS_DISABLED


class ProgramDraft(CodeDraft):
    """The code that was asked for, with what the examples of the request say of it.

    Where files came with the order, `files` are those that changed or are new, whole.
    """

    examples: Execution = EXAMPLES_DISABLED
    change: FileChanges | None = None


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


def over(files: Iterable[File], changed: Iterable[File]) -> tuple[File, ...]:
    """The files, those of the second in the place of those with the same path."""
    return tuple(({file.path: file for file in files} | {f.path: f for f in changed}).values())


def project(bench: "CodeBench", draft: CodeDraft) -> tuple[File, ...]:
    """A draft's files, among those that came with the order."""
    return over(bench.reading.came, draft.files) if bench.reading.files else draft.files


# An order for code is read as it is.
CodeBench = Bench[CodeInput]
