"""How a prompt is read: spelling, language, and the small words round a field."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kuznia.domains.flows.checks.proof import prove
from kuznia.domains.flows.planner import build, declined, read
from kuznia.domains.flows.planner.cues import days, fees, kind_of
from kuznia.domains.flows.planner.lexicon import LEXICON
from kuznia.domains.flows.reading.prompt_text import clean, language_of, slug, words
from kuznia.domains.flows.structure.graph import FlowGraph


def asked(prompt: str) -> dict[str, object]:
    return {mention.field.id: mention for mention in read(prompt).mentions}


@pytest.mark.parametrize("apostrophe", ["'", "\u2019", "\u02bc", "`"])
def test_any_apostrophe_is_an_apostrophe(apostrophe) -> None:
    assert "first_name" in asked(f"Реєстрація: ім{apostrophe}я, телефон")


def test_letters_that_only_look_right_are_put_right() -> None:
    assert clean("прiзвище") == "прізвище"
    assert clean("VIN-код i email") == "VIN-код i email"


def test_what_cannot_be_seen_is_left_out() -> None:
    assert clean("теле\u200bфон\u202e") == "телефон"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("довідка", "uk"),
        ("certificate", "en"),
        ("форма email", "uk"),
        ("", "uk"),
        ("a я bcd", "en"),
    ],
)
def test_the_language_is_that_of_most_letters(text, language) -> None:
    assert language_of(text) == language


def test_words_keep_their_dashes_and_apostrophes() -> None:
    assert words("Ім'я, VIN-код (e-mail)") == ["ім'я", "vin-код", "e-mail"]


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("Улюблений колір", "uliublenyi_kolir"),
        ("Park №1", "park_1"),
        ("1st", "field_1st"),
        ("!", "field"),
    ],
)
def test_a_label_becomes_a_name(label, name) -> None:
    assert slug(label) == name


def test_a_name_that_is_taken_gets_a_number() -> None:
    assert slug("Park", {"park", "park_2"}) == "park_3"


@pytest.mark.parametrize(
    ("phrase", "fee"),
    [
        ("збір 40 грн", (4000, None)),
        ("вартість 1 200,50 гривень", (120050, None)),
        ("сума від 50 до 1000 грн", (None, None)),
        ("fee 700 UAH, if urgent 1400 UAH", (70000, 140000)),
        ("no fee", (None, None)),
    ],
)
def test_a_fee_is_read_in_kopiykas(phrase, fee) -> None:
    assert fees(phrase) == fee


@pytest.mark.parametrize(
    ("phrase", "number"),
    [
        ("розгляд до 10 днів", 10),
        ("within 30 working days", 30),
        ("14-day term", 14),
        ("скоро", None),
    ],
)
def test_days_are_read(phrase, number) -> None:
    assert days(phrase) == number


def test_a_prompt_without_a_kind_has_none() -> None:
    assert kind_of("щось гарне") is None


def test_fields_of_no_named_kind_make_an_application() -> None:
    reading = read("Заява на відпустку: прізвище, дата початку, дата закінчення, причина")

    assert reading.kind is not None
    assert reading.kind.close
    assert len(reading.mentions) == 4


@pytest.mark.parametrize(
    "prompt",
    [
        "Create a registration: email",
        "Update my registration: email",
        "Users select a date and drop a comment; registration by email",
        "Registration -- insert email",
        "DELETE old registration: email",
    ],
)
def test_everyday_words_are_not_an_attack(prompt) -> None:
    reading = read(prompt)

    assert declined(reading) is None
    assert "email" in {mention.field.id for mention in reading.mentions}


def test_what_nobody_may_ask_is_left_out_and_said() -> None:
    flow = build(read("Registration: name, email, password"))

    assert set(flow.asks) == {"first_name", "email"}
    assert any("no service may ask" in note.en for note in flow.assumptions)


def test_what_a_register_knows_is_not_asked_and_said() -> None:
    flow = build(read("Довідка про несудимість: прізвище, email"))

    assert set(flow.asks) == {"email"}
    assert any("реєстр" in note.uk for note in flow.assumptions)


def test_a_full_page_is_split() -> None:
    flow = build(read("Опитування: " + ", ".join(f"улюблена річ {word}" for word in "абвгдежз")))

    pages = [step for step in flow.steps if step.kind == "form"]

    assert [len(page.fields) for page in pages] == [5, 3]


def test_a_repeated_group_asks_whether_there_is_another() -> None:
    flow = build(read("Реєстрація ФОП: до 5 КВЕДів"))
    page = flow.by_id["each_business"]

    assert page.repeats == 5
    assert page.fields[-1].id == "more_business"


def test_every_field_of_the_lexicon_is_said_in_both_languages() -> None:
    said = {name for phrase in LEXICON.phrases for name in phrase.fields}

    assert said == set(LEXICON.fields)
    assert all(field.label.uk and field.label.en for field in LEXICON.fields.values())
    assert len(LEXICON.phrases) >= 400


def test_what_decides_a_branch_is_not_asked_again_on_it() -> None:
    findings = prove(FlowGraph(build(read('IF"ДОBІДК0"–"ДОBІДК0'))))

    assert not [finding for finding in findings if finding.stands]


PIECES = (
    "реєстрація довідка субсидія дозвіл угода анонімно кожного телефон email ім'я registration "
    "if якщо інакше or або with without без до від 5 1 100 грн optional up to 3 : ; , . ( ) — \n"
)
prompts = st.text(max_size=400) | st.lists(st.sampled_from(PIECES.split(" ")), max_size=40).map(
    " ".join
)


@settings(max_examples=50, deadline=None)
@given(prompts)
def test_whatever_is_written_is_planned_soundly_or_declined(prompt) -> None:
    reading = read(prompt)

    if declined(reading) is None:
        findings = prove(FlowGraph(build(reading)))

        assert [finding for finding in findings if finding.stands] == []
