"""The story of one order, told with a scripted model."""

from dataclasses import replace

import pytest
from pydantic_core import from_json
from tests.clocks import TurnedClock
from tests.makers import Note, a_domain, a_forge, a_part, an_order

from kuznia.forge.ledger import Ledger
from kuznia.forge.run import run
from kuznia.forge.runs.events import Event, event
from kuznia.forge.shelf.shelf import key_of
from kuznia.forge.terms import Budget, Order, Part, RunId
from kuznia.forge.work import Forge, Work
from kuznia.llm.model import Delta, ModelFault, Reply, Usage
from kuznia.llm.scripted import ScriptedModel
from kuznia.platform.errors import BudgetSpent, Fault, TimedOut


class Told(list[Event]):
    """Events as they were told."""

    def __call__(self, kind, data) -> None:
        self.append(event(len(self) + 1, kind, data))

    @property
    def kinds(self) -> list[str]:
        return [event.kind for event in self]


async def make(forge: Forge, order: Order, told: Told | None = None):
    """The artefact as JSON, as any door would show it."""
    domain = forge.domains[order.domain]
    work = Work(
        run_id=RunId("run_1"),
        order=order,
        key=key_of(order, domain, "m"),
        noted=(),
        ledger=Ledger(order.budget, forge.clock),
        tell=told if told is not None else Told(),
    )
    return from_json((await run(forge, work)).body)


@pytest.fixture
def clock() -> TurnedClock:
    return TurnedClock()


async def test_a_good_reply_is_an_artefact(clock):
    forge = a_forge(ScriptedModel("note: iron is hot"), clock)

    artefact = await make(forge, an_order())

    assert artefact["status"] == "complete"
    assert artefact["parts"] == {"note": {"text": "iron is hot"}}


async def test_a_failed_check_is_told_to_the_model_and_mended(clock):
    scripted = ScriptedModel("note: bad bad iron", "note: good iron")

    artefact = await make(a_forge(scripted, clock), an_order())

    assert artefact["parts"]["note"]["text"] == "good iron"
    assert "word 0: It is bad. Say it well." in scripted.heard[1]


async def test_a_reply_that_cannot_be_read_is_one_more_finding(clock):
    scripted = ScriptedModel("sorry", "note: good iron")

    artefact = await make(a_forge(scripted, clock), an_order())

    assert artefact["evidence"]["parts"][0]["tries"] == 2
    assert "Begin with note:" in scripted.heard[1]


async def test_the_loop_stops_when_the_findings_do_not_grow_fewer(clock):
    scripted = ScriptedModel("note: bad iron", "note: bad steel", "note: never asked for")

    artefact = await make(a_forge(scripted, clock), an_order())

    assert artefact["evidence"]["parts"][0]["ended"] == "stalled"
    assert len(scripted.heard) == 2


async def test_a_readable_reply_with_findings_is_better_than_an_unreadable_one(clock):
    scripted = ScriptedModel("sorry", "note: bad bad bad", "note: fine")

    artefact = await make(a_forge(scripted, clock), an_order())

    assert artefact["status"] == "complete"


async def test_tries_end_the_loop_even_while_it_gets_better(clock):
    scripted = ScriptedModel("note: bad bad bad", "note: bad bad", "note: bad", "note: never")

    artefact = await make(a_forge(scripted, clock), an_order())

    assert artefact["status"] == "failed"
    assert artefact["evidence"]["parts"][0]["ended"] == "tries"


async def test_what_our_code_can_mend_costs_no_second_call(clock):
    scripted = ScriptedModel("note: messy iron")

    artefact = await make(a_forge(scripted, clock), an_order())

    assert artefact["parts"]["note"]["text"] == "tidy iron"
    assert len(scripted.heard) == 1


async def test_mending_that_makes_nothing_better_is_not_kept(clock):
    spoil = a_part(mend=lambda note, findings, bench: Note(text="bad bad bad"))
    forge = a_forge(ScriptedModel("note: bad iron"), clock, domain=a_domain(spoil))

    artefact = await make(forge, an_order())

    assert len(artefact["unmet"][0]["findings"]) == 2  # the one finding, and the silent model


async def test_a_warning_does_not_stand_in_the_way(clock):
    forge = a_forge(ScriptedModel("note: " + "iron " * 60), clock)

    artefact = await make(forge, an_order())

    assert artefact["status"] == "complete"
    assert [finding["code"] for finding in artefact["findings"]] == ["long"]


async def test_a_reply_cut_at_its_limit_is_never_accepted(clock):
    cut = Reply(text="note: fine", model="m", usage=Usage(5, 5), truncated=True)
    scripted = ScriptedModel(cut, "note: shorter")

    artefact = await make(a_forge(scripted, clock), an_order())

    assert artefact["parts"]["note"]["text"] == "shorter"


