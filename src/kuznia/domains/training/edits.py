"""A plan changed by feedback, held against every rule, as the parts and evidence of an artefact."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from kuznia.domains.training.athlete.athlete import read
from kuznia.domains.training.checks import FAMILIES, certificate
from kuznia.domains.training.checks.rules import rules
from kuznia.domains.training.parts import CERTIFICATE, PERSON, PLAN, shaped_by, version
from kuznia.domains.training.playbook.coaching import Coached
from kuznia.domains.training.schema.plan import Plan
from kuznia.forge.terms import CheckEvidence, Draft, Evidence, Finding, PartEvidence, RunId


def parts(coached: Coached) -> Mapping[str, Draft]:
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


def told(coached: Coached) -> tuple[Finding, ...]:
    """What does not fit is said and stands in nobody's way: who asked for less gets less."""
    left = () if coached.decline else coached.findings
    return tuple(replace(one, severity="warn") for one in left)


def evidence(
    run_id: RunId, made: Mapping[str, Draft], left: Iterable[Finding], seconds: float
) -> Evidence:
    """All of it is our own work: no model was asked, and every rule was held against it again."""
    broken = {rules()[one.code].family for one in left if one.stands}
    checks = tuple(
        CheckEvidence(name=one.name, version=one.version, passed=family not in broken)
        for family, one in zip(FAMILIES, PLAN.checks, strict=True)
    )
    rows = tuple(
        PartEvidence(
            part=name,
            made_by="computed",
            model=None,
            tries=0,
            mended=False,
            checks=checks if name == PLAN.name else (),
            seconds=seconds if name == PLAN.name else 0.0,
            ended="accepted",
            sources=shaped_by(draft) if isinstance(draft, Plan) else (),
        )
        for name, draft in made.items()
    )
    return Evidence(
        run_id=run_id,
        domain_version=version(),
        parts=rows,
        attempts=(),
        input_tokens=0,
        output_tokens=0,
        cost=0,
        seconds=seconds,
        model_seconds=0.0,
    )
