"""The proof of a flow as it is delivered: each check's result, and the paths that were walked."""

from kuznia.domains.flows.schema import FlowValue
from kuznia.forge.terms import Draft


class CheckResult(FlowValue):
    name: str
    passed: bool


class ProofFinding(FlowValue):
    code: str
    severity: str
    where: str
    message: str


class FlowPath(FlowValue):
    """One path through a flow: the steps in order, and the end it reached."""

    steps: tuple[str, ...]
    end: str


class FlowProof(Draft):
    """The results of the sixteen checks, and the paths through the flow."""

    sound: bool
    checks: tuple[CheckResult, ...]
    findings: tuple[ProofFinding, ...]
    # How many paths there are; `paths` lists the first of them.
    path_count: int
    paths: tuple[FlowPath, ...]
