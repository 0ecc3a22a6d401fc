"""The limits that a project sets, and where an analysis breaches them."""

from collections.abc import Iterator
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from kuznia.domains.code.analysis.report.rating import is_broken, left_out
from kuznia.domains.code.analysis.result import GRADES, Analysis, FileAnalysis, Grade

Limited = Literal[
    "errors",
    "cyclomatic",
    "cognitive",
    "nesting",
    "length",
    "parameters",
    "maintainability",
    "duplicated_share",
    "grade",
]
_FUNCTION: tuple[Limited, ...] = ("cyclomatic", "cognitive", "nesting", "length", "parameters")


class Thresholds(BaseModel):
    """The maxima of a function and the minima of a file or of all files; None: no limit."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    # Whether a file that does not parse is a breach.
    errors: bool = True
    cyclomatic: int | None = Field(default=None, ge=1)
    cognitive: int | None = Field(default=None, ge=0)
    nesting: int | None = Field(default=None, ge=0)
    length: int | None = Field(default=None, ge=1)
    parameters: int | None = Field(default=None, ge=0)
    maintainability: float | None = Field(default=None, ge=0, le=100)
    # Of the lines of code of all files, from 0 to 1.
    duplicated_share: float | None = Field(default=None, ge=0, le=1)
    grade: Grade | None = None


class Breach(BaseModel):
    """A limit that does not hold, and where; a breach of all files together has no path."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    limited: Limited
    message: str
    path: str = ""
    line: int | None = None
    column: int | None = None
    end_line: int | None = None


def breaches(analysis: Analysis, thresholds: Thresholds) -> list[Breach]:
    """Every breach: file by file in the order of lines, then those of all files together."""
    every: list[Breach] = []
    for file in analysis.files:
        every += sorted(_of_file(file, thresholds), key=lambda breach: breach.line or 0)
    return [*every, *_of_all(analysis, thresholds)]


def _of_file(file: FileAnalysis, thresholds: Thresholds) -> Iterator[Breach]:
    if thresholds.errors and is_broken(file.proof, file.language):
        for flaw in file.proof.errors:
            message = f"does not parse: {flaw.message}"
            yield Breach(
                limited="errors",
                message=message,
                path=file.path,
                line=flaw.line,
                column=flaw.column,
            )
    least = thresholds.maintainability
    if file.metrics and least is not None and file.metrics.maintainability < least:
        message = f"maintainability {file.metrics.maintainability:g}, at least {least:g} required"
        yield Breach(limited="maintainability", message=message, path=file.path)
    for function in file.functions:
        for limited in _FUNCTION:
            value: int = getattr(function, limited)
            most: int | None = getattr(thresholds, limited)
            if most is not None and value > most:
                yield Breach(
                    limited=limited,
                    message=f"{function.name}: {limited} {value}, at most {most} allowed",
                    path=file.path,
                    line=function.start_line,
                    end_line=function.end_line,
                )


def _of_all(analysis: Analysis, thresholds: Thresholds) -> Iterator[Breach]:
    share, most = analysis.totals.duplicated_share, thresholds.duplicated_share
    if most is not None and share > most:
        message = f"{share:.1%} of the code is duplicated, at most {most:.1%} allowed"
        yield Breach(limited="duplicated_share", message=message)
    grade, least = analysis.rating.grade, thresholds.grade
    if least and analysis.status == "partial":
        message = f"not rated, at least {least} required: {left_out(analysis)}"
        yield Breach(limited="grade", message=message)
    if grade and least and GRADES.index(grade) > GRADES.index(least):
        yield Breach(limited="grade", message=f"rated {grade}, at least {least} required")
