"""Each way to break a sound flow is found by the check that is there for it, and by no other."""

import pytest
from tests.domains.flows.makers import (
    DONE,
    EMAIL,
    FAILED,
    a_flow,
    ask,
    changed,
    codes,
    on,
    options,
    registry_fact,
    service,
    step,
    to,
    without,
)

from kuznia.domains.flows.checks.proof import CHECKS, SOUND, prove, sound
from kuznia.domains.flows.schema import Fee, Flow, Text
from kuznia.domains.flows.structure.graph import FlowGraph

YES = ask("more", type="yesno")


def no_consent(flow: Flow) -> Flow:
    return without(flow, "agree")


def no_review(flow: Flow) -> Flow:
    return without(flow, "look")


def nothing_handed_in(flow: Flow) -> Flow:
    flow = without(flow, "send")
    return a_flow(tuple(one for one in flow.steps if one.id != "failed"))


def a_fee_nobody_asks_for(flow: Flow) -> Flow:
    return flow.model_copy(update={"fee": Fee(kopiykas=4000)})


def review_after_submit(flow: Flow) -> Flow:
    late = step("late", "review", next=(to("done"),))
    flow = changed(flow, "send", next=(to("late", on("send", "well")), to("failed")))
    return a_flow((*flow.steps, late))


def a_guard_that_leaves_a_case_out(flow: Flow) -> Flow:
    return changed(
        flow, "who", next=(to("company", on("kind", "org")), to("person", on("kind", "person")))
    )


def guards_that_overlap(flow: Flow) -> Flow:
    both = on("kind", ("self", "org"), "in")
    return changed(flow, "who", next=(to("company", on("kind", "org")), to("person", both)))


def a_guard_on_free_text(flow: Flow) -> Flow:
    return changed(flow, "contact", next=(to("look", on("email", "a@b.ua")), to("done")))


def two_moves_for_the_rest(flow: Flow) -> Flow:
    return changed(flow, "who", next=(to("company"), to("person")))


def a_move_into_nothing(flow: Flow) -> Flow:
    return changed(flow, "person", next=(to("nowhere"),))


def a_page_without_a_way_on(flow: Flow) -> Flow:
    return changed(flow, "person", next=())


def a_page_nobody_comes_to(flow: Flow) -> Flow:
    return a_flow((*flow.steps, step("orphan", fields=(ask("x"),), next=(to("contact"),))))


def a_machine_that_asks_for_ever(flow: Flow) -> Flow:
    moves = (to("done", on("send", "well")), to("send", on("send", "busy")), to("failed"))
    return changed(flow, "send", outcomes=options("well", "badly", "busy"), next=moves)


def a_count_with_nothing_after_it(flow: Flow) -> Flow:
    moves = (to("person", on("more"), 3), to("contact", on("more", False)))
    return changed(flow, "person", fields=(YES,), next=moves)


def pages_that_lead_to_each_other(flow: Flow) -> Flow:
    one = step("one", fields=(YES,), next=(to("two", on("more")), to("one")))
    two = step("two", fields=(ask("less", type="yesno"),), next=(to("one", on("less")), to("two")))
    return a_flow((*changed(flow, "person", next=(to("one"),)).steps, one, two))


def a_field_asked_again(flow: Flow) -> Flow:
    return changed(flow, "company", fields=(*flow.by_id["company"].fields, EMAIL))


def a_fact_of_another_branch(flow: Flow) -> Flow:
    return changed(flow, "contact", shows=("code",))


def an_outcome_that_leads_nowhere_of_its_own(flow: Flow) -> Flow:
    flow = changed(flow, "send", next=(to("done"),))
    return a_flow(tuple(one for one in flow.steps if one.id != "failed"))


def a_service_that_cannot_fail(flow: Flow) -> Flow:
    flow = changed(flow, "send", next=(to("done"),), outcomes=options("well"))
    return a_flow(tuple(one for one in flow.steps if one.id != "failed"))


def a_card_number(flow: Flow) -> Flow:
    return changed(flow, "contact", fields=(EMAIL, ask("card_number")))


def a_label_in_one_language(flow: Flow) -> Flow:
    silent = ask("city", label=Text(uk="місто", en=" "))
    return changed(flow, "contact", fields=(EMAIL, silent))


def two_questions_alike(flow: Flow) -> Flow:
    same = ask("second", label=EMAIL.label)
    return changed(flow, "contact", fields=(EMAIL, same))


def one_option_to_choose_from(flow: Flow) -> Flow:
    field = ask("lonely", type="choice", options=options("only"))
    return changed(flow, "contact", fields=(EMAIL, field))


def a_branch_ruled_out_before(flow: Flow) -> Flow:
    moves = (to("extra", on("kind", "self")), to("contact"))
    extra = step("extra", fields=(ask("x"),), next=(to("contact"),))
    return a_flow((*changed(flow, "company", next=moves).steps, extra))


def a_name_asked_of_someone_proven(flow: Flow) -> Flow:
    proof = service("enter", "authenticate", next=(to("who", on("enter", "well")), to("failed")))
    return changed(a_flow((proof, *flow.steps)), "contact", fields=(EMAIL, ask("last_name")))


