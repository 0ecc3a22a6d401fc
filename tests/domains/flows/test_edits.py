"""Editing changes what was named, and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter
from tests.domains.flows.makers import EMAIL, a_flow, ask, codes, on, step, text

from kuznia.domains.flows.checks.proof import prove
from kuznia.domains.flows.edits.changes.applying import apply_edits
from kuznia.domains.flows.edits.differences import differences
from kuznia.domains.flows.edits.operations import (
    AddBranch,
    AddField,
    AddStep,
    Edit,
    ImpossibleEdit,
    MoveField,
    MoveStep,
    RemoveField,
    RemoveStep,
    Rename,
    RequireField,
)
from kuznia.domains.flows.edits.sentences import read_edits
from kuznia.domains.flows.planner import build, read
from kuznia.domains.flows.schema import Text
from kuznia.domains.flows.structure.graph import FlowGraph

FLOW = build(read("Реєстрація користувача: ім'я, прізвище, email, телефон"))


def changes(*edits: Edit) -> list[tuple[str, str]]:
    return [(one.kind, one.what) for one in differences(a_flow(), apply_edits(a_flow(), edits))]


def test_a_field_is_added_where_it_was_said() -> None:
    assert changes(AddField(field=ask("phone"), step="person")) == [("added", "person.phone")]


def test_a_field_with_no_place_goes_to_the_page_of_its_topic() -> None:
    assert changes(AddField(field=ask("phone", group="contact"))) == [("added", "contact.phone")]


def test_a_field_is_taken_out() -> None:
    assert changes(RemoveField(field="code")) == [("removed", "company.code")]


def test_a_field_moves_and_stays_what_it_was() -> None:
    flow = apply_edits(a_flow(), [MoveField(field="surname", to="contact")])

    assert [one.id for one in flow.by_id["contact"].fields] == ["email", "surname"]
    assert differences(a_flow(), flow)[0].after == "contact"


def test_a_field_becomes_optional() -> None:
    assert changes(RequireField(field="email", required=False)) == [
        ("changed", "contact.email.required")
    ]


@pytest.mark.parametrize(
    ("what", "changed"),
    [(None, "name"), ("contact", "contact.title"), ("email", "contact.email.label")],
)
def test_words_are_changed_and_nothing_else(what, changed) -> None:
    assert changes(Rename(what=what, title=text("new"))) == [("changed", changed)]


def test_a_step_is_put_between_two() -> None:
    flow = apply_edits(a_flow(), [AddStep(after="contact", step=step("more", fields=(ask("x"),)))])

    assert flow.by_id["contact"].next[0].to == "more"
    assert flow.by_id["more"].next[0].to == "look"
    assert codes(flow) == set()


def test_a_step_after_one_that_may_fail_goes_onto_the_hoped_way() -> None:
    flow = apply_edits(a_flow(), [AddStep(after="send", step=step("where", "status"))])

    assert [move.to for move in flow.by_id["send"].next] == ["where", "failed"]
    assert codes(flow) == set()


def test_a_step_is_taken_out_and_the_way_led_on() -> None:
    flow = apply_edits(a_flow(), [RemoveStep(step="person")])

    assert [move.to for move in flow.by_id["who"].next] == ["company", "contact"]
    assert codes(flow) == set()


def test_an_end_that_nothing_leads_to_any_more_goes_too() -> None:
    flow = apply_edits(a_flow(), [RemoveStep(step="send")])

    assert "failed" not in flow.by_id


def test_a_step_moves() -> None:
    flow = apply_edits(a_flow(), [MoveStep(step="agree", after="contact")])

    assert flow.by_id["contact"].next[0].to == "agree"
    assert flow.by_id["agree"].next[0].to == "look"


def test_a_branch_is_gone_through_only_when_its_guard_holds() -> None:
    more = AddField(field=ask("adult", type="yesno"), step="contact")
    branch = AddBranch(after="contact", when=on("adult"), step=step("x", fields=(ask("y"),)))

    flow = apply_edits(a_flow(), [more, branch])

    assert [move.to for move in flow.by_id["contact"].next] == ["x", "look"]
    assert codes(flow) == set()


@pytest.mark.parametrize(
    "edit",
    [
        AddField(field=EMAIL),
        AddField(field=ask("x"), step="look"),
        AddField(field=ask("x"), step="nowhere"),
        AddField(field=ask("contact"), step="person"),
        RemoveField(field="nothing"),
        MoveField(field="email", to="look"),
        MoveStep(step="agree", after="agree"),
        RemoveStep(step="done"),
        AddStep(after="done", step=step("x")),
        AddStep(after="contact", step=step("look")),
        AddBranch(after="who", when=on("kind", "org"), step=step("x")),
        Rename(what="nothing", title=text("x")),
    ],
    ids=range(12),
)
def test_what_cannot_be_done_is_said(edit) -> None:
    with pytest.raises(ImpossibleEdit):
        apply_edits(a_flow(), [edit])


def test_operations_survive_the_wire() -> None:
    adapter = TypeAdapter(list[Edit])
    edits = [RemoveField(field="x"), AddBranch(after="a", when=on("b"), step=step("c"))]

    assert adapter.validate_json(adapter.dump_json(edits)) == edits


def test_two_equal_flows_do_not_differ() -> None:
    assert differences(a_flow(), a_flow()) == ()


@pytest.mark.parametrize(
    ("sentence", "changed"),
    [
        ("додай поле дата народження", [("added", "ask_person.birth_date")]),
        ("add a date of birth", [("added", "ask_person.birth_date")]),
        ("прибери телефон", [("removed", "ask_contact.phone")]),
        (
            "remove the phone and the email",
            [
                ("changed", "ask_person.next"),
                ("removed", "ask_contact"),
                ("removed", "ask_contact.email"),
                ("removed", "ask_contact.phone"),
            ],
        ),
        ("зроби телефон необов'язковим", [("changed", "ask_contact.phone.required")]),
        ("make email optional", [("changed", "ask_contact.email.required")]),
        ("перенеси телефон на сторінку Про вас", [("changed", "phone")]),
        ("перейменуй телефон на Мобільний номер", [("changed", "ask_contact.phone.label")]),
        ("rename the service to Club membership", [("changed", "name")]),
        ("перейменуй сторінку контактні дані на Зв'язок", [("changed", "ask_contact.title")]),
        (
            "remove consent; add favourite park",
            [
                ("changed", "review.next"),
                ("removed", "consent"),
                ("added", "ask_contact.favourite_park"),
            ],
        ),
        (
            "якщо юридична особа — запитати ЄДРПОУ",
            [
                ("changed", "ask_person.next"),
                ("added", "ask_applicant_kind_yes"),
                ("added", "ask_person.applicant_kind"),
                ("added", "ask_applicant_kind_yes.edrpou"),
            ],
        ),
    ],
)
def test_a_sentence_changes_what_it_names(sentence, changed) -> None:
    flow = apply_edits(FLOW, read_edits(FLOW, sentence))

    assert [(one.kind, one.what) for one in differences(FLOW, flow)] == changed


def test_a_field_added_in_a_sentence_brings_its_options() -> None:
    flow = apply_edits(FLOW, read_edits(FLOW, "додай розмір одягу (S, M, L) за бажанням"))
    field = flow.asks["clothing_size"]

    assert [option.label for option in field.options] == [Text(uk=s, en=s) for s in "SML"]
    assert not field.required


def test_a_page_that_would_ask_nothing_goes_as_a_whole() -> None:
    flow = build(read("Опитування: оцінка від 1 до 5, вік"))

    less = apply_edits(flow, read_edits(flow, "прибери вік"))

    assert "ask_person" not in less.by_id
    assert prove(FlowGraph(less)) == ()


@pytest.mark.parametrize(
    "sentence",
    [
        "щось незрозуміле",
        "",
        "remove the dragon",
        "перенеси телефон на місяць",
        "якщо дощ — телефон",
    ],
)
def test_what_cannot_be_told_from_a_sentence_is_asked_for(sentence) -> None:
    with pytest.raises(ImpossibleEdit):
        read_edits(FLOW, sentence)


@given(st.text(max_size=120))
def test_whatever_is_said_an_edit_is_done_or_refused(sentence) -> None:
    try:
        flow = apply_edits(FLOW, read_edits(FLOW, sentence))
    except ImpossibleEdit:
        return

    assert flow.id == FLOW.id