async def test_an_optional_part_that_fails_leaves_a_partial_artefact(clock):
    scripted = ScriptedModel("note: fine", "note: bad", "note: bad")

    artefact = await make(a_forge(scripted, clock), an_order(summary=True))

    assert artefact["status"] == "partial"
    assert artefact["unmet"][0]["part"] == "summary"
    assert "summary" not in artefact["parts"]


async def test_a_part_whose_need_is_missing_is_not_asked_for(clock):
    needy = a_part("summary", needs=("note",), required=False)
    domain = a_domain(a_part(required=False), needy)
    scripted = ScriptedModel("note: bad", "note: bad")

    artefact = await make(a_forge(scripted, clock, domain=domain), an_order())

    assert [unmet["part"] for unmet in artefact["unmet"]] == ["note", "summary"]
    assert artefact["unmet"][1]["findings"][0]["code"] == "needs"


async def test_a_computed_part_uses_what_was_accepted(clock):
    forge = a_forge(ScriptedModel("note: three words here"), clock)

    artefact = await make(forge, an_order(index=True))

    assert artefact["parts"]["index"]["text"] == "3"
    assert artefact["status"] == "complete"


async def test_parts_that_wait_for_each_other_are_a_mistake_of_the_domain(clock):
    circle = a_domain(a_part("a", needs=("b",)), a_part("b", needs=("a",)))

    with pytest.raises(TypeError, match="wait for each other"):
        await make(a_forge(ScriptedModel(), clock, domain=circle), an_order())


async def test_our_own_planner_stands_in_for_a_model_that_is_down(clock):
    planned = a_part(make=lambda bench: Note(text="planned"))
    down = ScriptedModel(ModelFault("credentials", "It refuses the key."))

    artefact = await make(a_forge(down, clock, domain=a_domain(planned)), an_order())

    assert (artefact["status"], artefact["made_by"]) == ("degraded", "planner")
    assert artefact["evidence"]["parts"][0]["made_by"] == "planner"
    assert artefact["findings"] == [
        {
            "code": "model-credentials",
            "severity": "warn",
            "where": "note",
            "message": "It refuses the key.",
            "hint": "",
            "blames": "",
        }
    ]


async def test_it_is_said_why_a_model_s_draft_was_not_taken(clock):
    planned = a_part(make=lambda bench: Note(text="planned"))
    bad = ScriptedModel("note: bad", "note: bad")

    artefact = await make(a_forge(bad, clock, domain=a_domain(planned)), an_order())

    assert artefact["status"] == "degraded"
    assert [one["code"] for one in artefact["findings"]] == ["model-not-accepted"]
    assert "word 0: It is bad." in artefact["findings"][0]["message"]


async def test_our_own_planner_is_left_time_when_a_model_takes_it_all(clock):
    planned = a_part(make=lambda bench: Note(text="planned"))

    class Slow(ScriptedModel):
        async def stream(self, ask):
            clock.turn(ask.deadline - clock.monotonic())
            if ask.deadline <= clock.monotonic():
                raise TimedOut("The deadline passed before the model had answered.")
            yield Delta()

    order = an_order(deadline=clock.monotonic() + 60)

    artefact = await make(a_forge(Slow(), clock, domain=a_domain(planned)), order)

    assert artefact["status"] == "degraded"
    assert [one["code"] for one in artefact["findings"]] == ["timeout-error"]
    assert order.deadline - clock.monotonic() == 2


async def test_a_part_for_a_specialist_is_asked_of_nobody_else(clock):
    special = a_part(specialist=True, make=lambda bench: Note(text="our own"))
    anybody = ScriptedModel()

    artefact = await make(a_forge(anybody, clock, domain=a_domain(special)), an_order())

    assert (artefact["status"], artefact["findings"]) == ("complete", [])
    assert artefact["parts"]["note"]["text"] == "our own"
    assert artefact["evidence"]["parts"][0]["made_by"] == "computed"
    assert not anybody.heard


async def test_a_specialist_is_asked_before_the_model_for_everything(clock):
    anybody, specialist = ScriptedModel(), ScriptedModel("note: fine", name="specialist")
    forge = replace(a_forge(anybody, clock), specialists={"notes.note": specialist})

    artefact = await make(forge, an_order())

    assert artefact["evidence"]["parts"][0]["model"] == "specialist"
    assert not anybody.heard


async def test_our_own_planner_answers_when_no_model_is_configured(clock):
    planned = a_part(make=lambda bench: Note(text="planned"))

    artefact = await make(a_forge(None, clock, domain=a_domain(planned)), an_order())

    assert (artefact["status"], artefact["made_by"]) == ("complete", "planner")
    assert artefact["findings"] == []


