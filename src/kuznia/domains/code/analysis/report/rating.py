"""The totals over all files, the worst functions, and a grade with its rule."""

from collections.abc import Sequence
from heapq import nlargest

from kuznia.domains.code.analysis.metrics.measure import Risk
from kuznia.domains.code.analysis.result import (
    GRADES,
    Analysis,
    FileAnalysis,
    Grade,
    Rating,
    Totals,
    Worst,
)
from kuznia.domains.code.languages.find import find

MAX_WORST = 20
# The most a function of low, moderate and high risk may have; what is beyond is of very high risk.
CYCLOMATIC = (10, 20, 50)
COGNITIVE = (15, 25, 50)
# The most per cent of function lines of moderate, high and very high risk for A, B, C and D.
SHARES = ((25, 0, 0), (30, 5, 0), (40, 10, 0), (50, 15, 5))
RULE = (
    "Functions are of low, moderate, high or very high risk by cyclomatic complexity (up to 10, 20,"
    " 50, beyond) or cognitive complexity (up to 15, 25, 50, beyond), whichever is worse. The grade"
    " is the best whose limits hold for the share of function lines of moderate, high and very high"
    " risk: A 25, 0, 0; B 30, 5, 0; C 40, 10, 0; D 50, 15, 5 per cent; else E. F: a file does not"
    " parse."
)


def _risk(function: Risk) -> int:
    """The risk of a function, from 0 (low) to 3 (very high)."""
    return max(
        sum(function.cyclomatic > most for most in CYCLOMATIC),
        sum(function.cognitive > most for most in COGNITIVE),
    )


def is_broken(file: FileAnalysis) -> bool:
    """Whether a file does not parse, according to a parser that can be relied on."""
    language = find(file.language)
    return bool(file.proof.errors) and not (language and language.doubt)


def rating(files: Sequence[FileAnalysis], risks: Sequence[Risk], *, whole: bool) -> Rating:
    """The grade of all files together; no grade where some were not read."""
    lines = [0, 0, 0, 0]
    for function in risks:
        lines[_risk(function)] += function.length
    total = sum(lines)
    shares = [round(100 * part / total, 1) if total else 0.0 for part in lines]
    return Rating(
        grade=_grade(files, shares, total) if whole else None,
        rule=RULE,
        moderate=shares[1],
        high=shares[2],
        very_high=shares[3],
    )


def _grade(files: Sequence[FileAnalysis], shares: Sequence[float], total: int) -> Grade | None:
    if any(is_broken(file) for file in files):
        return "F"
    if not total:
        return None
    for grade, limits in zip(GRADES, SHARES, strict=False):
        if all(share <= limit for share, limit in zip(shares[1:], limits, strict=True)):
            return grade
    return "E"


def left_out(analysis: Analysis) -> str:
    """The files that the analysis does not cover, in words; empty where it covers all of them."""
    if analysis.status == "complete":
        return ""
    of = f"{analysis.files_left_out} of {len(analysis.files)} files"
    return f"{of} were left out, each says why; the same may be read another time"


def worst(files: Sequence[FileAnalysis]) -> tuple[Worst, ...]:
    """The functions that should be looked at first."""
    functions = ((file, function) for file in files for function in file.functions)
    return tuple(
        Worst(
            path=file.path,
            name=function.name,
            start_line=function.start_line,
            cyclomatic=function.cyclomatic,
            cognitive=function.cognitive,
        )
        for file, function in nlargest(
            MAX_WORST, functions, key=lambda pair: (pair[1].cognitive, pair[1].cyclomatic)
        )
    )


def totals(files: Sequence[FileAnalysis], risks: Sequence[Risk], duplicated: int) -> Totals:
    """Sums over all files, and means over all functions."""
    counted = [file.metrics for file in files if file.metrics]
    code = sum(metrics.code_lines for metrics in counted)
    comments = sum(metrics.comment_lines for metrics in counted)
    cyclomatic = [function.cyclomatic for function in risks]
    cognitive = [function.cognitive for function in risks]
    return Totals(
        files=len(files),
        files_with_metrics=len(counted),
        files_with_errors=sum(bool(file.proof.errors) for file in files),
        lines=sum(metrics.lines for metrics in counted),
        code_lines=code,
        comment_share=round(comments / (code + comments), 4) if code + comments else 0.0,
        functions=len(risks),
        cyclomatic_mean=_mean(cyclomatic),
        cyclomatic_max=max(cyclomatic, default=0),
        cognitive_mean=_mean(cognitive),
        cognitive_max=max(cognitive, default=0),
        duplicated_lines=duplicated,
        duplicated_share=round(duplicated / code, 4) if code else 0.0,
        maintainability=_weighed(
            [(metrics.maintainability, metrics.code_lines) for metrics in counted]
        ),
        readability_heuristic=_weighed(
            [(metrics.readability.heuristic, metrics.code_lines) for metrics in counted]
        ),
    )


def _mean(values: Sequence[int]) -> float:
    return round(sum(values) / len(values), 2) if values else 0.0


def _weighed(values: Sequence[tuple[float, int]]) -> float | None:
    """A mean over lines of code; None where there are none."""
    lines = sum(weight for _, weight in values)
    return round(sum(value * weight for value, weight in values) / lines, 1) if lines else None
