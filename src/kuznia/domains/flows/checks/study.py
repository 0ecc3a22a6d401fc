"""A flow with all that our own code computes from it: its proof, its score and its pages."""

from collections.abc import Mapping
from dataclasses import dataclass

from kuznia.domains.flows.checks.judge import Judgement, judge
from kuznia.domains.flows.checks.proof import CHECKS, Study, prove, sound
from kuznia.domains.flows.schema import Flow
from kuznia.domains.flows.screens.node import Node, html
from kuznia.domains.flows.screens.pages import View, overview, page
from kuznia.domains.flows.structure.drafts import Found, Proof, Screen, Screens, Verdict, Way
from kuznia.forge.terms import Draft, Finding

# The paths that are listed in an answer; the proof walks all of them.
MAX_LISTED = 64


@dataclass(frozen=True, slots=True)
class FlowStudy:
    """What is computed from one flow."""

    flow: Flow
    findings: tuple[Finding, ...]
    proof: Proof
    judge: Judgement
    screens: Screens

    @property
    def parts(self) -> dict[str, Draft]:
        """All parts of an artefact with this flow."""
        return {"flow": self.flow, "proof": self.proof, "judge": self.judge, "ui": self.screens}


def study(flow: Flow) -> FlowStudy:
    """Prove and judge a flow, and draw its pages."""
    known = Study(flow)
    findings = prove(known)
    view = View(flow=flow, language=flow.language)
    pages = {step.id: page(view, step) for step in flow.steps}
    verdict = judge(known, findings, pages)
    return FlowStudy(flow, findings, _proof(known, findings), verdict, _screens(flow, pages))


def _proof(known: Study, findings: tuple[Finding, ...]) -> Proof:
    failed, runs = {finding.code for finding in findings if finding.stands}, known.runs
    return Proof(
        sound=sound(findings),
        checks=tuple(Verdict(name=name, passed=name not in failed) for name in CHECKS),
        findings=tuple(
            Found(code=one.code, severity=one.severity, where=one.where, message=one.message)
            for one in findings
        ),
        ways=len(runs),
        paths=tuple(Way(steps=run.path, end=run.end or run.at) for run in runs[:MAX_LISTED]),
    )


def _screens(flow: Flow, pages: Mapping[str, Node]) -> Screens:
    return Screens(
        html=document(overview(flow, flow.language)),
        pages=tuple(
            Screen(step=step.id, title=step.title.of(flow.language), html=document(pages[step.id]))
            for step in flow.steps
            if step.kind not in {"decision", "fork", "join"}
        ),
    )


def document(root: Node) -> str:
    return f"<!doctype html>{html(root)}"
