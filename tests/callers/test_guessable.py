"""Passwords that are refused because guessing finds them first, and those that are not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.callers.conftest import PASSWORD, Here

from kuznia.callers.credentials.guessable import COMMON, MIN_LENGTH, weakness
from kuznia.platform.errors import Invalid

NAME = "ivan.petrenko@example.org"


@pytest.mark.parametrize(
    "password",
    [
        "111111111111",
        "121212121212",
        "aaaaabbbbbccccc",
        "àààààààààààà",
        "abcabcabcabc",
        "мойзамокмойзамок",
        "qwertyqwerty",
        "380671234567",
        "1990-12-31-1999",
        "!@#$%^&*()_+",
        "123456789012a",
        "abcdefghijklm",
        "zyxwvutsrqponm",
        "абвгґдеєжзиі",
        "qwertyuiop12",
        "zxcvbnm,./12",
        "1q2w3e4r5t6y",
        "1qaz2wsx3edc",
        "йцукенгшщзхї",
        "фівапролджє1",
        "password2024",
        "P@55w0rd2024",
        "Summer2024!!",
        "Kyiv2024Kyiv",
        "admin1234567",
        "letmeinletmein1",
        "пароль123456",
        "україна2024!",
        "славаукраїні",
        # пароль and слава, with the keyboard in the other layout.
        "gfhjkm123456",
        "ckfdfckfdf2024",
        NAME,
        NAME.upper(),
        "petrenko2024",
        "Petrenk0.Ivan",
    ],
)
def test_what_guessing_finds_first_is_refused(password: str):
    assert len(password) >= MIN_LENGTH
    assert weakness(password, NAME)


@pytest.mark.parametrize(
    "password",
    [
        PASSWORD,
        "a sentence is easy to keep",
        "мій добрий пароль",
        "три коти на даху",
        "кіт ліхтар вікно сім",
        "blue-tractor-onion",
        "x7Gq!pL2vRt9",
        "x7Gq!pL2vRtx",
        "ab7Gq!pL2vab",
        "x7Gq!pL2vRt9x7Gq!pL2vRt9",
        "ivan likes green tomatoes",
    ],
)
def test_what_is_long_and_of_many_pieces_is_taken(password: str):
    assert weakness(password, NAME) is None


@given(st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=1, max_size=4), st.data())
def test_however_often_a_short_piece_comes_it_stays_short(piece: str, data: st.DataObject):
    times = data.draw(st.integers(MIN_LENGTH // len(piece) + 1, 60))

    assert weakness(piece * times, NAME)


@given(st.sampled_from(COMMON), st.integers(0, 9999))
def test_a_word_everybody_uses_with_a_number_is_refused(word: str, number: int):
    password = f"{word}{number}"

    assert weakness(password.title(), NAME)


@given(st.text(max_size=1000), st.text(max_size=200))
def test_any_password_and_any_name_get_an_answer(password: str, name: str):
    why = weakness(password, name)

    assert why is None or why.isprintable()


async def test_its_owner_is_told_why_and_what_to_do(here: Here):
    person = await here.user("ivan")

    for change in (
        here.callers.accounts.create("olena", "olena-olena-1"),
        here.callers.accounts.set_password("ivan", "111111111111"),
        here.callers.accounts.change_password(person.id, PASSWORD, "qwerty123456", ""),
    ):
        with pytest.raises(Invalid, match="use four unrelated words") as refused:
            await change
        assert "1111" not in refused.value.message
    assert await here.sign_in()
