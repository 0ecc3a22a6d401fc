"""The totals over all files, the worst functions, and a grade with its rule."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from heapq import heappush, heapreplace
from typing import NamedTuple

from kuznia.domains.code.analysis.metrics.measure import Measured, Risk
from kuznia.domains.code.analysis.result import (
    GRADES,
    Function,
    Grade,
    Rating,
    Summary,
    Totals,
    Worst,
)
from kuznia.domains.code.languages.find import find
from kuznia.domains.code.schema import Proof

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
    " risk: A 25, 0, 0; B 30, 5, 0; C 40, 10, 0; D 50, 15, 5 per cent; else E. Files that do not"
    " parse are not rated. F: no other file has a function."
)


class FileCounts(NamedTuple):
    """What the totals and the rating need to know of one file; the first three are 0 or 1."""

    measured: int
    with_errors: int
    broken: int
    lines: int = 0
    code_lines: int = 0
    comment_lines: int = 0
    functions: int = 0
    cyclomatic: int = 0
    cyclomatic_max: int = 0
    cognitive: int = 0
    cognitive_max: int = 0
    # Multiplied by the lines of code, so that they can be added up; the first in hundredths.
    maintainability: int = 0
    readability: int = 0
    # The lines of its functions of low, moderate, high and very high risk.
    low: int = 0
    moderate: int = 0
    high: int = 0
    very_high: int = 0


UNREAD = FileCounts(0, 0, 0)


def _risk(function: Risk) -> int:
    """The risk of a function, from 0 (low) to 3 (very high)."""
    return max(
        sum(function.cyclomatic > most for most in CYCLOMATIC),
        sum(function.cognitive > most for most in COGNITIVE),
    )


def is_broken(proof: Proof, language: str) -> bool:
    """Whether a file does not parse, according to a parser that can be relied on."""
    row = find(language)
    return bool(proof.errors) and not (row and row.doubt)


def counts(file: Measured, language: str) -> FileCounts:
    """Reduce the measurements of a file to what is added up."""
    errors, broken = bool(file.proof.errors), is_broken(file.proof, language)
    metrics = file.metrics
    if not metrics:
        return FileCounts(0, errors, broken)
    by_risk = [0, 0, 0, 0]
    for function in file.risks:
        by_risk[_risk(function)] += function.length
    cyclomatic = [function.cyclomatic for function in file.risks]
    cognitive = [function.cognitive for function in file.risks]
    return FileCounts(
        1,
        errors,
        broken,
        metrics.lines,
        metrics.code_lines,
        metrics.comment_lines,
        len(file.risks),
        sum(cyclomatic),
        max(cyclomatic, default=0),
        sum(cognitive),
        max(cognitive, default=0),
        round(100 * metrics.maintainability) * metrics.code_lines,
        metrics.readability.heuristic * metrics.code_lines,
        *by_risk,
    )


@dataclass(slots=True)
class Tally:
    """The sums over the files of an analysis, added one at a time."""

    files: int = 0
    sums: list[int] = field(default_factory=lambda: [0] * len(FileCounts._fields))
    by_risk: list[int] = field(default_factory=lambda: [0] * 4)
    cyclomatic_max: int = 0
    cognitive_max: int = 0
    # The worst functions so far, the least of them first; of equal ones the first to come stays.
    _worst: list[tuple[tuple[int, int, int], Worst]] = field(
        default_factory=list[tuple[tuple[int, int, int], Worst]]
    )
    _functions: int = 0

    def add(self, file: FileCounts) -> None:
        self.files += 1
        self.sums = [total + value for total, value in zip(self.sums, file, strict=True)]
        self.cyclomatic_max = max(self.cyclomatic_max, file.cyclomatic_max)
        self.cognitive_max = max(self.cognitive_max, file.cognitive_max)
        if not file.broken:
            added = (file.low, file.moderate, file.high, file.very_high)
            self.by_risk = [sum(pair) for pair in zip(self.by_risk, added, strict=True)]

    def may_be_worst(self, file: FileCounts) -> bool:
        """Whether a function of this file can be among the worst."""
        if len(self._worst) < MAX_WORST:
            return bool(file.functions)
        return (file.cognitive_max, file.cyclomatic_max) > self._worst[0][0][:2]

    def add_functions(self, path: str, functions: Iterable[Function]) -> None:
        for function in functions:
            self._functions += 1
            key = (function.cognitive, function.cyclomatic, -self._functions)
            entry = (key, _worst(path, function))
            if len(self._worst) < MAX_WORST:
                heappush(self._worst, entry)
            elif key > self._worst[0][0]:
                heapreplace(self._worst, entry)

    def worst(self) -> tuple[Worst, ...]:
        """The functions that should be looked at first."""
        return tuple(entry for _, entry in sorted(self._worst, key=lambda pair: pair[0])[::-1])

    def rating(self, *, whole: bool = True) -> Rating:
        """The grade of all files together; no grade where some were not read."""
        total = sum(self.by_risk)
        shares = [round(100 * part / total, 1) if total else 0.0 for part in self.by_risk]
        broken = bool(FileCounts(*self.sums).broken)
        return Rating(
            grade=_grade(shares, total, broken=broken) if whole else None,
            rule=RULE,
            moderate=shares[1],
            high=shares[2],
            very_high=shares[3],
        )

    def totals(self, duplicated: int) -> Totals:
        """Sums over all files, and means over all functions."""
        sums = FileCounts(*self.sums)
        code, comments = sums.code_lines, sums.comment_lines
        return Totals(
            files=self.files,
            files_with_metrics=sums.measured,
            files_with_errors=sums.with_errors,
            lines=sums.lines,
            code_lines=code,
            comment_share=round(comments / (code + comments), 4) if code + comments else 0.0,
            functions=sums.functions,
            cyclomatic_mean=_mean(sums.cyclomatic, sums.functions),
            cyclomatic_max=self.cyclomatic_max,
            cognitive_mean=_mean(sums.cognitive, sums.functions),
            cognitive_max=self.cognitive_max,
            duplicated_lines=duplicated,
            duplicated_share=round(duplicated / code, 4) if code else 0.0,
            maintainability=round(sums.maintainability / 100 / code, 1) if code else None,
            readability_heuristic=round(sums.readability / code, 1) if code else None,
        )


def _worst(path: str, function: Function) -> Worst:
    return Worst(
        path=path,
        name=function.name,
        start_line=function.start_line,
        cyclomatic=function.cyclomatic,
        cognitive=function.cognitive,
    )


def _grade(shares: Sequence[float], total: int, *, broken: bool) -> Grade | None:
    if not total:
        return "F" if broken else None
    for grade, limits in zip(GRADES, SHARES, strict=False):
        if all(share <= limit for share, limit in zip(shares[1:], limits, strict=True)):
            return grade
    return "E"


def left_out(analysis: Summary) -> str:
    """The files that the analysis does not cover, in words; empty where it covers all of them."""
    if analysis.status == "complete":
        return ""
    of = f"{analysis.files_left_out} of {analysis.totals.files} files"
    return f"{of} were left out, each says why; the same may be read another time"


def _mean(total: int, count: int) -> float:
    return round(total / count, 2) if count else 0.0
