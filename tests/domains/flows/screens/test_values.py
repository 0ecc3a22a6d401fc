"""What a form posts becomes a value, or it is said what is wrong with it."""

from datetime import date

import pytest
from tests.domains.flows.makers import ask, options, text

from kuznia.domains.flows.screens.controls import control, error_of, hint_of
from kuznia.domains.flows.screens.element import html
from kuznia.domains.flows.screens.values import InvalidAnswer, read

TODAY = date(2026, 11, 21)
CHOICE = ask("x", type="choice", options=options("a", "b"))
MANY = ask("x", type="many", options=options("a", "b", "c"))
NUMBER = ask("x", type="number", low=1, high=10)
WHOLE = ask("x", type="number", format="integer")
PAST = ask("x", type="date", format="past")
FUTURE = ask("x", type="date", format="future")
FILES = ask("x", type="file", max_length=2)


@pytest.mark.parametrize(
    ("field", "posted", "value"),
    [
        (ask("x"), ["  two  words "], "two words"),
        (ask("x", type="long"), ["line\nline"], "line\nline"),
        (ask("x", format="phone"), ["050 123 45 67"], "+380501234567"),
        (ask("x", required=False), [""], None),
        (CHOICE, ["b"], "b"),
        (MANY, ["c", "a"], ("a", "c")),
        (ask("x", type="yesno"), ["no"], False),
        (NUMBER, ["7,50"], 7.5),
        (NUMBER, ["10"], 10),
        (WHOLE, ["1 000"], 1000),
        (WHOLE, ["-3"], -3),
        (PAST, ["20.11.2026"], "2026-11-20"),
        (FUTURE, ["2026-11-21"], "2026-11-21"),
        (ask("x", type="time"), ["09:30"], "09:30"),
        (FILES, ["a.pdf", "b.pdf"], ("a.pdf", "b.pdf")),
    ],
)
def test_a_good_answer_becomes_a_value(field, posted, value) -> None:
    assert read(field, posted, TODAY) == value


@pytest.mark.parametrize(
    ("field", "posted", "why"),
    [
        (ask("x"), [], "missing"),
        (CHOICE, [], "unchosen"),
        (FILES, [""], "unattached"),
        (CHOICE, ["z"], "unchosen"),
        (MANY, ["a", "z"], "unchosen"),
        (ask("x", type="yesno"), ["maybe"], "unchosen"),
        (NUMBER, ["ten"], "number"),
        (NUMBER, ["1.234"], "number"),
        (NUMBER, ["9" * 20], "number"),
        (NUMBER, ["٣"], "number"),
        (WHOLE, ["1.5"], "number"),
        (NUMBER, ["0"], "low"),
        (NUMBER, ["11"], "high"),
        (ask("x"), ["y" * 201], "long"),
        (ask("x", format="email"), ["no"], "format"),
        (ask("x", type="time"), ["25:00"], "format"),
        (ask("x", type="time"), ["soon"], "format"),
        (PAST, ["31.02.2020"], "date"),
        (PAST, ["2026-11-22"], "past"),
        (FUTURE, ["2026-11-20"], "future"),
        (FILES, ["a", "b", "c"], "many"),
    ],
)
def test_a_bad_answer_is_told_apart(field, posted, why) -> None:
    wrong = read(field, posted, TODAY)

    assert isinstance(wrong, InvalidAnswer)
    assert wrong.why == why
    assert field.label.uk in error_of(field, wrong, "uk")
    assert "{" not in error_of(field, wrong, "en")


def test_a_field_may_say_its_own_error() -> None:
    assert error_of(ask("x", error=text("own words")), InvalidAnswer("format"), "uk") == "own words"


@pytest.mark.parametrize(
    ("field", "hint"),
    [
        (ask("x", hint=text("own")), "own"),
        (NUMBER, "1–10"),
        (ask("x", format="name"), ""),
        (ask("x"), ""),
        (ask("x", format="postal_code"), "5 digits"),
    ],
)
def test_a_hint_says_how_to_answer(field, hint) -> None:
    assert hint_of(field, "en") == hint


@pytest.mark.parametrize(
    ("field", "written"),
    [
        (CHOICE, 'type="radio"'),
        (ask("x", type="choice", options=options(*"abcdefgh")), "<select"),
        (MANY, 'type="checkbox"'),
        (ask("x", type="long"), "<textarea"),
        (FILES, 'type="file" id="x" name="x" multiple'),
        (WHOLE, 'inputmode="numeric"'),
        (NUMBER, 'inputmode="decimal"'),
        (ask("x", format="phone"), 'type="tel"'),
        (ask("x", type="date"), 'type="date"'),
        (ask("x", required=False), "(optional)"),
    ],
)
def test_a_field_is_shown_by_its_own_control(field, written) -> None:
    assert written in html(control(field, "en", [], None))
