"""Texts made plain, and attacks noted."""

import unicodedata
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.makers import NoteInput, a_domain, an_order

from kuznia.forge.sanitise import clean, plain
from kuznia.forge.terms import Attachment
from kuznia.platform.errors import Invalid


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("a\u200bb", "ab"),  # zero-width space
        ("a\u202eb", "ab"),  # right-to-left override
        ("a\x00b\x07", "ab"),  # control
        ("\ufeffa", "a"),  # byte order mark
        ("so\u00adft", "soft"),  # soft hyphen
        ("\U000e0041a", "a"),  # tag character
        ("a\r\nb\rc", "a\nb\nc"),
        ("e\u0301", "\u00e9"),  # composed
        ("и\u0306", "й"),  # composed, Ukrainian
        ("e\u200b\u0301", "\u00e9"),  # composes once the hidden character is gone
        ("tab\tand\nline", "tab\tand\nline"),
        ("Привіт, їжаче ґречний! м'ята — 100 €", "Привіт, їжаче ґречний! м'ята — 100 €"),
        ("日本語 👍", "日本語 👍"),
    ],
)
def test_what_hides_is_taken_out_and_the_rest_stays(given, expected):
    assert plain(given) == expected


class FilesInput(NoteInput):
    """An order that brings files."""

    files: tuple[Attachment, ...] = ()


@given(st.text())
def test_plain_twice_is_plain_once(text):
    assert plain(plain(text)) == plain(text)


@given(st.text())
def test_nothing_hidden_is_left(text):
    hidden = {"Cc", "Cf", "Cs", "Co", "Cn"}

    left = {unicodedata.category(c) for c in plain(text) if c not in "\n\t"}

    assert not left & hidden


def test_an_order_with_nothing_to_clean_is_handed_on_as_it_is():
    order = an_order()

    assert clean(order, a_domain())[0] is order


def test_texts_inside_lists_are_cleaned_too():
    order, _ = clean(an_order(tags=("o\u200bne",)), a_domain())

    assert isinstance(order.input, NoteInput)
    assert order.input.tags == ("one",)


def test_an_input_that_was_only_hidden_characters_is_refused():
    with pytest.raises(Invalid) as caught:
        clean(an_order("\u200b\u200b\u200b\u200b"), a_domain())

    assert "'where': 'prompt'" in str(caught.value.details)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("x' OR '1'='1", "sql-injection"),
        ("a'; DROP TABLE users", "sql-injection"),
        ("1 UNION SELECT password FROM users", "sql-injection"),
        ("ok; DELETE FROM users", "sql-injection"),
        ("<script>alert(1)</script>", "script-injection"),
        ("<img src=x onerror=alert(1)>", "script-injection"),
        ("go to javascript:alert(1)", "script-injection"),
    ],
)
def test_an_attack_is_noted(text, code):
    _, findings = clean(an_order(text), a_domain())

    assert [finding.code for finding in findings] == [code]


@pytest.mark.parametrize(
    "text",
    [
        "Create a function that selects a table from a menu",
        "Drop the table on the floor; update the docs and insert coins",
        "Форма заявки: прізвище, ім'я та по батькові",
        "Explain how a UNION of two SELECT statements works",
        "if a < b and b > c then on = 5",
        "write a script that prints 'or' = 'and'",
    ],
)
def test_innocent_words_are_not_attacks(text):
    assert clean(an_order(text), a_domain())[1] == ()


def test_a_domain_may_refuse_what_others_only_note():
    domain = a_domain(refuses=frozenset({"sql-injection"}))

    with pytest.raises(Invalid) as caught:
        clean(an_order("a'; DROP TABLE users"), domain)

    assert caught.value.details == {"codes": ["sql-injection"]}


@given(st.text(min_size=3, max_size=200).filter(lambda t: len(t.strip()) >= 3))
def test_any_text_is_cleaned_or_refused(text):
    try:
        order, _ = clean(an_order(text), a_domain())
    except Invalid:
        return
    assert plain(order.input.prompt) == order.input.prompt


def test_a_file_that_came_along_stays_as_it_is_beside_a_prompt_that_does_not():
    file = Attachment(path="a.py", content="x = 'a\u200bb'\r\n' or '1'='1")
    order = replace(an_order(), input=FilesInput(prompt="a no\u200bte", files=(file,)))

    cleaned, findings = clean(order, a_domain())

    assert cleaned.input == FilesInput(prompt="a note", files=(file,))
    assert findings == ()
