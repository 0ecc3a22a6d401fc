"""What came of each part, and what that says of the others."""

from collections.abc import Mapping
from dataclasses import dataclass

from kuznia.forge.artefact import PartEvidence
from kuznia.forge.terms import AnyPart, Draft, Ended, Finding, Wish
from kuznia.forge.trial import CheckedReply
from kuznia.llm.model import ModelFault
from kuznia.platform.errors import Fault, TimedOut


@dataclass(frozen=True, slots=True)
class PartResult:
    """What came of a part. Without a draft, `fault` says why nobody could even try."""

    draft: Draft | None
    findings: tuple[Finding, ...]
    evidence: PartEvidence
    fault: Fault | None = None
    # What the domain computed from the draft, for the parts that are made from it.
    study: object = None
    # What the model says became of each wish; and what did, as far as this part shows it.
    claims: tuple[Wish, ...] = ()
    wishes: tuple[Wish, ...] = ()
    # The best reply, accepted or not.
    best: CheckedReply | None = None


@dataclass(frozen=True, slots=True)
class Earlier:
    """What came of a part before it had to be made again, and what another part says of it."""

    result: PartResult
    findings: tuple[Finding, ...] = ()


def blames(made: Mapping[str, PartResult]) -> tuple[Finding, ...]:
    """What is said of accepted parts by those that were given up over them."""
    return tuple(
        finding
        for result in made.values()
        if result.draft is None and result.evidence.ended in ("tries", "stalled", "blamed")
        for finding in result.findings
        if finding.blames in made and made[finding.blames].draft is not None
    )


def is_partial(made: PartResult) -> bool:
    """Whether something is missing or open in it."""
    return made.draft is None or any(finding.severity == "open" for finding in made.findings)


def _nobody(part: AnyPart, ended: Ended) -> PartEvidence:
    return PartEvidence(
        part=part.name,
        made_by="nobody",
        model=None,
        tries=0,
        mended=False,
        checks=(),
        seconds=0.0,
        ended=ended,
    )


def late(part: AnyPart) -> PartResult:
    """A part that the deadline came before."""
    fault = TimedOut("The deadline passed before the order was made; the work was stopped.")
    return PartResult(None, (fault_finding(part, fault),), _nobody(part, "deadline"), fault)


def without(part: AnyPart, accepted: Mapping[str, Draft]) -> PartResult:
    """A part that stands on one that is missing."""
    missing = ", ".join(need for need in part.needs if need not in accepted)
    finding = Finding("needs", "block", part.name, f"It needs {missing}, which is missing.")
    return PartResult(None, (finding,), _nobody(part, "needs"))


def fault_finding(part: AnyPart, fault: Fault) -> Finding:
    """Why a part was not made, said as a finding."""
    code = f"model-{fault.reason}" if isinstance(fault, ModelFault) else fault.code.lower()
    code = code.replace("_", "-")
    return Finding(code, "block", part.name, fault.message)
