"""A plan changed by feedback, held against every rule, as what an artefact is revised to."""

from dataclasses import replace

from kuznia.domains.training.athlete.athlete import read
from kuznia.domains.training.checks import FAMILIES, certificate
from kuznia.domains.training.checks.rules import rules
from kuznia.domains.training.parts import CERTIFICATE, CHECKS, PERSON, PLAN, shaped_by
from kuznia.domains.training.playbook.coaching import Coached
from kuznia.forge.terms import CheckEvidence, Draft, Finding


def parts(coached: Coached) -> dict[str, Draft]:
    """The same parts an order gives, for the plan as it now is; none when it has to stop."""
    if coached.decline is not None:
        return {}
    person = coached.person
    athlete = replace(read(person.order), past=person.past)
    return {
        PLAN.name: coached.plan,
        CERTIFICATE.name: certificate(coached.plan, athlete),
        PERSON.name: person,
    }


def warnings(coached: Coached) -> tuple[Finding, ...]:
    """What does not fit is said and stands in nobody's way: who asked for less gets less."""
    left = () if coached.decline else coached.findings
    return tuple(replace(one, severity="warn") for one in left)


def evidence(coached: Coached) -> tuple[CheckEvidence, ...]:
    """Every rule was held against the changed plan again."""
    broken = {rules()[finding.code].family for finding in coached.findings if finding.stands}
    return tuple(
        CheckEvidence(name=check.name, version=check.version, passed=family not in broken)
        for family, check in zip(FAMILIES, CHECKS, strict=True)
    )


def sources(coached: Coached) -> tuple[str, ...]:
    """The lessons the changed plan stands on."""
    return () if coached.decline else shaped_by(coached.plan)
