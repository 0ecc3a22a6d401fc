"""Whatever a model says, a run stays within its budget, ends, and breaks nothing."""

from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic_core import from_json
from tests.clocks import TurnedClock
from tests.makers import Note, a_forge, a_part, an_order

from kuznia.forge.check import check
from kuznia.forge.ledger import Ledger
from kuznia.forge.run import run
from kuznia.forge.terms import Bench, Budget, RunId
from kuznia.forge.work import Work
from kuznia.llm.model import ModelFault, Reason
from kuznia.llm.scripted import ScriptedModel
from kuznia.platform.errors import Fault

words = st.sampled_from(["note:", "bad", "messy", "fine", "sorry", "\x00", "ї", "```"])
texts = st.one_of(st.text(max_size=80), st.lists(words, max_size=12).map(" ".join))
REASONS: tuple[Reason, ...] = ("connect", "timeout", "rate_limited", "rejected", "cut", "empty")
faults = st.sampled_from(REASONS).map(lambda reason: ModelFault(reason, "It failed."))
scripts = st.lists(st.one_of(texts, faults), max_size=12)
budgets = st.builds(
    Budget,
    attempts=st.integers(1, 8),
    tokens=st.integers(100, 5_000),
    cost=st.one_of(st.none(), st.integers(1, 5_000_000)),
)


async def attempted(script, budget: Budget, *, drafts: bool):
    """The artefact's JSON or the fault, and the account."""
    clock = TurnedClock()
    forge = a_forge(ScriptedModel(*script), clock)
    order = an_order(summary=True, index=True, budget=budget, drafts=drafts)
    ledger = Ledger(budget, clock)
    work = Work(RunId("run_1"), order, "key", (), ledger, lambda kind, data: None)
    try:
        return from_json((await run(forge, work)).body), ledger
    except Fault as fault:
        return fault, ledger


@given(script=scripts, budget=budgets, drafts=st.booleans())
@settings(max_examples=200, deadline=None)
async def test_attempts_tokens_and_money_never_pass_the_budget(script, budget, drafts):
    _, ledger = await attempted(script, budget, drafts=drafts)

    assert len(ledger.attempts) <= budget.attempts
    assert ledger.input_tokens + ledger.output_tokens <= budget.tokens
    assert budget.cost is None or ledger.cost <= budget.cost


@given(script=scripts, budget=budgets)
@settings(max_examples=100, deadline=None)
async def test_an_accepted_draft_passes_its_checks_again(script, budget):
    made, _ = await attempted(script, budget, drafts=False)
    parts = {} if isinstance(made, Fault) else made["parts"]

    for name in parts.keys() & {"note", "summary"}:
        verdict = await check(a_part(), Note(**parts[name]), Bench(an_order(), an_order().input))
        assert not verdict.standing


@given(script=scripts)
@settings(max_examples=100, deadline=None)
async def test_a_part_is_never_asked_more_than_its_tries(script):
    made, _ = await attempted(script, Budget(attempts=100, tokens=10_000_000), drafts=False)
    evidence = [] if isinstance(made, Fault) else made["evidence"]["parts"]

    assert all(part["tries"] <= 3 for part in evidence)
