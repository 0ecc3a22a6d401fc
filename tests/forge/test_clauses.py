"""How a prompt is split into clauses: nothing is lost, nothing is made up."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kuznia.forge.terms import Draft, Wish
from kuznia.forge.wishes.account import complete, resolves, settled
from kuznia.forge.wishes.clauses import WORD, clauses, is_filler

CLAUSES = (
    "full name",
    "дата народження дитини",
    "If the vehicle is electric the permit is free, otherwise it costs £60",
    "не питати податковий номер",
    "up to 3 photos (JPEG, PNG), optional",
    "Рішення приймає комісія за 10 днів",
    'parse("1h 30m", strict=True) == 5400',
    "Силове не довше 50 хвилин, крім п'ятниці",
    "e.g. the U.S. rate of 1.5 %",
    "«Мій дім» — назва послуги",
    "`a, b` and (c; d)",
    "Дякую",
    "please",
    "a, b, c",
)
NOISE = st.text(st.sampled_from("aбЄ 1.,:;!?-()[]{}«»\"'`\u2019\u2026\n\t£—*_/\\#&и́"), max_size=80)
PROMPTS = st.lists(
    st.tuples(
        st.sampled_from(CLAUSES) | NOISE, st.sampled_from((", ", ". ", "\n- ", ": ", "; ", " "))
    )
).map(lambda pieces: "".join(text + link for text, link in pieces))


@given(PROMPTS | st.text(max_size=200))
def test_every_character_belongs_to_a_wish_or_to_a_filler(prompt: str):
    wishes = complete(prompt, clauses(prompt))

    place = 0
    for wish in wishes:
        assert prompt[wish.start : wish.end] == wish.quote
        assert wish.start >= place
        assert is_filler(prompt[place : wish.start])
        place = wish.end
    assert is_filler(prompt[place:])
    # A wish that holds no word would ask for nothing.
    assert all(WORD.search(wish.quote) for wish in wishes)


@given(PROMPTS, st.data())
def test_what_a_domain_leaves_out_is_a_wish_all_the_same(prompt: str, data: st.DataObject):
    wishes = clauses(prompt)
    kept = [wish for wish in wishes if data.draw(st.booleans())]

    whole = complete(prompt, kept)

    assert set(kept) <= set(whole)
    covered = {place for wish in whole for place in range(wish.start, wish.end)}
    for word in WORD.finditer(prompt):
        assert word.start() in covered or is_filler(word[0]) or _in_a_phrase(prompt, word.start())


def _in_a_phrase(prompt: str, place: int) -> bool:
    """Fillers are phrases: one word of `thank you` is no filler alone."""
    words = list(WORD.finditer(prompt))
    here = next(number for number, word in enumerate(words) if word.start() == place)
    spans = [
        (first, last)
        for first in range(max(0, here - 5), here + 1)
        for last in range(here, here + 6)
    ]
    return any(
        is_filler(" ".join(word[0] for word in words[first : last + 1]))
        for first, last in spans
        if last < len(words)
    )


@pytest.mark.parametrize(
    ("prompt", "quotes"),
    [
        (
            "Monday 40 minutes, Friday 30, Sunday an hour and a half.",
            ["Monday 40 minutes", "Friday 30", "Sunday an hour and a half"],
        ),
        ("Hello! Thanks a lot.", []),
        (
            "At most 40 characters (not a pizza, please).",
            ["At most 40 characters (not a pizza, please)"],
        ),
        ("Добрий день! Потрібно: ім'я, телефон і пошта. Дякую!", ["ім'я", "телефон", "пошта"]),
        (
            "Hi, we need a permit. Applicants enter their name, address and phone.",
            ["permit", "Applicants enter their name", "address", "phone"],
        ),
        (
            "If it is urgent, call 112, otherwise wait. No fee, please.",
            ["If it is urgent, call 112, otherwise wait", "No fee"],
        ),
        ("Fields:\n- name\n- e-mail (optional)\n", ["name", "e-mail (optional)"]),
        (
            "Site (North, South or East), half or full plot",
            ["Site (North, South or East), half or full plot"],
        ),
        (
            "f(x: int, y: int): number rounds. See v1.2.",
            ["f(x: int, y: int): number rounds", "See v1.2"],
        ),
        ("Units: d, h, m, s", ["Units: d, h, m, s"]),
        ("Два рази на тиждень, у які дні — байдуже", ["Два рази на тиждень, у які дні — байдуже"]),
    ],
)
def test_clauses_are_what_a_reader_would_mark(prompt: str, quotes: list[str]):
    assert [wish.quote for wish in clauses(prompt)] == quotes


def test_a_long_prompt_of_brackets_takes_no_longer_than_its_length():
    # Quadratic, this would take minutes.
    assert len(clauses("(" * 50_000 + "x")) == 1


class Line(Draft):
    words: tuple[str, ...]
    none: str | None = None


PARTS: dict[str, Draft] = {"text": Line(words=("a", "b/c"))}


@pytest.mark.parametrize("pointer", ["/text", "/text/words", "/text/words/1"])
def test_a_pointer_leads_to_what_is_there(pointer: str):
    assert resolves(pointer, PARTS)


@given(st.text("/~01ab2-", max_size=12) | st.just("/text/none") | st.just("/text/words/2"))
def test_a_pointer_to_what_is_not_there_leads_nowhere(pointer: str):
    assert not resolves(pointer, PARTS)


def _answers(**answer: Any) -> list[Wish]:
    return list(settled((Wish("x", 0, 1),), [Wish("x", 0, 1, **answer)], PARTS))


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ({"outcome": "met", "where": ("/text/words/0",)}, "met"),
        ({"outcome": "met", "where": ("/text/words/9",)}, "not_understood"),
        ({"outcome": "met"}, "not_understood"),
        ({"outcome": "not_possible", "why": "No such thing."}, "not_possible"),
        ({"outcome": "unclear", "why": "Which one?"}, "unclear"),
    ],
)
def test_an_answer_counts_if_it_leads_somewhere(answer: dict[str, Any], outcome: str):
    (wish,) = _answers(**answer)

    assert wish.outcome == outcome
    assert bool(wish.why) == (outcome != "met")


def test_an_answer_to_no_wish_of_the_prompt_is_passed_over():
    stranger = Wish("y", 5, 6, "met", ("/text",))
    invented = Wish("", 0, 0, "not_asked", ("/text/words/1",), "Nobody asked for b/c.")

    wishes = settled((Wish("x", 0, 1),), [stranger, invented], PARTS)

    assert [wish.outcome for wish in wishes] == ["not_understood", "not_asked"]
