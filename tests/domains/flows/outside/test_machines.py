"""Machines: XState takes every branch to the same end as our interpreter."""

from dataclasses import asdict
from typing import Any, cast

from tests.domains.flows.outside.tools import FLOWS, ask
from tests.domains.flows.outside.ways import visits

from kuznia.domains.flows.exports.schemas import Json
from kuznia.domains.flows.exports.xstate import xstate
from kuznia.domains.flows.schema import Flow
from kuznia.domains.flows.structure.graph import FlowGraph


def asking(flow: Flow) -> set[str]:
    """The steps a machine waits at; it passes the others by itself."""
    silent = {"decision", "fork", "join", "end"}
    return {step.id for step in flow.steps if step.kind not in silent}


def ways(study: FlowGraph) -> list[list[dict[str, Any]]]:
    """What the machine is told on each way."""
    stops = asking(study.flow)
    return [[asdict(one) for one in visits(study, run) if one.step in stops] for run in study.runs]


def results(study: FlowGraph) -> list[dict[str, Any]]:
    """Where our interpreter stopped on each way, and where it came to."""
    stops = asking(study.flow)
    return [
        {"path": [step for step in run.path if step in stops], "end": run.end, "error": None}
        for run in study.runs
    ]


def test_xstate_comes_to_the_same_end_on_every_branch() -> None:
    studies = [FlowGraph(flow) for flow in FLOWS.values()]

    told = ask("machines", [{"written": xstate(one.flow), "runs": ways(one)} for one in studies])

    assert told == [results(one) for one in studies]


def test_a_machine_whose_guards_never_hold_comes_to_another_end() -> None:
    study = FlowGraph(FLOWS["0-appointment"])
    written = xstate(study.flow)
    written["guards"] = dict.fromkeys(cast("Json", written["guards"]), "false")

    told = ask("machines", [{"written": written, "runs": ways(study)}])

    assert told != [results(study)]
