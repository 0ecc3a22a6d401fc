"""What becomes of each clause of a prompt, in flows that do what it asks, and in damaged ones."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.domains.flows.damage import damaged
from tests.domains.flows.planner.facts import ASKED

from kuznia.domains.flows import DOMAIN
from kuznia.domains.flows.account import answer_wishes, answers, wishes_of
from kuznia.domains.flows.planner import build, read
from kuznia.domains.flows.planner.order import read_order
from kuznia.domains.flows.reading.quantities import quantities
from kuznia.domains.flows.schema import Flow, FlowInput
from kuznia.forge.terms import Bench, Budget, Caller, Order, Wish
from kuznia.forge.wishes.account import account, complete, read_wishes, resolves, settled

TABLES = sorted((Path(__file__).parent / "accounts").glob("*.jsonl"))
ROWS: list[dict[str, Any]] = [
    json.loads(line) for table in TABLES for line in table.read_text("utf-8").splitlines()
]
CASES = [(row["prompt"], Flow.model_validate(row["flow"])) for row in ROWS]
PAIRS = [pytest.param(prompt, flow, id=flow.id) for prompt, flow in CASES]
# Of the damaged copies, so many at most may pass for complete. Two are known: a number that is
# only the key of a register, and "300 and 500 respectively".
MISSED = 2
# Words and signs by which clauses are read.
NOISE = [
    *(
        "if",
        "якщо",
        "otherwise",
        "інакше",
        "not",
        "не",
        "without",
        "без",
        "and",
        "і",
        "or",
        "unless",
    ),
    *(
        ",",
        ".",
        ":",
        ";",
        "(",
        ")",
        "—",
        "[",
        "'",
        "«",
        "\n",
        "from",
        "up to",
        "до",
        "before",
        "після",
    ),
    *(
        "5",
        "£60",
        "300 грн",
        "10%",
        "days",
        "днів",
        "one",
        "fee",
        "free",
        "безкоштовно",
        "optional",
    ),
    *(
        "the register",
        "з реєстру",
        "only",
        "лише для",
        "refused",
        "відмова",
        "name",
        "телефон",
        "ask",
    ),
]


def accounted(prompt: str, flow: Flow) -> tuple[Wish, ...]:
    order = read_order(FlowInput.model_construct(prompt=prompt, language="auto"))
    wishes = complete(prompt, wishes_of(order))
    return settled(wishes, answers(flow, order, wishes), {"flow": flow})


def open_wishes(prompt: str, flow: Flow) -> list[Wish]:
    return [wish for wish in accounted(prompt, flow) if wish.outcome != "met"]


def quoted(prompt: str, flow: Flow) -> list[str]:
    return [wish.quote for wish in open_wishes(prompt, flow)]


def planned(prompt: str) -> Flow:
    return build(read(prompt))


def case(name: str) -> tuple[str, Flow]:
    return next((prompt, flow) for prompt, flow in CASES if flow.id == name)


def changed(flow: Flow, step: str, field: str, **values: Any) -> Flow:
    tree = flow.model_dump()
    (page,) = (one for one in tree["steps"] if one["id"] == step)
    (asked,) = (one for one in page["fields"] if one["id"] == field)
    asked |= values
    return Flow.model_validate(tree)


@pytest.mark.parametrize(("prompt", "flow"), PAIRS)
def test_a_flow_that_does_all_of_it_is_complete(prompt: str, flow: Flow) -> None:
    assert open_wishes(prompt, flow) == []


@pytest.mark.parametrize(("prompt", "flow"), PAIRS)
def test_what_is_met_is_shown_and_every_word_of_the_prompt_is_answered_for(
    prompt: str, flow: Flow
) -> None:
    wishes = accounted(prompt, flow)

    assert all(wish.where for wish in wishes)
    assert all(prompt[wish.start : wish.end] == wish.quote for wish in wishes)


@pytest.mark.no_cover
def test_damage_of_every_kind_is_noticed() -> None:
    missed = [
        (kind, flow.id)
        for prompt, flow in CASES
        # Every third copy is enough to tell, and all of them would take a minute.
        for kind, copy in [*damaged(flow)][::3]
        if not open_wishes(prompt, copy)
    ]

    assert len(missed) <= MISSED, missed


def test_there_is_damage_of_every_kind() -> None:
    kinds = Counter(kind for _, flow in CASES for kind, _ in damaged(flow))

    assert set(kinds) == {
        *("dropped", "limit", "required", "inverted", "fee", "days", "moved", "invented"),
    }
    assert sum(kinds.values()) > 300


@pytest.mark.no_cover
def test_a_flow_for_another_service_is_never_complete() -> None:
    passed = [
        (flow.id, other.id)
        for number, (prompt, flow) in enumerate(CASES)
        # Each with four others: all pairs would take a minute.
        for _, other in (CASES * 2)[number + 1 : number + 29 : 7]
        if not open_wishes(prompt, other)
    ]

    assert passed == []


def test_the_clause_of_an_exchanged_branch_is_named() -> None:
    prompt, flow = case("meter")
    tree = flow.model_dump()
    due = next(step for step in tree["steps"] if step["id"] == "due")
    due["next"][0]["to"], due["next"][1]["to"] = "pay", "submit"

    assert quoted(prompt, Flow.model_validate(tree)) == [
        "Якщо лічильник ще на гарантії, то заміна безкоштовна, інакше 850 грн"
    ]


def test_a_field_that_was_to_be_optional_is_named() -> None:
    prompt, flow = case("marathon")

    assert quoted(prompt, changed(flow, "contacts", "phone", required=True)) == [
        "Номер телефону необов'язковий, контактна особа обов'язкова"
    ]


def test_a_field_that_was_to_be_required_is_named() -> None:
    prompt, flow = case("pothole")

    assert quoted(prompt, changed(flow, "hole", "photo", required=False)) == [
        "Location and a photo are mandatory"
    ]


def test_a_field_that_must_not_be_asked_is_found_under_another_name() -> None:
    prompt, flow = case("disabled_parking")
    label = {"uk": "Ідентифікаційний код (ІПН)", "en": "Taxpayer number"}

    asked = changed(flow, "papers", "car_make", id="rnokpp", label=label)

    assert "РНОКПП не питати" in quoted(prompt, asked)


def test_a_date_that_may_be_in_the_past_is_named() -> None:
    prompt, flow = case("hall")

    assert quoted(prompt, changed(flow, "event", "event_date", format=None)) == [
        "event date (must be in the future)"
    ]


def test_an_option_that_the_prompt_does_not_list_is_named() -> None:
    prompt, flow = case("clinic")
    options = flow.asks["department"].model_dump()["options"]
    more = {"id": "other", "label": {"uk": "Кардіологія", "en": "Cardiology"}}

    named = open_wishes(prompt, changed(flow, "visit", "department", options=[*options, more]))

    assert [wish.why for wish in named] == ["The prompt does not list this option: Cardiology."]


def test_what_was_guessed_and_is_said_to_be_is_no_invention() -> None:
    prompt = "Permit to cut down trees: number of trees, reason, photo"
    flow = planned(prompt)
    silent = flow.having(assumptions=())

    assert open_wishes(prompt, flow) == []
    assert [wish.outcome for wish in open_wishes(prompt, silent)] == ["not_asked"]


def test_an_amount_in_a_text_that_nobody_named_is_an_invention() -> None:
    prompt, flow = case("pothole")
    tree = flow.model_dump()
    tree["steps"][0]["text"] = {"uk": "Штраф 900 грн", "en": "The fine is 900 UAH"}

    (wish,) = open_wishes(prompt, Flow.model_validate(tree))

    assert wish.outcome == "not_asked"
    assert wish.where == ("/flow/steps/0",)


def test_a_step_that_comes_too_late_is_named() -> None:
    prompt = "Permit to keep bees: name, number of hives. The inspection comes before payment."
    flow = planned("Permit to keep bees: name, number of hives, fee 50 UAH, decision in 5 days")

    assert "inspection comes before payment" in quoted(prompt, flow)


@pytest.mark.parametrize("order", DOMAIN.shown.examples)
def test_the_examples_are_complete(order: dict[str, Any]) -> None:
    assert open_wishes(order["prompt"], planned(order["prompt"])) == []


def test_most_simple_prompts_are_complete_without_a_model() -> None:
    met = [not open_wishes(row["p"], planned(row["p"])) for row in ASKED]

    assert sum(met) / len(met) > 0.85


@pytest.mark.parametrize(
    ("prompt", "clause"),
    [
        # It has no limit of age.
        ("Запис на щеплення для дітей до 14 років: ПІБ дитини, дата візиту", "14 років"),
        # It knows no lower limit of records.
        ("Реєстрація громадської організації: назва, від 2 до 10 засновників", "від 2 до 10"),
    ],
)
def test_what_the_planner_cannot_do_is_said(prompt: str, clause: str) -> None:
    assert any(clause in quote for quote in quoted(prompt, planned(prompt)))


async def test_the_domain_answers_for_its_wishes() -> None:
    prompt, flow = case("hall")
    input_ = FlowInput(prompt=prompt)
    order = Order(
        domain="flows",
        input=input_,
        caller=Caller("somebody"),
        deadline=10.0,
        budget=Budget(attempts=1, tokens=1),
    )

    reading = read_order(input_)
    asked = read_wishes(DOMAIN, prompt, reading)
    wishes = await account(DOMAIN, Bench(order, reading, {"flow": flow}, wishes=asked), seconds=60)

    assert {wish.outcome for wish in wishes} == {"met"}


def claim(prompt: str, quote: str, *where: str) -> Wish:
    start = prompt.index(quote)
    return Wish(quote, start, start + len(quote), "met", where)


def answered(prompt: str, flow: Flow, *claims: Wish) -> dict[str, Wish]:
    order = read_order(FlowInput.model_construct(prompt=prompt, language="auto"))
    wishes = complete(prompt, wishes_of(order))
    return {wish.quote: wish for wish in answer_wishes(flow, prompt, wishes, claims)}


@pytest.mark.parametrize(
    "where", ["/flow/steps/{0}/fields/{1}", "flow.steps[{0}].fields[{1}]", "the field {2}", "{3}"]
)
def test_a_claim_is_read_however_it_names_the_place(where: str) -> None:
    _, flow = case("hall")
    step, field, place = next(
        (number, other, row)
        for number, page in enumerate(flow.steps)
        for other, row in enumerate(page.fields)
    )
    quote = f"Tell us the {place.label.en.lower()} in an unheard-of fancy wording"
    named = where.format(step, field, place.id, place.label.en)

    wish = answered(f"{quote}.", flow, claim(f"{quote}.", quote, named))[quote]

    assert wish.outcome == "met"


def test_a_claim_that_leads_to_something_else_is_not_believed() -> None:
    _, flow = case("hall")
    quote = "ask for the blood group of the dog"

    for number, _ in enumerate(flow.steps):
        wish = answered(quote, flow, claim(quote, quote, f"/flow/steps/{number}"))

        assert all(row.outcome != "met" for row in wish.values() if row.quote)


@pytest.mark.parametrize("quote", ["Please keep it short and polite", "Thx", "Зробіть просто"])
def test_how_it_should_be_put_needs_no_evidence(quote: str) -> None:
    prompt, flow = case("hall")

    assert quoted(f"{prompt} {quote}.", flow) == []


def test_a_numbered_list_has_no_clauses_of_numbers_alone() -> None:
    wishes = wishes_of(read_order(FlowInput(prompt="Form:\n1. Name.\n2) Email, up to 30 signs.")))

    assert not any(wish.quote.strip(".)").isdecimal() for wish in wishes)


def test_a_number_without_a_unit_has_that_of_the_one_before() -> None:
    first, second = quantities("in 2 days, otherwise 14")

    assert (first.days, second.days) == (frozenset({2}), frozenset({14}))


STRANGE = st.sampled_from(NOISE) | st.text(max_size=12)


@settings(max_examples=50, deadline=None)
@given(st.lists(STRANGE, max_size=60).map(" ".join), st.sampled_from(CASES))
def test_no_prompt_is_too_strange(prompt: str, other: tuple[str, Flow]) -> None:
    wishes = accounted(prompt, other[1])

    assert all(resolves(pointer, {"flow": other[1]}) for wish in wishes for pointer in wish.where)


def test_a_flow_of_nothing_but_an_end_is_accounted_for() -> None:
    end = {"id": "end_done", "kind": "end", "title": {"uk": "Кінець", "en": "The end"}}
    flow = Flow.model_validate(
        {"id": "empty", "name": end["title"], "archetype": "survey", "steps": [end]}
    )

    assert all(len(accounted(prompt, flow)) > 0 for prompt, _ in CASES)
