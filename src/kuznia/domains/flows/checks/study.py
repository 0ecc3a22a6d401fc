"""Everything our own code computes from a flow: its proof, its score and its pages."""

from collections.abc import Mapping
from dataclasses import dataclass

from kuznia.domains.flows.checks.judge import judge
from kuznia.domains.flows.checks.judge.result import Judgement
from kuznia.domains.flows.checks.proof import CHECKS, prove, sound
from kuznia.domains.flows.checks.proof.result import CheckResult, FlowPath, FlowProof, ProofFinding
from kuznia.domains.flows.planner.order import FlowOrder
from kuznia.domains.flows.schema import SILENT_KINDS, Flow
from kuznia.domains.flows.screens.element import Element, html_document
from kuznia.domains.flows.screens.pages import PageView, overview, page
from kuznia.domains.flows.screens.result import Screen, Screens
from kuznia.domains.flows.structure.graph import FlowGraph
from kuznia.forge.terms import Bench, Draft, Finding

FlowBench = Bench[FlowOrder]
# Paths listed in an answer; the proof walks all of them.
MAX_LISTED = 64


@dataclass(frozen=True, slots=True)
class FlowStudy:
    """What is computed from one flow."""

    flow: Flow
    findings: tuple[Finding, ...]
    proof: FlowProof
    judge: Judgement
    screens: Screens

    @property
    def parts(self) -> dict[str, Draft]:
        """All parts of an artefact with this flow."""
        return {"flow": self.flow, "proof": self.proof, "judge": self.judge, "ui": self.screens}


def study_of(bench: FlowBench) -> FlowStudy:
    """What was computed from the flow that is being checked, or was accepted."""
    return bench.studies["flow"]


def study(flow: Flow) -> FlowStudy:
    """Prove and judge a flow, and draw its pages."""
    known = FlowGraph(flow)
    findings = prove(known)
    view = PageView(flow=flow, language=flow.language)
    pages = {step.id: page(view, step) for step in flow.steps}
    verdict = judge(known, findings, pages)
    return FlowStudy(flow, findings, _proof(known, findings), verdict, _screens(flow, pages))


def _proof(known: FlowGraph, findings: tuple[Finding, ...]) -> FlowProof:
    failed, runs = {finding.code for finding in findings if finding.stands}, known.runs
    return FlowProof(
        sound=sound(findings),
        checks=tuple(CheckResult(name=name, passed=name not in failed) for name in CHECKS),
        findings=tuple(
            ProofFinding(
                code=finding.code,
                severity=finding.severity,
                where=finding.where,
                message=finding.message,
            )
            for finding in findings
        ),
        path_count=len(runs),
        paths=tuple(
            FlowPath(steps=run.path, end=run.end or run.stopped_at) for run in runs[:MAX_LISTED]
        ),
    )


def _screens(flow: Flow, pages: Mapping[str, Element]) -> Screens:
    return Screens(
        html=html_document(overview(flow, flow.language)),
        pages=tuple(
            Screen(
                step=step.id, title=step.title.of(flow.language), html=html_document(pages[step.id])
            )
            for step in flow.steps
            if step.kind not in SILENT_KINDS
        ),
    )
