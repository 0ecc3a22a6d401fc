"""Free text finds its exercise, or says that it is not sure."""

import csv

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.domains.training.makers import DATA

from kuznia.domains.training.catalogue import catalogue
from kuznia.domains.training.catalogue.matching import ACCEPT, NEAREST, match

PARAPHRASES = list(csv.DictReader((DATA / "paraphrases.csv").read_text("utf-8").splitlines()))
UNKNOWN = (DATA / "unknown_names.txt").read_text("utf-8").splitlines()


def test_the_right_exercise_comes_first() -> None:
    first = [match(row["text"]).nearest[:1] == (row["id"],) for row in PARAPHRASES]

    assert len(PARAPHRASES) >= 150
    assert sum(first) / len(first) >= 0.85


def test_what_is_accepted_is_right() -> None:
    wrong = [
        row["text"] for row in PARAPHRASES if match(row["text"]).exercise not in {row["id"], None}
    ]

    assert len(wrong) <= len(PARAPHRASES) * 0.02


@pytest.mark.parametrize("name", UNKNOWN)
def test_a_name_that_is_none_of_ours_is_not_accepted(name: str) -> None:
    assert len(UNKNOWN) == 40
    assert match(name).exercise is None


def test_what_is_not_clear_is_offered() -> None:
    unsure = match("press")

    assert unsure.exercise is None
    assert 1 < len(unsure.nearest) <= NEAREST


def test_a_misspelling_is_forgiven() -> None:
    assert match("barbel bench pres").exercise == "barbell-bench-press"


def test_the_kit_at_hand_wins_a_close_call() -> None:
    found = match("goblet squats heavy", frozenset({"kettlebell"}))

    assert found.nearest[0] == "kettlebell-goblet-squat"


@given(st.text(max_size=300))
def test_any_text_gets_an_answer(text: str) -> None:
    found = match(text)

    assert found.exercise is None or found.score >= ACCEPT
    assert set(found.nearest) <= set(catalogue())
