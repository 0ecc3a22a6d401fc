"""The verifier's teeth: for every rule a plan broken in just that way makes exactly it fire."""

import pytest
from tests.domains.training.checks.cases import CASES
from tests.domains.training.makers import a_plan

from kuznia.domains.training.athlete.athlete import Athlete
from kuznia.domains.training.checks import verify
from kuznia.domains.training.checks.rules import rules
from kuznia.domains.training.schema.plan import Plan


def fired(made: Plan, athlete: Athlete, told: bool) -> set[str]:
    """Rules with a breach that stands; of rules that only tell, also those that were told."""
    return {
        verdict.rule.id
        for verdict in verify(made, athlete)
        if (verdict.breaches if told else not verdict.passed)
    }


def test_every_rule_has_its_case() -> None:
    assert set(CASES) == set(rules())


@pytest.mark.parametrize("name", sorted(CASES))
def test_exactly_the_broken_rule_fires(name: str) -> None:
    case, told = CASES[name], rules()[name].severity == "warn"
    made, athlete = a_plan(case.profile)
    before = fired(made, athlete, told)

    after = fired(*case.broken(made, athlete), told)
    assert name not in before
    assert after - before == {name}
