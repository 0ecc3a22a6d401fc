"""Findings that a project lives with for now, in a file beside its code."""

from collections.abc import Iterable
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from kuznia.domains.code.analysis.report.findings import LimitFinding

MAX_BYTES = 50_000_000


class BaselineEntry(BaseModel):
    """One finding; only the fingerprint counts, the rest is for people who read the file."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    fingerprint: str
    rule: str
    path: str
    name: str = ""


class Baseline(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    version: int = 1
    findings: tuple[BaselineEntry, ...]


class BaselineWrong(ValueError):
    """The file cannot be read as a baseline; says why."""


def known_fingerprints(path: Path) -> frozenset[str]:
    try:
        content = path.read_bytes()[: MAX_BYTES + 1]
    except OSError as error:
        raise BaselineWrong(f"{path} cannot be read: {error.strerror}") from None
    try:
        baseline = Baseline.model_validate_json(content)
    except ValidationError:
        baseline = None
    if not baseline or baseline.version != 1:
        raise BaselineWrong(f"{path} is no baseline: write one with --write-baseline")
    return frozenset(entry.fingerprint for entry in baseline.findings)


def baseline_of(findings: Iterable[LimitFinding]) -> Baseline:
    """The findings of files; what concerns all files together is never lived with."""
    entries = [
        BaselineEntry(
            fingerprint=finding.fingerprint,
            rule=finding.breach.limited,
            path=finding.path,
            name=finding.breach.name,
        )
        for finding in findings
        if finding.path and not finding.is_doubt and not finding.is_accepted_in_source
    ]
    return Baseline(findings=tuple(sorted(entries, key=lambda entry: (entry.path, entry.rule))))
