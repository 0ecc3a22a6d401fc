"""Processes: bpmn-moddle reads them, bpmnlint finds nothing, SpiffWorkflow runs every branch."""

import re

import pytest
from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.parser import BpmnParser, BpmnValidator
from SpiffWorkflow.bpmn.parser.ValidationException import ValidationException
from SpiffWorkflow.bpmn.specs import BpmnProcessSpec
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState
from tests.domains.flows.outside.tools import FLOWS, ask, faults
from tests.domains.flows.outside.ways import Visit, visits

from kuznia.domains.flows.exports import EXPORTS
from kuznia.domains.flows.schema import Flow
from kuznia.domains.flows.structure.graph import FlowGraph

# Reading the schemas of the standard takes most of the time: once is enough for all.
VALID = BpmnValidator()


def test_moddle_and_bpmnlint_find_nothing_in_any_process() -> None:
    asked = {
        f"{name}.{form}": EXPORTS[form].write(flow).decode()
        for name, flow in FLOWS.items()
        for form in ("bpmn", "bpmn-feel")
    }

    told = ask("bpmn", asked)

    assert len(told) == 2 * len(FLOWS)
    assert faults(told) == {}


def test_a_process_that_is_not_right_is_found_fault_with() -> None:
    good = EXPORTS["bpmn"].write(FLOWS["0-appointment"]).decode()
    broken = {
        "dangling": good.replace('targetRef="consent"', 'targetRef="nowhere"'),
        "nameless": re.sub(r'(id="end_done") name="[^"]*"', r"\1", good),
    }

    told = ask("bpmn", broken)

    assert told["dangling"][0].startswith("bpmn-moddle: unresolved reference")
    assert told["nameless"][0].startswith("label-required: end_done")


def process(flow: Flow) -> BpmnProcessSpec:
    parser = BpmnParser(validator=VALID)
    parser.add_bpmn_str(EXPORTS["bpmn"].write(flow))
    spec = parser.get_spec(f"process_{flow.id}")
    assert spec is not None
    return spec


def named(task: Task) -> str | None:
    """The id a task has in the process; None for what the engine put in by itself."""
    # The engine gives every task of a process its id, and no type says so.
    return getattr(task.task_spec, "bpmn_id", None)


def walked(workflow: BpmnWorkflow, way: list[Visit]) -> tuple[list[str], str | None]:
    """The steps the engine went through when it was told what our interpreter was told."""
    left = list(way)
    path: list[str] = []
    last = None
    while ready := workflow.get_tasks(state=TaskState.READY):
        names = [named(task) for task in ready]
        steps = {visit.step for visit in left}
        if left and left[0].step in names:
            task = ready[names.index(left[0].step)]
            visit = left.pop(0)
            task.set_data(**visit.facts)
            path.append(visit.step)
        else:
            between = [one for one, name in zip(ready, names, strict=True) if name not in steps]
            if not between:
                return path, None
            task = between[0]
        if not task.run():
            # A service was called; the answer it came back with is in the data already.
            task.complete()
        last = named(task) or last
    return path, last if workflow.is_completed() else None


@pytest.mark.parametrize("name", FLOWS)
def test_an_engine_of_others_runs_every_branch_to_the_same_end(name) -> None:
    flow = FLOWS[name]
    study, spec = FlowGraph(flow), process(flow)

    for run in study.runs:
        path, end = walked(BpmnWorkflow(spec), visits(study, run))
        assert path == list(run.path)
        assert end == run.end


def test_an_engine_of_others_does_not_read_what_the_standard_does_not_know() -> None:
    good = EXPORTS["bpmn"].write(FLOWS["0-appointment"])
    parser = BpmnParser(validator=VALID)

    with pytest.raises(ValidationException):
        parser.add_bpmn_str(good.replace(b"bpmn:userTask", b"bpmn:humanTask"))
