"""Knowledge cards: enough of them, in two languages, each with its source."""

import re

import pytest

from kuznia.domains.training.cards import cards
from kuznia.domains.training.checks.rules import rules
from kuznia.domains.training.planner import wording
from kuznia.platform.data_files import read_toml


def numbers(text: str) -> set[str]:
    return set(re.findall(r"\d+(?:\.\d+)?", text))


def test_there_are_as_many_as_promised() -> None:
    assert 60 <= len(cards()) <= 100


@pytest.mark.parametrize("card", cards().values(), ids=lambda card: card.id)
def test_a_card_is_short_and_says_where_it_comes_from(card) -> None:
    assert card.kind in {"guideline", "study", "convention"}
    assert card.source
    assert 20 < len(card.text) <= 260
    assert card.text_uk


@pytest.mark.parametrize("card", cards().values(), ids=lambda card: card.id)
def test_both_languages_name_the_same_numbers(card) -> None:
    assert numbers(card.text_uk) >= numbers(card.text) - {"1", "2", "3"}


def test_every_rule_has_its_card() -> None:
    assert {rule.card for rule in rules().values()} <= set(cards())


def test_every_citation_of_the_planner_resolves() -> None:
    cited = {
        card
        for row in read_toml(wording.__file__, "texts.toml").values()
        for card in row.get("cites", ())
    }

    assert cited <= set(cards())


def test_the_planners_texts_exist_in_both_languages() -> None:
    for name, row in read_toml(wording.__file__, "texts.toml").items():
        assert {"en", "uk"} <= set(row), name
