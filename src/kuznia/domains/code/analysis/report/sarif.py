"""Findings as SARIF 2.1.0, the format in which code hosts and editors read them."""

from collections.abc import Iterable
from urllib.parse import quote

from pydantic import JsonValue

from kuznia import __version__
from kuznia.domains.code.analysis.report.findings import LimitFinding
from kuznia.domains.code.analysis.report.rules import RULES

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
# Paths are relative to it, and it is nowhere written: the report is the same on every machine.
ROOT = "SRCROOT"
# The version of how a finding is known again.
FINGERPRINT = "kuznia/v1"


def sarif(findings: Iterable[LimitFinding]) -> dict[str, JsonValue]:
    """Every finding as a result; those that were accepted say so."""
    rules: list[JsonValue] = [
        {
            "id": name,
            "shortDescription": {"text": rule.title},
            "fullDescription": {"text": rule.asks},
            "help": {"text": rule.help},
            "defaultConfiguration": {"level": rule.level},
        }
        for name, rule in RULES.items()
    ]
    driver: dict[str, JsonValue] = {
        "name": "kuznia",
        "semanticVersion": __version__,
        "rules": rules,
    }
    root = "The folder of the repository, or the one that the analysis ran in."
    run: dict[str, JsonValue] = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {ROOT: {"description": {"text": root}}},
        "results": [_result(finding) for finding in findings],
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _result(finding: LimitFinding) -> JsonValue:
    breach = finding.breach
    result: dict[str, JsonValue] = {
        "ruleId": breach.limited,
        "ruleIndex": list(RULES).index(breach.limited),
        "level": "note" if finding.is_doubt else RULES[breach.limited].level,
        "message": {"text": breach.stable},
        "partialFingerprints": {FINGERPRINT: finding.fingerprint},
    }
    if breach.path:
        result["locations"] = [{"physicalLocation": _place(finding)}]
    if breach.measured is not None:
        result["properties"] = {"measured": breach.measured, "limit": breach.limit}
    if finding.accepted:
        kind = "inSource" if finding.is_accepted_in_source else "external"
        result["suppressions"] = [{"kind": kind, "justification": finding.accepted}]
    return result


def _place(finding: LimitFinding) -> JsonValue:
    breach = finding.breach
    address: dict[str, JsonValue] = {"uri": quote(finding.path)}
    if not finding.path.startswith("/"):
        address["uriBaseId"] = ROOT
    else:
        address["uri"] = f"file://{quote(finding.path)}"
    spans: dict[str, int | None] = {
        "startLine": breach.line,
        "startColumn": breach.column,
        "endLine": breach.end_line or breach.line,
        "endColumn": breach.end_column,
    }
    if not breach.line:
        return {"artifactLocation": address}
    region: dict[str, JsonValue] = {name: value for name, value in spans.items() if value}
    return {"artifactLocation": address, "region": region}
