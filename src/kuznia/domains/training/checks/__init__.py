"""The verifier: every plan, whoever made it, is held against every rule.

It shares no code with the planner. What it reads is the plan, the person and the catalogue.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from kuznia.domains.training.athlete.athlete import Athlete
from kuznia.domains.training.catalogue import fingerprint
from kuznia.domains.training.checks import dose, effort, endurance, people, progress, shape, words
from kuznia.domains.training.checks.rules import Amount, Measure, PlanRule, rules, ruleset
from kuznia.domains.training.checks.view import PlanView
from kuznia.domains.training.schema.plan import Plan, PlanPiece
from kuznia.forge.terms import Draft, Finding, Severity

Checker = Callable[[PlanView, PlanRule], Iterator[Measure]]

CHECKS: Mapping[str, Checker] = {
    **shape.CHECKS,
    **words.CHECKS,
    **dose.CHECKS,
    **effort.CHECKS,
    **progress.CHECKS,
    **endurance.CHECKS,
    **people.CHECKS,
}
FAMILIES = tuple(dict.fromkeys(rule.family for rule in rules().values()))
# A rule broken in every dose of sixteen weeks is told a few times, not a thousand.
MAX_FINDINGS = 5
_WORSE: Mapping[Severity, int] = {"warn": 0, "mend": 1, "block": 2}


@dataclass(frozen=True, slots=True)
class RuleVerdict:
    """What became of one rule: how often it was measured, and every breach."""

    rule: PlanRule
    measured: int
    # The measurement that stands for the rule: its worst breach, or the last one made.
    tells: Measure | None
    breaches: tuple[Measure, ...]

    @property
    def passed(self) -> bool:
        return all(self.severity(breach) == "warn" for breach in self.breaches)

    def severity(self, breach: Measure) -> Severity:
        return breach.severity or self.rule.severity


class Checked(PlanPiece):
    """One line of a certificate."""

    rule: str
    version: int
    message: str
    measured: Amount | None
    limit: Amount | None
    where: str | None
    measurements: int
    passed: bool
    card: str


class Certificate(Draft):
    """What was measured, rule by rule, and against which rules and catalogue."""

    ruleset: str
    catalogue: str
    plan: str
    passed: bool
    checks: tuple[Checked, ...]


def verify(plan: Plan, athlete: Athlete, family: str | None = None) -> tuple[RuleVerdict, ...]:
    """Hold a plan against every rule, or against one family of them."""
    view = PlanView(plan, athlete)
    return tuple(
        _verdict(rule, view) for rule in rules().values() if family is None or rule.family == family
    )


def _verdict(rule: PlanRule, view: PlanView) -> RuleVerdict:
    measures = tuple(CHECKS[rule.id](view, rule))
    breaches = tuple(measure for measure in measures if not measure.passed)
    worst = max(breaches, key=lambda breach: _WORSE[breach.severity or rule.severity], default=None)
    return RuleVerdict(rule, len(measures), worst or (measures[-1] if measures else None), breaches)


def findings(
    verdicts: tuple[RuleVerdict, ...], limit: int | None = MAX_FINDINGS
) -> Iterator[Finding]:
    """Every breach as a finding, a few of each rule, the worst of it first."""
    for verdict in verdicts:
        worst_first = sorted(verdict.breaches, key=lambda breach: -_WORSE[verdict.severity(breach)])
        for breach in worst_first[:limit]:
            yield Finding(
                code=verdict.rule.id,
                severity=verdict.severity(breach),
                where=breach.where,
                message=f"{verdict.rule.message}: {breach.measured}, limit {breach.limit}.",
                hint=f"Change {breach.where} so that this holds: {verdict.rule.message.lower()}.",
            )


def certified(plan: Plan, verdicts: tuple[RuleVerdict, ...]) -> Certificate:
    """The certificate of a plan that was held against every rule."""
    return Certificate(
        ruleset=ruleset(),
        catalogue=fingerprint(),
        plan=hashlib.sha256(plan.model_dump_json().encode()).hexdigest(),
        passed=all(verdict.passed for verdict in verdicts),
        checks=tuple(_line(verdict) for verdict in verdicts),
    )


def _line(verdict: RuleVerdict) -> Checked:
    tells = verdict.tells
    return Checked(
        rule=verdict.rule.id,
        version=verdict.rule.version,
        message=verdict.rule.message,
        measured=tells.measured if tells else None,
        limit=tells.limit if tells else None,
        where=tells.where if tells else None,
        measurements=verdict.measured,
        passed=verdict.passed,
        card=verdict.rule.card,
    )


@dataclass(frozen=True, slots=True)
class VerifiedPlan:
    """A plan with what breaks it, by family of rules, and its certificate."""

    plan: Plan
    by_family: Mapping[str, tuple[Finding, ...]]
    certificate: Certificate

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Every finding, in the order of the families."""
        return tuple(finding for family in self.by_family.values() for finding in family)


def verify_plan(plan: Plan, athlete: Athlete) -> VerifiedPlan:
    """Hold a plan against every rule, once for its findings and its certificate."""
    verdicts = verify(plan, athlete)
    by_family = {
        family: tuple(findings(tuple(v for v in verdicts if v.rule.family == family)))
        for family in FAMILIES
    }
    return VerifiedPlan(plan, by_family, certified(plan, verdicts))
