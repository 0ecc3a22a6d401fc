"""An analysis as SARIF 2.1.0, the format in which code hosts and editors read findings."""

from collections.abc import Iterator
from urllib.parse import quote

from pydantic import JsonValue

from kuznia import __version__
from kuznia.domains.code.analysis.report.limits import Breach, Limited, Thresholds, breaches
from kuznia.domains.code.analysis.report.rating import is_broken
from kuznia.domains.code.analysis.result import Analysis

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_RULES: dict[Limited, str] = {
    "errors": "A file parses.",
    "cyclomatic": "A function has few decisions.",
    "cognitive": "A function is easy to follow.",
    "nesting": "Control structures nest little.",
    "length": "A function is short.",
    "parameters": "A function takes few parameters.",
    "maintainability": "A file has a high maintainability index.",
    "duplicated_share": "Little of the code is duplicated.",
    "grade": "All files together are rated well.",
}


def sarif(analysis: Analysis, thresholds: Thresholds) -> dict[str, JsonValue]:
    """Every breach as a result; an error that a doubtful grammar reports is a note."""
    breached = breaches(analysis, thresholds)
    results: list[JsonValue] = [
        _result(breach, "error" if breach.limited == "errors" else "warning") for breach in breached
    ]
    if thresholds.errors:
        results += [_result(doubt, "note") for doubt in _doubts(analysis)]
    rules: list[JsonValue] = [
        {"id": name, "shortDescription": {"text": text}} for name, text in _RULES.items()
    ]
    driver: dict[str, JsonValue] = {"name": "kuznia", "version": __version__, "rules": rules}
    run: dict[str, JsonValue] = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": results,
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _doubts(analysis: Analysis) -> Iterator[Breach]:
    for file in analysis.files:
        for flaw in () if is_broken(file.proof, file.language) else file.proof.errors:
            yield Breach(
                limited="errors",
                message=flaw.message,
                path=file.path,
                line=flaw.line,
                column=flaw.column,
            )


def _result(breach: Breach, level: str) -> JsonValue:
    result: dict[str, JsonValue] = {
        "ruleId": breach.limited,
        "level": level,
        "message": {"text": breach.message},
    }
    if breach.path:
        place: dict[str, JsonValue] = {"artifactLocation": {"uri": quote(breach.path)}}
        spans: dict[str, int | None] = {
            "startLine": breach.line,
            "startColumn": breach.column,
            "endLine": breach.end_line,
        }
        if breach.line:
            place["region"] = {name: value for name, value in spans.items() if value}
        result["locations"] = [{"physicalLocation": place}]
    return result
