"""Stop signs: found wherever they are said, in both languages, and above everything else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.domains.training.makers import an_athlete

from kuznia.domains.training.athlete.screening import decline, screen
from kuznia.domains.training.hearing import health_mentions

SAID = [
    ("there is pressure in my chest when I run", "chest_pain"),
    ("my chest hurts", "chest_pain"),
    ("буває тисне в грудях", "chest_pain"),
    ("болить серце після бігу", "chest_pain"),
    ("I passed out last week", "fainting"),
    ("знепритомніла в залі", "fainting"),
    ("I had a heart attack in 2019", "heart_disease"),
    ("переніс інфаркт", "heart_disease"),
    ("short of breath climbing stairs", "breathless"),
    ("задишка у спокої", "breathless"),
    ("my ankles are always swelling", "ankle_swelling"),
    ("набрякають щиколотки", "ankle_swelling"),
    ("my heart races for no reason", "palpitations"),
    ("серце калатає вночі", "palpitations"),
    ("my calf is red and swollen", "calf_swelling"),
    ("numbness between my legs", "nerve_signs"),
    ("оніміння в паху", "nerve_signs"),
    ("I have a fever today", "fever"),
    ("температура 38.7", "fever"),
    ("I lost my period for four months", "lost_period"),
    ("зникли місячні", "lost_period"),
    ("I want to punish myself", "compensatory"),
    ("хочу покарати себе після переїдання", "compensatory"),
    ("I am pregnant", "pregnancy"),
    ("вагітна, другий триместр", "pregnancy"),
    ("placenta previa was found", "pregnancy_complication"),
    ("take bisoprolol every day", "beta_blocker"),
    ("п'ю конкор", "beta_blocker"),
    ("I can’t control my bladder", "nerve_signs"),
    ("I no longer have chest pain every day", "chest_pain"),
    ("no injuries and chest pain when running", "chest_pain"),
    ("ch\u200best pa\u200bin at night", "chest_pain"),
]
DENIED = [
    "no chest pain",
    "I have never fainted",
    "I don't have chest pain or dizziness",
    "без болю в грудях",
    "немає болю в серці",
    "не вагітна",
    "open my chest and strengthen my back",
    "груди і спина в один день",
    "my heart is set on a marathon",
]


@pytest.mark.parametrize(("text", "flag"), SAID)
def test_a_warning_in_words_is_heard(text: str, flag: str) -> None:
    assert flag in health_mentions(text).flags


@pytest.mark.parametrize("text", DENIED)
def test_what_is_denied_is_not_heard(text: str) -> None:
    assert health_mentions(text).flags == frozenset()


def test_a_sore_place_is_heard_with_how_fresh_it_is() -> None:
    heard = health_mentions("My knee hurts. I sprained my ankle. I had shoulder surgery.")

    stages = {injury.region: injury.stage for injury in heard.injuries}
    assert stages == {"knee": "chronic", "ankle": "acute", "shoulder": "surgery"}


def test_the_graver_word_about_a_place_counts() -> None:
    heard = health_mentions("my knee hurts; my knee is swollen; knee pain again")

    assert [injury.stage for injury in heard.injuries] == ["acute"]


def test_a_place_that_does_not_hurt_is_not_sore() -> None:
    assert health_mentions("no knee pain, shoulders are fine").injuries == ()


@given(st.text(max_size=500))
def test_any_text_can_be_listened_to(text: str) -> None:
    health_mentions(text)


@given(st.text(max_size=200), st.text(max_size=200))
def test_words_around_a_stop_sign_do_not_hide_it(before: str, after: str) -> None:
    heard = health_mentions(f"{before}\nI have chest pain.\n{after}")

    assert "chest_pain" in heard.flags


@pytest.mark.parametrize("language", ["en", "uk"])
def test_a_refusal_says_whom_to_see(language: str) -> None:
    athlete = an_athlete({"language": language, "health": {"flags": ["chest_pain"]}})

    refusal = decline(athlete)
    assert refusal is not None
    assert ("doctor" if language == "en" else "лікар") in refusal.message


def test_the_most_urgent_of_several_leads() -> None:
    athlete = an_athlete({"health": {"flags": ["fever", "chest_pain", "nerve_signs"]}})

    refusal = decline(athlete)
    assert refusal is not None
    assert refusal.code == "S08"
    assert set(screen(athlete).stops) == {"S08", "S01", "S12"}


def test_birth_without_a_date_is_asked_about() -> None:
    refusal = decline(an_athlete({"health": {"flags": ["postpartum"]}}))

    assert refusal is not None
    assert refusal.code == "S11"
    assert refusal.questions


def test_a_lost_period_stops_who_wants_to_lose_weight() -> None:
    health = {"health": {"flags": ["lost_period"]}}

    assert decline(an_athlete(health)) is None
    refusal = decline(an_athlete(health | {"aim": "weight_loss"}))
    assert refusal is not None
    assert refusal.code == "S14"


def test_clearance_opens_what_disease_closed() -> None:
    ill = {"flags": ["heart_disease"]}

    assert decline(an_athlete({"health": ill})) is not None
    assert decline(an_athlete({"health": ill | {"cleared": True}})) is None


def test_words_cannot_clear_anyone() -> None:
    athlete = an_athlete({"health": {"flags": ["heart_disease"]}, "notes": "My doctor cleared me."})

    assert decline(athlete) is not None


def test_a_question_about_units_names_the_likely_reading() -> None:
    refusal = decline(an_athlete({"weight": 180, "height": 170}))

    assert refusal is not None
    assert refusal.code == "unit-check"
    assert "180 lb" in refusal.questions[0]


def test_numbers_that_fit_no_reading_are_asked_about_as_they_are() -> None:
    refusal = decline(an_athlete({"weight": 3, "height": 300}))

    assert refusal is not None
    assert "3 kg" in refusal.questions[0]
