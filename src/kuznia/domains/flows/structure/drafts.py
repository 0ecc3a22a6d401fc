"""The parts of a flow's artefact that are worked out from the flow."""

from kuznia.domains.flows.schema import Value
from kuznia.forge.terms import Draft


class Verdict(Value):
    name: str
    passed: bool


class Found(Value):
    code: str
    severity: str
    where: str
    message: str


class Way(Value):
    """One way through: the steps in order, and where it ended."""

    steps: tuple[str, ...]
    end: str


class Proof(Draft):
    """What the sixteen checks said, and the ways that were walked."""

    sound: bool
    checks: tuple[Verdict, ...]
    findings: tuple[Found, ...]
    ways: int
    paths: tuple[Way, ...]


class Screen(Value):
    step: str
    title: str
    html: str


class Screens(Draft):
    """The flow as pages: all under one another, and each by itself."""

    html: str
    pages: tuple[Screen, ...]
