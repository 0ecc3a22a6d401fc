"""A draft goes through every check of its part; what they say decides."""

from collections.abc import Awaitable, Iterable
from dataclasses import dataclass
from inspect import isawaitable
from typing import Any

from kuznia.forge.terms import AnyPart, Bench, CheckEvidence, Draft, Finding

# A check that has this much to say has made its point; the rest would only cost tokens.
MAX_FINDINGS = 50


@dataclass(frozen=True, slots=True)
class Verdict:
    findings: tuple[Finding, ...]
    checks: tuple[CheckEvidence, ...]

    @property
    def standing(self) -> tuple[Finding, ...]:
        """What stands in the way of acceptance."""
        return tuple(f for f in self.findings if f.stands)

    @property
    def open(self) -> tuple[Finding, ...]:
        """What a model is asked about once more, and does not stand in the way."""
        return tuple(f for f in self.findings if f.severity == "open")


async def check(part: AnyPart, draft: Draft, bench: Bench[Any]) -> Verdict:
    """Every check, always all of them: a model told one fault at a time needs a try for each."""
    findings: list[Finding] = []
    evidence: list[CheckEvidence] = []
    for one in part.checks:
        if one.applies is not None and not one.applies(draft, bench):
            evidence.append(CheckEvidence(name=one.name, version=one.version, passed=None))
            continue
        said: Iterable[Finding] | Awaitable[Iterable[Finding]] = one.run(draft, bench)
        found = list(await said if isawaitable(said) else said)[:MAX_FINDINGS]
        findings += found
        passed = not any(f.is_asked for f in found)
        evidence.append(CheckEvidence(name=one.name, version=one.version, passed=passed))
    return Verdict(tuple(findings), tuple(evidence))
