"""The parts of an artefact of flows: the flow, its proof, its score and its pages."""

from collections.abc import Callable, Iterable
from functools import partial

from kuznia.domains.flows.checks.judge.result import Judgement
from kuznia.domains.flows.checks.proof import CHECKS
from kuznia.domains.flows.checks.proof.result import FlowProof
from kuznia.domains.flows.checks.study import FlowBench, FlowStudy, study, study_of
from kuznia.domains.flows.checks.ui import CHECKS as UI_CHECKS
from kuznia.domains.flows.mend import mend
from kuznia.domains.flows.planner.building import build
from kuznia.domains.flows.planner.order import FlowOrder, read_order
from kuznia.domains.flows.prompt import flow_prompt, ui_prompt
from kuznia.domains.flows.reply.flow import parse_flow
from kuznia.domains.flows.reply.ui import parse_page
from kuznia.domains.flows.schema import Flow, FlowInput
from kuznia.domains.flows.screens.result import Screens
from kuznia.forge.terms import Check, Finding, Part, Studied
from kuznia.platform.process.workers import POOL


async def read(order: FlowInput) -> FlowOrder:
    """Read an order in a worker, so that the event loop goes on."""
    return await POOL.ease(partial(read_order, order))


async def _studied(work: Callable[[], FlowStudy]) -> Studied[Flow]:
    """Make and study a flow in one task of a worker, so that the event loop goes on."""
    made = await POOL.ease(work)
    return Studied(made.flow, made)


async def _make_flow(bench: FlowBench) -> Studied[Flow]:
    return await _studied(partial(_planned, bench.reading))


async def _read_flow(reply: str, _: FlowBench) -> Studied[Flow]:
    return await _studied(partial(_replied, reply))


async def _mend_flow(flow: Flow, findings: tuple[Finding, ...], _: FlowBench) -> Studied[Flow]:
    return await _studied(partial(_mended, flow, findings))


def _planned(order: FlowOrder) -> FlowStudy:
    """The flow that our own planner makes of an order."""
    return study(build(order.reading).having(language=order.language))


def _replied(reply: str) -> FlowStudy:
    return study(parse_flow(reply))


def _mended(flow: Flow, findings: tuple[Finding, ...]) -> FlowStudy:
    return study(mend(flow, findings))


def _make_proof(bench: FlowBench) -> FlowProof:
    return study_of(bench).proof


def _make_judgement(bench: FlowBench) -> Judgement:
    return study_of(bench).judge


def _make_screens(bench: FlowBench) -> Screens:
    return study_of(bench).screens


async def _read_page(reply: str, bench: FlowBench) -> Screens:
    # Unusual markup takes a while to clean.
    return await POOL.ease(partial(parse_page, reply, study_of(bench)))


def _check(name: str) -> Check[Flow, FlowOrder]:
    def run(_: Flow, bench: FlowBench) -> Iterable[Finding]:
        return [finding for finding in study_of(bench).findings if finding.code == name]

    return Check(name, run)


FLOW: Part[Flow, FlowOrder] = Part(
    name="flow",
    prompt=flow_prompt,
    parse=_read_flow,
    mend=_mend_flow,
    make=_make_flow,
    answers=True,
    checks=tuple(map(_check, CHECKS)),
)
PROOF: Part[FlowProof, FlowOrder] = Part(name="proof", needs=("flow",), make=_make_proof)
JUDGE: Part[Judgement, FlowOrder] = Part(name="judge", needs=("flow",), make=_make_judgement)
UI: Part[Screens, FlowOrder] = Part(
    name="ui",
    needs=("flow",),
    # Only a model that was set up to write pages may write HTML.
    specialist=True,
    prompt=ui_prompt,
    parse=_read_page,
    make=_make_screens,
    checks=UI_CHECKS,
    tries=2,
)