def told_data_nobody_can_object_to(flow: Flow) -> Flow:
    proof = service(
        "enter",
        "authenticate",
        next=(to("who", on("enter", "well")), to("failed")),
        provides=(registry_fact("first_name"),),
    )
    return changed(a_flow((proof, *flow.steps)), "look", shows=("first_name",))


def a_strand_that_ends_alone(flow: Flow) -> Flow:
    apart = (
        step("split", "fork", next=(to("left"), to("right"))),
        step("left", fields=(ask("a"),), next=(to("meet"),)),
        step("right", fields=(ask("b", type="yesno"),), next=(to("meet", on("b")), to("failed"))),
        step("meet", "join", next=(to("look"),)),
    )
    return a_flow((*changed(flow, "contact", next=(to("split"),)).steps, *apart))


def an_end_with_a_way_on(flow: Flow) -> Flow:
    return changed(flow, "done", next=(to("failed"),))


MUTATIONS = {
    no_consent: "legal-steps",
    no_review: "legal-steps",
    nothing_handed_in: "legal-steps",
    a_fee_nobody_asks_for: "legal-steps",
    review_after_submit: "legal-steps",
    a_guard_that_leaves_a_case_out: "guard-cases",
    guards_that_overlap: "guard-cases",
    two_moves_for_the_rest: "guard-cases",
    a_move_into_nothing: "dangling-target",
    a_page_without_a_way_on: "dead-end",
    a_page_nobody_comes_to: "unreachable-step",
    a_machine_that_asks_for_ever: "unbounded-loop",
    a_count_with_nothing_after_it: "unbounded-loop",
    pages_that_lead_to_each_other: "cannot-finish",
    a_field_asked_again: "asked-twice",
    a_fact_of_another_branch: "used-before-collected",
    an_outcome_that_leads_nowhere_of_its_own: "unrouted-outcome",
    a_service_that_cannot_fail: "unrouted-outcome",
    a_card_number: "sensitive-field",
    a_label_in_one_language: "texts",
    two_questions_alike: "texts",
    one_option_to_choose_from: "texts",
    a_branch_ruled_out_before: "execution",
    a_name_asked_of_someone_proven: "once-only",
    told_data_nobody_can_object_to: "once-only",
    a_strand_that_ends_alone: "improper-completion",
    an_end_with_a_way_on: "improper-completion",
}


def test_a_sound_flow_has_nothing_wrong_with_it() -> None:
    findings = prove(FlowGraph(a_flow()))

    assert findings == ()
    assert sound(findings)


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda one: one.__name__)
def test_a_way_to_break_a_flow_is_found_by_its_own_check(mutation) -> None:
    broken = mutation(a_flow())

    assert codes(broken) == {MUTATIONS[mutation]}


def test_every_check_but_the_warning_has_a_mutation_of_its_own() -> None:
    assert set(MUTATIONS.values()) == set(CHECKS) - {"unused-fact"}


def test_there_are_sixteen_checks() -> None:
    assert len(CHECKS) == 16
    assert set(CHECKS) > SOUND


def test_what_is_told_and_never_used_is_only_a_warning() -> None:
    proof = service(
        "enter",
        "authenticate",
        next=(to("who", on("enter", "well")), to("failed")),
        provides=(registry_fact("first_name"),),
    )
    findings = prove(FlowGraph(a_flow((proof, *a_flow().steps))))

    assert [(one.code, one.severity) for one in findings] == [("unused-fact", "warn")]
    assert sound(findings)


def test_what_is_asked_and_never_sent_is_only_a_warning() -> None:
    flow = a_flow()
    late = step("late", fields=(ask("x"),), next=(to("failed"),))
    moves = (to("done", on("send", "well")), to("late"))
    flow = a_flow((*changed(flow, "send", next=moves).steps, late))

    # Asked after it was handed in, which the order of the steps forbids too.
    assert "unused-fact" in codes(flow)


def test_a_case_that_no_guard_covers_is_shown() -> None:
    age = ask("age", type="number", low=0, high=120)
    moves = (to("done", on("age", 15, "ge")), to("failed", on("age", 14, "lt")))
    flow = a_flow((step("ask", fields=(age,), next=moves), DONE, FAILED), archetype="survey")

    messages = [one.message for one in prove(FlowGraph(flow)) if one.code == "guard-cases"]

    assert messages == ["No move of step ask holds when age is 14."]


def test_guards_that_meet_at_a_boundary_are_good() -> None:
    age = ask("age", type="number")
    moves = (to("send", on("age", 14, "ge")), to("failed", on("age", 14, "lt")))
    steps = (
        step("ask", fields=(age,), next=moves),
        service("send", "submit", next=(to("done", on("send", "well")), to("failed"))),
        DONE,
        FAILED,
    )

    assert codes(a_flow(steps, archetype="survey")) == set()


def test_a_guard_on_free_text_cannot_be_judged() -> None:
    flow = a_guard_on_free_text(a_flow())

    assert "guard-cases" in codes(flow)