async def test_an_artefact_says_that_a_model_and_a_planner_made_it(clock):
    parts = a_part("a"), a_part("b", make=lambda bench: Note(text="planned"))
    model = ScriptedModel("note: fine", "note: bad", "note: bad")

    artefact = await make(a_forge(model, clock, domain=a_domain(*parts)), an_order())

    assert (artefact["status"], artefact["made_by"]) == ("degraded", "both")


async def test_a_planner_does_not_stand_in_where_the_operator_forbids_it(clock):
    planned = a_part(make=lambda bench: Note(text="planned"))
    down = ScriptedModel(ModelFault("credentials", "It refuses the key."))
    forge = a_forge(down, clock, domain=a_domain(planned))

    with pytest.raises(ModelFault):
        await make(replace(forge, stands_in=False), an_order())


async def test_a_planners_draft_is_checked_like_any_other(clock):
    planned = a_part(make=lambda bench: Note(text="bad"))

    artefact = await make(a_forge(None, clock, domain=a_domain(planned)), an_order())

    assert artefact["status"] == "failed"
    assert artefact["parts"] == {}


async def test_without_a_model_and_a_planner_the_fault_says_what_to_set(clock):
    with pytest.raises(ModelFault, match="OPENAI_BASE_URL"):
        await make(a_forge(None, clock), an_order())


async def test_a_declined_order_costs_no_call(clock):
    scripted = ScriptedModel("note: never")

    artefact = await make(a_forge(scripted, clock), an_order("a curse"))

    assert artefact["status"] == "declined"
    assert artefact["decline"]["questions"] == ["What do you mean?"]
    assert not scripted.heard


async def test_an_order_without_money_for_a_call_ends_in_a_fault(clock):
    broke = an_order(budget=Budget(attempts=50, tokens=50))

    with pytest.raises(BudgetSpent, match="50 left"):
        await make(a_forge(ScriptedModel("note: fine"), clock), broke)


async def test_a_deadline_that_passes_stops_the_work(clock):
    slow = ScriptedModel("note: fine", latency=0.5)

    with pytest.raises(TimedOut):
        await make(a_forge(slow, clock), an_order(deadline=1_000.05))


async def test_what_was_accepted_before_the_deadline_is_given(clock):
    def late(ask):
        raise TimedOut("The order's time is up.")

    forge = a_forge(ScriptedModel("note: fine", late), clock)

    artefact = await make(forge, an_order(summary=True))

    assert artefact["status"] == "partial"
    assert artefact["unmet"][0]["findings"][-1]["code"] == "timeout-error"


async def test_evidence_counts_every_call_also_those_that_failed(clock):
    fault = ModelFault("server", "It is broken.")
    forge = a_forge(ScriptedModel(fault, "note: fine"), clock)

    evidence = (await make(forge, an_order()))["evidence"]

    assert [attempt["outcome"] for attempt in evidence["attempts"]] == ["server", "ok"]
    assert evidence["cost"] == sum(attempt["cost"] for attempt in evidence["attempts"]) > 0


async def test_evidence_names_checks_with_versions(clock):
    forge = a_forge(ScriptedModel("note: fine"), clock)

    checks = (await make(forge, an_order()))["evidence"]["parts"][0]["checks"]

    assert {"name": "no-messy-words", "version": 2, "passed": True} in checks


async def test_every_step_is_told_in_order(clock):
    told = Told()
    scripted = ScriptedModel("note: bad", "note: fine")

    await make(a_forge(scripted, clock), an_order(drafts=True), told)

    steps = [kind for kind in told.kinds if kind != "part.draft"]
    assert steps == [
        "run.started",
        "part.started",
        "part.checked",
        "part.reset",
        "part.checked",
        "part.accepted",
    ]


async def test_drafts_are_told_only_to_who_wants_to_watch(clock):
    told = Told()

    await make(a_forge(ScriptedModel("note: fine"), clock), an_order(), told)

    assert "part.draft" not in told.kinds


async def test_drafts_together_are_the_reply(clock):
    told = Told()
    text = "note: " + "word by word " * 10

    await make(a_forge(ScriptedModel(text), clock), an_order(drafts=True), told)

    drafts = [event.data["text"] for event in told if event.kind == "part.draft"]
    assert "".join(str(draft) for draft in drafts) == text


def test_a_part_nobody_can_make_is_refused_at_once():
    with pytest.raises(TypeError, match="neither"):
        Part(name="void")


def test_a_prompt_without_a_reader_is_refused_at_once():
    with pytest.raises(TypeError, match="come together"):
        a_part(parse=None)


def test_faults_know_their_answers():
    assert Fault("x").answer.status == 500
