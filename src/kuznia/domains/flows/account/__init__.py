"""The account of a flow: each clause of the prompt looked up in it, and what no clause asks for."""

from functools import partial

from kuznia.domains.flows.account.clause_answers import answer_wishes
from kuznia.domains.flows.account.planned import planned_answers, record_of
from kuznia.domains.flows.planner.order import FlowOrder
from kuznia.domains.flows.reading.statements import whole_conditions
from kuznia.domains.flows.schema import Flow
from kuznia.forge.terms import Bench, Wish
from kuznia.forge.wishes.clauses import clauses
from kuznia.platform.process.workers import POOL


def wishes_of(order: FlowOrder) -> tuple[Wish, ...]:
    """What the prompt asks for, clause by clause."""
    return whole_conditions(order.prompt, clauses(order.prompt))


async def account(bench: Bench[FlowOrder], wishes: tuple[Wish, ...]) -> tuple[Wish, ...]:
    """What became of each wish in the flow, looked up in a worker."""
    flow = bench.accepted.get("flow")
    if not isinstance(flow, Flow):
        return ()
    return await POOL.ease(partial(answers, flow, bench.reading, wishes, bench.claims))


def answers(
    flow: Flow, order: FlowOrder, wishes: tuple[Wish, ...], claims: tuple[Wish, ...] = ()
) -> tuple[Wish, ...]:
    """The wishes answered from the planner's record, or looked up in a flow of another maker."""
    record = record_of(order, flow)
    if record is not None:
        return planned_answers(flow, record, wishes)
    return answer_wishes(flow, order.prompt, wishes, claims)


__all__ = ["account", "answer_wishes", "answers", "wishes_of"]
