"""Code, its analysis and its languages as they used to look."""

import re
from collections.abc import Iterable, Sequence
from typing import Literal

from pydantic import BaseModel, Field
from pydantic_core import from_json

from kuznia.domains.code.analysis import Analysis
from kuznia.domains.code.analysis.result import Performance
from kuznia.domains.code.languages.find import LANGUAGES, find
from kuznia.domains.code.schema import DocumentationDraft, File, ProgramDraft, TestsDraft
from kuznia.forge.shelf.shelf import Kept

Outcome = Literal["completed", "partial", "failed"]
_POWER = re.compile(r"n\^(\d+)")


class SyntaxFlaw(BaseModel):
    line: int
    column: int
    message: str


class Estimate(BaseModel):
    """How the work of the slowest function grows with its input; an upper bound, never seconds."""

    complexity: str
    function: str | None = None
    confidence: str


class OldMetrics(BaseModel):
    """What was measured; nothing where the language cannot be measured."""

    syntax_errors: list[SyntaxFlaw]
    cyclomatic_complexity: int | None
    readability_score: float | None = Field(description="0 to 100.")
    performance_estimate: Estimate | None
    lines_of_code: int
    functions: int


class AnalysisAnswer(OldMetrics):
    language: str
    is_valid: bool


class CodeAnswer(BaseModel):
    """What came of a prompt; a part that is missing is null, and `status` says so."""

    id: str | None
    status: Outcome
    programming_language: str
    code: str | None = None
    tests: str | None = None
    documentation: str | None = None
    metrics: OldMetrics | None = None
    files: list[File] = Field(default=[], description="The same, file by file.")
    error: str | None = None


class OldLanguage(BaseModel):
    id: str
    name: str
    test_framework: str | None
    documentation_style: str | None


class OldLanguages(BaseModel):
    languages: list[OldLanguage]


def code_answer(kept: Kept) -> CodeAnswer:
    """An artefact of code in the old shape; code is never declined."""
    artefact = from_json(kept.body)
    parts = artefact["parts"]
    code = ProgramDraft.model_validate(parts["code"])
    tests = TestsDraft.model_validate(parts["tests"]) if "tests" in parts else None
    docs = (
        DocumentationDraft.model_validate(parts["documentation"])
        if "documentation" in parts
        else None
    )
    drafts = [one for one in (code, tests, docs) if one is not None]
    return CodeAnswer(
        id=kept.id,
        status="partial" if artefact["unmet"] else "completed",
        programming_language=code.files[0].language,
        code=together(code.files),
        tests=together(tests.files) if tests else None,
        documentation=together(docs.files) if docs else None,
        metrics=measured(Analysis.model_validate(parts["metrics"])) if "metrics" in parts else None,
        files=[file for draft in drafts for file in draft.files],
    )


def failed(message: str, language: str) -> CodeAnswer:
    return CodeAnswer(id=None, status="failed", programming_language=language, error=message)


def together(files: Sequence[File]) -> str:
    """One text of several files, each under a comment with its path."""
    if len(files) == 1:
        return files[0].content
    return "\n".join(f"{_heading(file)}\n{file.content}" for file in files)


def _heading(file: File) -> str:
    row = find(file.language)
    if row and row.comments.line:
        return f"{row.comments.line[0]} {file.path}"
    if row and row.comments.block:
        opening, closing = row.comments.block[0]
        return f"{opening} {file.path} {closing}"
    return file.path


def measured(analysis: Analysis) -> OldMetrics:
    """The whole analysis in a few numbers."""
    counted = [file.metrics for file in analysis.files if file.metrics]
    return OldMetrics(
        syntax_errors=[
            SyntaxFlaw(line=flaw.line, column=flaw.column, message=flaw.message)
            for file in analysis.files
            for flaw in file.proof.errors
        ],
        cyclomatic_complexity=sum(one.cyclomatic for one in counted) if counted else None,
        readability_score=analysis.totals.readability_heuristic,
        performance_estimate=_slowest(
            (one.name, one.performance) for file in analysis.files for one in file.functions
        ),
        lines_of_code=analysis.totals.code_lines,
        functions=analysis.totals.functions,
    )


def analysed(analysis: Analysis) -> AnalysisAnswer:
    """The analysis of one file in the old shape."""
    flaws = measured(analysis)
    return AnalysisAnswer(
        **dict(flaws), language=analysis.files[0].language, is_valid=not flaws.syntax_errors
    )


def _slowest(functions: Iterable[tuple[str, Performance]]) -> Estimate | None:
    slowest = max(functions, key=lambda named: _degree(named[1].bound), default=None)
    if slowest is None:
        return None
    name, found = slowest
    return Estimate(complexity=found.bound, function=name, confidence=found.confidence)


def _degree(bound: str) -> tuple[int, int]:
    """How steep a bound is, to find the worst; one that is not known is below all that are."""
    if bound == "unknown":
        return (-1, 0)
    if "^n" in bound or "!" in bound:
        return (100, 0)
    power = _POWER.search(bound)
    linear = "n" in bound.replace("log n", "")
    return (int(power[1]) if power else int(linear), bound.count("log"))


def languages() -> OldLanguages:
    """Every language code can be asked for in."""
    return OldLanguages(
        languages=[
            OldLanguage(
                id=row.name, name=row.title, test_framework=row.tests, documentation_style=row.docs
            )
            for row in LANGUAGES
        ]
    )
