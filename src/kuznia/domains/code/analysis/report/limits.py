"""The limits that a project sets, and where an analysis breaches them."""

from collections.abc import Iterator

from pydantic import BaseModel, ConfigDict, Field

from kuznia.domains.code.analysis.report.rating import is_broken, left_out
from kuznia.domains.code.analysis.report.rules import Limited
from kuznia.domains.code.analysis.result import (
    GRADES,
    Analysis,
    FileAnalysis,
    Function,
    Grade,
    Summary,
)

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
    # The same without what was measured: equal as long as the place is still in breach.
    stable: str
    path: str = ""
    # The function, or for an error the text that was rejected.
    name: str = ""
    measured: float | None = None
    limit: float | None = None
    line: int | None = None
    column: int | None = None
    end_line: int | None = None
    end_column: int | None = None


def breaches(analysis: Analysis, thresholds: Thresholds) -> list[Breach]:
    """Every breach: file by file in the order of lines, then those of all files together."""
    every: list[Breach] = []
    for file in analysis.files:
        every += breaches_of_file(file, thresholds)
    return [*every, *breaches_of_all(analysis, thresholds)]


def breaches_of_file(file: FileAnalysis, thresholds: Thresholds) -> list[Breach]:
    """Every breach in one file, in the order of lines."""
    return sorted(_of_file(file, thresholds), key=lambda breach: breach.line or 0)


def _of_file(file: FileAnalysis, thresholds: Thresholds) -> Iterator[Breach]:
    if thresholds.errors and is_broken(file.proof, file.language):
        for flaw in file.proof.errors:
            message = f"does not parse: {flaw.message}"
            yield Breach(
                limited="errors",
                message=message,
                stable=message,
                path=file.path,
                name=flaw.text,
                line=flaw.line,
                column=flaw.column,
                end_line=flaw.line,
                end_column=flaw.column + max(1, len(flaw.text)),
            )
    least = thresholds.maintainability
    if file.metrics and least is not None and file.metrics.maintainability < least:
        value = file.metrics.maintainability
        yield Breach(
            limited="maintainability",
            message=f"maintainability {value:g}, at least {least:g} required",
            stable=f"maintainability below {least:g}",
            path=file.path,
            measured=value,
            limit=least,
        )
    for function in file.functions:
        for limited in _FUNCTION:
            most: int | None = getattr(thresholds, limited)
            if most is not None and getattr(function, limited) > most:
                yield _of_function(file.path, function, limited, most)


def _of_function(path: str, function: Function, limited: Limited, most: int) -> Breach:
    value: int = getattr(function, limited)
    return Breach(
        limited=limited,
        message=f"{function.name}: {limited} {value}, at most {most} allowed",
        stable=f"{function.name}: {limited} over {most}",
        path=path,
        name=function.name,
        measured=value,
        limit=most,
        line=function.start_line,
        end_line=function.end_line,
    )


def breaches_of_all(analysis: Summary, thresholds: Thresholds) -> Iterator[Breach]:
    """The breaches that no single file is to blame for."""
    share, most = analysis.totals.duplicated_share, thresholds.duplicated_share
    if most is not None and share > most:
        message = f"{share:.1%} of the code is duplicated, at most {most:.1%} allowed"
        yield Breach(
            limited="duplicated_share",
            message=message,
            stable=f"more than {most:.1%} of the code is duplicated",
            measured=share,
            limit=most,
        )
    grade, least = analysis.rating.grade, thresholds.grade
    if least and analysis.status == "partial":
        message = f"not rated, at least {least} required: {left_out(analysis)}"
        yield Breach(limited="grade", message=message, stable=f"not rated {least} or better")
    if grade and least and GRADES.index(grade) > GRADES.index(least):
        message = f"rated {grade}, at least {least} required"
        yield Breach(limited="grade", message=message, stable=f"rated worse than {least}")
