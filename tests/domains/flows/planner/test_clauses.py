"""Prose read clause by clause: what is asked, decided, paid and waited for."""

import gzip
import json
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kuznia.domains.flows.account import answers, wishes_of
from kuznia.domains.flows.account.places import FlowPlaces
from kuznia.domains.flows.checks.proof import prove
from kuznia.domains.flows.planner import build, declined, read
from kuznia.domains.flows.planner.building import plan
from kuznia.domains.flows.planner.order import read_order
from kuznia.domains.flows.planner.phrases.labels import labelled
from kuznia.domains.flows.reading.prompt_text import clean, cleaned
from kuznia.domains.flows.schema import Flow, FlowInput
from kuznia.domains.flows.structure.blocks import blocks, steps_of
from kuznia.domains.flows.structure.graph import FlowGraph
from kuznia.forge.wishes.account import complete, resolves

# Services of two countries, as people described them who knew nothing of the planner.
CORPUS = Path(__file__).parent.parent / "corpus" / "services.jsonl.gz"
PROMPTS = [json.loads(line)["prompt"] for line in gzip.decompress(CORPUS.read_bytes()).splitlines()]


def planned(prompt: str) -> Flow:
    return build(read(prompt))


def under(flow: Flow, fact: str, value: object) -> frozenset[str]:
    """The fields that are asked when a fact is so."""
    places = FlowPlaces(flow)
    steps = places.reach({fact: value})  # type: ignore[dict-item]  # a literal of a test
    return frozenset(field.id for step in flow.steps if step.id in steps for field in step.fields)


def test_every_described_service_is_planned_soundly() -> None:
    flows = [planned(prompt) for prompt in PROMPTS if declined(read(prompt)) is None]

    assert len(flows) == len(PROMPTS)
    for flow in flows:
        assert [finding for finding in prove(FlowGraph(flow)) if finding.stands] == []
        assert steps_of(blocks(flow.steps)) == flow.steps


@pytest.mark.no_cover
def test_the_record_leads_from_the_prompt_into_the_flow() -> None:
    for prompt in PROMPTS:
        made = plan(read(prompt))

        assert made.record
        for start, end, pointers in made.record:
            assert prompt[start:end].strip()
            assert all(resolves(pointer, {"flow": made.flow}) for pointer in pointers)


def test_what_was_planned_is_met_and_what_was_not_read_is_said() -> None:
    prompt = "Dog registration: name, email. The moon is made of green cheese 77 times."
    order = read_order(FlowInput(prompt=prompt))
    flow = build(order.reading).having(language=order.language)

    wishes = answers(flow, order, complete(prompt, wishes_of(order)))

    outcomes = {wish.quote: wish.outcome for wish in wishes}
    assert outcomes["moon is made of green cheese 77 times"] == "not_understood"
    assert list(outcomes.values()).count("not_understood") == 1


def test_a_condition_asks_its_field_only_then() -> None:
    flow = planned("Registration of a dog: name, whether it is insured. If insured, policy number.")
    question = next(field.id for field in flow.asks.values() if field.type == "yesno")

    assert under(flow, question, value=True) - under(flow, question, value=False)


@pytest.mark.parametrize(
    ("prompt", "kind"),
    [
        ("Дозвіл на торгівлю: ім'я, телефон. Опікун додає рішення про опіку.", "yesno"),
        ("Permit for a stall: name, pool or spa. With a spa a lab result is attached.", "choice"),
        ("Реєстрація: ім'я, телефон. Був у полоні? Матеріали розслідування обов'язкові.", "yesno"),
    ],
)
def test_a_case_needs_no_if(prompt: str, kind: str) -> None:
    flow = planned(prompt)
    deciding = [flow.asks[name] for name in FlowGraph(flow).decided_by if name in flow.asks]

    assert [field.type for field in deciding] == [kind]


def test_each_option_has_its_price() -> None:
    flow = planned(
        "Dog registration: name, email, class: standard $47, working $33 or assist free."
    )

    assert {step.fee.kopiykas for step in flow.steps if step.fee} == {4700, 3300}


def test_those_who_decide_are_named_in_their_order() -> None:
    flow = planned(
        "Permit for a street party: name, phone. The highways team checks it (10 days). "
        "Then the police approve it in 5 days."
    )

    waits = [step for step in flow.steps if step.kind == "wait"]
    assert [(step.who.en, step.days) for step in waits if step.who] == [
        ("Highways team", 10),
        ("Police", 5),
    ]


@pytest.mark.parametrize(
    ("phrase", "uk", "en"),
    [
        ("попередню адресу", "Попередня адреса", "Previous address"),
        ("number of residents", "Кількість мешканців", "Number of residents"),
        ("skip location", "Розташування контейнера", "Skip location"),
    ],
)
def test_a_label_is_a_noun_phrase_in_both_languages(phrase: str, uk: str, en: str) -> None:
    text = labelled(phrase).text

    assert (text.uk, text.en) == (uk, en)


@pytest.mark.no_cover
def test_nothing_is_put_into_the_other_language_untranslated() -> None:
    for prompt in PROMPTS:
        for field in planned(prompt).asks.values():
            assert not re.search(r"[а-яіїєґ]", field.label.en, re.IGNORECASE), field.label


def test_places_survive_what_cannot_be_seen() -> None:
    made = cleaned("теле\u200bфон <b>і</b> e\u0301mail")

    start = made.text.index("mail")
    assert made.place(start, start + 4) == (20, 24)
    assert clean("телефон") == cleaned("теле\u200bфон").text


ORDINARY = [
    *("consent", "status", "review", "submit", "decision", "sign", "pay", "end done", "check"),
    *("which fee", "ask details", "sign in", "each child", "lookup slots", "who decides"),
    *("згода", "стан", "перевірка", "рішення", "оплата", "підпис"),
]


@settings(max_examples=30, deadline=None)
@given(st.lists(st.sampled_from(ORDINARY), min_size=1, max_size=9))
def test_no_word_of_a_prompt_collides_with_a_step(words: list[str]) -> None:
    prompt = f"Registration with fields: {', '.join(words)}, email. If {words[0]}, ask {words[-1]}."

    assert planned(prompt).steps
