"""A sentence is understood whole or not at all: right and only that, or refused with the reason."""

from collections import Counter

import pytest
from pydantic import TypeAdapter
from tests.domains.flows.edit_truth import data, flow_named, verdict

from kuznia.domains.flows.edits.apply import apply_change
from kuznia.domains.flows.edits.changes.applying import apply_edits
from kuznia.domains.flows.edits.differences import differences
from kuznia.domains.flows.edits.operations import Edit, ImpossibleEdit
from kuznia.domains.flows.edits.sentences import NotUnderstood, read_instructions

# What each set reaches at least, of 100; nothing is ever done by half.
FLOORS = {"tune": 90, "held": 55, "extra_tune": 85, "extra_held": 50}
OPTION = {"id": "a", "label": {"uk": "а", "en": "a"}}
MAX_WRONG = {"tune": 0, "held": 1, "extra_tune": 0, "extra_held": 2}


@pytest.mark.parametrize("name", FLOORS)
def test_what_a_stranger_asks_for_is_done_whole_or_refused(name) -> None:
    verdicts = Counter(verdict(row) for row in data()[name])

    assert verdicts["half"] == 0
    assert verdicts["wrong"] <= MAX_WRONG[name]
    assert verdicts["right"] * 100 >= FLOORS[name] * verdicts.total()


@pytest.mark.parametrize(
    ("flow", "sentence", "quote"),
    [
        ("complaint", "Phone should be optional and frobnicate the lamps", "frobnicate the lamps"),
        ("tree", "Приберіть пошту, вартість 170 грн", "Приберіть пошту"),
        ("market", "make the phone optional and get rid of the consent", "get rid of the consent"),
        ("tree", "make the phone optional for adults", "make the phone optional for adults"),
        ("parking", "Electric cars do not pay on Sundays", "Electric cars do not pay on Sundays"),
        ("complaint", "Remove everything except the email", "Remove everything except the email"),
        ("market", "remove the phone, no wait, make it optional", "make it optional"),
        ("market", "fee 500 UAH, fee 700 UAH", "fee 700 UAH"),
        ("market", "remove the phone and then put it back", "put it back"),
    ],
)
def test_half_an_instruction_changes_nothing_and_is_quoted(flow, sentence, quote) -> None:
    with pytest.raises(NotUnderstood) as refused:
        apply_change(flow_named(flow), sentence)

    (part,) = refused.value.not_understood
    assert part.quote == quote
    assert sentence[part.start : part.end] == quote


@pytest.mark.parametrize(
    ("flow", "sentence"),
    [
        ("parking", "The fee should be three hundred hryvnias."),
        ("complaint", "Don't make the phone optional"),
        ("library", "Не переносьте телефон"),
        ("tree", "зніміть умову з фото"),
    ],
)
def test_what_is_so_already_is_said(flow, sentence) -> None:
    edited = apply_change(flow_named(flow), sentence)

    assert edited.diff == ()
    assert edited.notes


@pytest.mark.parametrize("sentence", ["Why is the email required?", "Дякую!", "phone", "undo", "?"])
def test_what_asks_for_no_change_says_what_can_be_asked(sentence) -> None:
    with pytest.raises(ImpossibleEdit, match="Say what to add, remove"):
        read_instructions(flow_named("market"), sentence)


def test_a_label_in_one_language_is_a_finding() -> None:
    edited = apply_change(flow_named("market"), "Rename stall size to Size in metres")

    assert [(finding.code, finding.where) for finding in edited.findings] == [
        ("one-language", "ask_details.stall_size")
    ]


@pytest.mark.parametrize(
    ("sentence", "what"),
    [
        ("телефон — підказка: «З кодом»", ["ask_contact.phone.hint"]),
        ("Фото не більше 8 МБ, лише jpg", ["file_types", "max_megabytes"]),
        ("До причин додай «Хворе»", ["ask_matter.reason.options"]),
        ("Збір підвищити на 50 грн", ["fee", "pay.fee"]),
        ("10 робочих днів на рішення", ["decision.working_days"]),
        ("Сторінку «Файли» поставте першою", ["pages"]),
    ],
)
def test_every_kind_of_change_is_seen_among_the_differences(sentence, what) -> None:
    seen = {change.what for change in apply_change(flow_named("tree"), sentence).diff}

    assert all(any(name.endswith(part) for name in seen) for part in what)


@pytest.mark.parametrize(
    "edit",
    [
        {"op": "order-fields", "step": "ask_contact", "fields": ["phone"]},
        {"op": "limit-field", "field": "fuel_type", "max_length": 5},
        {"op": "limit-field", "field": "number_of_cars", "low": 5, "high": 1},
        {
            "op": "set-options",
            "field": "phone",
            "options": [{"id": "a", "label": {"uk": "а", "en": "a"}}],
        },
        {"op": "retype-field", "field": "fuel_type", "type": "text"},
        {"op": "split-page", "step": "ask_contact", "fields": ["email", "phone"]},
        {"op": "join-pages", "steps": ["ask_contact", "ask_contact"]},
        {"op": "set-days", "step": "pay", "days": 3},
        {"op": "add-approval", "step": "pay", "who": {"uk": "мер", "en": "the mayor"}},
        {"op": "limit-move", "step": "pay", "to": "sign_in", "limit": 3},
        {"op": "only-when", "what": "review", "when": {"fact": "phone", "op": "filled"}},
        {"op": "set-fees", "field": "nothing", "cases": [{"option": "a", "kopiykas": 1}] * 2},
        {"op": "move-step", "step": "ask_files", "before": "ask_files"},
    ],
    ids=range(13),
)
def test_an_operation_that_the_flow_does_not_allow_says_why(edit) -> None:
    with pytest.raises(ImpossibleEdit):
        apply_edits(flow_named("parking"), [TypeAdapter[Edit](Edit).validate_python(edit)])


def test_a_hint_is_removed_by_an_operation() -> None:
    flow = apply_change(flow_named("tree"), "телефон — підказка: «З кодом»").study.flow

    after = apply_change(flow, "прибери підказку телефону").study.flow

    assert {change.what for change in differences(flow, after)} == {"ask_contact.phone.hint"}
